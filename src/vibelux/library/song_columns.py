"""The songs of a catalogue as columns in memory: all that ranking, ordering and searching need.

This is the one read of many songs. A snapshot never changes: what others write to the catalogue is
in the next one, which shares with it all columns that are the same. `LiveColumns` keeps up with a
catalogue; `SongColumns.of` reads it once. Of a large catalogue the columns lie in files
(`column_files`): a snapshot maps them, and reads only what has changed since they were written.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.library.catalogue import Catalogue
from vibelux.library.column_files import ColumnFiles, Snapshot, files_of, size_of, write_files
from vibelux.library.column_reading import (
    NAMES,
    Sound,
    count_songs,
    likely_sound,
    most_frequent,
    read_columns,
)
from vibelux.library.column_stream import ColumnStream
from vibelux.library.song_changes import Changes
from vibelux.library.song_rows import SongRows
from vibelux.library.text_column import TextColumn, joined

_MANY = 4
"""Where more than a fourth of all songs have changed, reading all of them is faster."""

_OF_A_SONG = 500
"""Bytes that the columns of one song take, about."""

_ALWAYS = ("ids", "states", "moods")
"""Columns that every snapshot has."""


class SongColumns(SongRows):
    """A snapshot of a catalogue's songs, with the columns that were asked for."""

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
        with catalogue.snapshot() as cursor:
            return cls.now(cursor, catalogue, names=names, known=stored)[0]

    @classmethod
    def now(
        cls,
        cursor: Any,
        catalogue: Catalogue,
        *,
        names: Sequence[str] = (),
        known: "tuple[SongColumns, Changes] | None" = None,
        read: "Callable[[Any, Changes], SongColumns] | None" = None,
    ) -> "tuple[SongColumns, Changes]":
        """Return the songs as they are, and the last changes of the catalogue.

        Args:
            cursor: as of `Catalogue.snapshot`.
            catalogue: that it reads.
            names: see `of`.
            known: an earlier snapshot with these columns, and the last changes then: what is the
                same in it is not read again.
            read: reads all songs, given the cursor and the last changes; None: into memory.

        """
        if known is not None:
            columns, changes = known
            found = catalogue.database.changes_since(cursor, changes)
            if found is not None and _MANY * len(found[0]) <= len(columns):
                changed = columns.read_again(cursor, catalogue, found[0])
                if changed is not None:
                    return changed, found[1]
        changes = catalogue.database.last_changes(cursor)
        if read is not None:
            return read(cursor, changes), changes
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
                return cls._mapped_from(files, wanted), files.snapshot.changes
        return None

    @classmethod
    def _mapped_from(cls, files: ColumnFiles, wanted: Sequence[str] = ()) -> Self:
        """Return the songs that files hold, with some columns or all.

        Raises:
            OSError, ValueError: as `ColumnFiles.columns`.

        """
        embedded = not wanted or "embeddings" in wanted
        return cls(
            files.columns(wanted),
            playable=files.snapshot.playable,
            sound=files.snapshot.sound if embedded else None,
            sounds=files.snapshot.sounds if embedded else (),
            files=files,
        )

    def store(
        self,
        catalogue: Catalogue,
        changes: Changes,
        *,
        prepare: Callable[["SongColumns"], None] = lambda _: None,
    ) -> "SongColumns":
        """Write all columns to files and return these songs as the files hold them.

        Args:
            catalogue: whose songs they are.
            changes: its last changes that these songs know of.
            prepare: makes what is to be kept beside the columns (`kept`) before the files count.

        Returns:
            the same songs; this snapshot where nothing can be written.

        """
        snapshot = Snapshot(len(self), self._playable, self._sound, self._sounds, changes)

        def complete(files: ColumnFiles) -> None:
            prepare(self._mapped_from(files))

        for write in (False, True):  # another process may have written the same
            if write and (
                write_files(
                    catalogue,
                    [self._columns],
                    lambda: snapshot,
                    size=size_of(self._columns),
                    complete=complete,
                )
                is None
            ):
                break
            stored = self.stored(catalogue)
            if stored is not None and stored[1] == changes and len(stored[0]) == len(self):
                return stored[0]
        return self

    @classmethod
    def read_into_files(
        cls,
        cursor: Any,
        catalogue: Catalogue,
        changes: Changes,
        *,
        prepare: Callable[["SongColumns"], None],
    ) -> "SongColumns | None":
        """Read all songs and write them to files at once, a few thousand at a time.

        So memory does not grow with the number of songs.

        Args:
            cursor: as of `Catalogue.snapshot`.
            catalogue: that it reads.
            changes: its last changes.
            prepare: as of `store`.

        Returns:
            the songs; None where nothing can be written.

        """

        def complete(files: ColumnFiles) -> None:
            prepare(cls._mapped_from(files))

        sound = likely_sound(cursor, catalogue)
        size = _OF_A_SONG * count_songs(cursor, catalogue)
        for _ in range(2):
            stream = ColumnStream(cursor, catalogue, sound)

            def snapshot(stream: ColumnStream = stream, sound: Sound | None = sound) -> Snapshot:
                if stream.most_frequent != sound:
                    raise _AnotherSoundError
                return Snapshot(stream.songs, stream.playable, sound, stream.sounds, changes)

            try:
                files = write_files(catalogue, stream, snapshot, size=size, complete=complete)
            except _AnotherSoundError:
                sound = stream.most_frequent
                continue
            with suppress(OSError, ValueError):
                return None if files is None else cls._mapped_from(files)
        return None

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
        """Read songs.

        Args:
            cursor: as of `Catalogue.snapshot`.
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

    def read_again(self, cursor: Any, catalogue: Catalogue, ids: set[int]) -> "SongColumns | None":
        """Return a snapshot in which some songs are as they are now.

        Columns that stay the same are shared, not copied.

        Args:
            cursor: as of `Catalogue.snapshot`.
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
    def played_at(self) -> NDArray[np.float64]:
        """When their server played them last [shape=(n,), dtype=float64].

        Seconds since 1970; NaN where no server says so.
        """
        return self._array("played_at")


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


class _AnotherSoundError(Exception):
    """Most songs have embeddings of another model than was thought."""
