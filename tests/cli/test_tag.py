import json
import shutil
import sys

import av
import numpy as np
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.cli.usage import here
from vibelux.errors import CatalogueError, InvalidInput, MissingExtra
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob


@pytest.fixture
def music(tmp_path):
    pytest.importorskip("mutagen", reason="needs the tags extra")
    folder = (tmp_path / "music").resolve()
    folder.mkdir()
    for name in ("a.flac", "b.flac"):
        with (folder / name).open("wb") as file, av.open(file, "w", format="flac") as out:
            stream = out.add_stream("flac", rate=16000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
            frame.sample_rate = 16000
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    path = folder / "a.flac"
    status = path.stat()
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        connection.execute(
            insert(songs).values(
                path=path_bytes(path),
                state="ok",
                mood=vector_blob(np.eye(7)[3]),
                valence=0.4126,
                arousal=0.6,
                model="music-1",
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
            )
        )
    return folder


@pytest.fixture
def vibelux(tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_first_what_would_change_then_the_change_then_the_way_back(vibelux, music):
    result = vibelux("tag", music)
    assert result.stdout.splitlines() == [
        f"→ {music / 'a.flac'}",
        "  happy · valence 0.41 · arousal 0.60",
        "✗ 1 file left alone: not in the catalogue; scan first: vibelux scan FOLDER",
        f"  {music / 'b.flac'}",
        "1 file would change · 1 left alone",
    ]
    assert result.stderr == "Nothing was written yet; add --write to do it.\n"

    result = vibelux("tag", music, "--write")
    assert result.stdout.splitlines()[-1] == "1 file changed · 1 left alone"
    assert result.stderr == ""
    assert (
        vibelux("tag", music).stdout.splitlines()[-1]
        == "0 files would change · 1 up to date · 1 left alone"
    )

    result = vibelux("tag", "--undo", "--dry-run")  # of all that was scanned
    assert result.stdout.splitlines()[-1] == "1 file would change · 1 without a mood of VibeluX"
    assert result.stderr == "Nothing was written yet; leave out --dry-run to do it.\n"

    result = vibelux("tag", "--undo", music)
    assert result.stdout.splitlines() == [
        f"→ {music / 'a.flac'}",
        "  mood: none, as before VibeluX",
        "1 file changed · 1 without a mood of VibeluX",
    ]


def test_a_damaged_file_is_passed_over_in_the_same_words_either_way(vibelux, music, tmp_path):
    broken = music / "broken.flac"
    broken.write_bytes(b"not a song")
    row = {"path": path_bytes(broken), "state": "failed", "reason": "the file is damaged"}
    row["reason_code"] = "damaged"
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        connection.execute(insert(songs).values(**row))
    for way in ("--write", "--undo"):
        result = vibelux("tag", music, way)
        assert result.exit_code == 0
        assert "1 file left alone: the file is damaged" in result.stdout


def test_undoing_passes_over_a_damaged_file_that_is_not_in_the_catalogue(vibelux, music):
    (music / "broken.flac").write_bytes(b"not a song")
    result = vibelux("tag", music, "--undo")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "✗ 1 file left alone: the file is damaged or no sound",
        f"  {music / 'broken.flac'}",
        "0 files changed · 2 without a mood of VibeluX · 1 left alone",
    ]


def test_german_where_the_locale_is_german(vibelux, music, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    result = vibelux("tag", music)
    assert result.stdout.splitlines() == [
        f"→ {music / 'a.flac'}",
        "  happy · Valenz 0,41 · Erregung 0,60",
        "✗ 1 Datei ausgelassen: nicht im Katalog; scanne erst: vibelux scan ORDNER",
        f"  {music / 'b.flac'}",
        "1 Datei würde geändert · 1 ausgelassen",
    ]
    assert result.stderr == "Noch ist nichts geschrieben; nimm --write dazu.\n"


def test_a_folder_without_music(vibelux, music, tmp_path):
    (tmp_path / "papers").mkdir()
    for way in ("--write", "--dry-run", "--undo"):
        result = vibelux("tag", tmp_path / "papers", way)
        assert (result.stdout, result.stderr) == ("There is no music there.\n", "")


def test_undoing_needs_no_scan(vibelux, music, tmp_path, monkeypatch):
    assert vibelux("tag", music, "--write").stdout.splitlines()[-1].startswith("1 file changed")
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "another"))
    with pytest.raises(InvalidInput, match="--undo needs a folder here") as refused:
        vibelux("tag", "--undo")
    assert refused.value.__notes__ == [here("vibelux tag ~/Music --undo")]
    result = vibelux("tag", "--undo", music)
    assert result.stdout.splitlines()[-1] == "1 file changed · 1 without a mood of VibeluX"


def test_before_any_scan_it_is_said_once(vibelux, music, tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "another"))
    for arguments in ((), (music,)):
        with pytest.raises(CatalogueError, match="there is no catalogue at"):
            vibelux("tag", *arguments)
    with Catalogue(tmp_path / "another" / "catalogue.sqlite"):
        pass
    for name in "cdef":
        shutil.copy(music / "b.flac", music / f"{name}.flac")
    lines = vibelux("tag", music).stdout.splitlines()
    assert lines[0] == "✗ 6 files left alone: not in the catalogue; scan first: vibelux scan FOLDER"
    assert lines[4:] == ["  … and 3 more", "0 files would change · 6 left alone"]


def test_writing_and_not_writing(vibelux, music):
    with pytest.raises(InvalidInput, match="choose one"):
        vibelux("tag", music, "--write", "--dry-run")


def test_json(vibelux, music):
    done = json.loads(vibelux("tag", music, "--json").stdout)
    assert (done["written"], done["undo"]) == (False, False)
    one, two = done["files"]
    assert one["path"] == str(music / "a.flac")
    assert (one["state"], one["changes"]["MOOD"], one["before"]) == ("changed", ["happy"], {})
    assert (two["state"], two["changes"]) == ("skipped", {})


def test_bad_input(vibelux, tmp_path, monkeypatch):
    pytest.importorskip("mutagen", reason="needs the tags extra")
    with Catalogue(tmp_path / "catalogue.sqlite"):
        pass
    with pytest.raises(InvalidInput, match="there is no folder"):
        vibelux("tag", tmp_path / "nowhere")
    monkeypatch.setitem(sys.modules, "vibelux.library.tag_writing", None)
    with pytest.raises(MissingExtra, match=r'pip install "vibelux\[tags\]"'):
        vibelux("tag", tmp_path)
