"""The songs of a catalogue as columns in memory: all that ranking, ordering and searching need.

This is the one read of many songs. A snapshot never changes: what others write to the catalogue is
in the next one, which shares with it all columns that are the same. `LiveColumns` keeps up with a
catalogue; `SongColumns.of` reads it once. Of a large catalogue the columns lie in files
(`column_files`): a snapshot maps them, and reads only what has changed since they were written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from vibelux.library.catalogue import Catalogue
from vibelux.library.column_files import ColumnFiles, Snapshot, files_of, write_files
from vibelux.library.column_reading import (
    NAMES,
    Sound,
    most_frequent,
    read_columns,
)
from vibelux.library.mapped_array import MappedArray
from vibelux.library.row_index import RowIndex
from vibelux.library.schema import storable
from vibelux.library.song_changes import Changes, changes_since, last_changes
from vibelux.library.song_identity import PATH_KEY, key_text
from vibelux.library.text_column import Column, TextColumn, joined

_T = TypeVar("_T")

_MANY = 4
"""Where more than a fourth of all songs have changed, reading all of them is faster."""

_FEW = 256
"""Rows that are looked at one by one rather than made an index of."""

_ALWAYS = ("ids", "states", "moods")
"""Columns that every snapshot has."""


class SongColumns:
    """n songs, one a row: first those that can be played, then the others, each by their ids.

    Every column is an array whose first axis are the rows. It is not to be written to: snapshots
    share them.

    """

    def __init__(
        self,
        columns: Mapping[str, Column | MappedArray],
        *,
        playable: int,
        sound: Sound | None,
        sounds: tuple[Sound, ...],
        derived: dict[Any, Any] | None = None,
        files: ColumnFiles | None = None,
        base: "SongColumns | None" = None,
        apart: Mapping[str, NDArray[np.int64]] | None = None,
        unsaved: int | None = None,
    ) -> None:
        self._mapped = {n: one for n, one in columns.items() if isinstance(one, MappedArray)}
        self._columns: dict[str, Any] = {
            name: column.array if isinstance(column, MappedArray) else column
            for name, column in columns.items()
        }
        for column in self._columns.values():
            if not isinstance(column, TextColumn):
                column.setflags(write=False)
        self._playable = playable
        self._sound = sound
        self._sounds = sounds
        self._derived: dict[Any, Any] = {} if derived is None else derived
        self._files, self._base = files, base
        self._apart = apart or {}
        self._unsaved = unsaved
        self._only_playable: SongColumns | None = None

    @classmethod
    def of(cls, catalogue: Catalogue, *names: str) -> "SongColumns":
        """Return the songs of a catalogue: its files, or those of its server.

        Args:
            catalogue: an open one.
            *names: of the columns that are needed; all if there are none. Ids, states and moods
                are always there.

        Raises:
            CatalogueError: as the catalogue.

        """
        stored = cls.stored(catalogue, *names)
        with (
            catalogue.reading() as connection,
            connection.begin(),
            # Rows of SQLAlchemy would take far longer.
            closing(connection.connection.cursor()) as cursor,
        ):
            return cls.now(cursor, catalogue, names=names, known=stored)[0]

    @classmethod
    def now(
        cls,
        cursor: Any,
        catalogue: Catalogue,
        *,
        names: Sequence[str] = (),
        known: "tuple[SongColumns, Changes] | None" = None,
    ) -> "tuple[SongColumns, Changes]":
        """Return the songs as they are, and the last changes of the catalogue.

        Args:
            cursor: of SQLite, in a transaction.
            catalogue: that it reads.
            names: see `of`.
            known: an earlier snapshot with these columns, and the last changes then: what is the
                same in it is not read again.

        """
        if known is not None:
            columns, changes = known
            found = changes_since(cursor, changes)
            if found is not None and _MANY * len(found[0]) <= len(columns):
                changed = columns.read_again(cursor, catalogue, found[0])
                if changed is not None:
                    return changed, found[1]
        changes = last_changes(cursor)
        return cls.read(cursor, catalogue, names=names), changes

    @classmethod
    def stored(cls, catalogue: Catalogue, *names: str) -> "tuple[SongColumns, Changes] | None":
        """Return the songs as files hold them, and the last changes that these know of, or None.

        Args:
            catalogue: an open one.
            *names: as of `of`.

        """
        wanted = _with_sources(names)
        for _ in range(2):  # between the manifest and its files, newer ones may come
            files = files_of(catalogue)
            if files is None:
                return None
            with suppress(OSError, ValueError):
                embedded = not wanted or "embeddings" in wanted
                songs = cls(
                    files.columns(wanted),
                    playable=files.snapshot.playable,
                    sound=files.snapshot.sound if embedded else None,
                    sounds=files.snapshot.sounds if embedded else (),
                    files=files,
                )
                return songs, files.snapshot.changes
        return None

    def store(self, catalogue: Catalogue, changes: Changes) -> "SongColumns":
        """Write all columns to files and return these songs as the files hold them.

        Args:
            catalogue: whose songs they are.
            changes: its last changes that these songs know of.

        Returns:
            the same songs; this snapshot where nothing can be written.

        """
        snapshot = Snapshot(len(self), self._playable, self._sound, self._sounds, changes)
        for write in (False, True):  # another process may have written the same
            if write and write_files(catalogue, self._columns, snapshot) is None:
                break
            stored = self.stored(catalogue)
            if stored is not None and stored[1] == changes and len(stored[0]) == len(self):
                return stored[0]
        return self

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
            for name in tuple(columns):
                columns[name] = columns[name][order]
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
        return self._array("ids")

    @property
    def states(self) -> NDArray[np.int8]:
        """Index of each song's state in `STATES` [shape=(n,), dtype=int8]."""
        return self._array("states")

    @property
    def moods(self) -> NDArray[np.float32]:
        """What each song sounds like [shape=(n, 7), dtype=float32]; zeros where it has no mood.

        A mood that the person gave counts before the one that was analysed, here and everywhere.
        """
        return self._array("moods")

    @property
    def affect(self) -> NDArray[np.float32]:
        """Valence and arousal in [-1, 1] [shape=(n, 2), dtype=float32].

        Where the catalogue has none, those of the mood; NaN without one.
        """
        return self._array("affect")

    @property
    def affect_known(self) -> NDArray[np.bool_]:
        """Whether the catalogue has valence and arousal [shape=(n, 2)]."""
        return self._array("affect_known")

    @property
    def embeddings(self) -> NDArray[np.float16]:
        """How songs sound [shape=(n, d), dtype=float16], of length 1; d is 0 where none has one.

        All zero for songs without one, and for those of another `model`, whose numbers mean
        something else.
        """
        return self._array("embeddings")

    @property
    def embedded(self) -> NDArray[np.bool_]:
        """Whether songs have one of these embeddings [shape=(n,)]."""
        return self.by_rows("embedded-1", _any, "embeddings")

    @property
    def model(self) -> str | None:
        """The id of the model whose embeddings these are: the one of most songs, or None."""
        return None if self._sound is None else self._sound.model

    @property
    def durations(self) -> NDArray[np.float32]:
        """Seconds [shape=(n,), dtype=float32]; NaN where it is not known."""
        return self._array("durations")

    @property
    def years(self) -> NDArray[np.float32]:
        """Of release [shape=(n,), dtype=float32]; NaN where it is not known."""
        return self._array("years")

    @property
    def titles(self) -> TextColumn:
        """Titles, or else file names, [shape=(n,)] of texts `folded` for comparison."""
        return self._texts("titles")

    @property
    def artist_names(self) -> TextColumn:
        """The same of artists; empty where there is none."""
        return self._texts("artist_names")

    @property
    def album_names(self) -> TextColumn:
        """The same of albums; empty where there is none."""
        return self._texts("album_names")

    @property
    def artists(self) -> NDArray[np.int64]:
        """Equal numbers for equal artists [shape=(n,), dtype=int64], -1 for none."""
        return self._array("artists")

    @property
    def albums(self) -> NDArray[np.int64]:
        """The same for albums (of one artist)."""
        return self._array("albums")

    @property
    def works(self) -> NDArray[np.int64]:
        """The same for title and artist together; versions of a title count as the same."""
        return self._array("works")

    @property
    def paths(self) -> TextColumn:
        """Paths [shape=(n,)], bytes as the catalogue stores them."""
        return self._texts("paths")

    @property
    def played_at(self) -> NDArray[np.float64]:
        """When their server played them last [shape=(n,), dtype=float64].

        Seconds since 1970; NaN where no server says so.
        """
        return self._array("played_at")

    def _array(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = self._columns[name]
        return array

    def _texts(self, name: str) -> TextColumn:
        texts: TextColumn = self._columns[name]
        return texts

    @property
    def playable(self) -> "SongColumns":
        """The songs that can be played and have a mood."""
        if self._playable == len(self):
            return self  # not kept: what holds itself stays in memory until it is looked for
        if self._only_playable is None:
            columns = {name: one[: self._playable] for name, one in self._columns.items()}
            if self._base is not None:  # what is the same in files stays the same array
                same = self._base.playable._columns
                columns |= {
                    name: same[name]
                    for name, one in self._columns.items()
                    if one is self._base._columns[name]
                }
            self._only_playable = self._first(columns)
        return self._only_playable

    def _first(
        self, columns: dict[str, Any], derived: dict[Any, Any] | None = None
    ) -> "SongColumns":
        """Return the playable songs, given their columns."""
        return SongColumns(
            columns,
            playable=self._playable,
            sound=self._sound,
            sounds=self._sounds,
            derived=derived,
            files=self._files,
            base=None if self._base is None else self._base.playable,
            apart={name: rows[rows < self._playable] for name, rows in self._apart.items()},
        )

    @property
    def base(self) -> "SongColumns":
        """These songs as files hold them, with what has changed since left out.

        Itself, where nothing has changed or nothing is in files.
        """
        return self if self._base is None else self._base

    @property
    def in_files(self) -> bool:
        """Whether files hold these songs, but for some rows that have changed since."""
        return self._files is not None or self._base is not None

    @property
    def unsaved(self) -> int:
        """The number of songs that no file holds as they are."""
        if self._unsaved is not None:
            return self._unsaved
        return self.rows_apart(*self._apart).size if self.in_files else len(self)

    def rows_apart(self, *names: str) -> NDArray[np.int64]:
        """Return the rows in which columns differ from those of `base`, ascending."""
        rows = [self._apart[name] for name in names if name in self._apart]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)

    def rows_changed(self, before: "SongColumns", *names: str) -> NDArray[np.int64]:
        """Return the rows in which columns differ from those of another snapshot of these songs.

        Args:
            before: with the same songs in the same rows.
            *names: of the columns.

        """
        names = tuple(n for n in names if self._columns[n] is not before._columns[n])
        if not names:
            return np.empty(0, np.int64)
        rows = np.arange(len(self))
        if self.in_files and self.base is before.base:
            rows = np.union1d(self.rows_apart(*names), before.rows_apart(*names))
        changed = np.zeros(rows.size, bool)
        for name in names:
            ones, others = self._array(name), before._array(name)
            if rows.size < len(self):
                ones, others = ones[rows], others[rows]
            changed |= (ones != others).any(axis=1)
        return rows[changed]

    def derived(self, make: Callable[["SongColumns"], _T], *names: str) -> _T:
        """Return what follows from some columns; made again only when one of them has changed.

        Args:
            make: makes it from the songs.
            *names: of the columns from which it follows.

        """
        return self._known(make, names, lambda: make(self))

    def by_rows(self, name: str, make: Callable[..., NDArray[Any]], *names: str) -> NDArray[Any]:
        """Return what follows for each song from its rows of some columns alone [shape=(n,)].

        Args:
            name: as of `kept`.
            make: makes it from these columns, of all songs or of some.
            *names: of the columns.

        """

        def made() -> NDArray[Any]:
            base = self.base
            if base is self:
                columns = [self._columns[column] for column in names]
                return self.kept(name, ("rows",), lambda: {"rows": make(*columns)})["rows"].array
            following = base.by_rows(name, make, *names).copy()
            rows = self.rows_changed(base, *names)
            following[rows] = make(*(self._columns[column][rows] for column in names))
            return following

        return self._known(name, names, made)

    def _known(self, key: object, names: Sequence[str], make: Callable[[], _T]) -> _T:
        """Return what was made before, if the columns from which it follows are the same."""
        sources = [self._columns[name] for name in names]
        known = self._derived.get(key)
        if known is None or any(a is not b for a, b in zip(known[0], sources, strict=True)):
            known = self._derived[key] = (sources, make())
        made: _T = known[1]
        return made

    def kept(
        self, name: str, parts: Sequence[str], make: Callable[[], Mapping[str, NDArray[Any]]]
    ) -> dict[str, MappedArray]:
        """Return arrays that follow from these songs; with songs in files they are made once.

        Args:
            name: of what they are, with a number that changes with how they are made.
            parts: their names.
            make: returns them by name; the last axis of each are the rows.

        """
        if self._files is None:
            return {part: MappedArray(array, axis=-1) for part, array in make().items()}
        return self._files.kept(f"{name}-{len(self)}", parts, make)

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
        return self._rows_with("keys", key) if key else np.array([row])

    def rows_of_key(self, key: str) -> NDArray[np.int64]:
        """Return the rows of a key, ascending: copies of a file share one.

        A key that a song had before, when it was known by its content, is found as well.
        """
        if key.startswith(PATH_KEY):
            rows = self._rows_of_path(_bytes_of(key.removeprefix(PATH_KEY)))
            keyless: NDArray[np.bool_] = self._columns["keys"][rows] == b""
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
            return self._with_rows(known, {name: new[name] for name in self._columns}, sounds)
        stay = np.ones(len(self), bool)
        stay[left] = stay[known[known >= 0]] = False
        kept = np.flatnonzero(stay)
        playable = np.concatenate([kept < first, np.arange(len(changed)) < changed._playable])
        order = np.lexsort((np.concatenate([self.ids[kept], changed.ids]), ~playable))
        rows = np.concatenate([kept, len(self) + np.arange(len(changed))])[order]
        columns = {
            name: joined([column, new[name]])[rows] for name, column in self._columns.items()
        }
        first = int(np.count_nonzero(playable))
        if "sounds" in columns and most_frequent(columns["sounds"][:first], sounds) != self._sound:
            return None
        unsaved = self.unsaved + len(ids)
        return SongColumns(
            columns, playable=first, sound=self._sound, sounds=sounds, unsaved=unsaved
        )

    def _with_rows(
        self, rows: NDArray[np.int64], new: Mapping[str, Any], sounds: tuple[Sound, ...]
    ) -> "SongColumns | None":
        """Return a snapshot with other values in some rows; as `read_again`.

        Args:
            rows: [shape=(k,)] that may differ.
            new: all columns of these songs.
            sounds: all that there are.

        """
        columns: dict[str, Any] = {}
        apart, changed = dict(self._apart), False
        for name, column in self._columns.items():
            columns[name] = self._mapped.get(name, column)
            if isinstance(column, TextColumn):
                columns[name] = column.with_rows(rows, new[name])
                differs = columns[name] is not column
            else:
                floats = column.dtype.kind == "f"
                differs = not np.array_equal(column[rows], new[name], equal_nan=floats)
                if differs and name in self._mapped:
                    columns[name] = self._mapped[name].with_rows(rows, new[name])
                elif differs:
                    columns[name] = column.copy()
                    columns[name][rows] = new[name]
            if differs:
                changed = True
                apart[name] = np.union1d(apart.get(name, np.empty(0, np.int64)), rows)
        if not changed:
            return self
        if "sounds" in apart:
            places = columns["sounds"]
            places = places.array if isinstance(places, MappedArray) else places
            if most_frequent(places[: self._playable], sounds) != self._sound:
                return None
        following = SongColumns(
            columns,
            playable=self._playable,
            sound=self._sound,
            sounds=sounds,
            derived=dict(self._derived),
            base=self.base if self.in_files else None,
            apart=apart if self.in_files else None,
            unsaved=None if self.in_files else self.unsaved + rows.size,
        )
        following._keep_slices(self)
        return following

    def _keep_slices(self, before: "SongColumns") -> None:
        """Share the playable songs' columns with those of the snapshot before this one."""
        old = before._only_playable
        if old is None or before._playable != self._playable:
            return
        columns = {
            name: old._columns[name] if column is before._columns[name] else column[: len(old)]
            for name, column in self._columns.items()
        }
        self._only_playable = self._first(columns, dict(old._derived))

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
        same: NDArray[np.bool_] = column[likely] == value
        return likely[same if same.ndim == 1 else same.any(axis=1)]


