"""Where values stand in a column of many rows."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class RowIndex:
    """Finds the rows of a value; of a million values it takes 16 MB, where a dictionary takes 150.

    Args:
        values: k of them.
        rows: [shape=(k,), dtype=int64] where each stands.

    """

    def __init__(self, values: Iterable[bytes], rows: NDArray[np.int64]) -> None:
        numbers = np.fromiter(map(hash, values), np.int64, rows.size)
        order = np.argsort(numbers, kind="stable")
        self._numbers, self._rows = numbers[order], rows[order]

    def rows(self, value: bytes) -> NDArray[np.int64]:
        """Return the rows where a value stands, ascending, perhaps with some others."""
        number = hash(value)
        begin = np.searchsorted(self._numbers, number)
        end = np.searchsorted(self._numbers, number, side="right")
        return np.sort(self._rows[begin:end])
