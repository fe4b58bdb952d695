"""Calibration of the music network's probabilities, fitted on songs it has not learnt from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong
from vibelux.evaluation.songs import SongPredictions
from vibelux.training.song_targets import song_targets
from vibelux.training.songs import Heads

_TEMPERATURES = np.geomspace(0.25, 4.0, 97)


@dataclass(frozen=True)
class Calibration:
    """Temperatures (Guo et al. 2017) that divide the logits of each window.

    They minimise the cross entropy of a song's probabilities, that is of the mean over its
    windows, since that is what is shown.

    Attributes:
        mood: temperature of the seven.
        quadrant: temperature of the quadrants.
        songs: how many songs they were fitted on.

    """

    mood: float = 1.0
    quadrant: float = 1.0
    songs: int = 0


def fit_calibration(
    heads: Heads, songs: Sequence[LabelledSong], *, rows: NDArray[np.bool_] | None = None
) -> Calibration:
    """Fit both temperatures.

    Args:
        heads: answers for n songs by networks that did not learn from them.
        songs: the n songs.
        rows: which of them to use [shape=(n,)]; default all.

    """
    rows = np.ones(len(songs), dtype=np.bool_) if rows is None else rows
    targets = song_targets(songs)
    return Calibration(
        mood=_temperature(heads.mood, heads.song, targets.mood, rows & (targets.mood_weight > 0)),
        quadrant=_temperature(
            heads.quadrant, heads.song, targets.quadrant, rows & (targets.quadrant_weight > 0)
        ),
        songs=int(rows.sum()),
    )


def calibrated(heads: Heads, calibration: Calibration, count: int) -> SongPredictions:
    """Return what the exported model says about the songs, averaged over their windows.

    Args:
        heads: answers for `count` songs, each with at least one window.
        calibration: the temperatures.
        count: number of songs.

    """
    affect = song_means(heads.affect, heads.song, count)
    return SongPredictions(
        mood=song_means(softmax(heads.mood / calibration.mood), heads.song, count),
        quadrant=song_means(softmax(heads.quadrant / calibration.quadrant), heads.song, count),
        valence=affect[:, 0],
        arousal=affect[:, 1],
    )


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of logits [shape=(n, k)]."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def song_means(
    values: NDArray[np.float32], song: NDArray[np.int64], count: int
) -> NDArray[np.float32]:
    """Average rows of windows over each song.

    Args:
        values: [shape=(w, k)].
        song: place of the song of each window [shape=(w,)].
        count: number of songs n.

    Returns:
        means [shape=(n, k), dtype=float32].

    """
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, song, values)
    return (sums / np.bincount(song, minlength=count)[:, None]).astype(np.float32)


def _temperature(
    logits: NDArray[np.float32],
    song: NDArray[np.int64],
    targets: NDArray[np.float32],
    rows: NDArray[np.bool_],
) -> float:
    if not rows.any():
        return 1.0

    def loss(temperature: float) -> float:
        p = song_means(softmax(logits / temperature), song, len(targets))[rows]
        return float(-(targets[rows] * np.log(np.clip(p, 1e-9, 1))).sum(axis=1).mean())

    return round(float(min(_TEMPERATURES, key=loss)), 4)
