"""Some of the rows of a library: a session knows a few hundred songs, however many there are."""

from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray


class RowSet:
    """A set of rows.

    Args:
        size: how many rows the library has.
        rows: that are in the set.

    """

    def __init__(self, size: int, rows: Iterable[int] = ()) -> None:
        self._size, self._rows = size, set(rows)
        self._ascending: NDArray[np.int64] | None = None

    def add(self, rows: NDArray[np.int64]) -> None:
        """Add rows [shape=(k,)]."""
        self._rows.update(rows.tolist())
        self._ascending = None

    def copy(self) -> Self:
        """Return another set of the same rows."""
        return type(self)(self._size, self._rows)

    def __contains__(self, row: int) -> bool:
        """Return whether a row is in the set."""
        return row in self._rows

    def __len__(self) -> int:
        """Return how many rows are in the set."""
        return len(self._rows)

    @property
    def others(self) -> int:
        """How many rows of the library are not in the set."""
        return self._size - len(self._rows)

    def among(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
        """Return which rows are in the set.

        Args:
            rows: [shape=(k,)] that are asked about; None: all of the library.

        """
        if self._ascending is None:
            self._ascending = np.sort(np.fromiter(self._rows, np.int64, len(self._rows)))
        known = self._ascending
        if rows is None:
            found = np.zeros(self._size, bool)
            found[known] = True
            return found
        if not known.size:
            return np.zeros(rows.size, bool)
        at = np.minimum(np.searchsorted(known, rows), known.size - 1)
        same: NDArray[np.bool_] = known[at] == rows
        return same
