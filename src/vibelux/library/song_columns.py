"""The songs of a catalogue as columns in memory: all that ranking, ordering and searching need.

This is the one read of many songs. A snapshot never changes: what others write to the catalogue is
in the next one, which shares with it all columns that are the same. `LiveColumns` keeps up with a
catalogue; `SongColumns.of` reads it once.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from vibelux.library.catalogue import Catalogue
from vibelux.library.column_reading import (
    NAMES,
    Sound,
    most_frequent,
    read_columns,
)
from vibelux.library.row_index import RowIndex
from vibelux.library.schema import storable
from vibelux.library.song_identity import PATH_KEY, key_text

Columns = dict[str, NDArray[Any]]

_T = TypeVar("_T")


class SongColumns:
    """n songs, one a row: first those that can be played, then the others, each by their ids.

    Every column is an array whose first axis are the rows. It is not to be written to: snapshots
    share them.

    """

    def __init__(
        self,
        columns: Columns,
        *,
        playable: int,
        sound: Sound | None,
        sounds: tuple[Sound, ...],
        derived: dict[Any, Any] | None = None,
    ) -> None:
        for column in columns.values():
            column.setflags(write=False)
        self._columns = columns
        self._playable = playable
        self._sound = sound
        self._sounds = sounds
        self._derived: dict[Any, Any] = {} if derived is None else derived

    @classmethod
    def of(cls, catalogue: Catalogue, *names: str) -> Self:
        """Read the songs of a catalogue: its files, or those of its server.

        Args:
            catalogue: an open one.
            *names: of the columns that are needed; all if there are none. Ids, states and moods
                are always read.

        Raises:
            CatalogueError: as the catalogue.

        """
        with (
            catalogue.reading() as connection,
            connection.begin(),
            # Rows of SQLAlchemy would take far longer.
            closing(connection.connection.cursor()) as cursor,
        ):
            return cls.read(cursor, catalogue, names=names)

    @classmethod
    def read(
        cls,
        cursor: Any,
        catalogue: Catalogue,
        *,
        names: Iterable[str] = (),
        ids: Sequence[int] | None = None,
        sound: Sound | None = None,
    ) -> Self:
        """Read songs by a cursor of SQLite.

        Args:
            cursor: in a transaction.
            catalogue: that it reads.
            names: see `of`.
            ids: of the songs; None reads all.
            sound: the model and size of embeddings that can be compared; None: those of most songs.

        """
        found = read_columns(cursor, catalogue, names=tuple(names) or NAMES, ids=ids, sound=sound)
        columns, usable = found.columns, found.playable
        if not usable[: np.count_nonzero(usable)].all():
            order = np.argsort(~usable, kind="stable")
            columns = {name: column[order] for name, column in columns.items()}
        return cls(
            columns,
            playable=int(np.count_nonzero(usable)),
            sound=found.sound,
            sounds=found.sounds,
        )

    def __len__(self) -> int:
        """Return the number of songs."""
        return self.ids.size

    @property
    def ids(self) -> NDArray[np.int64]:
        """Of the catalogue [shape=(n,), dtype=int64]."""
        return self._columns["ids"]

    @property
    def states(self) -> NDArray[np.int8]:
        """Index of each song's state in `STATES` [shape=(n,), dtype=int8]."""
        return self._columns["states"]

    @property
    def moods(self) -> NDArray[np.float32]:
        """What each song sounds like [shape=(n, 7), dtype=float32]; zeros where it has no mood.

        A mood that the person gave counts before the one that was analysed, here and everywhere.
        """
        return self._columns["moods"]

    @property
    def affect(self) -> NDArray[np.float32]:
        """Valence and arousal in [-1, 1] [shape=(n, 2), dtype=float32].

        Where the catalogue has none, those of the mood; NaN without one.
        """
        return self._columns["affect"]

    @property
    def affect_known(self) -> NDArray[np.bool_]:
        """Whether the catalogue has valence and arousal [shape=(n, 2)]."""
        return self._columns["affect_known"]

    @property
    def embeddings(self) -> NDArray[np.float16]:
        """How songs sound [shape=(n, d), dtype=float16], of length 1; d is 0 where none has one.

        All zero for songs without one, and for those of another `model`, whose numbers mean
        something else.
        """
        return self._columns["embeddings"]

    @property
    def model(self) -> str | None:
        """The id of the model whose embeddings these are: the one of most songs, or None."""
        return None if self._sound is None else self._sound.model

    @property
    def durations(self) -> NDArray[np.float32]:
        """Seconds [shape=(n,), dtype=float32]; NaN where it is not known."""
        return self._columns["durations"]

    @property
    def years(self) -> NDArray[np.float32]:
        """Of release [shape=(n,), dtype=float32]; NaN where it is not known."""
        return self._columns["years"]

    @property
    def titles(self) -> NDArray[np.object_]:
        """Titles, or else file names, [shape=(n,)] of texts `folded` for comparison."""
        return self._columns["titles"]

    @property
    def artist_names(self) -> NDArray[np.object_]:
        """The same of artists; empty where there is none."""
        return self._columns["artist_names"]

    @property
    def album_names(self) -> NDArray[np.object_]:
        """The same of albums; empty where there is none."""
        return self._columns["album_names"]

    @property
    def artists(self) -> NDArray[np.int64]:
        """Equal numbers for equal artists [shape=(n,), dtype=int64], -1 for none."""
        return self._columns["artists"]

    @property
    def albums(self) -> NDArray[np.int64]:
        """The same for albums (of one artist)."""
        return self._columns["albums"]

    @property
    def works(self) -> NDArray[np.int64]:
        """The same for title and artist together; versions of a title count as the same."""
        return self._columns["works"]

    @property
    def paths(self) -> NDArray[np.object_]:
        """Paths [shape=(n,)] of bytes, as the catalogue stores them."""
        return self._columns["paths"]

    @property
    def played_at(self) -> NDArray[np.float64]:
        """When their server played them last [shape=(n,), dtype=float64].

        Seconds since 1970; NaN where no server says so.
        """
        return self._columns["played_at"]

    @cached_property
    def playable(self) -> "SongColumns":
        """The songs that can be played and have a mood."""
        if self._playable == len(self):
            return self
        return SongColumns(
            {name: column[: self._playable] for name, column in self._columns.items()},
            playable=self._playable,
            sound=self._sound,
            sounds=self._sounds,
        )

    def derived(self, make: Callable[["SongColumns"], _T], *names: str) -> _T:
        """Return what follows from some columns; made again only when one of them has changed.

        Args:
            make: makes it from the songs.
            *names: of the columns from which it follows.

        """
        sources = [self._columns[name] for name in names]
        known = self._derived.get(make)
        if known is None or any(a is not b for a, b in zip(known[0], sources, strict=True)):
            known = self._derived[make] = (sources, make(self))
        made: _T = known[1]
        return made

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
        key: bytes = self._columns["keys"][row]
        return key_text(key, self.paths[row])

    def copies(self, row: int) -> NDArray[np.int64]:
        """Return the rows of all songs with the key of one, itself included."""
        key: bytes = self._columns["keys"][row]
        return self._rows_with("keys", _key_index, key) if key else np.array([row])

    def rows_of_key(self, key: str) -> NDArray[np.int64]:
        """Return the rows of a key, ascending: copies of a file share one.

        A key that a song had before, when it was known by its content, is found as well.
        """
        if key.startswith(PATH_KEY):
            rows = self._rows_of_path(_bytes_of(key.removeprefix(PATH_KEY)))
            keyless: NDArray[np.bool_] = self._columns["keys"][rows] == b""
            return rows[keyless]
        digest = _bytes_of(key).rstrip(b"\0")  # as NumPy keeps it
        rows = self._rows_with("keys", _key_index, digest)
        return rows if rows.size else self._rows_with("hashes", _hash_index, digest)

    def rows(self, key: str, path: bytes) -> NDArray[np.int64]:
        """Return the rows of a song, copies included: known by its key, or else by its path."""
        rows = self.rows_of_key(key)
        return rows if rows.size else self._rows_of_path(path)

    def find(self, key: str, path: bytes) -> int | None:
        """Return the first row of a song known by its key, or else by its path."""
        rows = self.rows(key, path)
        return int(rows[0]) if rows.size else None

    def read_again(self, cursor: Any, catalogue: Catalogue, ids: set[int]) -> "SongColumns | None":
        """Return a snapshot in which some songs are as they are now.

        Columns that stay the same are shared, not copied.

        Args:
            cursor: of SQLite, in a transaction.
            catalogue: that it reads.
            ids: of the songs that may have changed; those that are not found are left out.

        Returns:
            the snapshot; this one if nothing differs; None where all songs are to be read, as most
            of them have embeddings of another model now.

        """
        if not ids:
            return self
        names = [name for name in self._columns if name != "sounds"]
        changed = SongColumns.read(cursor, catalogue, names=names, ids=list(ids), sound=self._sound)
        sounds = tuple(dict.fromkeys((*self._sounds, *changed._sounds)))
        places = np.array([*map(sounds.index, changed._sounds), -1], np.int16)
        new = changed._columns
        if "sounds" in new:
            new = new | {"sounds": places[new["sounds"]]}
        known = self._rows_of_ids(changed.ids)
        looked_at = self._rows_of_ids(np.fromiter(ids, np.int64, len(ids)))
        first = self._playable
        stays = (known < first) == (np.arange(len(changed)) < changed._playable)
        left = np.setdiff1d(looked_at[looked_at >= 0], known)
        if (known >= 0).all() and stays.all() and not left.size:
            columns = {name: _set(self._columns[name], known, new[name]) for name in self._columns}
        else:
            stay = np.ones(len(self), bool)
            stay[left] = stay[known[known >= 0]] = False
            kept = np.flatnonzero(stay)
            playable = np.concatenate([kept < first, np.arange(len(changed)) < changed._playable])
            order = np.lexsort((np.concatenate([self.ids[kept], changed.ids]), ~playable))
            rows = np.concatenate([kept, len(self) + np.arange(len(changed))])[order]
            first = int(np.count_nonzero(playable))
            columns = {
                name: np.concatenate([column, new[name]])[rows]
                for name, column in self._columns.items()
            }
        if all(columns[name] is column for name, column in self._columns.items()):
            return self
        if "sounds" in columns and most_frequent(columns["sounds"][:first], sounds) != self._sound:
            return None
        following = SongColumns(
            columns, playable=first, sound=self._sound, sounds=sounds, derived=dict(self._derived)
        )
        following._keep_slices(self)
        return following

    def _keep_slices(self, before: "SongColumns") -> None:
        """Share the playable songs' columns with those of the snapshot before this one."""
        old = before.__dict__.get("playable")
        if old is None or old is before or before._playable != self._playable:
            return
        columns = {
            name: old._columns[name] if column is before._columns[name] else column[: len(old)]
            for name, column in self._columns.items()
        }
        self.__dict__["playable"] = SongColumns(
            columns,
            playable=self._playable,
            sound=self._sound,
            sounds=self._sounds,
            derived=dict(old._derived),
        )

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
        return self._rows_with("paths", _path_index, path)

    def _rows_with(
        self, name: str, index: Callable[["SongColumns"], RowIndex], value: bytes
    ) -> NDArray[np.int64]:
        """Return the rows in which a column has a value, which is not empty, ascending."""
        likely = self.derived(index, name).rows(value)
        same: NDArray[np.bool_] = self._columns[name][likely] == value
        return likely[same if same.ndim == 1 else same.any(axis=1)]


def _key_index(songs: SongColumns) -> RowIndex:
    keys = songs._columns["keys"]
    rows = np.flatnonzero(keys != b"")
    return RowIndex(keys[rows].tolist(), rows)


def _hash_index(songs: SongColumns) -> RowIndex:
    hashes = songs._columns["hashes"]
    rows, columns = np.nonzero(hashes != b"")
    return RowIndex(hashes[rows, columns].tolist(), rows)


def _path_index(songs: SongColumns) -> RowIndex:
    return RowIndex(songs.paths.tolist(), np.arange(len(songs)))


def _bytes_of(text: str) -> bytes:
    """Return what a text of hexadecimal digits means, nothing for any other text."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _set(column: NDArray[Any], rows: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
    """Return a column with other values in some rows: the column itself if they are the same."""
    if np.array_equal(column[rows], values, equal_nan=column.dtype.kind == "f"):
        return column
    changed = column.copy()
    changed[rows] = values
    return changed
