"""The emotion that each song of a catalogue counts as."""

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import song_emotions
from vibelux.emotions import EMOTIONS
from vibelux.library.song_columns import SongColumns


def emotions_of(songs: SongColumns) -> NDArray[np.int8]:
    """Return the emotion of each song [shape=(n,), dtype=int8], by `song_emotions`.

    Args:
        songs: with the column ``affect``.

    Returns:
        indexes in `EMOTIONS`, -1 for songs without a mood.

    """
    return songs.by_rows("emotions-1", _emotions, "moods", "affect")


def emotion_counts(songs: SongColumns) -> list[int]:
    """Return how many songs count as each emotion, in the order of `EMOTIONS`.

    Args:
        songs: with the column ``affect``.

    """
    found = emotions_of(songs)
    counts: list[int] = np.bincount(found[found >= 0], minlength=len(EMOTIONS)).tolist()
    return counts


def _emotions(moods: NDArray[np.float32], affect: NDArray[np.float32]) -> NDArray[np.int8]:
    return song_emotions(moods, affect[:, 0]).astype(np.int8)
