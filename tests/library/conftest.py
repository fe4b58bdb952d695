import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.library import song_columns
from vibelux.library.catalogue import Catalogue
from vibelux.library.scan import scan
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.tags import tags_of_name
from vibelux.library.workers_process import Analyser, hash_of

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.append(str(HERE))  # the workers inherit it and find the analysers there

from tagged_songs import MOOD  # noqa: E402


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path / "home" / "catalogue.sqlite", busy_timeout=0.2) as catalogue:
        yield catalogue


@pytest.fixture
def reads(monkeypatch):
    """The ids of the songs of each read of a catalogue's columns; None for all of them."""
    found = []
    read_columns = song_columns.read_columns

    def counted(*arguments, ids, **options):
        found.append(None if ids is None else sorted(ids))
        return read_columns(*arguments, ids=ids, **options)

    monkeypatch.setattr(song_columns, "read_columns", counted)
    return found


@pytest.fixture
def add_song():
    """A function that writes one song into a catalogue."""

    def add(catalogue, path, *, state="ok", **values):
        row = {
            "path": path_bytes(Path(path)),
            "state": state,
            "title": tags_of_name(Path(path)).title,
        }
        if state == "ok":
            row |= {"mood": vector_blob(np.full(7, 1 / 7)), "model": "music-1"}
        if state == "failed":
            row |= {"reason_code": "damaged", "reason": "it is damaged"}
        with catalogue.writing() as connection:
            return connection.execute(insert(songs), row | values).inserted_primary_key[0]

    return add


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def known(catalogue, add_song):
    """A function that puts a file into the catalogue as a scan would."""

    def add(path, mood=MOOD, **values):
        status = path.stat()
        return add_song(
            catalogue,
            path.resolve(),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            content_hash=hash_of(path),
            **({"mood": vector_blob(mood), "valence": 0.5, "arousal": -0.25} | values),
        )

    return add


@pytest.fixture
def notes(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


@pytest.fixture
def run(catalogue, music, notes, forked_workers):
    """Scan the music (or other folders) with the stand-in analyser."""

    def scan_music(*folders, factory="analyser", model="stand-in-1", **options):
        options = {"workers": 1, "song_timeout": 30.0} | options
        analyser = Analyser(f"scan_analysers:{factory}", model, notes)
        return scan(list(folders) or [music], catalogue, analyser=analyser, **options)

    return scan_music
