"""An SQLite file that may be replaced while it is open, or lie where nothing can be written.

SQLite goes on with a file that was deleted or replaced, and would apply the log (``-wal``) of the
old file to the new one. So each connection knows which file it has opened, and before a new one is
opened, those to the old one are closed.
"""

import itertools
import os
import shutil
import sqlite3
import tempfile
import threading
import weakref
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from vibelux.atomic_file import atomic_file
from vibelux.private_files import private_file, tighten

_PRIMARY = 0xFF  # SQLite's extended codes keep the primary one in the low byte

_NO_SPACE = 1 << 20
"""Bytes below which a disk counts as full: SQLite needs some even to read."""

_open: "weakref.WeakSet[FileConnection]" = weakref.WeakSet()
_open_lock = threading.RLock()
_serials = itertools.count()


class FileGone(sqlite3.OperationalError):
    """The file of a connection was deleted, or its disk is not there any more."""


class FileReplaced(sqlite3.OperationalError):
    """Another file is at the path of one that is in use."""


class FileConnection(sqlite3.Connection):
    """A connection that knows its file.

    Attributes:
        path: of the file.
        read_only: nothing can be written where it lies, or the disk was full when it was opened.
        closed: it cannot be used any more.
        ready: for who uses it, once its content has been looked at; False at first.
        serial: another number for each connection.
        busy: held by the thread that uses it; one that is free may be closed by another thread.

    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.path = self._log_path = Path()
        self.read_only = self.closed = self.ready = self._is_still = False
        self.serial = next(_serials)
        self.busy = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._log: tuple[int, int] | None = None
        self._state: tuple[int, int] | None = None

    def current(self) -> bool:
        """Return whether the file at its path is still the one that was opened, with its log."""
        if self.closed or _identity(self.path) != self._file:
            return False
        if self._is_still and not self.untouched():
            return False
        if self.read_only and writable(self.path) and not is_full(self.path):
            return False
        return self._log is None or _identity(self._log_path) == self._log

    def untouched(self) -> bool:
        """Return whether the file itself is as it was opened.

        What is written goes into the log first and from there into the file now and then. But it
        changes too when somebody copies another one over it: SQLite does not notice.
        """
        return self._state == _state(self.path)

    def close(self) -> None:
        """Close it; once more does nothing."""
        self.closed = True
        super().close()

    def remember(self, path: Path, *, read_only: bool, still: bool) -> None:
        """Keep what the file at a path is now.

        Args:
            path: that was opened.
            read_only: see above.
            still: it is read as one that nobody writes to.

        """
        self.path, self._log_path = path, log_of(path)
        self.read_only, self._is_still = read_only, still
        self._file, self._state = _identity(path), _state(path)
        self._log = None if still else _identity(self._log_path)

    def clear_log(self) -> None:
        """Delete the log of this connection's file, if that file has left its path without it."""
        left = self._log is not None and self._log == _identity(self._log_path)
        if left and _identity(self.path) != self._file:
            index = self._log_path.with_name(self._log_path.name.removesuffix("wal") + "shm")
            for path in (self._log_path, index):
                with suppress(OSError):
                    path.unlink()


def connect(path: Path, *, timeout: float) -> FileConnection:
    """Open a file that is there; reading works on read-only and full disks as well.

    Args:
        path: of the file.
        timeout: seconds to wait for other processes.

    Raises:
        FileGone: it is not there.
        FileReplaced: the file was replaced, and the old one is still in use in this process.
        sqlite3.Error: SQLite cannot use it.

    """
    path = path.absolute()
    with _open_lock:
        _close_outdated(path)
        if not path.exists():
            raise FileGone(f"{path} is gone")
        for suffix in ("", "-wal", "-shm", "-journal"):
            tighten(path.with_name(path.name + suffix))
        connection = _connected(path, timeout)
        _open.add(connection)
    return connection


def make(path: Path) -> None:
    """Make an empty file, for its owner alone, where there is none.

    Raises:
        OSError: it cannot be made.

    """
    if not path.exists():
        private_file(path)


