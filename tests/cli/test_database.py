"""The commands with the catalogue in PostgreSQL, by an address with a password."""

import json
import shutil

import pytest
from sqlalchemy import insert

from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import songs

pytest.importorskip("psycopg")


@pytest.fixture
def address(postgresql):
    schema = postgresql.new_schema().rpartition("&")[2]
    return f"{postgresql.tcp_url()}?{schema}"


def test_a_folder_is_scanned_listed_recommended_corrected_and_forgotten(
    run_cli, address, sample_files, tmp_path
):
    music = tmp_path / "music"
    music.mkdir()
    for file in sample_files[:2]:
        shutil.copyfile(file, music / file.name)
    (tmp_path / "home").mkdir()

    def run(*arguments, code=0):
        home = str(tmp_path / "home")
        done = run_cli(*arguments, VIBELUX_CATALOGUE=address, VIBELUX_HOME=home)
        assert done.returncode == code, done.stderr
        assert "s3cret" not in done.stdout + done.stderr
        return done.stdout

    run("scan", music, "--workers", "1")
    found = json.loads(run("library", "--json"))
    assert (found["counts"]["ok"], found["folders"][0]["path"]) == (2, str(music))
    assert found["catalogue"].startswith("postgresql://listener@127.0.0.1:")
    songs = json.loads(run("recommend", "--mood", "happy", "-n", "3", "--json"))["songs"]
    assert {song["path"] for song in songs} == {str(path) for path in music.iterdir()}
    assert "2" in run("scan", music, "--workers", "1")
    run("library", "find", sample_files[0].stem)
    run("similar", sample_files[0].stem)
    run("profile", "show")
    run("library", "forget", music, "--yes")
    assert json.loads(run("library", "--json"))["counts"]["ok"] == 0
    left = {path.name for path in (tmp_path / "home").iterdir()}
    assert not any(name.startswith("catalogue.sqlite") for name in left), left


def test_a_catalogue_is_copied_there_and_back(run_cli, address, tmp_path):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        row = {"path": b"/a.mp3", "state": "failed", "reason_code": "damaged"}
        connection.execute(insert(songs), row)
    done = run_cli("catalogue", "copy", tmp_path / "catalogue.sqlite", address)
    assert (done.returncode, done.stdout[:14]) == (0, "1 song copied "), done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    again = run_cli("catalogue", "copy", tmp_path / "catalogue.sqlite", address)
    assert again.returncode == 1 and "--replace" in again.stderr
    assert "s3cret" not in again.stdout + again.stderr
    back = run_cli("catalogue", "copy", address, tmp_path / "back.sqlite", "--json")
    assert json.loads(back.stdout)["songs"] == 1
    with Catalogue(tmp_path / "back.sqlite") as catalogue:
        assert catalogue.counts()["failed"] == 1


def test_a_line_to_copy_has_no_password(run_cli):
    typed = "postgresql://me:s3cret/@@host/music?password=s3cret&user=a"
    done = run_cli("catalogue", "copy", typed, "a.sqlite", "--replac")
    assert done.returncode == 2
    assert 'Try: vibelux catalogue copy "postgresql://me@host/music?user=a"' in done.stderr


def test_a_wrong_password_is_one_sentence(run_cli, postgresql):
    done = run_cli("library", VIBELUX_CATALOGUE=postgresql.tcp_url("wr0ng"))
    assert done.returncode == 1
    assert "refuses the user or the password" in " ".join(done.stderr.split())
    assert "wr0ng" not in done.stdout + done.stderr and "Traceback" not in done.stderr
