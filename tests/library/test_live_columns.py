"""Snapshots that keep up with a catalogue, and what is read for them."""

import re
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.column_reading import NAMES
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.sqlite_file import log_of

HAPPY, SAD = parse_mood("happy"), parse_mood("sad")


@pytest.fixture
def ids(catalogue, add_song):
    """Twenty songs, every fifth of which cannot be played."""
    states = ["ok", "ok", "failed", "ok", "missing"] * 4
    return [
        add_song(
            catalogue,
            f"/m/{number:02}.mp3",
            state=state,
            artist=f"Artist {number % 3}",
            mood=None if state == "failed" else vector_blob(HAPPY),
            embedding=vector_blob(np.roll([1, 0, 0], number), EMBEDDING),
            content_hash=bytes([number + 1]) * 20,
        )
        for number, state in enumerate(states)
    ]


@pytest.fixture(params=["in memory", "in files"], autouse=True)
def stored_from(request, monkeypatch):
    """Columns of any size are kept in files, or none are."""
    least = 0 if request.param == "in files" else 1 << 40
    monkeypatch.setattr("vibelux.library.live_columns._STORED_FROM", least)


@pytest.fixture
def live(catalogue, ids):
    columns = LiveColumns(catalogue)
    yield columns
    columns.close()


def latest(live):
    live.expire()
    return live.now()


def sql(catalogue, *statements):
    """Write to a catalogue as another program does."""
    if isinstance(catalogue.place, Path):
        with closing(sqlite3.connect(catalogue.path)) as other, other:
            for statement in statements:
                other.execute(*statement if isinstance(statement, tuple) else (statement,))
        return
    import psycopg

    with psycopg.connect(catalogue.place.full) as other:
        for statement in statements:
            text, values = statement if isinstance(statement, tuple) else (statement, ())
            text = re.sub(r"x'(\w+)'", r"'\\x\1'", text.replace("?", "%s"))
            other.execute(text, values)


def wait_for_news(live):
    """Wait until it is known that others have written; nobody asks the database for it."""
    until = time.monotonic() + 30
    while live._watch.version() == live._seen:
        assert time.monotonic() < until
        time.sleep(0.005)


def check(columns, catalogue):
    """Check that a snapshot is what a new read of everything gives, the playable part too."""
    with catalogue.snapshot() as cursor:
        fresh, _ = SongColumns.now(cursor, catalogue)
    for one, other in ((columns, fresh), (columns.playable, fresh.playable)):
        assert one.model == other.model
        for name in NAMES:
            equal = np.testing.assert_array_equal
            if name == "affect":  # products of matrices differ in their last bit by their size
                equal = partial(np.testing.assert_allclose, atol=1e-6)
            equal(one._columns[name], other._columns[name], err_msg=name)


def test_one_correction_reads_one_row_and_shares_all_other_columns(catalogue, live, ids, reads):
    before = live.now()
    index = before.playable.copies(0)
    assert reads == [None]
    correct(catalogue, ids[3], SAD)
    after = latest(live)
    assert reads == [None, [ids[3]]]
    np.testing.assert_array_equal(after.moods[after.row_of(ids[3])], SAD)
    np.testing.assert_array_equal(before.moods[before.row_of(ids[3])], HAPPY)  # nobody saw it
    changed = {name for name in NAMES if after._columns[name] is not before._columns[name]}
    assert changed == {"moods", "affect", "affect_known"}
    assert after.playable.embeddings is before.playable.embeddings
    assert after.playable.copies(0).tolist() == index.tolist()
    assert after.playable._derived == before.playable._derived
    check(after, catalogue)


def test_nothing_is_read_and_nothing_made_where_nothing_has_changed(catalogue, live, ids, reads):
    before = live.now()
    assert live.now() is before and latest(live) is before
    with catalogue.writing() as connection:  # a commit without a song
        catalogue.database.touch(connection)
    assert latest(live) is before
    assert reads == [None]
    sql(catalogue, f"UPDATE songs SET size = 77 WHERE id = {ids[0]}")  # no column has it
    assert latest(live) is before


