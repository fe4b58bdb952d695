"""Everyday words for moods, for whoever has no camera and no patience for seven numbers.

Their names, and what each means, stand in the tables of every language (`vibelux.language`).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from vibelux.emotions import EMOTIONS, Mood, as_mood, emotion_index, parse_mood
from vibelux.errors import InvalidMood
from vibelux.folding import canonical
from vibelux.language import LANGUAGES, Words, words_of

Word = Literal["calm", "cheerful", "melancholy", "energetic", "tense", "focused"]
"""Keys of the words, in the order in which they are offered."""

_SHARES: Mapping[Word, Mapping[str, float]] = {
    "calm": {"neutral": 0.8, "happy": 0.15, "sad": 0.05},
    "cheerful": {"happy": 0.75, "neutral": 0.15, "surprise": 0.1},
    "melancholy": {"sad": 0.8, "neutral": 0.2},
    "energetic": {"happy": 0.5, "surprise": 0.3, "angry": 0.2},
    "tense": {"fear": 0.5, "angry": 0.3, "disgust": 0.1, "neutral": 0.1},
    "focused": {"neutral": 0.62, "happy": 0.12, "surprise": 0.1, "angry": 0.08, "sad": 0.08},
}

EVERYDAY_MOODS: Mapping[Word, Mood] = MappingProxyType(
    {
        key: as_mood([shares.get(emotion, 0.0) for emotion in EMOTIONS])
        for key, shares in _SHARES.items()
    }
)
"""Word -> mood [shape=(7,)], in the order in which they are offered.

Each lies where its word says by the places of the music model: calm is pleasant and of low
energy, focused half as low and nearer to the middle. A test holds them to that.
"""


_SAME = 1e-4
"""Most that a share of a word's mood may differ, as after a way through JSON."""


def word_of_mood(mood: ArrayLike) -> Word | None:
    """Return the everyday word that stands for exactly this mood; None: none does.

    Args:
        mood: [shape=(7,)].

    """
    shares = np.asarray(mood, np.float32)
    return next(
        (key for key, known in EVERYDAY_MOODS.items() if np.abs(shares - known).max() <= _SAME),
        None,
    )


class UnreadableMood(InvalidMood):
    """A text that is no mood.

    Attributes:
        text: as it was typed.
        meant: the nearest text that is one, as it would be typed; None: nothing in it is known.

    """

    def __init__(self, message: str, *, text: str, meant: str | None) -> None:
        super().__init__(message)
        self.text, self.meant = text, meant


def mood_of_word(text: str, words: Words | None = None) -> Mood:
    """Return the mood that a word stands for, in any case; marks around it do not count.

    Args:
        text: an everyday mood or one of the seven emotions, in any language of `LANGUAGES`;
            names of data sets, as in `vibelux.emotions.emotion_index`, count too.
        words: of the language in which an error is said; None: English.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        UnreadableMood: an unknown word.

    """
    words = words or words_of("en")
    mood = _moods_by_word().get(_plain(text))
    if mood is None:
        try:
            mood = as_mood(np.eye(len(EMOTIONS))[emotion_index(text)])
        except InvalidMood:
            known = ", ".join(dict.fromkeys(_names(words)))
            message = words.text("mood_text.unknown", word=repr(text), known=known)
            raise UnreadableMood(message, text=text, meant=_like(text, words)) from None
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


_ALSO: Mapping[str, Word] = {
    "froh": "cheerful",
    "glücklich": "cheerful",
    "entspannt": "calm",
    "relaxed": "calm",
}
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


def _names(words: Words) -> list[str]:
    """Return the names of the moods in a language, the everyday ones first."""
    everyday = [words.text(f"everyday.{key}.name") for key in EVERYDAY_MOODS]
    return [*everyday, *(words.text(f"emotions.{name}") for name in EMOTIONS)]


def _like(text: str, words: Words) -> str | None:
    """Return the name that is most like a text, or the first known word in it; None: no name is."""
    own = {canonical(name): name for name in _names(words)}
    for known in (own, {word: word for word in _moods_by_word()}):
        if found := get_close_matches(_plain(text), known, n=1):
            return name_of_mood(found[0], words) or known[found[0]]
    return next((word for word in text.split() if _plain(word) in _moods_by_word()), None)


