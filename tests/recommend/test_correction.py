import numpy as np
import pytest
from sqlalchemy import update

from vibelux.circumplex import affect_of
from vibelux.emotions import as_mood, parse_mood
from vibelux.errors import InvalidInput, InvalidMood
from vibelux.library.catalogue_overview import overview
from vibelux.library.schema import songs
from vibelux.library.song_table import SongTable
from vibelux.recommend.correction import correct
from vibelux.recommend.session import Session
from vibelux.recommend.shelf import Shelf


@pytest.fixture
def song_id(library, add_song):
    add_song("other", "happy", valence=0.9, arousal=0.8)
    return add_song("wrong", "happy", valence=0.9, arousal=0.8, duration=10.0)


def test_a_mood_of_ones_own_counts_wherever_moods_are_read(library, song_id):
    sad = parse_mood("sad=0.8,neutral=0.2")
    correct(library, song_id, sad)
    song = library.song(song_id)
    assert song.corrected
    np.testing.assert_allclose(song.mood, sad)
    assert (song.valence, song.arousal) == pytest.approx(tuple(affect_of(sad).tolist()))
    ids, moods, _ = library.mood_matrix()
    np.testing.assert_allclose(moods[ids.tolist().index(song_id)], sad)
    shelf = Shelf.of(library)
    row = shelf.row_of[song_id]
    np.testing.assert_allclose(shelf.moods[row], sad)
    np.testing.assert_allclose(shelf.affect[row], affect_of(sad))
    assert SongTable.of(library).find(emotion="sad").tolist() == [song_id]
    assert overview(library).strongest["sad"] == 1
    first = Session(library, strength=1.0, personal=0.0).next(parse_mood("sad"), chosen=True)
    assert first.song.id == song_id


def test_it_can_be_taken_back(library, song_id):
    correct(library, song_id, [0, 0, 0, 0, 0, 1, 0])
    correct(library, song_id, None)
    song = library.song(song_id)
    assert not song.corrected
    np.testing.assert_allclose(song.mood, parse_mood("happy"))
    assert (song.valence, song.arousal) == (0.9, 0.8)


def test_what_cannot_be_corrected_is_said(library, add_song, song_id):
    failed = add_song("broken", state="failed", reason_code="damaged", reason="it is")
    with library.writing() as connection:
        connection.execute(update(songs).where(songs.c.id == failed).values(mood=None))
    for unknown in (failed, 999):
        with pytest.raises(InvalidInput, match=f"no analysed song with id {unknown}"):
            correct(library, unknown, np.ones(7))
    with pytest.raises(InvalidMood, match="all seven numbers are zero"):
        correct(library, song_id, np.zeros(7))
    np.testing.assert_allclose(library.song(song_id).mood, as_mood([0, 0, 0, 1, 0, 0, 0]))
