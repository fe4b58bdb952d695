"""Songs as columns, some of which may lie in files, and what follows from the columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from vibelux.library.column_files import ColumnFiles
from vibelux.library.column_reading import Sound, most_frequent
from vibelux.library.mapped_array import FewRows, MappedArray
from vibelux.library.text_column import Column, TextColumn

_T = TypeVar("_T")


class ColumnTable:
    """n songs, one a row: first those that can be played, then the others, each by their ids.

    It never changes. Every column is an array whose first axis are the rows; it is not to be
    written to, as tables share them.

    Args:
        columns: by name.
        playable: how many songs, the first ones, can be played.
        sound: of the embeddings that are there.
        sounds: all that there are.
        derived: what is known to follow from the columns.
        files: that hold just these columns.
        base: these songs as files hold them, where some rows differ.
        apart: columns that differ from those of the base -> the rows in which they do.
        unsaved: how many songs no file holds as they are; None: see ``apart``.

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
        base: Self | None = None,
        apart: Mapping[str, NDArray[np.int64]] | None = None,
        unsaved: int | None = None,
    ) -> None:
        self._mapped = {n: one for n, one in columns.items() if isinstance(one, MappedArray)}
        self._rows_lie: Mapping[str, MappedArray] = self._mapped
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
        self._only_playable: Self | None = None

    def __len__(self) -> int:
        """Return the number of songs."""
        return self.ids.size

    @property
    def ids(self) -> NDArray[np.int64]:
        """Of the catalogue [shape=(n,), dtype=int64]."""
        return self._array("ids")

    @property
    def model(self) -> str | None:
        """The id of the model whose embeddings these are: the one of most songs, or None."""
        return None if self._sound is None else self._sound.model

    @property
    def playable(self) -> Self:
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

    def _first(self, columns: dict[str, Any], derived: dict[Any, Any] | None = None) -> Self:
        """Return the playable songs, given their columns."""
        first = type(self)(
            columns,
            playable=self._playable,
            sound=self._sound,
            sounds=self._sounds,
            derived=derived,
            files=self._files,
            base=None if self._base is None else self._base.playable,
            apart={name: rows[rows < self._playable] for name, rows in self._apart.items()},
        )
        first._rows_lie = self._mapped  # the first rows of the same arrays
        return first

    def few(self, name: str) -> FewRows:
        """Return a column of which a few rows are wanted at a time."""
        return FewRows(self._array(name), self._rows_lie.get(name))

    @property
    def base(self) -> Self:
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

    def rows_changed(self, before: Self, *names: str) -> NDArray[np.int64]:
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

    def derived(self, make: Callable[[Self], _T], *names: str) -> _T:
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
            return {part: MappedArray(np.asarray(a), axis=-1) for part, a in make().items()}
        return self._files.kept(f"{name}-{len(self)}", parts, make)

    def _with_rows(
        self, rows: NDArray[np.int64], new: Mapping[str, Any], sounds: tuple[Sound, ...]
    ) -> Self | None:
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
        following = type(self)(
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

    def _keep_slices(self, before: Self) -> None:
        """Share the playable songs' columns with those of the snapshot before this one."""
        old = before._only_playable
        if old is None or before._playable != self._playable:
            return
        columns = {
            name: old._columns[name] if column is before._columns[name] else column[: len(old)]
            for name, column in self._columns.items()
        }
        self._only_playable = self._first(columns, dict(old._derived))

    def _array(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = self._columns[name]
        return array

    def _texts(self, name: str) -> TextColumn:
        texts: TextColumn = self._columns[name]
        return texts
