"""Figures of nearest songs that can be counted by hand."""

import numpy as np
import pytest

from vibelux.errors import InvalidInput
from vibelux.evaluation.sound import evaluate_sound


def on_arc(degrees: np.ndarray) -> np.ndarray:
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_songs_that_lie_by_artist_are_found_by_artist() -> None:
    group = np.repeat(["a", "b"], 11)  # two artists far apart, eleven songs each
    degrees = np.where(group == "a", 0.0, 90.0) + np.arange(22) * 0.1
    quadrant = np.tile([0, 1], 11)
    found = evaluate_sound(on_arc(degrees), group, quadrant)
    assert found.songs == 22
    assert found.artist == 1.0
    assert found.artist_by_chance == pytest.approx(10 / 21)
    assert found.quadrant_by_chance == pytest.approx(10 / 21)
    assert 0.4 < found.quadrant < 0.6
    # Ten of the other artist's eleven songs: the quadrants of all but the farthest.
    assert 0.4 < found.quadrant_other_artists < 0.6


def test_songs_that_lie_by_quadrant_are_found_by_quadrant() -> None:
    quadrant = np.repeat([0, 1, 2, 3], 15)
    group = np.array([f"artist {n}" for n in range(60)])
    found = evaluate_sound(on_arc(quadrant * 40.0 + np.arange(60) * 0.01), group, quadrant)
    assert found.quadrant == found.quadrant_other_artists == 1.0
    assert np.isnan(found.artist)  # nobody has two songs


def test_too_few_songs() -> None:
    with pytest.raises(InvalidInput, match="10 songs are too few; more than 10"):
        evaluate_sound(on_arc(np.arange(10.0)), np.arange(10).astype(str), np.zeros(10, np.int64))
