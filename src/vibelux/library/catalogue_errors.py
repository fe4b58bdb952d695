"""What SQLite's errors mean for a catalogue, and the copy that is made of a damaged one."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from vibelux.errors import CatalogueCorrupt, CatalogueError, CatalogueLocked

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


def _translated(path: Path, error: BaseException | None) -> CatalogueError:
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
            return CatalogueError(
                f"the disk of {path} is full; nothing that was saved is lost. Free some space "
                "and run the command again"
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return CatalogueError(
                f"cannot write to the catalogue {path}: {error}. Check the permissions of the file "
                f"and of {path.parent}, or set VIBELUX_HOME to another folder"
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
                    part = backup.with_name(f"{backup.name}{suffix}.part")
                    shutil.copy2(source, part)
                    part.replace(backup.with_name(backup.name + suffix))
    except OSError as error:
        return f"but could not be copied ({error})"
    return f"with a copy at {backup}"
