"""What SQLite's errors mean for a catalogue, and the copy that is made of a damaged one."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from vibelux.atomic_file import atomic_file
from vibelux.errors import CatalogueCorrupt, CatalogueError, CatalogueLocked
from vibelux.library.sqlite_file import FileGone, FileReplaced, is_full, writable

_PRIMARY = 0xFF  # SQLite's extended codes keep the primary one in the low byte


@contextmanager
def catalogue_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors inside the block.

    Args:
        path: the catalogue's file.

    Raises:
        CatalogueLocked: another process holds the write lock.
        CatalogueCorrupt: the file is damaged; it was copied beside itself and left as it is.
        CatalogueError: the disk is full, the file or folder is not writable, or SQLite refused.

    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(path, error.orig) from error
    except sqlite3.Error as error:
        raise _translated(path, error) from error


@contextmanager
def making_errors(path: Path) -> Iterator[None]:
    """Translate the system's errors while a catalogue and its folder are made inside the block.

    Raises:
        CatalogueError: it cannot be made.

    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(path) from error
        what = "file" if path.parent.is_dir() else "folder"
        place = path if what == "file" else path.parent
        raise CatalogueError(
            f"cannot make the {what} {place} for the catalogue: {error.strerror or error}; "
            "make its folder writable, or set VIBELUX_HOME to another folder"
        ) from error


def read_only(path: Path) -> CatalogueError:
    """Return what is said when a catalogue that can only be read should be written to."""
    if is_full(path) and writable(path):
        return _full(path)
    return CatalogueError(
        f"the catalogue {path} can only be read: the file, its folder or its disk is read-only. "
        "Make them writable, or set VIBELUX_HOME to another folder"
    )


def _full(path: Path) -> CatalogueError:
    return CatalogueError(
        f"the disk of {path} is full; nothing that was saved is lost. Free some space "
        "and run the command again"
    )


def _translated(path: Path, error: BaseException | None) -> CatalogueError:
    if isinstance(error, FileGone):
        return CatalogueError(
            f"the catalogue {path} is gone; connect its disk or put it back, or begin a new one "
            "with: vibelux scan FOLDER"
        )
    if isinstance(error, FileReplaced):
        return CatalogueError(
            f"the catalogue {path} was deleted or replaced while it was in use; what stood in it "
            "before was left alone. Run the command again"
        )
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return CatalogueLocked(
                f"another program is writing to the catalogue {path}; wait until it is done"
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return CatalogueCorrupt(
                f"the catalogue {path} is damaged ({error}); "
                f"it was left as it is, {_copied(path)}. "
                "Move it away and scan again to start a new one, or put a backup in its place"
            )
        case sqlite3.SQLITE_FULL:
            return _full(path)
        # SQLite says so too where it has no space for the files beside the catalogue.
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN if is_full(path) and writable(path):
            return _full(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return CatalogueError(
                f"cannot write to the catalogue {path}: {error}. Check the permissions of the file "
                f"and of {path.parent}, or set VIBELUX_HOME to another folder"
            )
        case sqlite3.SQLITE_IOERR:
            return CatalogueError(
                f"the disk of the catalogue {path} cannot be read or written ({error}); nothing "
                "that was saved is lost. Check the disk and run the command again"
            )
        case _:
            return CatalogueError(f"cannot use the catalogue {path}: {error}")


def _copied(path: Path) -> str:
    """Copy a damaged catalogue and say where to; the same state is copied only once."""
    try:
        stat = path.stat()
        stamp = datetime.fromtimestamp(stat.st_mtime, tz=UTC).strftime("%Y%m%d-%H%M%S")
        backup = path.with_name(f"{path.name}.damaged-{stamp}")
        if not (backup.is_file() and backup.stat().st_size == stat.st_size):
            for suffix in ("", "-wal"):  # recent songs may be in the log only
                source = path.with_name(path.name + suffix)
                if source.is_file():
                    copy = backup.with_name(backup.name + suffix)
                    with atomic_file(copy, private=True) as part:
                        shutil.copyfile(source, part)
    except OSError as error:
        return f"but could not be copied ({error})"
    return f"with a copy at {backup}"
