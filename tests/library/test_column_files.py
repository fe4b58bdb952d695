"""Columns in files beside the catalogue: what they hold, and what becomes of them."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from tests.plain_columns import plain_columns

from vibelux.emotions import parse_mood
from vibelux.library import column_files, live_columns
from vibelux.library.catalogue import Catalogue
from vibelux.library.column_files import discard, files_of, folder_of, is_being_written
from vibelux.library.column_reading import NAMES
from vibelux.library.corrections import correct
from vibelux.library.folders import forget
from vibelux.library.live_columns import LiveColumns
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.text_column import TextColumn

HAPPY, SAD = parse_mood("happy"), parse_mood("sad")


@pytest.fixture(autouse=True)
def small_libraries_too(monkeypatch):
    monkeypatch.setattr(live_columns, "_STORED_FROM", 0)


@pytest.fixture
def ids(catalogue, add_song):
    return [
        add_song(
            catalogue,
            f"/m/{number:02}.mp3",
            title=f"Söng {number}",
            artist="Ärtist",
            album=None if number % 2 else "Album",
            mood=vector_blob(np.roll(HAPPY, number)),
            valence=0.5 if number % 3 else None,
            embedding=vector_blob(np.roll([1, 0, 0], number), EMBEDDING),
            content_hash=bytes([number + 1]) * 20,
            year=1960 + number,
        )
        for number in range(30)
    ]


def live(catalogue):
    with closing(LiveColumns(catalogue)) as columns:
        return columns.now()


def check(columns, catalogue):
    expected = plain_columns(catalogue)
    assert columns.model == expected.model
    for name in NAMES:
        one, other = columns._columns[name], expected._columns[name]
        if name == "affect":
            np.testing.assert_allclose(one, other, atol=1e-6)
        else:
            np.testing.assert_array_equal(one, other, err_msg=name)


def generations(catalogue):
    return sorted(path.name for path in folder_of(catalogue.path).iterdir() if path.is_dir())


def test_the_next_process_reads_nothing(catalogue, ids, reads):
    check(live(catalogue), catalogue)
    reads.clear()
    columns = live(catalogue)
    assert (reads, columns.in_files, columns.unsaved) == ([], True, 0)
    check(columns, catalogue)


def test_what_has_changed_since_is_read_alone(catalogue, ids, reads, monkeypatch):
    monkeypatch.setattr(live_columns, "_UNSAVED", 2)
    live(catalogue)
    correct(catalogue, ids[3], SAD)
    with sqlite3.connect(catalogue.path) as other:
        other.execute("UPDATE songs SET title = 'Other', path = x'2f78' WHERE id = ?", (ids[7],))
    reads.clear()
    columns = live(catalogue)
    assert (reads, columns.in_files, columns.unsaved) == ([[ids[3], ids[7]]], True, 2)
    check(columns, catalogue)
    assert columns.rows_of_key("path:2f78").size == 0  # it has a hash
    assert columns.rows("", b"/x").tolist() == [7]
    assert columns.rows("", b"/m/07.mp3").tolist() == []


def test_one_shot_readers_map_only_what_they_need(catalogue, ids, reads):
    live(catalogue)
    correct(catalogue, ids[3], SAD)
    reads.clear()
    columns = SongColumns.of(catalogue, "affect_known", "embeddings")
    assert reads == [[ids[3]]]
    assert columns._columns.keys() == plain_names("affect_known", "affect", "embeddings", "sounds")
    np.testing.assert_array_equal(columns.moods[3], SAD)
    assert columns.model == "music-1"
    assert SongColumns.of(catalogue, "affect").model is None


def plain_names(*names):
    return {"ids", "states", "moods", *names}


def test_songs_that_came_or_went_are_in_the_next_files(catalogue, ids, add_song):
    live(catalogue)
    (old,) = generations(catalogue)
    add_song(catalogue, "/m/new.mp3")
    with sqlite3.connect(catalogue.path) as other:
        other.execute("DELETE FROM songs WHERE id = ?", (ids[0],))
    columns = live(catalogue)
    assert columns.in_files
    assert columns.unsaved == 0
    check(columns, catalogue)
    (new,) = generations(catalogue)
    assert new != old


def test_while_songs_come_files_are_not_written_each_time(catalogue, ids, add_song, monkeypatch):
    monkeypatch.setattr(live_columns, "_REST", 0)
    with closing(LiveColumns(catalogue)) as columns:
        columns.now()
        (old,) = generations(catalogue)
        add_song(catalogue, "/m/new.mp3")
        assert not columns.now().in_files
        check(columns.now(), catalogue)
        assert generations(catalogue) == [old]
        monkeypatch.setattr(live_columns, "_QUIET", 0)  # a minute later
        assert columns.now().in_files
        check(columns.now(), catalogue)
        assert generations(catalogue) != [old]


def test_many_changes_are_written(catalogue, ids):
    with closing(LiveColumns(catalogue)) as columns:
        columns.now()
        (old,) = generations(catalogue)
        for song_id in ids[:3]:
            correct(catalogue, song_id, SAD)
        columns.expire()
        assert columns.now().unsaved == 0
        check(columns.now(), catalogue)
        assert generations(catalogue) != [old]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "files.json").write_text("{"),
        lambda folder: (folder / "files.json").write_text('{"made_by": 1}'),
        lambda folder: next(folder.glob("files-*/moods.npy")).unlink(),
        lambda folder: os.truncate(next(folder.glob("files-*/titles.data.npy")), 200),
        lambda folder: next(folder.glob("files-*/ids.npy")).write_bytes(b"rubbish"),
        lambda folder: shutil.rmtree(next(folder.glob("files-*"))),
    ],
)
def test_files_that_are_gone_or_damaged_count_as_not_there(catalogue, ids, reads, damage):
    live(catalogue)
    damage(folder_of(catalogue.path))
    reads.clear()
    columns = live(catalogue)
    assert reads == [None]
    assert columns.in_files
    check(columns, catalogue)


def test_a_process_goes_on_with_files_that_another_one_replaced(catalogue, ids):
    with closing(LiveColumns(catalogue)) as columns:
        before = columns.now()
        discard(catalogue.path)
        live(catalogue)
        correct(catalogue, ids[3], SAD)
        columns.expire()
        check(columns.now(), catalogue)
        np.testing.assert_array_equal(before.moods[0], HAPPY)
        assert before.copies(3).tolist() == [3]  # an index that no file holds any more


def test_the_songs_of_a_server_have_files_of_their_own(catalogue, ids, add_song):
    live(catalogue)
    with Catalogue(catalogue.path, server="a.example") as there:
        add_song(there, "subsonic:a.example/1", server="a.example", remote_id="1")
        assert len(live(there)) == 1
    assert len(generations(catalogue)) == 2
    check(live(catalogue), catalogue)


def test_another_catalogue_in_the_same_place_is_read(catalogue, ids, tmp_path, add_song):
    live(catalogue)
    with Catalogue(tmp_path / "other.sqlite") as other:
        add_song(other, "/n/1.mp3")
    shutil.move(tmp_path / "other.sqlite", catalogue.path)
    columns = live(catalogue)
    assert len(columns) == 1
    check(columns, catalogue)


def test_nothing_that_names_a_removed_song_is_left(catalogue, ids):
    live(catalogue)
    forget(catalogue, Path("/m"))
    assert not folder_of(catalogue.path).exists()


def test_one_writes_at_a_time_and_others_take_it_over(catalogue, ids, monkeypatch):
    with closing(LiveColumns(catalogue)) as waiting:
        with column_files.process_lock(made(folder_of(catalogue.path)) / "writing.lock", "1"):
            columns = waiting.now()
            assert not columns.in_files
            check(columns, catalogue)
        live(catalogue)
        (theirs,) = generations(catalogue)
        assert waiting.now() is columns
        monkeypatch.setattr(live_columns, "_QUIET", 0)  # a minute later
        waiting._stores_from = 0.0
        assert waiting.now().in_files
        check(waiting.now(), catalogue)
        assert generations(catalogue) == [theirs]  # what the other one wrote


def test_a_large_catalogue_that_another_one_reads_is_waited_for(catalogue, ids, reads, monkeypatch):
    """The other one has the lock at first, and writes while it is waited for."""
    monkeypatch.setattr(live_columns, "_WAITED_FROM", 0)
    monkeypatch.setattr(live_columns, "_LOOK", 0.01)
    looked = []

    def look(of):
        assert is_being_written(of) == (not looked)
        looked.append(of)
        if len(looked) == 1:
            other.close()
            live(catalogue)
        return len(looked) == 1

    monkeypatch.setattr(live_columns, "is_being_written", look)
    with ExitStack() as other, closing(LiveColumns(catalogue)) as waiting:
        lock = made(folder_of(catalogue.path)) / "writing.lock"
        other.enter_context(column_files.process_lock(lock, "1"))
        columns = waiting.now()
    assert len(looked) == 2
    assert (columns.in_files, columns.unsaved) == (True, 0)
    assert reads == [None]  # by the other one
    check(columns, catalogue)


def made(folder):
    folder.mkdir()
    return folder


def test_a_full_disk_costs_the_files_alone(catalogue, ids, monkeypatch):
    usage = shutil.disk_usage(catalogue.path.parent)._replace(free=1000)
    monkeypatch.setattr(column_files.shutil, "disk_usage", lambda _: usage)
    columns = live(catalogue)
    assert not columns.in_files
    check(columns, catalogue)
    assert files_of(catalogue) is None


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    "at",
    [
        *("works.npy", "embeddings.npy", "artist-order-2-30.falling.npy"),
        *("sound-cells-1-30.rows.npy", "files.json"),
    ],
)
def test_a_process_that_is_killed_while_it_writes_leaves_the_old_files(catalogue, ids, reads, at):
    live(catalogue)
    (old,) = generations(catalogue)
    for song_id in ids[:5]:
        correct(catalogue, song_id, SAD)
    program = f"""
