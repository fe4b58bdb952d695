import json

import numpy as np
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.cli.console import fail
from vibelux.cli.usage import here
from vibelux.emotions import EMOTIONS
from vibelux.errors import CatalogueEmpty
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import songs
from vibelux.library.schema_blobs import vector_blob


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    heard = {"Lonely piano": "sad", "Sad song": "happy", "Piano rag": "happy"}
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        for title, emotion in heard.items():
            connection.execute(
                insert(songs).values(
                    path=f"/m/{title}.mp3".encode(),
                    state="ok",
                    title=title,
                    mood=vector_blob(np.eye(7)[EMOTIONS.index(emotion)]),
                )
            )
    return lambda *words: CliRunner().invoke(app, ["library", "find", *words])


def test_a_mood_finds_songs_and_names_come_first(run):
    lines = run("sad").stdout.splitlines()
    assert [line.split("  ")[1] for line in lines] == ["Sad song", "Lonely piano"]
    assert "gloomy" in lines[1]
    assert [line.split()[1] for line in run("sad", "piano").stdout.splitlines()] == ["Lonely"]
    assert run("traurig", "piano").stdout.startswith("1  Lonely piano")


def test_more_songs_than_are_shown_are_counted(run):
    lines = run("piano", "--limit", "1").stdout.splitlines()
    assert lines[1] == "… and 1 more: vibelux library find piano -n 2"
    assert run("trombone").stdout == "No song fits “trombone”.\n"


def test_json(run):
    found = json.loads(run("sad", "--json").stdout)
    assert found["total"] == 2
    assert [song["title"] for song in found["songs"]] == ["Sad song", "Lonely piano"]
    assert list(found["songs"][0]) == ["id", "path", "title", "artist"]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("glücklich", {"Sad song", "Piano rag"}),
        ("Fröhlich", {"Sad song", "Piano rag"}),
        ("melancholisch", {"Lonely piano"}),
        ("entspannt", set()),
        ("relaxed", set()),
    ],
)
def test_further_words_for_a_mood(run, words, titles):
    found = json.loads(run(words, "--json").stdout)["songs"]
    assert {song["title"] for song in found} == titles


def test_an_empty_catalogue_says_to_scan_first(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr("sys.argv", ["vibelux", "library", "find", "sad"])
    result = CliRunner().invoke(app, ["library", "find", "sad"])
    assert isinstance(result.exception, CatalogueEmpty)
    assert result.exception.__notes__ == [here("vibelux scan ~/Music")]
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    result = CliRunner().invoke(app, ["library", "find", "traurig"])
    fail(result.exception)
    assert "keine Lieder, die sich spielen lassen" in capsys.readouterr().err
    document = CliRunner().invoke(app, ["library", "find", "sad", "--json"]).stdout
    assert json.loads(document) == {"total": 0, "songs": []}
