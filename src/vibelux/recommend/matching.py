"""What makes a song's mood fit a mood: which emotions are akin, and what stands out in a face.

Chosen by precision, not by taste; `vibelux evaluate match` measures it against plain cosine, and
docs/matching.md tells what else was tried.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import InvalidInput

Matching = Literal["kinship", "cosine"]
"""How moods are compared: with or without credit for emotions that are akin."""

KINSHIP = 0.7
"""How much of an agreement it is to answer an emotion with another one of its family."""

_FAMILIES = (("angry", "disgust", "fear"), ("happy", "surprise"))
"""Emotions of one quadrant of the circumplex (Russell 1980): music hardly tells them apart."""

_USUAL_FACE = np.array([0.086, 0.018, 0.036, 0.263, 0.328, 0.148, 0.122])
"""Mean share of each emotion in FER+'s votes on the 28,557 faces of FER2013's Training part."""

_DOUBT = 0.05
"""Added to the usual shares, so that a trace of a rare emotion does not stand out."""


def matching_of(name: str) -> Matching:
    """Return the matching of this name.

    Raises:
        InvalidInput: there is none.

    """
    for matching in get_args(Matching):
        if name == matching:
            known: Matching = matching
            return known
    raise InvalidInput(f"matching={name!r} must be one of {', '.join(get_args(Matching))}")


def kinship() -> NDArray[np.float64]:
    """Return how akin the emotions are [shape=(7, 7)]: symmetric, 1 on the diagonal."""
    akin = np.eye(len(EMOTIONS))
    for family in _FAMILIES:
        for one in family:
            for other in family:
                if one != other:
                    akin[EMOTIONS.index(one), EMOTIONS.index(other)] = KINSHIP
    return akin


def space(matching: Matching) -> NDArray[np.float64]:
    """Return the matrix S [shape=(7, 7)] for which cos(a S, b S) is the likeness of moods a and b.

    For kinship S Sᵀ is `kinship`: the cosine of the scalar product in which kin are not at right
    angles. It is 1 for the same mixture and 0 for moods of no common family.
    """
    if matching == "cosine":
        return np.eye(len(EMOTIONS))
    return np.asarray(np.linalg.cholesky(kinship()), np.float64)


def standing_out(face: ArrayLike) -> Mood:
    """Return a face's mood relative to what faces usually show.

    A fifth of sadness beside three fifths of neutral is a sad face: faces are mostly neutral or
    happy, so the rarer emotions are what it tells.

    Args:
        face: [shape=(7,)] mood of a face; a mood that a person names needs no such reading.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: as `vibelux.emotions.as_mood`.

    """
    return as_mood(as_mood(face) / (_USUAL_FACE + _DOUBT))
