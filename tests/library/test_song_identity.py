"""Which song a file is, by the figures of the model's card."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vibelux.library.song_identity import another_song, same_sound
from vibelux.model_statistics import ModelStatistics

USUAL = replace(ModelStatistics().songs, similar=0.6, near_duplicate=0.9)


def analysed(cosine: float, seconds: float) -> dict[str, Any]:
    """Return an analysis whose embedding has a cosine to that of `analysed(1, …)`."""
    embedding = np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float16)
    return {
        "model": "music",
        "embedding": embedding.tobytes(),
        "duration": seconds,
        "sound_hash": b"begins alike",
    }


ROW: Any = SimpleNamespace(**analysed(1.0, 180.0))


@pytest.mark.parametrize(
    ("cosine", "seconds", "another"),
    [(0.55, 150.0, True), (0.65, 150.0, False), (0.55, 181.0, False)],
)
def test_a_song_of_another_length_that_sounds_unlike_is_another(
    cosine: float, seconds: float, another: bool
) -> None:
    assert another_song(ROW, analysed(cosine, seconds), USUAL) is another


@pytest.mark.parametrize(
    ("cosine", "seconds", "same"), [(0.95, 181.0, True), (0.85, 181.0, False), (1.0, 150.0, False)]
)
def test_songs_that_begin_alike_are_one_only_if_they_are_near_duplicates(
    cosine: float, seconds: float, same: bool
) -> None:
    assert same_sound(ROW, analysed(cosine, seconds), USUAL) is same
