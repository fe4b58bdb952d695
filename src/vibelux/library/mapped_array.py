"""Arrays in files, mapped into memory: processes share what they read, and loading takes no time.

What is changed stays in the memory of the process that changes it, page by page: a copy in which
one row differs takes a few kilobytes, however large the array is.
"""

import mmap
import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NONE = np.empty(0, np.int64)

_FEW = 1024
"""Rows that are read from a file; more are taken from its mapping."""


class ArrayFile:
    """An array in an ``.npy`` file that never changes; it can be mapped after it was removed.

    Args:
        path: of the file.

    Raises:
        OSError: it cannot be opened.
        ValueError: it does not hold a whole array.

    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            if version != (1, 0):
                raise ValueError(f"{path} has an unknown format {version}")
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
            if fortran or dtype.hasobject:
                raise ValueError(f"{path} is not laid out by rows")
            self._shape, self._dtype, self._begin = shape, dtype, file.tell()
            size = self._begin + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
            if os.fstat(file.fileno()).st_size != size:
                raise ValueError(f"{path} is not whole")
            self._descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._descriptor)

    def array(self) -> NDArray[Any]:
        """Map the file: what is written to the array stays in this mapping."""
        if 0 in self._shape:
            return np.empty(self._shape, self._dtype)
        mapped = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_COPY)
        flat = np.frombuffer(mapped, self._dtype, offset=self._begin)
        return flat.reshape(self._shape)

    def rows(self, rows: NDArray[np.int64]) -> NDArray[Any] | None:
        """Read some rows; None where the system cannot read from a place, or the file is short.

        Args:
            rows: [shape=(k,)] in [0, n).

        """
        if not hasattr(os, "pread"):  # Windows
            return None
        size = int(np.prod(self._shape[1:], dtype=np.int64)) * self._dtype.itemsize
        read, begin, descriptor = os.pread, self._begin, self._descriptor
        data = b"".join([read(descriptor, size, begin + size * row) for row in rows.tolist()])
        if len(data) != size * rows.size:
            return None
        return np.frombuffer(data, self._dtype).reshape(-1, *self._shape[1:])


class MappedArray:
    """An array that may lie in a file, with the rows in which it differs from that.

    Args:
        array: itself; it is not written to any more.
        file: where it lies; None: in memory alone.
        rows: in which they differ.
        axis: of the rows.

    """

    def __init__(
        self,
        array: NDArray[Any],
        file: ArrayFile | None = None,
        rows: NDArray[np.int64] = _NONE,
        *,
        axis: int = 0,
    ) -> None:
        array.setflags(write=False)
        self.array, self.rows = array, rows
        self._file, self._axis = file, axis

    @classmethod
    def of(cls, file: ArrayFile, *, axis: int = 0) -> "MappedArray":
        """Return the array of a file."""
        return cls(file.array(), file, axis=axis)

    def with_rows(self, rows: NDArray[np.int64], values: NDArray[Any]) -> "MappedArray":
        """Return a copy with other values in some rows.

        Args:
            rows: [shape=(k,)].
            values: of these, along the same axis.

        """
        array = self.array.copy() if self._file is None else self._file.array()
        changed = rows if self._file is None else np.union1d(self.rows, rows)
        if self._axis == 0:
            if self._file is not None:
                array[self.rows] = self.array[self.rows]
            array[rows] = values
        else:
            if self._file is not None:
                array[..., self.rows] = self.array[..., self.rows]
            array[..., rows] = values
        return MappedArray(array, self._file, changed, axis=self._axis)

    def few(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Return some rows of the first axis, as of `FewRows`.

        Args:
            rows: [shape=(k,)] in [0, n).

        """
        if self._file is None or not 0 < rows.size <= _FEW:
            return self.array[rows]
        read = self._file.rows(rows)
        if read is None:
            return self.array[rows]
        if self.rows.size and (changed := np.isin(rows, self.rows)).any():
            read = read.copy()
            read[changed] = self.array[rows[changed]]
        return read


class TakenRows:
    """Rows of an array in another order, taken when they are needed.

    Args:
        array: [shape=(n, …)].
        rows: [shape=(k,)].

    """

    def __init__(self, array: NDArray[Any], rows: NDArray[np.integer]) -> None:
        self._array, self._rows = array, rows
        self.dtype, self.shape = array.dtype, (rows.size, *array.shape[1:])
        self.nbytes = int(np.prod(self.shape, dtype=np.int64)) * array.dtype.itemsize

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows.size

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """Return some of the rows."""
        taken: NDArray[Any] = self._array[self._rows[rows]]
        return taken

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all of them."""
        return self[:]


class FewRows:
    """The rows of an array, of which a few are wanted at a time.

    Those of a file are read, not looked at where it is mapped: with each row that is looked at, the
    system maps sixteen pages around it, so that a few thousand rows all over a file are the whole
    file in the memory of the process.

    Args:
        array: [shape=(n, …)].
        mapped: where its rows lie; None: in memory alone.

    """

    def __init__(self, array: NDArray[Any], mapped: MappedArray | None = None) -> None:
        self._array, self._mapped = array, mapped

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        return self._array.shape

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Return rows [shape=(k, …)]; they are not to be written to."""
        return self._array[rows] if self._mapped is None else self._mapped.few(rows)
