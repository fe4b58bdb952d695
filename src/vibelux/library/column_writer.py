"""Columns written to files part by part, so that memory need not hold them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vibelux.library.text_column import Column, TextColumn
from vibelux.private_files import private_file

_WRITTEN_AT_ONCE = 1 << 24
"""Bytes: what is not in memory is made in pieces of this size."""


class ArrayWriter:
    """An ``.npy`` file whose rows come one part after the other.

    Args:
        path: of the file; it is replaced.

    """

    def __init__(self, path: Path) -> None:
        private_file(path)
        self._file: BinaryIO = path.open("wb")
        self._rows = 0
        self._row: tuple[np.dtype[Any], tuple[int, ...]] | None = None

    def add(self, array: NDArray[Any]) -> None:
        """Add rows [shape=(k, …)]; all parts have the type and the other axes of the first one.

        Args:
            array: or something that has its type, its shape and its slices.

        Raises:
            OSError: it cannot be written.

        """
        if self._row is None:
            self._row = array.dtype, array.shape[1:]
            self._write_header(0)
        rows = max(1, _WRITTEN_AT_ONCE // max(1, array.nbytes // max(1, len(array))))
        for first in range(0, len(array), rows):
            self._file.write(np.ascontiguousarray(array[first : first + rows]).data)
        self._rows += len(array)

    def finish(self) -> None:
        """Say how many rows there are, and wait until all is on the disk.

        Raises:
            OSError: it cannot be written.

        """
        self._file.seek(0)
        self._write_header(self._rows)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file, whole or not."""
        self._file.close()

    def _write_header(self, rows: int) -> None:
        """Write how the rows look; room is left for the largest number of them."""
        dtype, rest = self._row or (np.dtype(np.float32), ())
        header = np.lib.format.header_data_from_array_1_0(np.empty(0, dtype))
        np.lib.format.write_array_header_1_0(self._file, header | {"shape": (rows, *rest)})


class ColumnWriter:
    """All columns of some songs in a folder, each in its files.

    Args:
        folder: that exists.

    Attributes:
        texts: names of the columns of texts -> whether they are texts or bytes.
        arrays: names of the others.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, ArrayWriter] = {}
        self._letters: dict[str, int] = {}
        self.texts: dict[str, bool] = {}
        self.arrays: list[str] = []

    def add(self, columns: Mapping[str, Column]) -> None:
        """Add songs, given their columns; the same ones each time.

        Raises:
            OSError: they cannot be written.

        """
        for name, column in columns.items():
            if isinstance(column, TextColumn):
                self._add_texts(name, column.plain())
            else:
                if name not in self._files:
                    self.arrays.append(name)
                self._file(name).add(column)

    def _add_texts(self, name: str, column: TextColumn) -> None:
        offsets = column.offsets
        if name not in self.texts:
            self.texts[name], self._letters[name] = column.text, 0
        else:
            offsets = offsets[1:] + self._letters[name]
        self._letters[name] += column.data.size
        self._file(f"{name}.offsets").add(offsets)
        self._file(f"{name}.data").add(column.data)

    def _file(self, name: str) -> ArrayWriter:
        if name not in self._files:
            self._files[name] = ArrayWriter(self._folder / f"{name}.npy")
        return self._files[name]

    def finish(self) -> None:
        """Wait until all is on the disk.

        Raises:
            OSError: it cannot be written.

        """
        for file in self._files.values():
            file.finish()

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array, and wait until it is on the disk.

    Args:
        path: of the file; it is replaced.
        array: as of `ArrayWriter.add`.

    Raises:
        OSError: it cannot be written.

    """
    writer = ArrayWriter(path)
    try:
        writer.add(array)
        writer.finish()
    finally:
        writer.close()
