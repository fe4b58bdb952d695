import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.library.schema_blobs import MOMENT
from vibelux.recommend.confidence import Confidence, confidence_of


def course(*moods: str) -> np.ndarray:
    rows = np.zeros(len(moods), dtype=MOMENT)
    for row, mood in zip(rows, moods, strict=True):
        row["mood"] = parse_mood(mood)
    return rows


def test_one_emotion_is_clear_and_seven_alike_are_not():
    assert confidence_of(parse_mood("sad"), course()).clear == 1
    assert confidence_of(np.ones(7), course()).clear == pytest.approx(0, abs=1e-6)
    half = confidence_of(parse_mood("sad=1,happy=1"), course())
    assert half.clear == pytest.approx(1 - np.log(2) / np.log(7), abs=1e-6)
    assert half.steady is None and half.value == half.clear


def test_a_song_that_changes_is_not_steady():
    same = confidence_of(parse_mood("sad"), course("sad", "sad", "sad"))
    assert same.steady == 1
    turning = confidence_of(parse_mood("sad=1,happy=1"), course("sad", "happy"))
    assert turning.steady == pytest.approx(0.5)
    assert turning.value == pytest.approx(turning.clear / 2)
    assert confidence_of(parse_mood("sad"), course("sad")).steady is None


def test_what_the_numbers_mean():
    assert Confidence(0.35, 0.93).as_json() == {
        "clear": 0.35,
        "steady": 0.93,
        "is_clear": True,
        "is_steady": True,
    }
    unsure = Confidence(0.1, 0.4)
    assert not unsure.is_clear and unsure.is_steady is False
    assert Confidence(0.1, None).is_steady is None
