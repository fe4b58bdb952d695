"""The songs of a catalogue that others write to, as columns that keep up with it."""

import itertools
import threading
import time
from typing import Any

from vibelux.library.catalogue import Catalogue
from vibelux.library.column_files import is_being_written
from vibelux.library.column_reading import count_songs
from vibelux.library.name_orders import ORDERED_BY, name_order
from vibelux.library.name_texts import songs_with
from vibelux.library.near_sounds import cells_of
from vibelux.library.song_changes import Changes
from vibelux.library.song_columns import SongColumns

_REST = 20
"""After each read, changes wait for this many times as long as it took, so that a scan does not
keep its readers busy."""

_STORED_FROM = 20_000
"""Songs from which on columns are kept in files: fewer are read in a tenth of a second."""

_WAITED_FROM = 200_000
"""Songs from which on files that another process writes are waited for: they take minutes, and
reading the songs into memory as well takes gigabytes."""

_PATIENCE = 600.0
"""Seconds to wait for them: a process that is held may never be done."""

_LOOK = 0.5
"""Seconds between two looks at whether they are there."""

_UNSAVED = 20
"""Files are written anew where more than one song in so many is not in them as it is: more often,
and a scan of a large library would write all songs again and again."""

_QUIET = 60.0
"""Seconds without a change after which they are also written where any song came or went."""


class LiveColumns:
    """Snapshots of a catalogue's songs; safe to ask from many threads.

    Only what has changed is read again. While one thread reads, the others get the snapshot from
    before: nobody waits but for the first one, and after `expire`. A large catalogue is read as a
    whole only once: then its columns are in files, see `column_files`.

    Args:
        catalogue: an open one.
        *names: of the columns, as in `SongColumns.of`; all if there are none.

    """

    def __init__(self, catalogue: Catalogue, *names: str) -> None:
        self._catalogue, self._names = catalogue, names
        self._reading = threading.Lock()
        self._watch = catalogue.database.watch()
        self._columns: SongColumns | None = None
        self._changes: Changes = ()  # the last ones that the columns know of
        self._numbers = itertools.count(1)
        self._expired = self._answered = 0
        self._seen: tuple[int, int] | None = None
        self._rests_until = self._changed_at = self._stores_from = 0.0

    def now(self) -> SongColumns:
        """Return the songs; what was written in the last moments may be missing.

        Raises:
            CatalogueError: as the catalogue.

        """
        columns = self._columns
        if columns is None or self._answered < self._expired:
            self._reading.acquire()
        elif not self._reading.acquire(blocking=False):
            return columns
        try:
            asked = self._expired
            version = self._watch.version()
            if self._columns is None or self._answered < asked or self._is_due(version):
                began = time.monotonic()
                self._columns = self._read()
                self._seen, self._answered = version, asked
                now = time.monotonic()
                self._rests_until = now + _REST * (now - began)
            elif self._is_settled():
                self._columns = self._in_files(self._columns)
            return self._columns
        finally:
            self._reading.release()

    def expire(self) -> None:
        """Let the next question see everything that was written."""
        self._expired = next(self._numbers)

    def rest(self, seconds: float) -> None:
        """Leave the catalogue alone for longer, as something was made of the last snapshot.

        Args:
            seconds: that it took; this counts as reading.

        """
        self._rests_until = max(self._rests_until, time.monotonic()) + _REST * seconds

    def close(self) -> None:
        """Stop watching; the snapshots stay."""
        self._watch.close()

    def _is_due(self, version: tuple[int, int]) -> bool:
        if self._seen is None or version[0] != self._seen[0]:
            return True  # perhaps another file
        return version != self._seen and time.monotonic() >= self._rests_until

    def _read(self) -> SongColumns:
        """Return the songs as they are; those of the last snapshot if none has changed."""
        before = self._columns
        if before is None:
            known = SongColumns.stored(self._catalogue, *self._names)
        else:
            known = before, self._changes
        with self._catalogue.snapshot() as cursor:
            columns, self._changes = SongColumns.now(
                cursor, self._catalogue, names=self._names, known=known, read=self._read_all
            )
        self._changed_at = time.monotonic()
        came_or_went = before is None and not columns.in_files
        if came_or_went or columns.unsaved * _UNSAVED > len(columns):
            columns = self._in_files(columns)
        return columns

    def _read_all(self, cursor: Any, changes: Changes) -> SongColumns:
        """Return all songs; those of a large catalogue go to files as they are read."""
        songs = 0 if self._names else count_songs(cursor, self._catalogue)
        if songs >= _STORED_FROM:
            found = SongColumns.read_into_files(cursor, self._catalogue, changes, prepare=_prepare)
            if found is not None:
                return found
            self._stores_from = time.monotonic() + _QUIET  # later, perhaps
            if songs >= _WAITED_FROM and self._waited():
                stored = SongColumns.stored(self._catalogue)
                return SongColumns.now(cursor, self._catalogue, known=stored)[0]
        return SongColumns.read(cursor, self._catalogue, names=self._names)

    def _waited(self) -> bool:
        """Wait while another process writes the files, and return whether there was one."""
        until = time.monotonic() + _PATIENCE
        is_written = False
        while is_being_written(self._catalogue) and time.monotonic() < until:
            is_written = True
            time.sleep(_LOOK)
        return is_written

    def _in_files(self, columns: SongColumns) -> SongColumns:
        """Return the songs, of a large catalogue as files hold them."""
        now = time.monotonic()
        if self._names or len(columns) < _STORED_FROM or now < self._stores_from:
            return columns
        stored = columns.store(self._catalogue, self._changes, prepare=_prepare)
        if stored is columns:  # a full disk, another process that writes
            self._stores_from = now + _QUIET
        return stored

    def _is_settled(self) -> bool:
        """Return whether songs came or went, and nothing else has happened for a while."""
        columns = self._columns
        if columns is None or columns.in_files or len(columns) < _STORED_FROM:
            return False
        return time.monotonic() >= max(self._changed_at + _QUIET, self._stores_from)


def _prepare(songs: SongColumns) -> None:
    """Make what takes seconds for a million songs, so that no question waits for it."""
    for by in ORDERED_BY:
        name_order(songs, by, descending=False)
    songs_with(songs, "?")
    cells_of(songs.playable)
