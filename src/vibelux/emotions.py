"""The seven emotions and moods, the mixtures of them.

A *mood* is a (7,) float32 array of non-negative numbers that sum to 1, in the order of `EMOTIONS`.
"""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.errors import InvalidMood
from vibelux.folding import canonical

Mood = NDArray[np.float32]

EMOTIONS: tuple[str, ...] = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")

ALIASES: dict[str, str] = {
    "anger": "angry",
    "wut": "angry",
    "disgusted": "disgust",
    "ekel": "disgust",
    "fearful": "fear",
    "angst": "fear",
    "happiness": "happy",
    "joy": "happy",
    "freude": "happy",
    "sadness": "sad",
    "trauer": "sad",
    "surprised": "surprise",
    "überraschung": "surprise",
}
"""Names that public data sets (and their German copies) use for the seven."""

_PAIR = re.compile(r"\s*([^\s=]+)\s*=\s*([^\s=]+)\s*")


def emotion_index(name: str) -> int:
    """Return the place of an emotion in `EMOTIONS`.

    Args:
        name: one of the seven or an alias, in any case.

    Raises:
        InvalidMood: the name is not known.

    """
    key = canonical(name)
    key = ALIASES.get(key, key)
    if key not in EMOTIONS:
        raise InvalidMood(f"unknown emotion {name!r}; choose from {', '.join(EMOTIONS)}")
    return EMOTIONS.index(key)


def as_mood(values: ArrayLike) -> Mood:
    """Scale seven non-negative numbers to sum to 1.

    Args:
        values: [shape=(7,)] finite, non-negative, not all zero, in the order of `EMOTIONS`.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: wrong count, not a number, negative, infinite, or all zero.

    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidMood(f"a mood is seven numbers, got {values!r}") from error
    if array.shape != (len(EMOTIONS),):
        raise InvalidMood(f"a mood is seven numbers, got shape {array.shape}")
    numbers = array.tolist()  # for seven of them Python is faster than NumPy
    for name, value in zip(EMOTIONS, numbers, strict=True):
        if not 0 <= value < math.inf:
            raise InvalidMood(f"{name}={value} must be a finite number that is not negative")
    largest = max(numbers)
    if largest == 0:
        raise InvalidMood("all seven numbers are zero; give at least one emotion a positive weight")
    array = array / largest  # first to [0, 1], so that huge numbers cannot overflow the sum
    mood: Mood = (array / array.sum()).astype(np.float32)
    return mood


def total_variation(moods: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Return how far moods lie apart: half the sum of what their shares differ by.

    Args:
        moods: [shape=(..., 7)].
        others: of the same shape, or one that NumPy broadcasts with it.

    Returns:
        [shape=(...,), dtype=float64] from 0, the same mood, to 1, nothing in common.

    """
    difference = np.asarray(moods, dtype=np.float64) - np.asarray(others, dtype=np.float64)
    apart: NDArray[np.float64] = np.abs(difference).sum(axis=-1) / 2
    return apart


def parse_mood(text: str) -> Mood:
    """Read a mood written as ``"happy=0.7,sad=0.3"`` or as seven numbers ``"0,0,0,1,0,0,0"``.

    Weights are scaled to sum to 1; emotions that are not named count as 0.

    Args:
        text: ``name=weight`` pairs separated by commas; names as in `emotion_index`.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: an unknown or repeated name, or a weight that `as_mood` refuses.

    """
    parts = [part for part in text.split(",") if part.strip()]
    if not parts:
        raise InvalidMood('the mood is empty; write for example "happy=0.7,sad=0.3"')
    if all("=" not in part for part in parts):
        if len(parts) == len(EMOTIONS):
            return as_mood([_number(part.strip(), part.strip()) for part in parts])
        if len(parts) == 1:
            return as_mood(np.eye(len(EMOTIONS))[emotion_index(parts[0])])
    weights: dict[int, float] = {}
    for part in parts:
        match = _PAIR.fullmatch(part)
        if match is None:
            raise InvalidMood(
                f"cannot read {part.strip()!r} in the mood; write name=weight pairs "
                'separated by commas, for example "happy=0.7,sad=0.3"'
            )
        index = emotion_index(match[1])
        if index in weights:
            raise InvalidMood(f"{EMOTIONS[index]} is given twice in the mood {text!r}")
        weights[index] = _number(match[2], part.strip())
    return as_mood([weights.get(index, 0.0) for index in range(len(EMOTIONS))])


def mood_dict(mood: Sequence[float] | NDArray[np.floating]) -> dict[str, float]:
    """Return a mood as ``{"angry": …, …}``, the seven in order, rounded to six decimals."""
    shares = np.asarray(mood, dtype=np.float64).tolist()
    return {name: round(share, 6) for name, share in zip(EMOTIONS, shares, strict=True)}


def strongest(mood: ArrayLike) -> str:
    """Return the name of the emotion with the largest share of a mood [shape=(7,)]."""
    return EMOTIONS[int(np.argmax(np.asarray(mood)))]


def _number(text: str, context: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidMood(f"{text!r} in {context!r} is not a number") from error
