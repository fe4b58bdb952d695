"""The mood map of many songs: bins, the nearest songs of a place and those inside a line."""

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import EMOTIONS
from vibelux.library import mood_map as maps
from vibelux.library.mood_map import mood_map, nearest_places, within
from vibelux.library.schema import songs as table
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotions_of
from vibelux.library.song_search import SEARCHED

COUNT = 600


@pytest.fixture
def songs(catalogue):
    """Songs all over the plane; the last ones have no place on it, or cannot be played."""
    rng = np.random.default_rng(0)
    affect = rng.uniform(-1, 1, (COUNT, 2))
    affect[:2] = [[1, 1], [-1, -1]]
    rows = [
        {
            "path": f"/m/{number}.mp3".encode(),
            "state": "missing" if number > COUNT - 10 else "ok",
            "mood": vector_blob(mood),
            "valence": None if COUNT - 20 < number < COUNT - 9 else valence,
            "arousal": arousal,
        }
        for number, (mood, (valence, arousal)) in enumerate(
            zip(rng.dirichlet(np.ones(7), COUNT), affect.tolist(), strict=True)
        )
    ]
    with catalogue.writing() as connection:
        connection.execute(insert(table), rows)
    return SongColumns.of(catalogue, *SEARCHED)


def test_few_songs_are_points(songs):
    found = mood_map(songs)
    assert found.bins is None
    assert found.points.ids.tolist() == list(range(1, COUNT - 18))
    assert found.counts.sum() == found.quarters.sum() == COUNT - 19
    part = mood_map(songs, (0.0, 0.5), (-1.0, 0.0))
    affect = songs.affect[[songs.row_of(int(song_id)) for song_id in found.points.ids]]
    inside = ((affect >= [0, -1]) & (affect <= [0.5, 0])).all(axis=1)
    assert part.points.ids.tolist() == found.points.ids[inside].tolist()
    assert part.counts.tolist() == found.counts.tolist()  # of the whole plane


def test_many_songs_are_counted_where_they_are(songs, monkeypatch):
    all_of_them = mood_map(songs).points
    monkeypatch.setattr(maps, "_POINTS", 100)
    found = mood_map(songs)
    bins = found.bins
    assert not found.points.ids.size
    assert bins.counts.sum(axis=0).tolist() == found.counts.tolist()
    assert (bins.counts.sum(axis=1) > 0).all()
    for affect, emotion in zip(all_of_them.affect, all_of_them.strongest, strict=True):
        near = (np.abs(bins.centres - affect) <= np.array(bins.size) / 2 + 1e-3).all(axis=1)
        assert bins.counts[near, emotion].any()
    corner = mood_map(songs, (0.4, 0.6), (-0.6, 0.9))
    assert corner.bins is None and corner.points.ids.size  # near enough to be seen one by one


def test_the_nearest_songs_of_a_place(songs):
    points = mood_map(songs).points
    far = np.hypot(*(points.affect - [0.2, -0.3]).T)
    found = nearest_places(songs, (0.2, -0.3), 5)
    assert found.tolist() == points.ids[np.argsort(far, kind="stable")[:5]].tolist()
    happy = EMOTIONS.index("happy")
    found = nearest_places(songs, (0.2, -0.3), 3, emotions=[happy])
    rows = [songs.row_of(int(song_id)) for song_id in found]
    assert emotions_of(songs)[rows].tolist() == [happy] * 3
    assert nearest_places(songs, (0, 0), 10_000).size == points.ids.size


def test_the_songs_inside_a_line(songs, monkeypatch):
    points = mood_map(songs).points
    x, y = songs.affect[[songs.row_of(int(song_id)) for song_id in points.ids]].T
    square = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    expected = points.ids[(np.abs(x) < 0.5) & (np.abs(y) < 0.5)].tolist()
    monkeypatch.setattr(maps, "_AT_ONCE", 7)
    assert within(songs, square).tolist() == expected
    notched = [*square[:2], (0, 0), *square[2:]]  # without the triangle to the right
    right = (x > np.abs(y)) & np.isin(points.ids, expected)
    left = sorted({*expected} - set(points.ids[right].tolist()))
    assert within(songs, notched).tolist() == left
    some = within(songs, square, emotions=[0, 1])
    assert 0 < some.size < len(expected)