def mood_of_text(text: str, words: Words | None = None) -> Mood:
    """Read a mood as people type it.

    Args:
        text: a word of `mood_of_word`, some with weights (``happy 0.7, sad 0.3``; ``=``, ``:``,
            ``%`` and ``0,7`` are understood), some without any, which weigh the same, or seven
            numbers in the order of `EMOTIONS`. Weights are scaled to sum to 1.
        words: as of `mood_of_word`.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        UnreadableMood: an unknown word, a weight that is no finite number of at least 0, no weight
            above 0, or only some words have a weight.
        InvalidMood: the seven numbers are no mood.

    """
    if not any(char.isalpha() for char in text):
        return parse_mood(text)
    words = words or words_of("en")
    parts = [
        _Part.of(part.strip()) for part in _BETWEEN.split(_COMMA.sub(".", text)) if part.strip()
    ]
    try:
        return _mixture(parts, words)
    except InvalidMood as error:
        raise UnreadableMood(str(error), text=text, meant=_meant(parts, words)) from error


@dataclass(frozen=True)
class _Part:
    """A word and its weight.

    Attributes:
        typed: both as they were typed.
        word: may be empty.
        weight: as it was typed; None: it has none.

    """

    typed: str
    word: str
    weight: str | None

    @classmethod
    def of(cls, typed: str) -> Self:
        """Read a part of a text."""
        found = _WEIGHT.search(typed)
        if found is None:
            return cls(typed, typed, None)
        return cls(typed, typed[: found.start()].strip(), found[1].strip())

    @property
    def number(self) -> float:
        """The weight as a number; not finite where it is none."""
        try:
            return float((self.weight or "").removesuffix("%"))
        except ValueError:
            return math.nan


def _mixture(parts: Sequence[_Part], words: Words) -> Mood:
    if len(parts) == 1 and parts[0].weight is None:
        return mood_of_word(parts[0].word, words)
    total = np.zeros(len(EMOTIONS))
    for part in parts:
        weight = 1.0 if part.weight is None else part.number
        if not 0 <= weight < math.inf:
            raise InvalidMood(words.text("mood_text.weight", part=part.typed))
        if not part.word:
            raise InvalidMood(words.text("mood_text.no_word", part=repr(part.typed)))
        total += weight * mood_of_word(part.word, words).astype(np.float64)
    alone = [part.word for part in parts if part.weight is None]
    if alone and len(alone) < len(parts):
        raise InvalidMood(words.text("mood_text.no_number", word=alone[0]))
    if not total.any():
        raise InvalidMood(words.text("mood_text.zero"))
    return as_mood(total)


def _meant(parts: Sequence[_Part], words: Words) -> str | None:
    """Return a mood that is nearest to one that cannot be read, or None if no word is known."""
    read: dict[str, float] = {}
    for part in parts:
        try:
            mood_of_word(part.word, words)
            word: str | None = part.word
        except UnreadableMood as error:
            word = error.meant
        if word is not None:
            read[word] = part.number
    if len(read) < 2:
        return next(iter(read), None)
    given = [weight for weight in read.values() if 0 <= weight < math.inf]
    if not any(given):
        return ", ".join(read)
    whole = 1 if max(given) <= 1 else 100 if max(given) > 10 else 0
    others = len(read) - len(given)
    # What is left for the words without a weight; where nothing is, what the others have.
    rest = (whole - sum(given)) / others if others and sum(given) < whole else np.mean(given)
    weights = {word: one if 0 <= one < math.inf else rest for word, one in read.items()}
    return ", ".join(f"{word}={weight:.3g}" for word, weight in weights.items())


_COMMA = re.compile(r"(?<=\d),(?=\d)")
"""A decimal comma; the seven numbers, which it could part, come without words."""

_BETWEEN = re.compile(r"[,;]|(?<=[\d%])\s+(?=[^\W\d])")
"""What lies between two words with their weights: ``happy 0.7 sad 0.3`` needs no comma."""

_WEIGHT = re.compile(r"(?:\s*[=:]\s*|(?:^|\s+)(?=[-+]?[\d.]))(.*)$")
"""The weight at the end of a part, behind a sign or before a digit."""
