"""The songs nearest to a mood: exact similarity over all of them.

No index is needed below about ten million songs; a million take a few milliseconds.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, as_mood
from vibelux.errors import InvalidInput
from vibelux.recommend.matching import Matching, space

_ROUNDING = np.float32(1e-6)
"""More than float32 can err in a sum of seven products of numbers up to 1."""

_AT_ONCE = 1 << 16
"""Rows normalised together: bounds the memory that is needed beside the matrix."""


class MoodIndex:
    """Moods, normalised once, that can be asked for the nearest ones again and again.

    Args:
        moods: [shape=(n, 7)] one row a song, in the order of `EMOTIONS`; n may be 0. A row that
            is all zero or holds a number that is not finite has no direction and is never found.
        matching: how moods are compared, as of `vibelux.recommend.matching`.

    Raises:
        InvalidInput: not a matrix with seven columns.

    """

    def __init__(self, moods: ArrayLike, *, matching: Matching = "kinship") -> None:
        rows = np.asarray(moods, dtype=np.float32)
        if rows.size == 0:
            rows = rows.reshape(0, len(EMOTIONS))
        if rows.ndim != 2 or rows.shape[1] != len(EMOTIONS):
            raise InvalidInput(f"moods must have shape (n, {len(EMOTIONS)}), got {rows.shape}")
        # The largest number first: squares of tiny or huge ones would leave float32's range.
        largest = np.abs(rows).max(axis=1, initial=0.0)
        usable = np.isfinite(largest) & (largest > 0)
        self._rows = np.flatnonzero(usable)
        self._count = len(rows)
        self._space = space(matching).astype(np.float32)
        # Columns lie together in memory: seven passes over them are faster than n short products.
        self._columns = np.empty((len(EMOTIONS), self._rows.size), np.float32)
        for first in range(0, self._rows.size, _AT_ONCE):
            some = self._rows[first : first + _AT_ONCE]
            unit = (rows[some] / largest[some, None]) @ self._space
            unit /= np.linalg.norm(unit, axis=1, keepdims=True)
            self._columns[:, first : first + _AT_ONCE] = unit.T

    def __len__(self) -> int:
        """Return the number of moods that can be found."""
        return self._rows.size

    def nearest(self, mood: ArrayLike, n: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the n rows that are most like a mood.

        Args:
            mood: [shape=(7,)] non-negative, not all zero.
            n: at most so many, >= 0.

        Returns:
            indices [shape=(k,), dtype=int64] rows of the matrix, best first, equal ones by
            index; k = min(n, usable rows).
            similarities [shape=(k,), dtype=float32] in [0, 1] for moods, falling.

        Raises:
            InvalidMood: as `vibelux.emotions.as_mood`.
            InvalidInput: n is negative.

        """
        if n < 0:
            raise InvalidInput(f"n={n} must not be negative")
        n = min(n, len(self))
        if n == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        unit = self._direction(mood)
        rough = unit @ self._columns
        near = np.flatnonzero(rough >= nth_largest(rough, n) - 2 * _ROUNDING)
        # The rough products of equal rows may differ in the last bit by their place in memory;
        # these do not, so that equal songs keep their order.
        cosines = (self._columns[:, near] * unit[:, None].astype(np.float64)).sum(axis=0)
        best = np.argsort(-cosines, kind="stable")[:n]
        return self._rows[near[best]], np.clip(cosines[best], -1.0, 1.0).astype(np.float32)

    def similarities(
        self, mood: ArrayLike, *, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Return how much each row, or some, is like a mood.

        Args:
            mood: [shape=(7,)] non-negative, not all zero.
            rows: [shape=(k,)] of the matrix; None for all in their order.

        Returns:
            [shape=(k,), dtype=float32] in [0, 1] for moods; 0 for rows without direction.

        Raises:
            InvalidMood: as `vibelux.emotions.as_mood`.

        """
        columns, complete = self._columns, self._rows.size == self._count
        if rows is not None and complete:
            columns = columns[:, rows]
        cosines: NDArray[np.float32] = self._direction(mood) @ columns
        np.clip(cosines, -1.0, 1.0, out=cosines)
        if complete:
            return cosines
        everywhere = np.zeros(self._count, np.float32)
        everywhere[self._rows] = cosines
        return everywhere if rows is None else everywhere[rows]

    def _direction(self, mood: ArrayLike) -> NDArray[np.float32]:
        direction = as_mood(mood) @ self._space
        unit: NDArray[np.float32] = direction / np.linalg.norm(direction)
        return unit


def nth_largest(values: NDArray[np.float32], n: int) -> np.float32:
    """Return the n-th largest number, 1 <= n <= len(values)."""
    width = values.size // (8 * n)
    if width > 1:
        # The n-th largest of the maxima of many stretches is a bound that at least n numbers
        # reach, and few others do: only these need sorting.
        maxima = values[: values.size // width * width].reshape(-1, width).max(axis=1)
        values = values[values >= np.partition(maxima, maxima.size - n)[maxima.size - n]]
    nth: np.float32 = np.partition(values, values.size - n)[values.size - n]
    return nth
