"""Where songs stand in their columns: by id, by key and by path."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vibelux.library.column_table import ColumnTable
from vibelux.library.row_index import RowIndex
from vibelux.library.schema import storable
from vibelux.library.song_identity import PATH_KEY, key_text
from vibelux.library.text_column import TextColumn

_FEW = 256
"""Rows that are looked at one by one rather than made an index of."""


class SongRows(ColumnTable):
    """Songs that are found by what they are known by."""

    @property
    def paths(self) -> TextColumn:
        """Paths [shape=(n,)], bytes as the catalogue stores them."""
        return self._texts("paths")

    def row_of(self, song_id: int) -> int | None:
        """Return the row of an id, or None."""
        if not storable(song_id):
            return None
        (row,) = self._rows_of_ids(np.array([song_id])).tolist()
        return None if row < 0 else row

    def key(self, row: int) -> str:
        """Return what a song is known by elsewhere.

        In hex, the hash of its sound or of its content, which stays when its tags change; or else
        its path.
        """
        key = self._key(row)
        return key_text(key, b"" if key else self.paths[row])

    def copies(self, row: int) -> NDArray[np.int64]:
        """Return the rows of all songs with the key of one, itself included."""
        key = self._key(row)
        return self._rows_with("keys", key) if key else np.array([row])

    def rows_of_key(self, key: str) -> NDArray[np.int64]:
        """Return the rows of a key, ascending: copies of a file share one.

        A key that a song had before, when it was known by its content, is found as well.
        """
        if key.startswith(PATH_KEY):
            rows = self._rows_of_path(_bytes_of(key.removeprefix(PATH_KEY)))
            keyless: NDArray[np.bool_] = self.few("keys")[rows] == b""
            return rows[keyless]
        digest = _bytes_of(key).rstrip(b"\0")  # as NumPy keeps it
        rows = self._rows_with("keys", digest)
        return rows if rows.size else self._rows_with("hashes", digest)

    def rows(self, key: str, path: bytes) -> NDArray[np.int64]:
        """Return the rows of a song, copies included: known by its key, or else by its path."""
        rows = self.rows_of_key(key)
        return rows if rows.size else self._rows_of_path(path)

    def find(self, key: str, path: bytes) -> int | None:
        """Return the first row of a song known by its key, or else by its path."""
        rows = self.rows(key, path)
        return int(rows[0]) if rows.size else None

    def _key(self, row: int) -> bytes:
        """Return the hash that a song is known by, or nothing."""
        key: bytes = self.few("keys")[np.array([row])][0]
        return key

    def _rows_of_ids(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each id, -1 where there is none."""
        rows = np.full(ids.size, -1, np.int64)
        for begin, end in ((0, self._playable), (self._playable, len(self))):
            part = self.ids[begin:end]
            if part.size:
                at = np.minimum(np.searchsorted(part, ids), part.size - 1)
                found = part[at] == ids
                rows[found] = begin + at[found]
        return rows

    def _rows_of_path(self, path: bytes) -> NDArray[np.int64]:
        return self._rows_with("paths", path)

    def _rows_with(self, name: str, value: bytes) -> NDArray[np.int64]:
        """Return the rows in which a column has a value, which is not empty, ascending."""
        index, apart, songs = _INDEXES[name], self.rows_apart(name), self.base
        if apart.size > _FEW:
            songs, apart = self, apart[:0]
        likely = songs.derived(index, name).rows(value)
        if apart.size:
            likely = np.union1d(likely, apart)
        column = self._columns[name]
        if isinstance(column, TextColumn):
            return np.array([row for row in likely.tolist() if column[row] == value], np.int64)
        same: NDArray[np.bool_] = self.few(name)[likely] == value
        return likely[same if same.ndim == 1 else same.any(axis=1)]


def _index(songs: SongRows, name: str, make: Callable[[], RowIndex]) -> RowIndex:
    parts = songs.kept(f"{name}-index-1", ("numbers", "rows"), lambda: make().arrays())
    return RowIndex(parts["numbers"].array, parts["rows"].array)


def _key_index(songs: SongRows) -> RowIndex:
    def make() -> RowIndex:
        keys = songs._columns["keys"]
        rows = np.flatnonzero(keys != b"")
        return RowIndex.of(keys[rows].tolist(), rows)

    return _index(songs, "keys", make)


def _hash_index(songs: SongRows) -> RowIndex:
    def make() -> RowIndex:
        hashes = songs._columns["hashes"]
        rows, columns = np.nonzero(hashes != b"")
        return RowIndex.of(hashes[rows, columns].tolist(), rows)

    return _index(songs, "hashes", make)


def _path_index(songs: SongRows) -> RowIndex:
    return _index(songs, "paths", lambda: RowIndex.of(songs.paths.tolist(), np.arange(len(songs))))


_INDEXES = {"keys": _key_index, "hashes": _hash_index, "paths": _path_index}


def _bytes_of(text: str) -> bytes:
    """Return what a text of hexadecimal digits means, nothing for any other text."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
