"""Everyday words for moods: each lies where its word says, and is found in any language."""

import re
from typing import get_args

import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS, parse_mood
from vibelux.errors import InvalidMood
from vibelux.everyday_moods import (
    EVERYDAY_MOODS,
    UnreadableMood,
    Word,
    mood_of_text,
    mood_of_word,
    word_of_mood,
)
from vibelux.language import LANGUAGES, words_of
from vibelux.model_statistics import ModelStatistics


def place_of(word: str) -> tuple[float, float]:
    valence, arousal = affect_of(EVERYDAY_MOODS[word], ModelStatistics().songs.affect).tolist()
    return valence, arousal


@pytest.mark.parametrize(
    ("word", "valences", "arousals"),
    [
        ("calm", (0, 0.5), (-1, -0.4)),
        ("cheerful", (0.5, 1), (0.3, 1)),
        ("melancholy", (-1, -0.25), (-1, -0.4)),
        ("energetic", (0.2, 1), (0.6, 1)),
        ("tense", (-1, -0.4), (0.4, 1)),
        ("focused", (-0.3, 0.3), (-0.4, -0.1)),
    ],
)
def test_each_lies_where_its_word_says(word, valences, arousals):
    valence, arousal = place_of(word)
    assert valences[0] <= valence <= valences[1]
    assert arousals[0] <= arousal <= arousals[1]


def test_no_two_are_the_same():
    places = np.array([place_of(word) for word in EVERYDAY_MOODS])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert apart[~np.eye(len(places), dtype=bool)].min() > 0.2


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_names_and_explains_them(code):
    words = words_of(code)
    assert words.names("everyday") == tuple(EVERYDAY_MOODS)
    names = [words.text(f"everyday.{key}.name") for key in EVERYDAY_MOODS]
    assert len(set(names)) == len(names)
    assert all(words.text(f"everyday.{key}.meaning") for key in EVERYDAY_MOODS)


@pytest.mark.parametrize(
    ("text", "key"),
    [("calm", "calm"), (" Tense ", "tense"), ("RUHIG", "calm"), ("melancholisch", "melancholy")],
)
def test_everyday_words_of_any_language_in_any_case(text, key):
    assert np.array_equal(mood_of_word(text), EVERYDAY_MOODS[key])


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Happy", "happy"),
        ("traurig", "sad"),
        ("überrascht", "surprise"),
        ("joy", "happy"),
        ("Sad!", "sad"),
    ],
)
def test_the_seven_count_as_words(text, emotion):
    assert np.array_equal(mood_of_word(text), parse_mood(emotion))


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_is_itself(emotion):
    assert np.array_equal(mood_of_word(emotion), parse_mood(emotion))


def test_a_mood_that_was_got_may_be_changed():
    mood_of_word("calm")[:] = 0
    assert mood_of_word("calm").sum() == pytest.approx(1)


def test_an_unknown_word_names_those_that_are_known():
    with pytest.raises(InvalidMood, match="unknown mood 'grumpy'; choose from calm, cheerful"):
        mood_of_word("grumpy")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Calm", "neutral=0.8,happy=0.15,sad=0.05"),
        ("happy=0.7, sad=0.3", "happy=0.7,sad=0.3"),
        ("happy 0.7 sad 0.3", "happy=0.7,sad=0.3"),
        ("happy: 70 %; sad: 30 %", "happy=0.7,sad=0.3"),
        ("traurig, wütend", "sad=0.5,angry=0.5"),
        ("ängstlich=0,7, traurig=0,3", "fear=0.7,sad=0.3"),
        ("calm=0.5 sad=.5", "neutral=0.4,happy=0.075,sad=0.525"),
        ("0,0.5,0,0,0,0,1.5", "disgust=0.25,surprise=0.75"),
    ],
)
def test_moods_as_people_type_them(text, same):
    np.testing.assert_allclose(mood_of_text(text), parse_mood(same), atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the mood is empty"),
        ("hapy", "unknown mood 'hapy'"),
        ("happy=x", "happy=x: the weight must be a number of at least 0"),
        ("happy=-1", "happy=-1: the weight must be a number"),
        ("happy=1e999", "happy=1e999: the weight must be a number"),
        ("happy 0.7 sad", "sad has no number"),
        ("happy=0", "every number is 0"),
        ("happy=0, 7", "'7' is not a mood"),
    ],
)
def test_what_is_no_mood_is_said(text, message):
    with pytest.raises(InvalidMood, match=re.escape(message)):
        mood_of_text(text)


@pytest.mark.parametrize(
    ("text", "code", "meant"),
    [
        ("happy 0.7, sad", "en", "happy=0.7, sad=0.3"),
        ("happy 70 %, sad, fear", "en", "happy=70, sad=15, fear=15"),
        ("happy=2, sad", "en", "happy=2, sad=2"),
        ("happy=1, sad", "en", "happy=1, sad=1"),
        ("sad=x", "en", "sad"),
        ("sad=0", "en", "sad"),
        ("sad=0, happy=0", "en", "sad, happy"),
        ("happy=0.7, sad=-1", "en", "happy=0.7, sad=0.3"),
        ("hapy=0.7, sd=0.3", "en", "happy=0.7, sad=0.3"),
        ("calm piano", "en", "calm"),
        ("Kalm", "en", "calm"),
        ("Ruhg", "de", "ruhig"),
        ("schwunkvoll", "en", "energetic"),
        ("frölich=0,7, traurig", "de", "fröhlich=0.7, traurig=0.3"),
        ("happy=0, 7", "en", "happy"),
        ("zzz", "en", None),
    ],
)
def test_a_text_that_is_no_mood_tells_which_one_was_meant(text, code, meant):
    with pytest.raises(UnreadableMood) as said:
        mood_of_text(text, words_of(code))
    assert (said.value.text, said.value.meant) == (text, meant)
    assert meant is None or mood_of_text(meant).sum() == pytest.approx(1)


def test_a_mood_is_known_by_its_word():
    assert list(EVERYDAY_MOODS) == list(get_args(Word))
    for word, mood in EVERYDAY_MOODS.items():
        assert word_of_mood(np.round(mood, 6).tolist()) == word
        assert word_of_mood(0.9 * mood + 0.1 / 7) is None
    assert word_of_mood(np.eye(7)[3]) is None
