import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import as_mood, parse_mood
from vibelux.errors import InvalidInput, InvalidMood
from vibelux.library.catalogue_overview import overview
from vibelux.library.corrections import correct
from vibelux.library.song_table import SongTable
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.session import Session
from vibelux.recommend.shelf import Shelf

MUSIC = ModelStatistics().songs


@pytest.fixture
def song_id(known, music):
    """A song that the model takes for happy, as another one beside it."""
    for name in ("other.mp3", "wrong.mp3"):
        (music / name).write_text(name)
        song_id = known(music / name, parse_mood("happy"), valence=0.9, arousal=0.8)
    return song_id


def test_a_mood_of_ones_own_counts_wherever_moods_are_read(catalogue, song_id):
    sad = parse_mood("sad=0.8,neutral=0.2")
    correct(catalogue, song_id, sad)
    song = catalogue.song(song_id)
    assert song.corrected
    np.testing.assert_allclose(song.mood, sad)
    assert (song.valence, song.arousal) == pytest.approx(
        tuple(affect_of(sad, MUSIC.affect).tolist())
    )
    ids, moods, _ = catalogue.mood_matrix()
    np.testing.assert_allclose(moods[ids.tolist().index(song_id)], sad)
    shelf = Shelf.of(catalogue)
    row = shelf.row_of[song_id]
    np.testing.assert_allclose(shelf.moods[row], sad)
    np.testing.assert_allclose(shelf.affect[row], affect_of(sad, MUSIC.affect))
    assert SongTable.of(catalogue).find(emotion="sad").tolist() == [song_id]
    assert overview(catalogue).strongest["sad"] == 1
    first = Session(catalogue, strength=1.0, personal=0.0).next(parse_mood("sad"), chosen=True)
    assert first.song.id == song_id


def test_it_can_be_taken_back(catalogue, song_id):
    correct(catalogue, song_id, [0, 0, 0, 0, 0, 1, 0])
    correct(catalogue, song_id, None)
    song = catalogue.song(song_id)
    assert not song.corrected
    np.testing.assert_allclose(song.mood, parse_mood("happy"))
    assert (song.valence, song.arousal) == (0.9, 0.8)


def test_what_cannot_be_corrected_is_said(catalogue, add_song, song_id):
    failed = add_song(catalogue, "broken", state="failed")
    for unknown in (failed, 999):
        with pytest.raises(InvalidInput, match=f"no analysed song with id {unknown}"):
            correct(catalogue, unknown, np.ones(7))
    with pytest.raises(InvalidMood, match="all seven numbers are zero"):
        correct(catalogue, song_id, np.zeros(7))
    np.testing.assert_allclose(catalogue.song(song_id).mood, as_mood([0, 0, 0, 1, 0, 0, 0]))
