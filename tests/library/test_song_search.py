import numpy as np
import pytest

from vibelux.errors import InvalidInput, InvalidMood
from vibelux.folding import folded
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_search import LiveTable, SongTable


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
    table = SongTable.of(catalogue)
    for sort in ("artist", "duration"):
        assert table.find(sort=sort)[-1] == table.find(sort=sort, descending=True)[-1] == ids[1]
    assert table.find(sort="artist").tolist() == [ids[2], ids[0], ids[3], ids[1]]
    assert table.find(sort="added", descending=True).tolist() == ids[::-1]


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
    table = SongTable.of(catalogue)
    assert table.find(sort="year").tolist() == [ids[2], ids[0], ids[1]]
    assert table.find(sort="year", descending=True).tolist() == [ids[0], ids[2], ids[1]]
    assert table.find(sort="happy", descending=True).tolist() == [ids[1], ids[2], ids[0]]
    sad_ones = table.find(emotion="sad", sort="happy", descending=True)
    assert sad_ones.tolist() == [ids[2], ids[0]]


def test_failed_and_missing_songs_are_found_by_their_state(catalogue, add_song):
    failed = add_song(catalogue, "/m/bad.mp3", state="failed")
    add_song(catalogue, "/m/good.mp3")
    table = SongTable.of(catalogue)
    assert table.find(state="failed").tolist() == [failed]
    assert table.find(state="missing").tolist() == []
    assert table.find("good", state="failed").tolist() == []


def test_the_strongest_emotion_is_not_one_of_no_share(catalogue, add_song):
    angry = add_song(catalogue, "/m/a.mp3", mood=vector_blob(np.eye(7)[0]))
    add_song(catalogue, "/m/b.mp3", state="failed")
    table = SongTable.of(catalogue)
    assert table.find(emotion="anger").tolist() == [angry]
    assert table.find(emotion="angry", state="failed").tolist() == []
    with pytest.raises(InvalidMood, match="bored"):
        table.find(emotion="bored")
    with pytest.raises(InvalidInput, match="name the emotion"):
        table.find(least=0.5)


def test_an_empty_catalogue_has_an_empty_table(catalogue):
    table = SongTable.of(catalogue)
    assert len(table) == 0
    assert table.find("x", sort="title").tolist() == []
    assert table.points().affect.shape == (0, 2)


def test_the_live_table_sees_what_others_write(catalogue, add_song):
    live = LiveTable(catalogue)
    first = live.now()
    assert live.now() is first
    with Catalogue(catalogue.path) as other:
        add_song(other, "/m/new.mp3")
    live.expire()
    assert len(live.now()) == len(first) + 1
    live.close()
