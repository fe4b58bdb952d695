import json
import re
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.emotions import EMOTIONS
from vibelux.errors import InvalidInput
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments: CliRunner().invoke(
        app, ["library", *arguments], catch_exceptions=False
    )


@pytest.fixture
def filled(tmp_path):
    rows = [
        {
            "path": path_bytes(Path(f"/m/{number}.mp3")),
            "state": "ok",
            "mood": vector_blob(0.4 * np.eye(7)[number] + 0.6 * np.eye(7)[3]),
            "model": "music-1",
            "duration": 7200.0,
        }
        for number in (0, 3, 3 + 2)
    ]
    failed = [
        {
            "path": path_bytes(Path(f"/m/bad\n{number:02}.mp3")),
            "state": "failed",
            "reason_code": "damaged" if number else "empty",
            "reason": "it\x1b[31m is damaged",
        }
        for number in range(12)
    ]
    missing = [{"path": path_bytes(Path("/m/gone.mp3")), "state": "missing"}]
    with (
        Catalogue(tmp_path / "catalogue.sqlite") as catalogue,
        catalogue.writing() as connection,
    ):
        for group in (rows, failed, missing):
            connection.execute(insert(songs), group)


def test_an_empty_catalogue_says_how_to_fill_it(run):
    result = run()
    assert result.exit_code == 0
    assert result.stdout == ""
    assert re.search(r"vibelux scan (~/Music|\.)", result.stderr)


def test_counts_moods_and_failures(run, filled):
    lines = run().stdout.splitlines()
    assert lines[0] == "3 songs · 360 minutes of music · 12 failed · 1 missing"
    assert all(len(line) <= 80 for line in lines)
    assert lines[1] == f"3 songs  {Path('/m')}"
    moods = {line.split()[0]: line.split() for line in lines[3:12] if line.split()[0] in EMOTIONS}
    assert list(moods) == list(EMOTIONS)
    assert moods["happy"][2:] == ["73.3%", "3", "songs"]
    assert moods["sad"][2:] == ["13.3%", "0", "songs"]
    assert moods["happy"][1].count("━") == 34
    assert moods["disgust"][1].count("━") == 0
    assert sum(line.startswith("failed") for line in lines) == 10
    assert "… and 2 more: vibelux library --failed" in lines


def test_german_where_the_locale_is_german(run, filled, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    lines = run().stdout.splitlines()
    assert lines[0] == "3 Lieder · 360 Minuten Musik · 12 fehlgeschlagen · 1 fehlt"
    assert any(line.split()[-3:] == ["%", "3", "Lieder"] for line in lines)
    assert "… und 2 weitere: vibelux library --failed" in lines
    assert all(len(line) <= 80 for line in lines)
    assert run("--missing").stdout.split()[0] == "fehlt"


def test_all_failed_files_with_printable_names(run, filled):
    lines = run("--failed").stdout.splitlines()
    assert len(lines) == 24
    assert lines[0].endswith(r"bad\n00.mp3")
    assert lines[1] == r"        It\x1b[31m is damaged"


def test_missing_songs(run, filled):
    assert run("--missing").stdout.split() == ["missing", str(Path("/m/gone.mp3"))]


def test_json(run, filled, tmp_path):
    found = json.loads(run("--json").stdout)
    assert found["catalogue"] == str(tmp_path / "catalogue.sqlite")
    assert found["counts"] == {"ok": 3, "failed": 12, "missing": 1}
    assert found["hours"] == 6.0
    assert list(found["strongest"]) == list(found["mean"]) == list(EMOTIONS)
    assert found["strongest"]["happy"] == 3
    assert found["mean"]["happy"] == pytest.approx(2.2 / 3, abs=1e-5)
    assert found["models"] == {"music-1": 3}
    assert found["reasons"] == {"damaged": 11, "empty": 1}
    assert found["folders"] == [{"path": str(Path("/m")), "songs": 3, "failed": 12, "missing": 1}]
    assert len(found["failed"]) == 12
    assert found["failed"][0]["code"] == "empty"
    assert found["missing"] == [str(Path("/m/gone.mp3"))]


def test_json_of_an_empty_catalogue(run):
    found = json.loads(run("--json").stdout)
    assert found["counts"] == {"ok": 0, "failed": 0, "missing": 0}
    assert set(found["mean"].values()) == {0.0}


@pytest.mark.parametrize(
    "name",
    [
        *("music.example.org:4533", "http://music.example.org:4533", "Music.Example.org:4533/"),
        *("https://me:secret@music.example.org:4533/rest",),
    ],
)
def test_a_server_by_any_form_of_its_address(run, tmp_path, name):
    row = {"path": b"subsonic:music.example.org:4533/1", "state": "ok"}
    row |= {"server": "music.example.org:4533", "remote_id": "1", "mood": vector_blob(np.eye(7)[3])}
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        connection.execute(insert(songs), row)
    result = run("--server", name, "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["server"] == "music.example.org:4533"
    assert document["counts"]["ok"] == 1


def test_a_server_that_is_not_known_is_named_without_a_password(run, filled):
    with pytest.raises(InvalidInput, match="knows no server 'h', nor any other") as refused:
        run("--server", "https://me:secret@h")
    assert "secret" not in str(refused.value)


def test_a_folder_is_forgotten_when_that_is_confirmed(run, filled, tmp_path):
    with pytest.raises(
        InvalidInput, match=r"this removes 4 songs and 12 failed files .* confirm with --yes"
    ):
        run("forget", "/m")
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        assert catalogue.counts()["ok"] == 3
    lines = run("forget", "/m", "--yes").stdout.splitlines()
    assert lines[0] == "4 songs and 12 failed files were removed from the catalogue."
    assert lines[1] == f"To undo that: vibelux scan {Path('/m')}"
    assert run().stdout == ""
    with pytest.raises(InvalidInput, match=r"no songs below /m"):
        run("forget", "/m", "--yes")


def test_one_file_is_forgotten_through_a_link(run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    row = {"path": path_bytes(tmp_path / "real" / "a.mp3"), "state": "missing"}
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        connection.execute(insert(songs), row)
    result = run("forget", str(tmp_path / "link" / "a.mp3"), "--yes")
    assert result.stdout.startswith("1 song was removed")


def test_failed_files_are_dismissed_and_shown_again(run, filled):
    assert run("dismiss").stdout.startswith("12 files are no longer listed.\n")
    assert run("dismiss").stdout == "There are no failed files.\n"
    assert "failed  " not in run().stdout
    assert run("--failed").stdout == "There are no failed files.\n"
    assert run("retry").stdout == "There are no failed files.\n"
    assert run("dismiss", "--undo").stdout == "12 files are listed again.\n"
    assert "failed  " in run().stdout


def test_retrying_files_that_are_gone_says_so(run, filled):
    result = run("retry", "--json")
    assert json.loads(result.stdout)["catalogue"] == {"ok": 3, "failed": 0, "missing": 13}
