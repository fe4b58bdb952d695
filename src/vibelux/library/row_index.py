"""Where values stand in a column of many rows."""

from collections.abc import Iterable
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class RowIndex:
    """Finds the rows of a value; of a million values it takes 12 MB, where a dictionary takes 150.

    Args:
        numbers: [shape=(k,), dtype=uint32] of the values, ascending: the same in every process.
        rows: [shape=(k,), dtype=int64] where each value stands.

    """

    def __init__(self, numbers: NDArray[np.uint32], rows: NDArray[np.int64]) -> None:
        self.numbers, self._rows = numbers, rows

    @classmethod
    def of(cls, values: Iterable[bytes], rows: NDArray[np.int64]) -> Self:
        """Return the index of k values.

        Args:
            values: k of them.
            rows: [shape=(k,)] where each stands.

        """
        numbers = np.fromiter(map(crc32, values), np.uint32, rows.size)
        order = np.argsort(numbers, kind="stable")
        return cls(numbers[order], rows[order])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arguments that make it, by name."""
        return {"numbers": self.numbers, "rows": self._rows}

    def rows(self, value: bytes) -> NDArray[np.int64]:
        """Return the rows where a value stands, ascending, perhaps with some others."""
        number = np.uint32(crc32(value))
        begin = np.searchsorted(self.numbers, number)
        end = np.searchsorted(self.numbers, number, side="right")
        return np.sort(self._rows[begin:end])
