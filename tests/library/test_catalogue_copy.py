"""Catalogues copied between files and PostgreSQL: the same to the bit, or nothing at all."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, select

from vibelux.database_url import DatabaseUrl
from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueError, CatalogueLocked, InvalidInput
from vibelux.library import catalogue_copy
from vibelux.library.catalogue import Catalogue
from vibelux.library.catalogue_copy import copy_catalogue
from vibelux.library.corrections import correct
from vibelux.library.failed_files import dismiss
from vibelux.library.live_columns import LiveColumns
from vibelux.library.schema import (
    dismissed_failures,
    folders,
    forgotten_songs,
    remote_path,
    songs,
)
from vibelux.library.schema_blobs import EMBEDDING, vector_blob

HAPPY = parse_mood("happy")


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request, tmp_path):
    """A function that returns new places, the first of one kind, the second of the other."""
    given = []

    def place():
        kind = (request.param == "sqlite") ^ (len(given) % 2 == 1)
        given.append(kind)
        if kind:
            return tmp_path / f"{len(given)}" / "catalogue.sqlite"
        return DatabaseUrl.of(request.getfixturevalue("postgresql").new_schema())

    return place


def opened(place, tmp_path):
    return Catalogue(place, folder=tmp_path)


def fill(catalogue):
    """Write songs of every kind, with gaps in their ids, and all that is kept beside them."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(1, 60):
        row = {
            "id": 3 * number,
            "path": b"/m/\xff\x00%d" % number,
            "size": (1 << 33) + number,
            "mtime_ns": (1 << 62) + number,
            "title": f"Lied {number} – \U0001f3b5 ' % ? \\",
            "artist": None if number % 3 else "",
            "year": -number,
            "duration": float(rng.normal()) * 1e-300,
            "valence": -0.0 if number % 2 else -1 / 3,
            "state": "missing" if number % 7 else "ok",
            "mood": vector_blob(rng.dirichlet(np.ones(7))),
            "embedding": vector_blob(rng.normal(size=96), EMBEDDING),
            "course": bytes(rng.integers(0, 256, 2400, np.uint8)),
            "content_hash": bytes(20),
            "server": None,
            "remote_id": None,
            "reason_code": None,
        }
        if number % 5 == 0:
            row |= {"server": "a.example", "remote_id": str(number)}
            row["path"] = remote_path("a.example", str(number))
        if number % 11 == 0:
            row |= {"state": "failed", "reason_code": "damaged", "mood": None}
        rows.append(row)
    with catalogue.writing() as connection:
        connection.execute(insert(songs), rows)
        connection.execute(insert(folders), {"path": b"/m\xfe", "scanned_at": 7})
        kept = {"key": b"\x00\x01", "duration": 0.1, "own_mood": vector_blob(HAPPY)}
        connection.execute(insert(forgotten_songs), kept)
    correct(catalogue, 3, HAPPY)
    dismiss(catalogue)


def content(catalogue):
    with catalogue.reading() as connection:
        return {
            table.name: list(map(tuple, connection.execute(select(table).order_by(*table.c))))
            for table in (songs, folders, forgotten_songs, dismissed_failures)
        }


def test_a_copy_there_and_back_is_the_same_to_the_bit(places, tmp_path):
    one, other, again = places(), places(), places()
    with opened(one, tmp_path) as catalogue:
        fill(catalogue)
        before = content(catalogue)
    assert all(before.values())
    told = []
    report = copy_catalogue(one, other, folder=tmp_path, on_progress=lambda *now: told.append(now))
    assert (report.songs, report.changed, told) == (59, 0, [(59, 59)])
    copy_catalogue(other, again, folder=tmp_path)
    for place in (one, other, again):
        with opened(place, tmp_path) as catalogue:
            found = content(catalogue)
            assert found == before
            assert catalogue.song(3).corrected
            if place == one:
                continue
            row = {"path": b"/new", "state": "failed", "reason_code": "damaged"}
            with catalogue.writing() as connection:
                assert connection.execute(insert(songs), row).inserted_primary_key[0] > 177


def test_songs_are_replaced_only_where_that_is_asked_for(places, tmp_path, add_song):
    one, other = places(), places()
    with opened(one, tmp_path) as catalogue:
        fill(catalogue)
        before = content(catalogue)
    with opened(other, tmp_path) as catalogue:
        mine = add_song(catalogue, "/mine")
        live = LiveColumns(catalogue)
        live.now()
        with pytest.raises(CatalogueError, match=r"has songs already \(1\); .*--replace"):
            copy_catalogue(one, other, folder=tmp_path)
        assert catalogue.song(mine).path == Path("/mine")
        copy_catalogue(one, other, replace=True, folder=tmp_path)
        assert content(catalogue) == before  # also by whoever had it open
        live.expire()
        assert live.now().row_of(mine) is None and len(live.now()) == 48
        live.close()


