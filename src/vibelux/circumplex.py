"""Valence and arousal of moods: where a mixture of emotions lies on Russell's circumplex."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import Mood, as_mood
from vibelux.errors import InvalidInput

AFFECT = np.array(
    [
        [-1.00, 1.00],  # angry
        [-0.80, 0.35],  # disgust
        [-0.88, 0.76],  # fear
        [0.99, 0.99],  # happy
        [0.46, -1.00],  # neutral: in music, what is calm
        [-0.86, -1.00],  # sad
        [0.43, 0.74],  # surprise
    ],
    dtype=np.float32,
)
"""Valence and arousal [shape=(7, 2)] that music of each emotion has, in the order of `EMOTIONS`.

Least squares from the moods to the valence and arousal that the music model gives to 1,077 clips,
each judged by the fold that did not hear its artist; drawn to the values of Russell & Mehrabian
(1977, "Evidence for a three-factor theory of emotions") by a ridge of 10, because disgust and
surprise hardly occur in music; clipped to [-1, 1]. Correlation with the model's own answers: .93
(valence) and .99 (arousal).
"""

_RIDGE = 0.01


def affect_of(moods: ArrayLike) -> NDArray[np.float32]:
    """Return the valence and arousal of moods.

    Args:
        moods: [shape=(..., 7)] each summing to 1.

    Returns:
        [shape=(..., 2), dtype=float32] valence and arousal in [-1, 1].

    """
    affect: NDArray[np.float32] = np.asarray(moods, dtype=np.float32) @ AFFECT
    return affect


def mood_at(valence: float, arousal: float) -> Mood:
    """Return the mood that a point of the circumplex stands for.

    Many mixtures lie at a point; the broadest of them claims least. It is that of maximum entropy,
    its shares are ``exp(a · l)`` for the places a of the emotions (Jaynes 1957). Newton finds l.
    A ridge on l keeps corners that no mixture reaches at the mixtures next to them.

    Args:
        valence: in [-1, 1].
        arousal: in [-1, 1].

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidInput: a coordinate out of range.

    """
    point = np.array([valence, arousal])
    if not (np.abs(point) <= 1).all():
        raise InvalidInput(f"the point ({valence}, {arousal}) must lie within -1 and 1")
    places = AFFECT.astype(np.float64)

    def shares_of(slope: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = np.exp(places @ slope - (places @ slope).max())
        return np.asarray(weights / weights.sum())

    slope = np.zeros(2)
    for _ in range(50):
        shares = shares_of(slope)
        away = shares @ places - point
        spread = (places * shares[:, None]).T @ places - np.outer(shares @ places, shares @ places)
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
