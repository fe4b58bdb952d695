"""Texts put in order as bytes, without making a Python string of each.

Ten million strings, and what sorts them, take gigabytes; this takes about 60 bytes a text.
"""

import numpy as np
from numpy.typing import NDArray

from vibelux.library.text_column import TextColumn

_WORD = 8
"""Bytes that are compared at once."""

_ROWS = 1 << 16
"""Texts looked at together: bounds the memory for the places of their bytes."""


def text_ranks(texts: TextColumn) -> NDArray[np.int64]:
    """Return how many texts come before each one [shape=(n,)], -1 for empty ones.

    Texts are sorted by their first eight bytes; those that have these in common by the next eight,
    and so on. Bytes of UTF-8 have the order of the characters.

    Args:
        texts: n of them.

    """
    texts = texts.plain() if texts.changed else texts
    lengths = np.diff(texts.offsets)
    ranks = np.zeros(lengths.size, np.int64)
    rows = np.arange(lengths.size)  # of texts that are not told from all others yet
    begin = 0
    while rows.size:
        words = _words(texts, rows, begin)
        # Of two that differ in their ends alone, the shorter one comes first.
        left = np.minimum(lengths[rows] - begin, _WORD).astype(np.int8)
        order = np.lexsort((left, words, ranks[rows]))
        rows, words, left = rows[order], words[order], left[order]
        before = ranks[rows]
        is_first = _differ(before)
        begins = is_first | _differ(words) | _differ(left)
        # As many more come before it as there are before its group in the group from before.
        places = np.arange(rows.size)
        group = np.maximum.accumulate(np.where(is_first, places, 0))
        own = np.maximum.accumulate(np.where(begins, places, 0))
        ranks[rows] = before + own - group
        ends = np.append(begins[1:], True)
        rows = rows[~(begins & ends) & (left == _WORD)]
        begin += _WORD
    ranks[lengths == 0] = -1
    return ranks


def _words(texts: TextColumn, rows: NDArray[np.int64], begin: int) -> NDArray[np.uint64]:
    """Return eight bytes of each text as a number, with zeros beyond its end."""
    words = np.empty(rows.size, np.uint64)
    places = np.arange(_WORD)
    for first in range(0, rows.size, _ROWS):
        some = rows[first : first + _ROWS]
        begins = texts.offsets[some] + begin
        inside = places < (texts.offsets[some + 1] - begins)[:, None]
        at = np.where(inside, begins[:, None] + places, 0)
        letters = np.where(inside, texts.data[at], 0) if texts.data.size else np.zeros_like(at)
        words[first : first + _ROWS] = letters.astype(np.uint8).view(">u8")[:, 0]
    return words


def _differ(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which values differ from the one before [shape=(n,)]; the first one does."""
    differ = np.ones(values.size, bool)
    np.not_equal(values[1:], values[:-1], out=differ[1:])
    return differ
