import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import songs
from vibelux.library.schema_blobs import vector_blob


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
