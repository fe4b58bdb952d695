"""Valence and arousal of moods: where a mixture of emotions lies on Russell's circumplex."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import InvalidInput

RUSSELL_MEHRABIAN = np.array(
    [
        [-0.51, 0.59],  # angry
        [-0.60, 0.35],  # disgust
        [-0.64, 0.60],  # fear
        [0.81, 0.51],  # happy
        [0.00, 0.00],  # neutral
        [-0.63, -0.27],  # sad
        [0.40, 0.67],  # surprise
    ]
)
"""Valence and arousal [shape=(7, 2)] of the words for the emotions, in the order of `EMOTIONS`.

Russell & Mehrabian (1977), "Evidence for a three-factor theory of emotions".
"""

PLEASANT, UNPLEASANT = 0.25, -0.25
"""Valence above and below which a song counts as of no emotion of the other side."""

Energy = Literal["low", "medium", "high"]

ENERGIES: tuple[Energy, ...] = get_args(Energy)

LOW, HIGH = -0.2, 0.2
"""Arousal below and above which a song counts as of low and of high energy."""

_DARK_SIDE = np.isin(EMOTIONS, ("angry", "disgust", "fear", "sad"))
_BRIGHT_SIDE = np.isin(EMOTIONS, ("happy", "neutral", "surprise"))

_RIDGE = 0.01


def affect_of(moods: ArrayLike, places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the valence and arousal of moods.

    Args:
        moods: [shape=(..., 7)] each summing to 1.
        places: [shape=(7, 2)] valence and arousal of the emotions, as of
            `vibelux.model_statistics.SongStatistics.affect`.

    Returns:
        [shape=(..., 2), dtype=float32] valence and arousal in [-1, 1].

    """
    affect: NDArray[np.float32] = np.asarray(moods, dtype=np.float32) @ places
    return affect


def song_emotions(moods: ArrayLike, valence: ArrayLike) -> NDArray[np.int64]:
    """Return the emotion that each song, or part of a song, counts as.

    It is the strongest one that the valence does not contradict. Names of songs, filters, searches,
    counts and the map all go by it.

    Args:
        moods: [shape=(..., 7)].
        valence: [shape=(...)] in [-1, 1]; NaN contradicts nothing.

    Returns:
        [shape=(...), dtype=int64] index in `EMOTIONS`, -1 for a mood that is all zero.

    """
    shares = np.asarray(moods)
    of_each = np.asarray(valence)[..., np.newaxis]
    contradicted = (of_each > PLEASANT) & _DARK_SIDE | (of_each < UNPLEASANT) & _BRIGHT_SIDE
    found: NDArray[np.int64] = np.where(contradicted, -1.0, shares).argmax(axis=-1)
    return np.where(shares.any(axis=-1), found, -1)


def energies_of(arousal: ArrayLike) -> NDArray[np.int64]:
    """Return the energy of songs, or of parts of songs, in three bands.

    Args:
        arousal: [shape=(...)] in [-1, 1]; NaN counts as medium.

    Returns:
        [shape=(...), dtype=int64] index in `ENERGIES`.

    """
    values = np.asarray(arousal)
    bands: NDArray[np.int64] = 1 + (values > HIGH).astype(np.int64) - (values < LOW)
    return bands


def mood_at(valence: float, arousal: float, places: NDArray[np.float32]) -> Mood:
    """Return the mood that a point of the circumplex stands for.

    Many mixtures lie at a point; the broadest of them claims least. It is that of maximum entropy,
    its shares are ``exp(a · l)`` for the places a of the emotions (Jaynes 1957). Newton finds l.
    A ridge on l keeps corners that no mixture reaches at the mixtures next to them.

    Args:
        valence: in [-1, 1].
        arousal: in [-1, 1].
        places: [shape=(7, 2)] valence and arousal of the emotions, as in `affect_of`.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidInput: a coordinate out of range.

    """
    point = np.array([valence, arousal])
    if not (np.abs(point) <= 1).all():
        raise InvalidInput(f"the point ({valence}, {arousal}) must lie within -1 and 1")
    corners = places.astype(np.float64)

    def shares_of(slope: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = np.exp(corners @ slope - (corners @ slope).max())
        return np.asarray(weights / weights.sum())

    slope = np.zeros(2)
    for _ in range(50):
        shares = shares_of(slope)
        mean = shares @ corners
        away = mean - point
        spread = (corners * shares[:, None]).T @ corners - np.outer(mean, mean)
        ridge = _RIDGE * np.eye(2)
        step = np.linalg.solve(spread + ridge, away + _RIDGE * slope)
        slope -= step / max(1.0, float(np.linalg.norm(step)))  # no leaps where the curve is flat
    return as_mood(shares_of(slope))


def closeness(affect: NDArray[np.floating], wanted: ArrayLike) -> NDArray[np.float32]:
    """Return how near songs are to a point of the circumplex.

    ``1 - sqrt((dv² + da²) / 2) / 2``: 1 at the point itself, 0 in the opposite corner.

    Args:
        affect: [shape=(n, 2)] valence and arousal of the songs in [-1, 1].
        wanted: [shape=(2,)] the point.

    Returns:
        [shape=(n,), dtype=float32] in [0, 1].

    """
    point = np.asarray(wanted, dtype=np.float32)
    near: NDArray[np.float32] = np.subtract(affect[:, 0], point[0], dtype=np.float32)
    apart = np.subtract(affect[:, 1], point[1], dtype=np.float32)
    near *= near
    apart *= apart
    near += apart
    near /= 8  # the root of an eighth is half the root of a half
    np.sqrt(near, out=near)
    np.subtract(1, near, out=near)
    return near