@pytest.mark.parametrize("raised", [KeyboardInterrupt, OSError("the disk is gone")])
def test_a_copy_that_is_interrupted_changes_nothing(
    places, tmp_path, add_song, monkeypatch, raised
):
    one, other, new = places(), places(), places()
    with opened(one, tmp_path) as catalogue:
        fill(catalogue)
        before = content(catalogue)
    with opened(other, tmp_path) as catalogue:
        mine = add_song(catalogue, "/mine")
    usable = catalogue_copy._usable

    def interrupted(table, row, *rest, **options):
        if row[0] == 90:
            raise raised
        return usable(table, row, *rest, **options)

    monkeypatch.setattr(catalogue_copy, "_usable", interrupted)
    for target in (other, new):
        if target != one:
            with pytest.raises((KeyboardInterrupt, OSError, CatalogueError)):
                copy_catalogue(one, target, replace=True, folder=tmp_path)
    with opened(other, tmp_path) as catalogue:
        assert [song.id for song in catalogue.songs()] == [mine]
    with opened(one, tmp_path) as catalogue:
        assert content(catalogue) == before
    if isinstance(new, Path):
        assert not list(new.parent.glob("*.copy"))
    monkeypatch.undo()
    assert copy_catalogue(one, other, replace=True, folder=tmp_path).songs == 59


def test_a_copy_that_is_not_what_was_read_is_thrown_away(places, tmp_path, monkeypatch):
    one, other = places(), places()
    with opened(one, tmp_path) as catalogue:
        fill(catalogue)
    rows = catalogue_copy._rows

    def damaged(catalogue, connection, table):
        for row in rows(catalogue, connection, table):
            changed = catalogue.place != one and row[0] == 90
            yield (*row[:-1], b"another") if changed else row

    monkeypatch.setattr(catalogue_copy, "_rows", damaged)
    with pytest.raises(CatalogueError, match=r"is not what was read .*nothing was changed"):
        copy_catalogue(one, other, folder=tmp_path)
    if isinstance(other, Path):
        assert not other.exists()
    with opened(other, tmp_path) as catalogue:
        assert not any(content(catalogue).values())


def test_nothing_is_copied_while_a_scan_writes_to_the_target(places, tmp_path):
    one, other = places(), places()
    opened(one, tmp_path).close()
    refused = pytest.raises(CatalogueLocked, match="another scan")
    with opened(other, tmp_path) as catalogue, catalogue.database.scan_lock(), refused:
        copy_catalogue(one, other, folder=tmp_path)


def test_what_only_a_file_can_hold_is_made_usable_and_told(postgresql, tmp_path, add_song):
    file, database = tmp_path / "a.sqlite", DatabaseUrl.of(postgresql.new_schema())
    with Catalogue(file) as catalogue:
        ids = [add_song(catalogue, f"/{name}", title=name) for name in "abc"]
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE songs SET title = ?, year = 'x' WHERE id = ?", ("a\0b", ids[0]))
        other.execute("UPDATE songs SET mood = ? WHERE id = ?", ("t" * 28, ids[1]))
        other.execute("UPDATE songs SET genre = x'c3a4', loudness = 3 WHERE id = ?", (ids[2],))
    assert copy_catalogue(file, database, folder=tmp_path).changed == 4
    with Catalogue(database, folder=tmp_path) as catalogue:
        one, two, three = catalogue.songs_by_id(ids)
        assert (one.title, one.year) == ("ab", None)
        assert (two.state, two.reason_code, two.mood) == ("failed", "unreachable", None)
        assert (three.genre, three.loudness) == ("ä", 3.0)


def test_no_catalogue_and_the_same_one_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"there is no catalogue at .*none"):
        copy_catalogue(tmp_path / "none.sqlite", tmp_path / "a.sqlite")
    assert not any(tmp_path.iterdir())
    Catalogue(tmp_path / "a.sqlite").close()
    with pytest.raises(InvalidInput, match="cannot be copied to itself"):
        copy_catalogue(tmp_path / "a.sqlite", tmp_path / "." / "a.sqlite")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_copy_that_is_killed_changes_nothing(places, tmp_path, add_song):
    one, other = places(), places()
    with opened(one, tmp_path) as catalogue:
        fill(catalogue)
    with opened(other, tmp_path) as catalogue:
        mine = add_song(catalogue, "/mine")
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from vibelux.database_url import DatabaseUrl
        from vibelux.library import catalogue_copy

        def place(text):
            return DatabaseUrl.of(text) if "://" in text else Path(text)

        def slow(catalogue, connection, table, rows=catalogue_copy._rows):
            for row in rows(catalogue, connection, table):
                yield row
            if table.name == "folders":
                print("WRITTEN", flush=True)
                time.sleep(300)

        catalogue_copy._rows = slow
        catalogue_copy.copy_catalogue(*map(place, sys.argv[1:3]), replace=True,
                                      folder=Path(sys.argv[3]))
        """
    )
    names = [place.full if isinstance(place, DatabaseUrl) else place for place in (one, other)]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *names, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "WRITTEN\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with opened(other, tmp_path) as catalogue:
        assert [song.id for song in catalogue.songs()] == [mine]
    assert copy_catalogue(one, other, replace=True, folder=tmp_path).songs == 59
    if isinstance(other, Path):
        assert [path.name for path in other.parent.iterdir() if "copy" in path.name] == []
