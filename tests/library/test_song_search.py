import numpy as np
import pytest

from vibelux.errors import InvalidInput, InvalidMood
from vibelux.folding import folded
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_search import SEARCHED, find, points


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Ça  Ira", "ca ira"), ("ÜBEL", "ubel"), ("Straße", "strasse"), ("ﬁn", "fin"), (None, "")],
)
def test_texts_are_compared_without_case_and_accents(text, plain):
    assert folded(text) == plain


def test_songs_without_a_value_come_last_whichever_way(catalogue, add_song):
    ids = [
        add_song(catalogue, f"/m/{n}.mp3", artist=artist, duration=duration)
        for n, (artist, duration) in enumerate([("b", 2.0), (None, None), ("a", 1.0), ("b", 3.0)])
    ]
    songs = SongColumns.of(catalogue, *SEARCHED)
    for sort in ("artist", "duration"):
        assert find(songs, sort=sort)[-1] == find(songs, sort=sort, descending=True)[-1] == ids[1]
    assert find(songs, sort="artist").tolist() == [ids[2], ids[0], ids[3], ids[1]]
    assert find(songs, sort="added", descending=True).tolist() == ids[::-1]


def test_songs_are_sorted_by_year_and_by_the_share_of_any_emotion(catalogue, add_song):
    ids = [
        add_song(catalogue, f"/m/{n}.mp3", year=year, mood=vector_blob(np.array(mood, np.float32)))
        for n, (year, mood) in enumerate(
            [
                (1999, [0, 0, 0, 0.2, 0, 0.8, 0]),
                (None, [0, 0, 0, 0.9, 0, 0.1, 0]),
                (1971, [0, 0, 0, 0.4, 0, 0.6, 0]),
            ]
        )
    ]
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert find(songs, sort="year").tolist() == [ids[2], ids[0], ids[1]]
    assert find(songs, sort="year", descending=True).tolist() == [ids[0], ids[2], ids[1]]
    assert find(songs, sort="happy", descending=True).tolist() == [ids[1], ids[2], ids[0]]
    sad_ones = find(songs, emotion="sad", sort="happy", descending=True)
    assert sad_ones.tolist() == [ids[2], ids[0]]


def test_failed_and_missing_songs_are_found_by_their_state(catalogue, add_song):
    failed = add_song(catalogue, "/m/bad.mp3", state="failed")
    add_song(catalogue, "/m/good.mp3")
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert find(songs, state="failed").tolist() == [failed]
    assert find(songs, state="missing").tolist() == []
    assert find(songs, "good", state="failed").tolist() == []


def test_the_strongest_emotion_is_not_one_of_no_share(catalogue, add_song):
    angry = add_song(catalogue, "/m/a.mp3", mood=vector_blob(np.eye(7)[0]))
    add_song(catalogue, "/m/b.mp3", state="failed")
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert find(songs, emotion="anger").tolist() == [angry]
    assert find(songs, emotion="angry", state="failed").tolist() == []
    with pytest.raises(InvalidMood, match="bored"):
        find(songs, emotion="bored")
    with pytest.raises(InvalidInput, match="name the emotion"):
        find(songs, least=0.5)


def test_an_empty_catalogue_has_an_empty_list(catalogue):
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert len(songs) == 0
    assert find(songs, "x", sort="title").tolist() == []
    assert points(songs).affect.shape == (0, 2)