def writable(path: Path) -> bool:
    """Return whether a file can be made or written to: SQLite needs its folder as well."""
    real = Path(os.path.realpath(path))
    return (not real.exists() or os.access(real, os.W_OK)) and os.access(_folder(real), os.W_OK)


def is_full(path: Path) -> bool:
    """Return whether the disk of a file is so full that SQLite may have no place to work."""
    try:
        return shutil.disk_usage(_folder(path)).free < _NO_SPACE
    except OSError:
        return False


def log_of(path: Path) -> Path:
    """Return where SQLite keeps what was written last, until it goes into the file itself."""
    real = Path(os.path.realpath(path))
    return real.with_name(f"{real.name}-wal")


def back_up(path: Path, copy: Path) -> None:
    """Copy a file that others may be using, in one step.

    Raises:
        OSError: the copy cannot be written.
        sqlite3.Error: the file cannot be read, or the disk is full.

    """
    with atomic_file(copy, private=True) as part:
        # Nobody else knows the copy: it needs none of SQLite's locks, which not all systems keep
        # apart from that of `atomic_file`.
        alone = f"{part.absolute().as_uri()}?nolock=1"
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(alone, uri=True)) as target,
        ):
            source.backup(target)


def _connected(path: Path, timeout: float) -> FileConnection:
    can_write = writable(path)
    if can_write:
        try:
            return _opened(path, "mode=rw", timeout)
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & _PRIMARY
            no_space = code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)
            if not (no_space and is_full(path)):
                raise
    try:
        return _opened(path, "mode=ro", timeout, read_only=True)
    except sqlite3.OperationalError:
        # A file with a log can be read only where a list of its pages can be made beside it.
        log = _status(log_of(path))
        if log is not None and log.st_size:
            return _opened_copy(path, timeout)
        return _opened(path, "immutable=1", timeout, read_only=True, still=True)


def _opened_copy(path: Path, timeout: float) -> FileConnection:
    """Open a copy of a file and its log, in a passing folder that is gone as soon as it is open.

    Raises:
        sqlite3.OperationalError: it cannot be made.

    """
    try:
        with tempfile.TemporaryDirectory(prefix="vibelux-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder, path.name)
            shutil.copyfile(path, copy)
            shutil.copyfile(log_of(path), log_of(copy))
            return _opened(path, "mode=rw", timeout, read_only=True, still=True, copy=copy)
    except OSError as error:
        raise sqlite3.OperationalError(f"it has a log, and cannot be copied: {error}") from error


def _opened(
    path: Path,
    options: str,
    timeout: float,
    *,
    read_only: bool = False,
    still: bool = False,
    copy: Path | None = None,
) -> FileConnection:
    connection = sqlite3.connect(
        f"{(copy or path).as_uri()}?{options}",
        uri=True,
        timeout=timeout,
        isolation_level=None,  # transactions begin where it is said, not at the driver's whim
        check_same_thread=False,
        factory=FileConnection,
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.remember(path, read_only=read_only, still=still)
    except BaseException:
        connection.close()
        raise
    return connection


def _close_outdated(path: Path) -> None:
    """Close the connections to a file that is not at its path any more.

    Raises:
        FileReplaced: one is in use.

    """
    for old in list(_open):  # it shrinks when others are forgotten
        if old.path == path and not old.closed and not old.current():
            if not old.busy.acquire(blocking=False):
                raise FileReplaced(f"{path} was replaced while it is used")
            old.close()
            old.busy.release()
            old.clear_log()


def _folder(path: Path) -> Path:
    """Return the folder of a file, or the first one above it that is there."""
    return next((folder for folder in path.parents if folder.exists()), path.parent)


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what no two files share, or None where there is none."""
    found = _status(path)
    return None if found is None else (found.st_dev, found.st_ino)


def _state(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file is written to, or None where there is none."""
    found = _status(path)
    return None if found is None else (found.st_size, found.st_mtime_ns)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
