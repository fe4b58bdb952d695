import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.database_url import DatabaseUrl
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

ON_BOTH = {
    *("test_catalogue", "test_corrections", "test_damaged_rows", "test_durable_commits"),
    *("test_failed_files", "test_folders", "test_live_columns", "test_scan", "test_scan_ledger"),
    "test_scan_names",
    *("test_song_changes", "test_song_columns", "test_song_embeddings", "test_song_identity"),
    *("test_mood_map", "test_song_search", "test_tag_places"),
}
"""Modules whose tests run with the catalogue in either database, but those marked `sqlite`."""


def pytest_generate_tests(metafunc):
    """Let tests of the catalogue run over both databases; those of the core have SQLite alone."""
    if "catalogue" in metafunc.fixturenames and metafunc.module.__name__.split(".")[-1] in ON_BOTH:
        alone = metafunc.definition.get_closest_marker("sqlite") is not None
        alone = alone or metafunc.config.getoption("--core")
        databases = ["sqlite"] if alone else ["sqlite", "postgresql"]
        metafunc.parametrize("catalogue", databases, indirect=True)


def pytest_collection_modifyitems(config, items):
    """Leave out what both databases do alike, and what takes long: columns are kept in files."""
    both = {"catalogue": "postgresql", "stored_from": "in files"}
    alike = [
        item
        for item in items
        if hasattr(item, "callspec")
        and both.items() <= item.callspec.params.items()
        and item.originalname != "test_one_correction_reads_one_row_and_shares_all_other_columns"
    ]
    if alike:
        config.hook.pytest_deselected(items=alike)
        items[:] = [item for item in items if item not in alike]


@pytest.fixture
def catalogue(request, tmp_path):
    place = tmp_path / "home" / "catalogue.sqlite"
    if getattr(request, "param", "sqlite") == "postgresql":
        place = DatabaseUrl.of(request.getfixturevalue("postgresql").new_schema())
    with Catalogue(place, busy_timeout=0.2, folder=tmp_path / "home") as catalogue:
        yield catalogue


@pytest.fixture
def reads(monkeypatch):
    """The ids of the songs of each read of a catalogue's columns; None for all of them."""
    found = []
    read_columns = song_columns.read_columns

    def counted(*arguments, ids, **options):
        found.append(None if ids is None else sorted(ids))
        return read_columns(*arguments, ids=ids, **options)

    class Counted(song_columns.ColumnStream):
        def __iter__(self):
            found.append(None)
            return super().__iter__()

    monkeypatch.setattr(song_columns, "read_columns", counted)
    monkeypatch.setattr(song_columns, "ColumnStream", Counted)
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
