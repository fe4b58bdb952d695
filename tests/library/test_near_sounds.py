"""The nearest sounds of large libraries, against comparing all of them."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from sqlalchemy import insert
from tests.made_sounds import made_sounds

from vibelux.library import live_columns, near_sounds
from vibelux.library.live_columns import LiveColumns
from vibelux.library.near_sounds import cells_of, nearest_sounds
from vibelux.library.schema import songs as table
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.library.sound_cells import SoundCells
from vibelux.library.sound_index import SoundIndex

SOUNDS = made_sounds(400)


@pytest.fixture
def small_libraries_too(monkeypatch):
    monkeypatch.setattr(live_columns, "_STORED_FROM", 0)
    monkeypatch.setattr(near_sounds, "_CELLS_FROM", 100)
    monkeypatch.setattr("vibelux.library.sound_cells._LEAST", 200)


@pytest.fixture
def ids(catalogue, small_libraries_too):
    """Every eighth song cannot be played, every tenth has no embedding."""
    rows = [
        {
            "path": f"/m/{number:03}.mp3".encode(),
            "state": "missing" if number % 8 == 0 else "ok",
            "mood": vector_blob(np.full(7, 1 / 7)),
            "embedding": None if number % 10 == 0 else vector_blob(sound, EMBEDDING),
            "model": "music-1",
        }
        for number, sound in enumerate(SOUNDS)
    ]
    with catalogue.writing() as connection:
        connection.execute(insert(table), rows)
    return list(range(1, len(SOUNDS) + 1))


def sql(catalogue, *statement):
    with closing(sqlite3.connect(catalogue.path)) as other, other:
        other.execute(*statement)


def exact(songs, sound, n):
    return SoundIndex(songs.embeddings, songs.embedded).nearest(sound, n)


def agrees(songs, sound, n=10):
    """Check an answer: each song is as near as it is said to be, and nearly all are found."""
    rows, cosines = nearest_sounds(songs, sound, n)
    best, expected = exact(songs, sound, n)
    all_cosines = SoundIndex(songs.embeddings).cosines(sound)
    assert cosines.tolist() == all_cosines[rows].tolist() == sorted(cosines, reverse=True)
    assert songs.embedded[rows].all()
    assert rows[0] == best[0] and cosines[0] == expected[0]
    return len(set(rows.tolist()) & set(best.tolist())) / n


def test_of_twenty_songs_nineteen_are_found():
    number = near_sounds._CELLS_FROM
    sounds = made_sounds(number)
    cells = SoundCells.of(sounds, np.arange(number))
    assert sorted(cells.rows.tolist()) == list(range(number))
    nobody = np.empty(0, np.int64)
    all_of_them = SoundIndex(sounds)
    found = []
    for row in range(0, number, number // 40):
        sound = sounds[row].astype(np.float32)
        some, cosines = cells.nearest(sound, 20, without=nobody)
        best, _ = all_of_them.nearest(sound, 20)
        assert some[0] == row and cosines.tolist() == all_of_them.cosines(sound)[some].tolist()
        found.append(len(set(some.tolist()) & set(best.tolist())) / 20)
    assert np.mean(found) >= 0.95


def test_cells_come_with_the_files_and_the_next_process_uses_them(catalogue, ids, monkeypatch):
    with closing(LiveColumns(catalogue)) as live:
        live.now()
    monkeypatch.setattr(SoundCells, "of", None)  # nothing is made any more
    with closing(LiveColumns(catalogue)) as live:
        songs = live.now().playable
    cells = cells_of(songs)
    assert len(cells) == np.count_nonzero(songs.embedded)
    assert not any(array.flags.writeable for array in cells.arrays().values())
    assert np.mean([agrees(songs, sound) for sound in SOUNDS[1:100:7]]) >= 0.9


def test_songs_that_have_changed_are_compared_as_they_are(catalogue, ids):
    with closing(LiveColumns(catalogue)) as live:
        live.now()
        other = np.eye(SOUNDS.shape[1])[7]
        for song_id in (ids[5], ids[10]):  # the second one had none
            sql(
                catalogue,
                "UPDATE songs SET embedding = ? WHERE id = ?",
                (vector_blob(other, EMBEDDING), song_id),
            )
        sql(catalogue, "UPDATE songs SET embedding = NULL WHERE id = ?", (ids[6],))
        live.expire()
        songs = live.now().playable
    assert cells_of(songs) is cells_of(songs.base)
    rows, _ = nearest_sounds(songs, other, 2)
    assert songs.ids[rows].tolist() == [ids[5], ids[10]]
    assert ids[5] not in songs.ids[nearest_sounds(songs, SOUNDS[5], 5)[0]]
    assert ids[6] not in songs.ids[nearest_sounds(songs, SOUNDS[6], 20)[0]]
    agrees(songs, SOUNDS[21])


def test_embeddings_of_another_model_are_in_no_cell(catalogue, ids):
    sql(catalogue, "UPDATE songs SET model = 'music-2' WHERE id <= 40")
    with closing(LiveColumns(catalogue)) as live:
        songs = live.now().playable
        cells = cells_of(songs)
        assert songs.ids[cells.rows].min() > 40
        sql(catalogue, "UPDATE songs SET model = 'music-2' WHERE id > 380")
        live.expire()
        songs = live.now().playable
        rows, _ = nearest_sounds(songs, SOUNDS[390], 25)
        assert songs.ids[rows].max() <= 380
        sql(catalogue, "UPDATE songs SET model = 'music-2'")
        live.expire()
        songs = live.now().playable
        assert songs.model == "music-2"
        assert agrees(songs, SOUNDS[5]) >= 0.9  # cells of the new model


def test_small_libraries_and_long_lists_are_compared_as_a_whole(catalogue, ids, monkeypatch):
    with closing(LiveColumns(catalogue)) as live:
        songs = live.now().playable
    most = cells_of(songs).most
    assert most == 25
    rows, _ = nearest_sounds(songs, SOUNDS[3], most + 1)
    assert rows.tolist() == exact(songs, SOUNDS[3], most + 1)[0].tolist()
    monkeypatch.setattr(near_sounds, "_CELLS_FROM", 1000)
    assert cells_of(songs) is None
    rows, _ = nearest_sounds(songs, SOUNDS[3], 10)
    assert rows.tolist() == exact(songs, SOUNDS[3], 10)[0].tolist()
