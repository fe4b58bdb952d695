import time
from itertools import pairwise

import numpy as np
import pytest

from vibelux.errors import NotComparable
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.listener.profile import Event
from vibelux.recommend.radio import radio


def sound(degrees: float) -> list[float]:
    return [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]


@pytest.fixture
def arc(library, add_song):
    """Sixty songs of six artists; the farther apart their numbers, the less they sound alike."""
    for number in range(60):
        add_song(
            f"{number:02}",
            embedding=sound(1.5 * number),
            model="m",
            artist=f"Artist {number // 10}",
            album=f"Album {number // 5}",
        )
    return library


def play(catalogue, title="00", *, n=10, seed=1, listener=None):
    song = next(song for song in catalogue.songs() if song.title == title)
    columns = SongColumns.of(catalogue)
    listener = listener or Listener.at(None)
    return radio(catalogue, song, n=n, columns=columns, listener=listener, seed=seed)


def test_a_radio_plays_songs_that_sound_like_the_one(arc):
    found = play(arc)
    numbers = [int(other.song.title) for other in found]
    assert len(numbers) == len(set(numbers)) == 10
    assert 0 not in numbers
    assert max(numbers) <= 40  # of sixty
    assert np.mean(numbers) < 20
    assert [other.score for other in found] == pytest.approx(
        [np.cos(np.radians(1.5 * number)) for number in numbers], abs=2e-3
    )
    assert all(other.reasons for other in found)


def test_one_artist_does_not_play_all_the_time(arc):
    found = play(arc, n=12)
    artists = [other.song.artist for other in found]
    assert len(set(artists)) >= 3
    assert sum(one == other for one, other in pairwise(artists)) <= 2


def test_a_seed_gives_the_same_radio_and_none_another_one(arc):
    titles = [other.song.title for other in play(arc, seed=7)]
    assert titles == [other.song.title for other in play(arc, seed=7)]
    others = {tuple(other.song.title for other in play(arc, seed=None)) for _ in range(5)}
    assert len(others) > 1


def test_what_was_played_a_moment_ago_comes_later(arc):
    nearest = [song for song in arc.songs() if 1 <= int(song.title) <= 8]
    with Listener.at(None) as listener:
        columns = SongColumns.of(arc)
        for song in nearest:
            key = columns.key(columns.row_of(song.id))
            listener.tell(
                Event("played", key, b"", song.title, None, None, None, None, time.time())
            )
        titles = {other.song.title for other in play(arc, listener=listener)}
    fresh = {other.song.title for other in play(arc)}
    names = {song.title for song in nearest}
    assert len(titles & names) < len(fresh & names)


def test_copies_of_a_song_do_not_come(library, add_song):
    for name in ("a", "copy of a"):
        add_song(name, embedding=sound(0), model="m", content_hash=b"a" * 20)
    add_song("b", embedding=sound(10), model="m")
    assert [other.song.title for other in play(library, "a")] == ["b"]


def test_a_song_that_is_alone_or_unheard_has_no_radio(library, add_song):
    add_song("a", embedding=sound(0), model="m")
    with pytest.raises(NotComparable, match="no other song that sounds like 'a'"):
        play(library, "a")
    add_song("b")
    with pytest.raises(NotComparable, match="how 'b' sounds is not known"):
        play(library, "b")
