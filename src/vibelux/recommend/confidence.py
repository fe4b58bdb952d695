"""How sure the analysis of a song is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS, total_variation
from vibelux.language.mood_phrase import ALIKE
from vibelux.model_statistics import SongStatistics


@dataclass(frozen=True)
class Confidence:
    """How sure a song's analysis is, each from 0 to 1.

    Attributes:
        clear: 1 minus the entropy of the mood over that of seven equal shares: 1 is one emotion
            alone, 0 all alike.
        steady: 1 minus the mean total variation between the mood and the moods of the song's
            windows; None where there are fewer than two.
        is_clear: the mood is clear rather than mixed: clearer than half of the songs that the
            model was measured on (`vibelux.model_statistics.SongStatistics.clear`), and no second
            emotion counts as much as the first (`vibelux.language.mood_phrase.ALIKE`).
        is_steady: the song keeps its mood, likewise; None where that is not known.

    """

    clear: float
    steady: float | None
    is_clear: bool
    is_steady: bool | None

    @property
    def value(self) -> float:
        """Both in one number: ``clear`` scaled by ``steady``, taken as 1 where it is unknown."""
        return self.clear * (1.0 if self.steady is None else self.steady)

    def as_json(self) -> dict[str, float | bool | None]:
        """Return the numbers and what they mean, as the API and ``--json`` give them."""
        return {
            "clear": round(self.clear, 6),
            "steady": None if self.steady is None else round(self.steady, 6),
            "is_clear": self.is_clear,
            "is_steady": self.is_steady,
        }


def confidence_of(
    mood: NDArray[np.floating], course: NDArray[np.void], statistics: SongStatistics
) -> Confidence:
    """Return how sure an analysis is.

    Args:
        mood: [shape=(7,)] of the song.
        course: [shape=(k,)] records with ``mood`` [shape=(7,)], as in `Song.course`.
        statistics: of the music model.

    """
    return confidences_of([mood], [course], statistics)[0]


def confidences_of(
    moods: Sequence[NDArray[np.floating]],
    courses: Sequence[NDArray[np.void]],
    statistics: SongStatistics,
) -> list[Confidence]:
    """Return how sure the analyses of many songs are; as `confidence_of`, n of each."""
    if not moods:
        return []
    clear = clearness_of(np.array(moods))
    second, first = np.sort(np.array(moods), axis=1)[:, -2:].T
    leads = second < ALIKE * first
    windows = np.concatenate([course["mood"] for course in courses])
    steady = steadiness_of(windows, np.array([len(course) for course in courses]))
    return [
        Confidence(
            clear=c,
            steady=None if math.isnan(s) else s,
            is_clear=c >= statistics.clear and alone,
            is_steady=None if math.isnan(s) else s >= statistics.steady,
        )
        for c, s, alone in zip(clear.tolist(), steady.tolist(), leads.tolist(), strict=True)
    ]


def clearness_of(moods: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how clear moods are, as in `Confidence.clear`.

    Args:
        moods: [shape=(n, 7)] none all zero.

    Returns:
        [shape=(n,), dtype=float64] in [0, 1].

    """
    shares = np.asarray(moods, dtype=np.float64)
    shares = shares / shares.sum(axis=1, keepdims=True)
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)
    clear: NDArray[np.float64] = np.clip(1 - entropy / math.log(len(EMOTIONS)), 0, 1)
    return clear


def steadiness_of(windows: NDArray[np.floating], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how well songs keep their mood, as in `Confidence.steady`.

    Args:
        windows: [shape=(sum of counts, 7)] moods, those of the first song first.
        counts: [shape=(n,)] number of windows of each song.

    Returns:
        [shape=(n,), dtype=float64] in [0, 1]; NaN for songs with fewer than two windows.

    """
    steady = np.full(len(counts), np.nan)
    several = np.flatnonzero(counts >= 2)
    if several.size:
        moods = windows[(counts >= 2).repeat(counts)].astype(np.float64)
        counts = counts[several]
        starts = counts.cumsum() - counts
        means = np.add.reduceat(moods, starts) / counts[:, None]
        apart = total_variation(moods, means.repeat(counts, axis=0))
        steady[several] = np.clip(1 - np.add.reduceat(apart, starts) / counts, 0, 1)
    return steady
