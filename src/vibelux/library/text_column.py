"""Many texts as one column: their bytes one after the other, and where each begins.

A million Python strings take 80 MB and cannot be mapped from a file; the same texts in this form
take a third of that, and can.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

_SCATTERED = 4
"""Where more than one row in so many does not follow the one before, letters are copied one by one
rather than rows."""

_GATHERED = 1 << 16
"""Rows copied together: bounds the memory for the places of their letters."""


class TextColumn:
    """n texts, or n values of bytes, one a row; it never changes.

    Args:
        offsets: [shape=(n + 1,), dtype=int64] where each row begins in ``data``, and the end.
        data: [shape=(bytes,), dtype=uint8] UTF-8 of all rows; half a surrogate pair, as of a file
            name that is not text, is three bytes like any other character.
        text: rows are texts; otherwise bytes.
        changed: row -> what it holds in place of what ``data`` says.

    """

    def __init__(
        self,
        offsets: NDArray[np.int64],
        data: NDArray[np.uint8],
        *,
        text: bool,
        changed: Mapping[int, bytes] | None = None,
    ) -> None:
        self.offsets, self.data, self.text = offsets, data, text
        self.changed: Mapping[int, bytes] = changed or {}

    @classmethod
    def of(cls, values: Iterable[Any], *, text: bool) -> "TextColumn":
        """Return a column of texts or of bytes; what is neither counts as empty."""
        rows = [_encoded(value) for value in values]
        return cls(_offsets([*map(len, rows)]), _array(b"".join(rows)), text=text)

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.offsets.size - 1

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.size

    @overload
    def __getitem__(self, rows: int | np.integer[Any]) -> Any: ...

    @overload
    def __getitem__(self, rows: slice | NDArray[Any] | Sequence[int]) -> "TextColumn": ...

    def __getitem__(self, rows: Any) -> Any:
        """Return the text of a row, or the rows of a slice or of an array as a column."""
        if isinstance(rows, int | np.integer):
            return self._decoded(self._bytes(range(self.size)[int(rows)]))
        if isinstance(rows, slice) and rows.step in (None, 1):
            begin, end, _ = rows.indices(self.size)
            end = max(begin, end)
            changed = {row - begin: b for row, b in self.changed.items() if begin <= row < end}
            offsets = self.offsets[begin : end + 1]
            return TextColumn(offsets, self.data, text=self.text, changed=changed)
        return self._taken(np.arange(self.size)[rows])

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows."""
        return iter(self.tolist())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.object_]:
        """Return the rows [shape=(n,), dtype=object]."""
        array = np.empty(self.size, object)
        array[:] = self.tolist()
        return array

    def tolist(self) -> list[Any]:
        """Return the rows."""
        first = int(self.offsets[0])
        ends = (self.offsets - first).tolist()
        data = self.data[first : int(self.offsets[-1])].tobytes()
        if self.text and data.isascii():
            whole = data.decode("ascii")
            rows: list[Any] = [whole[a:b] for a, b in pairwise(ends)]
        else:
            rows = [self._decoded(data[a:b]) for a, b in pairwise(ends)]
        for row, value in self.changed.items():
            rows[row] = self._decoded(value)
        return rows

    def with_rows(self, rows: NDArray[np.int64], values: "TextColumn") -> "TextColumn":
        """Return a column with other values in some rows: itself if they are the same."""
        found = {row: values._bytes(at) for at, row in enumerate(rows.tolist())}
        if all(self._bytes(row) == value for row, value in found.items()):
            return self
        changed = {**self.changed, **found}
        return TextColumn(self.offsets, self.data, text=self.text, changed=changed)

    def lengths(self) -> NDArray[np.int64]:
        """Return the bytes of each row [shape=(n,)]."""
        lengths = np.diff(self.offsets)
        for row, value in self.changed.items():
            lengths[row] = len(value)
        return lengths

    def plain(self) -> "TextColumn":
        """Return the same rows with nothing changed in them and nothing beside them."""
        first, last = int(self.offsets[0]), int(self.offsets[-1])
        if not self.changed and first == 0 and last == self.data.size:
            return self
        return self._taken(np.arange(self.size))

    def _taken(self, rows: NDArray[np.int64]) -> "TextColumn":
        """Return rows as a column of their own."""
        parts: list[NDArray[np.uint8]] = []
        # Rows that follow each other are copied together; they end where one has changed.
        breaks = np.diff(rows) != 1
        if self.changed:
            is_changed = np.isin(rows, np.fromiter(self.changed, np.int64, len(self.changed)))
            breaks |= is_changed[1:] | is_changed[:-1]
        elif _SCATTERED * np.count_nonzero(breaks) > rows.size:
            return self._gathered(rows)
        begins = np.concatenate([[0], np.flatnonzero(breaks) + 1, [rows.size]])
        for begin, end in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True):
            if begin == end:
                continue
            first, last = int(rows[begin]), int(rows[end - 1])
            if first in self.changed:
                parts.append(_array(self.changed[first]))
            else:
                parts.append(self.data[int(self.offsets[first]) : int(self.offsets[last + 1])])
        data = np.concatenate(parts) if parts else _array(b"")
        return TextColumn(_offsets(self.lengths()[rows]), data, text=self.text)

    def _gathered(self, rows: NDArray[np.int64]) -> "TextColumn":
        """Return rows of a column in which nothing has changed, letter by letter."""
        begins = self.offsets[rows]
        lengths = self.offsets[rows + 1] - begins
        offsets = _offsets(lengths)
        data = np.empty(int(offsets[-1]), np.uint8)
        for first in range(0, rows.size, _GATHERED):
            some = slice(first, first + _GATHERED)
            low, high = int(offsets[first]), int(offsets[min(first + _GATHERED, rows.size)])
            letters = np.repeat(begins[some] - offsets[:-1][some], lengths[some])
            letters += np.arange(low, high)
            data[low:high] = self.data[letters]
        return TextColumn(offsets, data, text=self.text)

    def _bytes(self, row: int) -> bytes:
        if row in self.changed:
            return self.changed[row]
        return self.data[int(self.offsets[row]) : int(self.offsets[row + 1])].tobytes()

    def _decoded(self, value: bytes) -> Any:
        return value.decode("utf-8", "surrogatepass") if self.text else value


Column = NDArray[Any] | TextColumn
"""What a snapshot has of its songs: an array whose first axis are the rows, or texts."""


def joined(columns: Sequence[Any]) -> Any:
    """Return the rows of some columns, at least one, one after the other."""
    if len(columns) == 1:
        return columns[0]
    if isinstance(columns[0], TextColumn):
        whole = [column.plain() for column in columns]
        lengths = np.concatenate([column.lengths() for column in whole])
        data = np.concatenate([column.data for column in whole])
        return TextColumn(_offsets(lengths), data, text=columns[0].text)
    return np.concatenate(columns)


def _encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""


def _offsets(lengths: Any) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def _array(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)
