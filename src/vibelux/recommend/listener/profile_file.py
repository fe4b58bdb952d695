"""The profile's SQLite file: opened, brought to this version, and followed when it is replaced."""

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vibelux.errors import ProfileError
from vibelux.library.sqlite_file import FileConnection, connect, is_full, make, writable
from vibelux.library.sqlite_format import SqliteFormat
from vibelux.private_files import private_folder

_NOTHING_CAN_BE_WRITTEN = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT)


class ProfileFile:
    """An open file; one thread at a time uses it.

    Args:
        path: made when it is not there; None is in memory only.
        file_format: of a profile.
        busy_timeout: seconds to wait for another program that writes.

    Attributes:
        db: the connection, to be used inside `using` only.
        openings: how often the file was opened anew because another one was in its place.

    Raises:
        ProfileTooNew: written by a newer version; it is left as it is.
        ProfileError: damaged, of another program, or the file or folder cannot be used.

    """

    def __init__(
        self, path: Path | None, file_format: SqliteFormat, *, busy_timeout: float
    ) -> None:
        self._path, self._format, self._busy_timeout = path, file_format, busy_timeout
        self._lock = threading.Lock()
        self._is_read_only = False
        self.openings = 0
        with self._errors():
            self.db = self._opened()

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @property
    def unsaved(self) -> str | None:
        """Why nothing can be saved, for people to read, or None where it can."""
        if self._path is None or not self._is_read_only:
            return None
        if writable(self._path) and is_full(self._path):
            why = "its disk is full. Free some space"
        else:
            why = "the file, its folder or its disk is read-only. Make them writable"
        return (
            f"nothing can be saved in the profile {self._path}: {why}, "
            "or set VIBELUX_HOME to another folder"
        )

    @contextmanager
    def using(self) -> Iterator[None]:
        """Let one thread use the file that is at the path now.

        Raises:
            ProfileError: something is wrong with it, or with what is done with it.

        """
        with self._errors():
            while isinstance(self.db, FileConnection):
                with self.db.busy:
                    if self.db.current():
                        yield
                        return
                    self.db.close()
                self.db = self._opened()
                self.openings += 1
            yield  # in memory only

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write inside `using`, all or nothing.

        Raises:
            ProfileError: nothing can be written.

        """
        if (why := self.unsaved) is not None:
            raise ProfileError(why)
        with _transaction(self.db, write=True):
            yield

    def _opened(self) -> sqlite3.Connection:
        """Open the file; where there is none and none can be made, an empty one in memory."""
        self._is_read_only = False
        db: sqlite3.Connection | None = None
        if self._path is not None:
            try:
                private_folder(self._path.parent)
                make(self._path)
            except OSError as error:
                if error.errno not in _NOTHING_CAN_BE_WRITTEN:
                    raise
                self._is_read_only = True
            else:
                file = db = connect(self._path, timeout=self._busy_timeout)
                self._is_read_only = file.read_only
        if db is None:
            db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA secure_delete = ON")
            # A commit that was told of outlives a power cut, on every system.
            db.execute("PRAGMA synchronous = EXTRA")
            db.execute("PRAGMA fullfsync = ON")
            with _transaction(db, write=False):
                outdated = self._format.is_outdated(db, self._path)
            if outdated:
                with _transaction(db, write=True):
                    self._format.migrate(db, self._path)
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except OSError as error:
            raise ProfileError(
                f"cannot make the folder for the profile {self._path}: {error}; "
                "set VIBELUX_HOME to another folder"
            ) from error
        except sqlite3.Error as error:
            code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise ProfileError(
                    f"the profile {self._path} is damaged ({error}) and was left as it is; move it "
                    "away to start a new one, or put a backup in its place"
                ) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise ProfileError(
                    f"another program is writing to the profile {self._path}; wait until it is done"
                ) from error
            if code == sqlite3.SQLITE_FULL:
                raise ProfileError(
                    f"the disk of the profile {self._path} is full; what was saved before is kept. "
                    "Free some space"
                ) from error
            raise ProfileError(
                f"cannot use the profile {self._path}: {error}. Check the permissions of the file "
                "and of its folder, and the disk"
            ) from error


@contextmanager
def _transaction(db: sqlite3.Connection, *, write: bool) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite has ended it where the disk is full or broken
            db.execute("ROLLBACK")
        raise
