"""Songs as points of the plane of valence and arousal; where there are many, as bins of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import counting_as, emotions_of

Range = tuple[float, float]

WHOLE: Range = (-1.0, 1.0)
"""Of valence, and of arousal."""

_POINTS = 15_000
"""Songs that are told one by one; more are counted. Their JSON takes less than a megabyte."""

_SIDE = 96
"""Bins in a row, and rows of them."""

_AT_ONCE = 1 << 16
"""Songs whose place inside a line is looked at together."""


@dataclass(frozen=True, eq=False)
class Points:
    """Songs, one by one.

    Attributes:
        ids: [shape=(n,), dtype=int64].
        affect: [shape=(n, 2), dtype=float32] valence and arousal in [-1, 1].
        strongest: [shape=(n,), dtype=int8] index of the emotion that each counts as.

    """

    ids: NDArray[np.int64]
    affect: NDArray[np.float32]
    strongest: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Bins:
    """Songs, counted by where they are; bins without a song are left out.

    Attributes:
        size: [shape=(2,)] width in valence and height in arousal of a bin.
        centres: [shape=(n, 2), dtype=float32] valence and arousal.
        counts: [shape=(n, 7), dtype=int64] songs in each bin that count as each emotion.

    """

    size: tuple[float, float]
    centres: NDArray[np.float32]
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MoodMap:
    """A part of the plane.

    Attributes:
        counts: [shape=(7,)] songs of the whole plane that count as each emotion.
        quarters: [shape=(4,)] songs of the whole plane: calm and unpleasant, calm and pleasant,
            energetic and unpleasant, energetic and pleasant.
        points: the songs of the part; none where they are counted in bins.
        bins: the songs of the part, or None where all of them are points.

    """

    counts: NDArray[np.int64]
    quarters: NDArray[np.int64]
    points: Points
    bins: Bins | None


def mood_map(songs: SongColumns, valence: Range = WHOLE, arousal: Range = WHOLE) -> MoodMap:
    """Return the playable songs within a rectangle of the plane, borders included.

    Args:
        songs: with the columns of `vibelux.library.song_search.SEARCHED`.
        valence: lowest and highest, in [-1, 1]; the second one is larger.
        arousal: the same.

    """
    playable = songs.playable
    affect, strongest = playable.affect, emotions_of(playable)
    known = playable.affect_known.all(axis=1)
    here = known.copy()
    for axis, (low, high) in enumerate((valence, arousal)):
        if (low, high) != WHOLE:
            here &= (affect[:, axis] >= low) & (affect[:, axis] <= high)
    quarter = (affect[:, 0] >= 0) + 2 * (affect[:, 1] >= 0).astype(np.int8)
    rows = np.flatnonzero(here)
    few = rows.size <= _POINTS
    shown = rows if few else rows[:0]
    return MoodMap(
        counts=np.bincount(strongest[known], minlength=len(EMOTIONS)),
        quarters=np.bincount(quarter[known], minlength=4),
        points=Points(playable.ids[shown], affect[shown].round(3), strongest[shown]),
        bins=None if few else _bins(affect[rows], strongest[rows], valence, arousal),
    )


def nearest_places(
    songs: SongColumns, place: tuple[float, float], n: int, *, emotions: Collection[int] = ()
) -> NDArray[np.int64]:
    """Return the ids of the songs nearest to a place of the plane [shape=(at most n,)].

    Args:
        songs: as of `mood_map`.
        place: valence and arousal.
        n: the most to return.
        emotions: indexes of those that the songs count as; all if there are none.

    """
    playable = songs.playable
    rows = np.flatnonzero(_shown(playable, emotions))
    far = np.square(playable.affect[rows] - np.array(place, np.float32)).sum(axis=1)
    near = np.argpartition(far, n - 1)[:n] if n < rows.size else np.arange(rows.size)
    return playable.ids[rows[near[np.argsort(far[near], kind="stable")]]]


def within(
    songs: SongColumns, line: Sequence[tuple[float, float]], *, emotions: Collection[int] = ()
) -> NDArray[np.int64]:
    """Return the ids of the songs inside a closed line.

    Args:
        songs: as of `mood_map`.
        line: its corners, valence and arousal; at least three.
        emotions: as of `nearest_places`.

    """
    playable = songs.playable
    corners = np.array(line, np.float64)
    shown = _shown(playable, emotions)
    shown &= (playable.affect >= corners.min(axis=0)).all(axis=1)
    shown &= (playable.affect <= corners.max(axis=0)).all(axis=1)
    rows = np.flatnonzero(shown)
    parts = [rows[:0]]
    for first in range(0, rows.size, _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        parts.append(some[_inside(playable.affect[some].astype(np.float64), corners)])
    return playable.ids[np.concatenate(parts)]


def _inside(points: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points are inside a line: how often a ray to the right crosses it."""
    x, y = points[:, 0], points[:, 1]
    crossings = np.zeros(len(points), np.int64)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if y1 != y2:
            to_the_right = x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
            crossings += ((y1 > y) != (y2 > y)) & to_the_right
    inside: NDArray[np.bool_] = crossings % 2 == 1
    return inside


def _shown(songs: SongColumns, emotions: Collection[int]) -> NDArray[np.bool_]:
    shown: NDArray[np.bool_] = np.all(songs.affect_known, axis=1)
    if emotions:
        shown &= counting_as(songs, emotions)
    return shown


def _bins(
    affect: NDArray[np.float32], strongest: NDArray[np.int8], valence: Range, arousal: Range
) -> Bins:
    low = np.array([valence[0], arousal[0]], np.float32)
    size = (np.array([valence[1], arousal[1]], np.float32) - low) / _SIDE
    columns, lines = np.clip((affect - low) // size, 0, _SIDE - 1).astype(np.int64).T
    number = (lines * _SIDE + columns) * len(EMOTIONS) + strongest
    counted = np.bincount(number, minlength=_SIDE * _SIDE * len(EMOTIONS))
    counts = counted.reshape(-1, len(EMOTIONS))
    used = np.flatnonzero(counts.any(axis=1))
    centres = low + (np.stack([used % _SIDE, used // _SIDE], axis=1) + 0.5) * size
    return Bins((float(size[0]), float(size[1])), centres.astype(np.float32), counts[used])
