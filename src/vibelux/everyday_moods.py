"""Everyday words for moods, for whoever has no camera and no patience for seven numbers.

Their names, and what each means, stand in the tables of every language (`vibelux.language`).
"""

import math
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from vibelux.emotions import EMOTIONS, Mood, as_mood, emotion_index, parse_mood
from vibelux.errors import InvalidMood
from vibelux.folding import canonical
from vibelux.language import LANGUAGES, words_of

_SHARES: Mapping[str, Mapping[str, float]] = {
    "calm": {"neutral": 0.8, "happy": 0.15, "sad": 0.05},
    "cheerful": {"happy": 0.75, "neutral": 0.15, "surprise": 0.1},
    "melancholy": {"sad": 0.8, "neutral": 0.2},
    "energetic": {"happy": 0.5, "surprise": 0.3, "angry": 0.2},
    "tense": {"fear": 0.5, "angry": 0.3, "disgust": 0.1, "neutral": 0.1},
    "focused": {"neutral": 0.62, "happy": 0.12, "surprise": 0.1, "angry": 0.08, "sad": 0.08},
}

EVERYDAY_MOODS: Mapping[str, Mood] = MappingProxyType(
    {
        key: as_mood([shares.get(emotion, 0.0) for emotion in EMOTIONS])
        for key, shares in _SHARES.items()
    }
)
"""Word -> mood [shape=(7,)], in the order in which they are offered.

Each lies where its word says by the places of the music model: calm is pleasant and of low
energy, focused half as low and nearer to the middle. A test holds them to that.
"""


def mood_of_word(text: str) -> Mood:
    """Return the mood that a word stands for, in any case.

    Args:
        text: an everyday mood or one of the seven emotions, in any language of `LANGUAGES`;
            names of data sets, as in `vibelux.emotions.emotion_index`, count too.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: an unknown word.

    """
    mood = _moods_by_word().get(canonical(text))
    if mood is None:
        try:
            mood = as_mood(np.eye(len(EMOTIONS))[emotion_index(text)])
        except InvalidMood:
            known = ", ".join([*EVERYDAY_MOODS, *EMOTIONS])
            raise InvalidMood(f"unknown mood {text!r}; choose from {known}") from None
    return mood.copy()


@cache
def _moods_by_word() -> dict[str, Mood]:
    """Return moods by all names; where languages disagree the everyday word counts."""
    found: dict[str, Mood] = {}
    for code in LANGUAGES:
        words = words_of(code)
        for emotion, pure in zip(EMOTIONS, np.eye(len(EMOTIONS)), strict=True):
            for names in ("emotions", "looks", "adjectives"):
                found.setdefault(canonical(words.text(f"{names}.{emotion}")), as_mood(pure))
    for code in LANGUAGES:
        for key, mood in EVERYDAY_MOODS.items():
            found[canonical(words_of(code).text(f"everyday.{key}.name"))] = mood
    return found | {key: mood.copy() for key, mood in EVERYDAY_MOODS.items()}


def mood_of_text(text: str) -> Mood:
    """Read a mood as people type it.

    Args:
        text: a word of `mood_of_word`, some with weights (``happy 0.7, sad 0.3``; ``=``, ``:`` and
            ``%`` are understood, a word alone weighs 1), or seven numbers in the order of
            `EMOTIONS`. Weights are scaled to sum to 1.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: an unknown word, or a weight that is no finite number of at least 0.

    """
    if not any(char.isalpha() for char in text):
        return parse_mood(text)
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) == 1 and not _WEIGHT.search(parts[0]):
        return mood_of_word(parts[0])
    total = np.zeros(len(EMOTIONS))
    for part in parts:
        found = _WEIGHT.search(part)
        word = part if found is None else part[: found.start()]
        weight = 1.0 if found is None else _weight_of(found[1], part)
        if not word.strip():
            raise InvalidMood(f"{part!r} is no mood; write for example happy=0.7, sad=0.3")
        total += weight * mood_of_word(word.strip()).astype(np.float64)
    return as_mood(total)


_BETWEEN = re.compile(r"[,;]|(?<=[\d%])\s+(?=[^\W\d])")
"""What lies between two words with their weights: ``happy 0.7 sad 0.3`` needs no comma."""

_WEIGHT = re.compile(r"(?:\s*[=:]\s*|(?:^|\s+)(?=[-+]?[\d.]))(.*)$")
"""The weight at the end of a part, behind a sign or before a digit."""


def _weight_of(text: str, part: str) -> float:
    try:
        weight = float(text.strip().removesuffix("%"))
    except ValueError:
        raise InvalidMood(f"{text!r} in {part!r} is not a number") from None
    if not 0 <= weight < math.inf:
        raise InvalidMood(f"{part} must be a finite number that is not negative")
    return weight