import os, signal, sys
from pathlib import Path
from vibelux.library import column_files, column_writer, live_columns, near_sounds
from vibelux.library.catalogue import Catalogue
live_columns._STORED_FROM = near_sounds._CELLS_FROM = 0
write, atomic = column_writer.ArrayWriter.add, column_files.atomic_file
def dying(self, array):
    if Path(self._file.name).name == {at!r}:
        self._file.write(b"half")
        self._file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, array)
def dying_too(path, **options):
    if path.name == {at!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    return atomic(path, **options)
column_writer.ArrayWriter.add, column_files.atomic_file = dying, dying_too
live_columns.LiveColumns(Catalogue(Path({str(catalogue.path)!r}))).now()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(generations(catalogue)) == 2
    manifest = json.loads((folder_of(catalogue.path) / "files.json").read_bytes())
    assert manifest["generation"] == old
    reads.clear()
    columns = live(catalogue)  # which writes what the other one could not, and tidies up
    assert reads == [sorted(ids[:5])]
    check(columns, catalogue)
    assert len(generations(catalogue)) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_that_is_killed_while_it_removes_old_files_leaves_the_new_ones(
    catalogue, ids, reads
):
    live(catalogue)
    (old,) = generations(catalogue)
    for song_id in ids[:5]:
        correct(catalogue, song_id, SAD)
    program = f"""
import os, signal
from pathlib import Path
from vibelux.library import column_files, live_columns
from vibelux.library.catalogue import Catalogue
live_columns._STORED_FROM = 0
column_files.shutil.rmtree = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
live_columns.LiveColumns(Catalogue(Path({str(catalogue.path)!r}))).now()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    assert old in generations(catalogue) and len(generations(catalogue)) == 2
    reads.clear()
    columns = live(catalogue)
    assert (reads, columns.in_files, columns.unsaved) == ([], True, 0)
    check(columns, catalogue)
    for song_id in ids[5:10]:
        correct(catalogue, song_id, SAD)
    check(live(catalogue), catalogue)
    assert len(generations(catalogue)) == 1  # whoever writes next removes what was left


@pytest.mark.parametrize("together", [1, 7, 4096])
def test_all_songs_are_read_a_few_at_a_time(catalogue, ids, add_song, reads, monkeypatch, together):
    monkeypatch.setattr("vibelux.library.column_reading._CHUNK", together)
    for number in range(9):
        state, own = ("ok", "failed", "missing")[number % 3], f"music-{number % 2 + 2}"
        other = vector_blob(np.ones(2 + number % 2), EMBEDDING)
        values = {"embedding": other} | ({"model": own} if state == "ok" else {})
        add_song(catalogue, f"/n/{number}.mp3", state=state, **values)
    columns = live(catalogue)
    assert (reads, columns.in_files, columns.unsaved) == ([None], True, 0)
    check(columns, catalogue)
    sounds = [
        columns._sounds[place].model if place >= 0 else None for place in columns._columns["sounds"]
    ]
    expected = plain_columns(catalogue)
    assert sounds == [
        expected._sounds[place].model if place >= 0 else None
        for place in expected._columns["sounds"]
    ]


def test_embeddings_of_most_songs_count_though_the_first_songs_have_others(
    catalogue, ids, add_song, reads, monkeypatch
):
    monkeypatch.setattr("vibelux.library.column_reading._CHUNK", 5)
    with sqlite3.connect(catalogue.path) as other:
        other.execute("UPDATE songs SET model = 'music-0' WHERE id <= ?", (ids[9],))
    columns = live(catalogue)
    assert (reads, columns.model, columns.in_files) == ([None, None], "music-1", True)
    check(columns, catalogue)
    assert len(generations(catalogue)) == 1


def test_random_writes_lead_to_the_same_as_without_files(catalogue, ids):
    rng = np.random.default_rng(1)
    for _ in range(25):
        for _ in range(rng.integers(1, 4)):
            song_id = int(rng.integers(1, 36))
            blob = vector_blob(rng.dirichlet(np.ones(7)).astype(np.float32))
            path = f"/r/{rng.integers(1 << 40)}.mp3".encode()
            statement = [
                ("UPDATE songs SET own_mood = ? WHERE id = ?", (blob, song_id)),
                ("UPDATE songs SET title = ? WHERE id = ?", (f"ß {song_id}", song_id)),
                ("UPDATE songs SET path = ? WHERE id = ?", (path, song_id)),
                ("UPDATE songs SET state = 'missing' WHERE id = ?", (song_id,)),
                ("DELETE FROM songs WHERE id = ?", (song_id,)),
                ("INSERT INTO songs (path, state, mood) VALUES (?, 'ok', ?)", (path, blob)),
                ("UPDATE songs SET known_by = ? WHERE id = ?", (path, song_id)),
                ("UPDATE songs SET embedding = NULL WHERE id = ?", (song_id,)),
            ][rng.integers(8)]
            with closing(sqlite3.connect(catalogue.path)) as other, other:
                other.execute(*statement)
        columns, expected = live(catalogue), plain_columns(catalogue)
        check(columns, catalogue)
        np.testing.assert_array_equal(columns.embedded, expected.embeddings.any(axis=1))
        np.testing.assert_array_equal(columns.playable.embedded, expected.playable.embedded)
        for row in range(len(expected)):
            key, path = expected.key(row), expected.paths[row]
            assert columns.key(row) == key
            assert columns.rows(key, path).tolist() == expected.rows(key, path).tolist()
            assert columns.copies(row).tolist() == expected.copies(row).tolist()


def test_the_format_says_what_the_columns_hold(catalogue, ids):
    """Where this fails, columns are made in another way: count `_FORMAT` up, and say so here."""
    digest = blake2b(digest_size=8)
    columns = plain_columns(catalogue)
    for name in sorted(columns._columns):
        column = columns._columns[name]
        parts = (column.offsets, column.data) if isinstance(column, TextColumn) else (column,)
        for part in parts:
            digest.update(f"{name} {part.dtype} {part.shape}".encode())
            digest.update(np.round(part, 4).tobytes() if part.dtype.kind == "f" else part.tobytes())
    assert (column_files._FORMAT, digest.hexdigest()) == (1, "a827f41c4924d9ca")
