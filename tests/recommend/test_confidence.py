from dataclasses import replace

import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.library.schema_blobs import MOMENT
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.confidence import confidence_of

MUSIC = ModelStatistics().songs


def course(*moods: str) -> np.ndarray:
    rows = np.zeros(len(moods), dtype=MOMENT)
    for row, mood in zip(rows, moods, strict=True):
        row["mood"] = parse_mood(mood)
    return rows


def test_one_emotion_is_clear_and_seven_alike_are_not():
    assert confidence_of(parse_mood("sad"), course(), MUSIC).clear == 1
    assert confidence_of(np.ones(7), course(), MUSIC).clear == pytest.approx(0, abs=1e-6)
    half = confidence_of(parse_mood("sad=1,happy=1"), course(), MUSIC)
    assert half.clear == pytest.approx(1 - np.log(2) / np.log(7), abs=1e-6)
    assert half.steady is None and half.value == half.clear


def test_a_song_that_changes_is_not_steady():
    same = confidence_of(parse_mood("sad"), course("sad", "sad", "sad"), MUSIC)
    assert same.steady == 1
    turning = confidence_of(parse_mood("sad=1,happy=1"), course("sad", "happy"), MUSIC)
    assert turning.steady == pytest.approx(0.5)
    assert turning.value == pytest.approx(turning.clear / 2)
    assert confidence_of(parse_mood("sad"), course("sad"), MUSIC).steady is None


def test_two_emotions_of_which_one_counts_as_much_as_the_other_are_not_clear():
    """The bars of both stand beside the sentence: 44 and 40 of 100 are no clear mood."""
    lenient = replace(MUSIC, clear=0.1)
    for second, is_clear in ((0.30, True), (0.40, False)):
        mood = np.full(7, (0.56 - second) / 5)
        mood[[3, 4]] = 0.44, second
        assert confidence_of(mood, course(), lenient).is_clear is is_clear


def test_what_is_clear_and_steady_follows_from_the_model():
    mood = parse_mood("sad=0.6,happy=0.4")
    changing = course("sad=0.6,happy=0.4", "sad=0.4,happy=0.6")
    found = confidence_of(mood, changing, replace(MUSIC, clear=0.6, steady=0.89))
    assert found.as_json() == {
        "clear": round(found.clear, 6),
        "steady": pytest.approx(0.9, abs=1e-3),  # half precision
        "is_clear": True,
        "is_steady": True,
    }
    other = confidence_of(mood, changing, replace(MUSIC, clear=0.7, steady=0.95))
    assert (other.clear, other.is_clear, other.is_steady) == (found.clear, False, False)
    assert confidence_of(mood, course("sad"), MUSIC).is_steady is None
