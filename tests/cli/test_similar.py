import json

import numpy as np
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob


@pytest.mark.parametrize("song", ["99999999999999999999", "9" * 5000, "9223372036854775808", "77"])
def test_an_id_that_no_song_has_is_said(run_cli, tmp_path, song):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        mood = vector_blob(np.full(7, 1 / 7))
        row = {"path": b"/m/a.mp3", "title": "A", "state": "ok", "mood": mood}
        connection.execute(insert(songs).values(row))
    done = run_cli("similar", song)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"there is no song with id {song}" in "".join(done.stderr.split("\n")).replace("  ", " ")
    assert done.stderr.splitlines()[-1] == "Try: vibelux similar A"
    done = run_cli("similar")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Try: vibelux similar A"
    assert "A" in run_cli("similar", "zzz").stderr.splitlines()[-1]


def test_an_order_to_listen_to_is_like_a_radio(tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        for number in range(30):
            angle = np.radians(3 * number)
            file = tmp_path / f"{number}.mp3"
            file.touch()
            row = {
                "path": path_bytes(file),
                "title": f"Song {number}",
                "artist": f"Artist {number // 5}",
                "state": "ok",
                "mood": vector_blob(np.full(7, 1 / 7)),
                "embedding": vector_blob(np.array([np.cos(angle), np.sin(angle)]), EMBEDDING),
                "model": "m",
                "content_hash": str(number).encode().ljust(20, b"."),
            }
            connection.execute(insert(songs).values(row))

    def titles(*words):
        done = CliRunner().invoke(app, ["similar", "1", "-n", "8", "--json", *words])
        assert done.exit_code == 0, done.exception
        return [song["title"] for song in json.loads(done.stdout)["songs"]]

    alike = [f"Song {number}" for number in range(1, 9)]
    assert titles() == titles("--order", "ranking") == alike
    radio = titles("--order", "listening")
    assert len({*radio}) == 8 and radio != alike
    assert not (tmp_path / "profile.sqlite").exists()  # nothing was played
    opened = []
    monkeypatch.setattr("vibelux.players.system.open_playlist", opened.append)
    titles("--order", "listening", "--open")
    assert opened == [tmp_path / "recommended.m3u8"] and opened[0].is_file()