def test_what_others_write_is_seen_without_being_told(catalogue, live, ids, monkeypatch):
    monkeypatch.setattr("vibelux.library.live_columns._REST", 0)
    before = live.now()
    sql(catalogue, f"UPDATE songs SET title = 'Another' WHERE id = {ids[0]}")
    wait_for_news(live)
    after = live.now()
    assert (before.titles[0], after.titles[0]) == ("00", "another")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE songs SET title = 'Ünlike', artist = 'B', year = 1999 WHERE id = {id}",
        "UPDATE songs SET state = 'missing' WHERE id = {id}",
        "DELETE FROM songs WHERE id = {id}",
        "UPDATE songs SET server = 'a.example', remote_id = '1' WHERE id = {id}",
        "UPDATE songs SET own_mood = x'00' WHERE id = {id}",
        "UPDATE songs SET embedding = NULL WHERE id = {id}",
        "UPDATE songs SET model = 'music-2' WHERE id = {id}",
        "UPDATE songs SET valence = 0.5, arousal = NULL WHERE id = {id}",
        "INSERT INTO songs (path, state, mood, embedding, model) "
        "SELECT x'2f6d2f6e6577', 'ok', mood, embedding, model FROM songs WHERE id = {id}",
        "INSERT INTO songs (path, state, reason_code, reason) VALUES (x'2f62', 'failed', 'a', 'b')",
    ],
)
@pytest.mark.parametrize("number", [0, 19])
def test_every_change_leads_to_what_is_there(catalogue, live, ids, change, number):
    live.now()
    sql(catalogue, change.format(id=ids[number]))
    check(latest(live), catalogue)
    sql(catalogue, f"UPDATE songs SET state = 'ok' WHERE mood IS NOT NULL AND id > {ids[10]}")
    check(latest(live), catalogue)


@pytest.mark.sqlite
def test_deleted_songs_go_and_an_id_that_comes_again_is_another_song(
    catalogue, live, ids, reads, add_song
):
    live.now()
    sql(catalogue, f"DELETE FROM songs WHERE id = {ids[-1]}")
    assert latest(live).row_of(ids[-1]) is None
    again = add_song(catalogue, "/m/another.mp3", title="Another")
    assert again == ids[-1]
    columns = latest(live)
    assert columns.titles[columns.row_of(again)] == "another"
    assert reads == [None, [again], [again]]
    check(columns, catalogue)


@pytest.mark.sqlite
def test_a_replaced_or_restored_catalogue_is_read_where_it_differs(
    catalogue, live, ids, reads, tmp_path
):
    live.now()
    with catalogue.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = tmp_path / "backup.sqlite"
    shutil.copyfile(catalogue.path, backup)
    correct(catalogue, ids[0], SAD)
    correct(catalogue, ids[1], SAD)
    latest(live)
    with Catalogue(backup) as other:  # which goes its own way
        correct(other, ids[3], SAD)
        correct(other, ids[1], SAD)
    shutil.move(backup, catalogue.path)
    columns = latest(live)
    assert reads == [None, [ids[0], ids[1]], [ids[0], ids[1], ids[3]]]
    np.testing.assert_array_equal(columns.moods[columns.row_of(ids[0])], HAPPY)
    check(columns, catalogue)


@pytest.mark.sqlite
def test_another_catalogue_in_its_place_is_read_as_a_whole(
    catalogue, live, ids, reads, tmp_path, add_song
):
    live.now()
    with Catalogue(tmp_path / "other.sqlite") as other:
        for number in range(25):
            add_song(other, f"/n/{number}.mp3")
    live.rest(1000)
    shutil.move(tmp_path / "other.sqlite", catalogue.path)
    columns = live.now()  # at once, however long others take to follow
    assert reads == [None, None]
    assert len(columns) == 25
    check(columns, catalogue)


