"""How a song sounds: no word contradicts what is known of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vibelux.circumplex import HIGH, LOW, PLEASANT, UNPLEASANT, affect_of
from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.language import LANGUAGES, words_of
from vibelux.library.catalogue import Song
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.reason_words import sound_in_words
from vibelux.recommend.song_sound import (
    TENSE,
    Analysis,
    Sounds,
    analysis_of,
    sounds_of,
)

MUSIC = ModelStatistics().songs

DARK = ("angry", "disgust", "fear", "sad")

moods = arrays(np.float64, 7, elements=st.floats(0, 1)).filter(lambda mood: mood.sum() > 0.01)
places = arrays(np.float32, 2, elements=st.floats(-1, 1, width=32))


def heard(mood: str, valence: float, arousal: float, tension: float | None = None) -> Analysis:
    return Analysis(parse_mood(mood), np.array([valence, arousal], np.float32), tension=tension)


@given(mood=moods, affect=places, tension=st.none() | st.floats(-1, 1))
def test_no_word_contradicts_what_is_known(mood, affect, tension):
    song = Analysis(as_mood(mood), affect, tension=tension)
    sounds = sounds_of(song)
    valence, arousal = (float(value) for value in affect)
    if valence > PLEASANT:
        assert sounds.emotion not in DARK
    if valence < UNPLEASANT:
        assert sounds.emotion in DARK
    if UNPLEASANT <= valence <= PLEASANT:
        assert song.mood[EMOTIONS.index(sounds.emotion)] == song.mood.max()
    assert (sounds.energy == "low") == (arousal < LOW)
    assert (sounds.energy == "high") == (arousal > HIGH)
    assert sounds.tense == (tension is not None and tension >= TENSE)


GLOOMY = {"gloomy", "dark", "sombre", "brooding", "eerie", "melancholy", "harsh", "fierce"}
SUNNY = {"warm", "cheerful", "playful", "dreamy", "easy-going", "gentle"}
SLOW = {"slow", "gentle", "calm", "quiet"}
FAST = {"lively", "energetic", "driving", "frantic", "stormy"}
TENSE_WORDS = {"tense", "restless", "frantic", "stormy"}


@given(mood=moods, affect=places, tension=st.floats(-1, 1))
def test_words_lie_on_the_side_of_the_numbers(mood, affect, tension):
    words = set(
        sound_in_words(
            sounds_of(Analysis(as_mood(mood), affect, tension=tension)), words_of("en")
        ).split(" and ")
    )
    valence, arousal = affect
    assert not (words & GLOOMY and valence > PLEASANT)
    assert not (words & SUNNY and valence < UNPLEASANT)
    assert not (words & SLOW and arousal > LOW + 1e-6)
    assert not (words & FAST and arousal < HIGH - 1e-6)
    assert not (words & TENSE_WORDS and tension < TENSE)


@pytest.mark.parametrize("code", LANGUAGES)
def test_songs_that_sound_different_are_named_differently(code):
    said = [
        sound_in_words(Sounds(emotion, energy, tense), words_of(code))
        for emotion in EMOTIONS
        for energy in ("low", "medium", "high")
        for tense in (False, True)
    ]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("song", "sounds", "said"),
    [
        (heard("sad", -0.5, -0.8), Sounds("sad", "low"), "gloomy and slow"),
        (heard("sad=0.6,happy=0.4", 0.4, -0.4), Sounds("happy", "low"), "warm and gentle"),
        (heard("neutral=0.6,sad=0.4", -0.5, 0.0), Sounds("sad", "medium"), "melancholy"),
        (heard("fear", -0.8, 0.6, 0.5), Sounds("fear", "high", True), "tense and driving"),
        (heard("happy", 0.8, 0.5, -0.1), Sounds("happy", "high"), "cheerful and lively"),
    ],
)
def test_songs_by_their_words(song, sounds, said):
    assert sounds_of(song) == sounds
    assert sound_in_words(sounds, words_of("en")) == said


def test_a_song_of_the_catalogue_is_known_by_its_own_numbers():
    song = Song(
        id=1,
        path=Path("a.mp3"),
        title="A",
        artist=None,
        album=None,
        duration=None,
        mood=parse_mood("sad"),
        valence=0.1,
        arousal=None,
        embedding=None,
        course=np.empty(0),
        model=None,
        state="ok",
        tension=0.5,
    )
    assert song.mood is not None
    known = analysis_of(song, MUSIC)
    place = affect_of(song.mood, MUSIC.affect)
    assert known.affect.tolist() == pytest.approx([0.1, place[1]])
    assert known.tension == 0.5
    # What the listener says of its mood leaves nothing of the model's tension.
    assert analysis_of(replace(song, corrected=True), MUSIC).tension is None
