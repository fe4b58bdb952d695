"""What a song's mood does on its way: one fact, from which sentence and chart are made.

Whether a song keeps its mood, where it turns and whether it becomes livelier are decided here
together, so that no two answers can contradict each other.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import song_emotions
from vibelux.emotions import total_variation
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.song_sound import Sounds, analysis_of_part, sounds_of

Kind = Literal["steady", "varies", "drifts", "turns", "restless"]

WORTH = 0.15
"""A change of valence or arousal that is worth a word."""

_SHORT = 0.12
"""Stretches shorter than this share of a song belong to a neighbour."""

_MOST_STRETCHES = 4
"""A song with more is restless: nobody wants to read them all."""


@dataclass(frozen=True)
class Stretch:
    """A part of a song that keeps an emotion.

    Attributes:
        sound: how it sounds, from the means of its windows.
        start: in seconds.

    """

    sound: Sounds
    start: float


@dataclass(frozen=True)
class SongCourse:
    """What a song's mood does from beginning to end.

    Attributes:
        kind: ``steady``: no window is far from the mean, and nothing moves; ``varies``: some are,
            but it leads nowhere; ``drifts``: one emotion all along, but it becomes livelier,
            calmer, brighter or darker; ``turns``: one emotion after the other; ``restless``: too
            many of them to name.
        stretches: in the order of time, at least one; several only if it turns or is restless.
        energy: ``livelier`` or ``calmer`` in the last third than in the first one, or None.
        pleasure: ``brighter`` or ``darker``, likewise.

    """

    kind: Kind
    stretches: tuple[Stretch, ...]
    energy: Literal["livelier", "calmer"] | None
    pleasure: Literal["brighter", "darker"] | None


def song_course_of(
    course: NDArray[np.void], duration: float | None, statistics: SongStatistics
) -> SongCourse | None:
    """Return what a song's mood does, or None: fewer than two windows tell nothing.

    Two parts differ if the total variation between their mean moods reaches `turn_of`; what
    differs less is one part, whichever emotion is ahead by a little.

    Args:
        course: [shape=(k,)] records of the windows, as of `Song.course`.
        duration: of the whole song in seconds, or None.
        statistics: of the music model.

    """
    if len(course) < 2:
        return None
    course = course[np.argsort(course["start"], kind="stable")]
    lengths = _lengths(course["start"].astype(np.float64), duration)
    moods = course["mood"].astype(np.float64)
    affect = np.stack([course["valence"], course["arousal"]], axis=1).astype(np.float64)
    turn = turn_of(statistics)
    stretches = tuple(
        Stretch(sounds_of(analysis_of_part(course[part])), float(course["start"][part[0]]))
        for part in _parts(moods, affect[:, 0], lengths, turn)
    )
    pleasure, energy = _rises(affect, lengths)
    kind: Kind = "steady"
    if len(stretches) > 1:
        kind = "restless" if len(stretches) > _MOST_STRETCHES else "turns"
    elif abs(energy) >= WORTH or abs(pleasure) >= WORTH:
        kind = "drifts"
    elif (
        total_variation(moods, moods.mean(axis=0)).max() >= turn
        or np.abs(affect - affect.mean(axis=0)).max() >= WORTH
    ):
        kind = "varies"
    return SongCourse(
        kind=kind,
        stretches=stretches,
        energy=None if abs(energy) < WORTH else "livelier" if energy > 0 else "calmer",
        pleasure=None if abs(pleasure) < WORTH else "brighter" if pleasure > 0 else "darker",
    )


def turn_of(statistics: SongStatistics) -> float:
    """Return from which total variation on two parts of a song differ.

    Two halves that far apart have `Confidence.steady` equal to ``SongStatistics.steady``: each is
    half as far from the mean.
    """
    return 2 * (1 - statistics.steady)


def _lengths(starts: NDArray[np.float64], duration: float | None) -> NDArray[np.float64]:
    """Return how long each window stands for the song: until the next one, or the end."""
    end = max(duration or 0.0, 2 * starts[-1] - starts[-2])
    lengths: NDArray[np.float64] = np.maximum(np.diff(starts, append=end), 1e-6)
    return lengths


def _parts(
    moods: NDArray[np.float64],
    valence: NDArray[np.float64],
    lengths: NDArray[np.float64],
    turn: float,
) -> list[NDArray[np.int64]]:
    """Return the windows of each stretch: neighbours of different emotions and moods."""
    parts = [np.array([window]) for window in range(len(moods))]
    while len(parts) > 1:
        means = np.array([moods[part].mean(axis=0) for part in parts])
        emotions = song_emotions(means, [valence[part].mean() for part in parts])
        apart = total_variation(means[1:], means[:-1])
        apart[emotions[1:] == emotions[:-1]] = -1.0  # the same emotion is the same stretch
        times = np.array([lengths[part].sum() for part in parts])
        nearest = int(apart.argmin())
        if apart[nearest] >= turn:
            shortest = int(times.argmin())
            if times[shortest] >= _SHORT * times.sum():
                break
            sides = [side for side in (shortest - 1, shortest) if 0 <= side < len(apart)]
            nearest = min(sides, key=lambda side: float(apart[side]))
        parts[nearest : nearest + 2] = [np.concatenate(parts[nearest : nearest + 2])]
    return parts


def _rises(values: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much columns rise from the first third of the time to the last."""
    ends = lengths.cumsum()
    starts = ends - lengths
    third = ends[-1] / 3

    def mean(begin: float, end: float) -> NDArray[np.float64]:
        weights = np.clip(np.minimum(ends, end) - np.maximum(starts, begin), 0, None)
        found: NDArray[np.float64] = weights @ values / weights.sum()
        return found

    return mean(2 * third, ends[-1]) - mean(0, third)
