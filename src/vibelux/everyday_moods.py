"""Everyday words for moods, for whoever has no camera and no patience for seven numbers.

Their names, and what each means, stand in the tables of every language (`vibelux.language`).
"""

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

import numpy as np

from vibelux.emotions import EMOTIONS, Mood, as_mood, emotion_index, parse_mood
from vibelux.errors import InvalidMood
from vibelux.folding import canonical
from vibelux.language import LANGUAGES, Words, words_of

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


class UnknownMood(InvalidMood):
    """A word that stands for no mood.

    Attributes:
        word: as it was typed.
        like: the known word that is most like it, or None.

    """

    def __init__(self, word: str, words: Words) -> None:
        self.word = word
        everyday = [words.text(f"everyday.{key}.name") for key in EVERYDAY_MOODS]
        known = [*everyday, *(words.text(f"emotions.{name}") for name in EMOTIONS)]
        found = get_close_matches(_plain(word), _moods_by_word(), n=1)
        self.like = found[0] if found else None
        names = ", ".join(dict.fromkeys(known))
        super().__init__(words.text("unknown_mood", word=repr(word), known=names))


def mood_of_word(text: str, words: Words | None = None) -> Mood:
    """Return the mood that a word stands for, in any case; marks around it do not count.

    Args:
        text: an everyday mood or one of the seven emotions, in any language of `LANGUAGES`;
            names of data sets, as in `vibelux.emotions.emotion_index`, count too.
        words: of the language in which an error is said; None: English.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        UnknownMood: an unknown word.

    """
    mood = _moods_by_word().get(_plain(text))
    if mood is None:
        try:
            mood = as_mood(np.eye(len(EMOTIONS))[emotion_index(text)])
        except InvalidMood:
            raise UnknownMood(text, words or words_of("en")) from None
    return mood.copy()


def name_of_mood(text: str, words: Words) -> str | None:
    """Return what a language calls the mood that one word names; None: it is no such word.

    Args:
        text: as of `mood_of_word`.
        words: of the language.

    """
    typed = _plain(text)
    for group, keys, below in (("everyday", EVERYDAY_MOODS, ".name"), ("emotions", EMOTIONS, "")):
        for key in keys:
            name = words.text(f"{group}.{key}{below}")
            others = {canonical(words_of(c).text(f"{group}.{key}{below}")) for c in LANGUAGES}
            if typed in others | {key}:
                return name
    return None


def _plain(text: str) -> str:
    """Return a word as it is looked up."""
    return canonical(text.strip(" .!?\"'„“”‚‘’»«"))


_ALSO = {"glücklich": "cheerful", "entspannt": "calm", "relaxed": "calm"}
"""Further words for everyday moods."""


@cache
def _moods_by_word() -> dict[str, Mood]:
    """Return moods by all names; where languages disagree the everyday word counts."""
    found: dict[str, Mood] = {}
    for code in LANGUAGES:
        words = words_of(code)
        for emotion, pure in zip(EMOTIONS, np.eye(len(EMOTIONS)), strict=True):
            for names in ("emotions", "looks", "adjectives"):
                found.setdefault(canonical(words.text(f"{names}.{emotion}")), as_mood(pure))
    for word, key in _ALSO.items():
        found[word] = EVERYDAY_MOODS[key]
    for code in LANGUAGES:
        for key, mood in EVERYDAY_MOODS.items():
            found[canonical(words_of(code).text(f"everyday.{key}.name"))] = mood
    return found | {key: mood.copy() for key, mood in EVERYDAY_MOODS.items()}


def mood_of_text(text: str, words: Words | None = None) -> Mood:
    """Read a mood as people type it.

    Args:
        text: a word of `mood_of_word`, some with weights (``happy 0.7, sad 0.3``; ``=``, ``:`` and
            ``%`` are understood), some without any, which weigh the same, or seven numbers in the
            order of `EMOTIONS`. Weights are scaled to sum to 1.
        words: as of `mood_of_word`.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: an unknown word, a weight that is no finite number of at least 0, or only some
            words have a weight.

    """
    if not any(char.isalpha() for char in text):
        return parse_mood(text)
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) == 1 and not _WEIGHT.search(parts[0]):
        return mood_of_word(parts[0], words)
    total = np.zeros(len(EMOTIONS))
    alone = [part for part in parts if not _WEIGHT.search(part)]
    for part in parts:
        found = _WEIGHT.search(part)
        word = part if found is None else part[: found.start()]
        weight = 1.0 if found is None else _weight_of(found[1], part)
        if not word.strip():
            raise InvalidMood(f"{part!r} is not a mood; write for example happy=0.7, sad=0.3")
        total += weight * mood_of_word(word.strip(), words).astype(np.float64)
    if alone and len(alone) < len(parts):
        raise InvalidMood(f"{alone[0]} has no number; write for example happy=0.7, sad=0.3")
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
        raise InvalidMood(f"{part}: the number must be finite and not negative")
    return weight