@pytest.mark.sqlite
def test_what_goes_from_the_log_into_the_file_is_not_read_again(catalogue, live, ids, reads):
    live.now()
    correct(catalogue, ids[0], SAD)
    assert log_of(catalogue.path).stat().st_size
    with catalogue.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    check(latest(live), catalogue)
    assert reads == [None, [ids[0]], None]  # the last one is of `check`


def test_embeddings_of_the_model_of_most_songs_are_read_once_they_are_most(
    catalogue, live, ids, reads
):
    assert live.now().model == "music-1"
    sql(catalogue, "UPDATE songs SET model = 'music-2' WHERE id IN (1, 2, 4)")
    columns = latest(live)
    assert columns.model == "music-1"
    assert not columns.embeddings[[columns.row_of(song_id) for song_id in (1, 2, 4)]].any()
    sql(catalogue, "UPDATE songs SET model = 'music-2' WHERE id IN (6, 7, 9, 11, 12)")
    columns = latest(live)
    assert columns.model == "music-2"
    assert columns.embeddings[columns.row_of(1)].any()
    check(columns, catalogue)


def test_a_snapshot_stays_what_it_is_while_a_scan_writes(catalogue, live, ids):
    """Readers in threads, a writer that moves all songs between two states, both at once."""
    done = threading.Event()
    failures = []

    def reads():
        try:
            while not done.is_set():
                columns = live.now()
                years = set(columns.years.tolist())
                titles = set(columns.titles.tolist())
                assert len(years) == 1 and titles == {f"version {int(years.pop())}"}, columns
        except BaseException as error:
            failures.append(error)

    sql(catalogue, "UPDATE songs SET year = 0, title = 'version 0'")
    latest(live)
    threads = [threading.Thread(target=reads) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in range(1, 60):
        sql(catalogue, f"UPDATE songs SET year = {version}, title = 'version {version}'")
        if version % 10 == 0:
            assert set(latest(live).years.tolist()) == {version}
    done.set()
    for thread in threads:
        thread.join(30)
    assert not failures
    check(latest(live), catalogue)


def test_nobody_waits_while_songs_are_read(catalogue, live, ids, monkeypatch):
    before = live.now()
    correct(catalogue, ids[0], SAD)
    monkeypatch.setattr("vibelux.library.live_columns._REST", 0)
    live.rest(0)
    reading, go_on = threading.Event(), threading.Event()
    read_again = SongColumns.read_again

    def slow(*arguments):
        reading.set()
        assert go_on.wait(30)
        return read_again(*arguments)

    monkeypatch.setattr(SongColumns, "read_again", slow)
    live._rests_until = 0.0
    wait_for_news(live)
    reader = threading.Thread(target=live.now)
    reader.start()
    assert reading.wait(30)
    assert live.now() is before
    go_on.set()
    reader.join(30)
    assert live.now() is not before


def test_random_writes_lead_to_what_is_there(catalogue, live, ids):
    rng = np.random.default_rng(0)
    live.now()
    for _ in range(60):
        song_id = int(rng.integers(1, 26))
        blob = vector_blob(rng.dirichlet(np.ones(7)).astype(np.float32))
        path = f"/r/{rng.integers(1 << 40)}.mp3".encode()
        statement = [
            ("UPDATE songs SET own_mood = ? WHERE id = ?", (blob, song_id)),
            ("UPDATE songs SET state = 'missing' WHERE id = ?", (song_id,)),
            ("UPDATE songs SET state = 'ok' WHERE id = ? AND mood IS NOT NULL", (song_id,)),
            ("DELETE FROM songs WHERE id = ?", (song_id,)),
            ("INSERT INTO songs (path, state, mood) VALUES (?, 'ok', ?)", (path, blob)),
            ("UPDATE songs SET model = ? WHERE id = ?", (f"m{song_id % 2}", song_id)),
        ][rng.integers(6)]
        sql(catalogue, statement)
        check(latest(live), catalogue)