def _with_sources(names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a snapshot with some names has; none stands for all."""
    if not names:
        return ()
    wanted = [*_ALWAYS, *names]
    if "affect_known" in names:
        wanted.append("affect")
    if "embeddings" in names:
        wanted.append("sounds")
    return tuple(dict.fromkeys(wanted))


def _any(rows: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.any(rows, axis=1)
    return found


def _index(songs: SongColumns, name: str, make: Callable[[], RowIndex]) -> RowIndex:
    parts = songs.kept(f"{name}-index-1", ("numbers", "rows"), lambda: make().arrays())
    return RowIndex(parts["numbers"].array, parts["rows"].array)


def _key_index(songs: SongColumns) -> RowIndex:
    def make() -> RowIndex:
        keys = songs._columns["keys"]
        rows = np.flatnonzero(keys != b"")
        return RowIndex.of(keys[rows].tolist(), rows)

    return _index(songs, "keys", make)


def _hash_index(songs: SongColumns) -> RowIndex:
    def make() -> RowIndex:
        hashes = songs._columns["hashes"]
        rows, columns = np.nonzero(hashes != b"")
        return RowIndex.of(hashes[rows, columns].tolist(), rows)

    return _index(songs, "hashes", make)


def _path_index(songs: SongColumns) -> RowIndex:
    return _index(songs, "paths", lambda: RowIndex.of(songs.paths.tolist(), np.arange(len(songs))))


_INDEXES = {"keys": _key_index, "hashes": _hash_index, "paths": _path_index}


def _bytes_of(text: str) -> bytes:
    """Return what a text of hexadecimal digits means, nothing for any other text."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
