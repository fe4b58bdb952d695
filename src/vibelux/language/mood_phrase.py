"""A mood in words: ``calm, a little happy``.

In bands rather than numbers, so that the words rest while the shares tremble. The page says moods
by the same rules (`web/src/mood/mood-phrase.ts`); tests/data/mood_phrases.json holds them together.
"""

import numpy as np
from numpy.typing import ArrayLike

from vibelux.emotions import EMOTIONS
from vibelux.language import Words

FLAT = 0.28
"""Share of the strongest emotion below which a mood is of no kind; seven alike have 0.14."""

WORTH = 0.2
"""Share from which on a second emotion is worth a word."""

ALIKE = 0.8
"""Part of the first emotion's share from which on the second counts as much."""


def mood_phrase(mood: ArrayLike, words: Words) -> str:
    """Return a mood in a few words, without a capital: ``"calm, a little happy"``.

    Args:
        mood: [shape=(7,)] that sums to 1.
        words: of the language.

    """
    return _named(mood, words) or words.text("mood.flat")


def face_phrase(mood: ArrayLike, words: Words) -> str:
    """Return what a face's mood looks like: ``"You look calm, a little happy"``.

    Args:
        mood: [shape=(7,)] that sums to 1.
        words: of the language.

    """
    named = _named(mood, words)
    return words.text("mood.face", mood=named) if named else words.text("mood.face_flat")


def named_emotions(mood: ArrayLike) -> list[str]:
    """Return the emotions that a mood is said by: one or two, none if it is of no kind.

    Args:
        mood: [shape=(7,)] that sums to 1.

    """
    shares = np.asarray(mood, dtype=np.float64)
    one, other = np.argsort(-shares, kind="stable")[:2].tolist()
    if shares[one] < FLAT:
        return []
    return [EMOTIONS[each] for each in ([one] if shares[other] < WORTH else [one, other])]


def _named(mood: ArrayLike, words: Words) -> str:
    named = named_emotions(mood)
    looks = [words.text(f"looks.{emotion}") for emotion in named]
    if len(named) < 2:
        return "".join(looks)
    shares = np.asarray(mood, dtype=np.float64)
    one, other = (shares[EMOTIONS.index(emotion)] for emotion in named)
    if other >= ALIKE * one:
        return words.both(*looks)
    return words.text("mood.second", first=looks[0], second=looks[1])
