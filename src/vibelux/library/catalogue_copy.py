"""A catalogue copied into another database: from a file into PostgreSQL, back, or to another place.

The copy counts from one moment on: a file takes its place when it is whole, a database is filled in
one transaction. Before that, what was written is read again and compared. So whatever interrupts
it leaves the source and what was there before as they are.
"""

import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, Table, delete, func, select

from vibelux.database_url import DatabaseUrl
from vibelux.errors import CatalogueError, InvalidInput
from vibelux.library.catalogue import Catalogue
from vibelux.library.column_files import discard
from vibelux.library.databases.place import is_there
from vibelux.library.schema import (
    dismissed_failures,
    folders,
    forgotten_songs,
    songs,
    storable,
)
from vibelux.private_files import private_folder

Place = Path | DatabaseUrl

_TABLES = (songs, folders, forgotten_songs, dismissed_failures)

_TOGETHER = 1000
"""Rows read at once."""

_UNUSABLE = {
    "state": "failed",
    "reason_code": "unreachable",
    "reason": "its analysis in the catalogue was damaged; the next scan analyses it again",
}
"""What becomes of a song that could be played but for its mood."""


@dataclass
class CopyReport:
    """What a copy of a catalogue did.

    Attributes:
        songs: copied, of files and servers, in any state.
        changed: values that were not as they should be, or that the target cannot hold: texts lose
            their zeros, others are left out.

    """

    songs: int = 0
    changed: int = 0


@dataclass
class _Digest:
    """What two tables have in common if they hold the same: their number of rows, and a digest."""

    rows: int = 0
    of_rows: Any = field(default_factory=lambda: blake2b(digest_size=20))

    def add(self, row: tuple[Any, ...]) -> None:
        self.rows += 1
        self.of_rows.update(repr(row).encode("utf-8", "surrogatepass"))

    def same(self, other: "_Digest") -> bool:
        return (self.rows, self.of_rows.digest()) == (other.rows, other.of_rows.digest())


def copy_catalogue(
    source: Place,
    target: Place,
    *,
    replace: bool = False,
    folder: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CopyReport:
    """Copy all songs with their ids, the folders, and what is kept of songs that were removed.

    Args:
        source: a catalogue.
        target: where it is copied to; an empty catalogue there is filled.
        replace: songs that are there already are replaced.
        folder: as of `Catalogue`.
        on_progress: called with the songs that were copied, and how many there are.

    Raises:
        InvalidInput: there is no catalogue at the source, or both are the same.
        CatalogueLocked: a scan writes to the target, or another program.
        CatalogueError: the target has songs; one of them cannot be used; or what was written is not
            what was read. The target is as it was.
        MissingExtra: PostgreSQL's driver is not installed.

    """
    if not is_there(source):
        raise InvalidInput(f"there is no catalogue at {source} that could be copied")
    if _same(source, target):
        raise InvalidInput(f"{source} cannot be copied to itself; name another place")
    report = CopyReport()
    with Catalogue(source, folder=folder) as given, ExitStack() as held:
        if isinstance(target, DatabaseUrl):
            taken = held.enter_context(Catalogue(target, folder=folder))
            held.enter_context(taken.database.scan_lock())
            with taken.writing() as connection:
                _require_empty(taken, connection, replace=replace)
                for table in _TABLES:
                    connection.execute(delete(table))
                _fill(given, taken, connection, report, on_progress)
        else:
            with _in_place_of(target, replace=replace) as part:
                copy = held.enter_context(Catalogue(part))
                with copy.writing() as connection:
                    _fill(given, copy, connection, report, on_progress)
                copy.close()
            discard(target)
    return report


def _same(one: Place, other: Place) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        with suppress(OSError):
            return one.resolve() == other.resolve()
    return str(one) == str(other)


@contextmanager
def _in_place_of(target: Path, *, replace: bool) -> Iterator[Path]:
    """Yield a path at which a catalogue is made that takes the place of another one at the end.

    Raises:
        CatalogueError: there are songs; it cannot be written.

    """
    # Opened even where there is none: what a killed process left in its log is no other file's.
    was_there = target.exists()
    with Catalogue(target) as there, there.database.scan_lock():
        part = target.with_name(target.name + ".copy")
        try:
            with there.reading() as connection:
                _require_empty(there, connection, replace=replace)
            there.close()
            shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
            private_folder(part)
            yield part / target.name
            _settle(part / target.name)
            (part / target.name).replace(target)
            _settle(target.parent)
        except OSError as error:
            raise CatalogueError(
                f"cannot write {target}: {error.strerror or error}; it is as it was. Make its "
                "folder writable, or free some space"
            ) from error
        except BaseException:
            if not was_there:
                target.unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _settle(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    with suppress(PermissionError):  # Windows opens no folders
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _require_empty(catalogue: Catalogue, connection: Connection, *, replace: bool) -> None:
    there = connection.scalar(select(func.count()).select_from(songs)) or 0
    if there and not replace:
        raise CatalogueError(
            f"the catalogue {catalogue.database.name} has songs already ({there:,}); name another "
            "place, or replace them with --replace"
        )


def _fill(
    source: Catalogue,
    target: Catalogue,
    connection: Connection,
    report: CopyReport,
    on_progress: Callable[[int, int], None],
) -> None:
    """Write the rows of all tables, and compare what is there then.

    Raises:
        CatalogueError: it is not what was read.

    """
    in_file = isinstance(target.place, Path)
    with source.reading() as reading, reading.begin():
        total = reading.scalar(select(func.count()).select_from(songs)) or 0
        for table in _TABLES:
            names = [column.name for column in table.c]
            read = _Digest()

            def rows(table: Table = table, read: _Digest = read) -> Iterator[tuple[Any, ...]]:
                for row in _rows(source, reading, table):
                    usable = _usable(table, row, report, in_file=in_file)
                    read.add(usable)
                    yield usable
                    if table is songs:
                        report.songs += 1
                        if not report.songs % _TOGETHER or report.songs == total:
                            on_progress(report.songs, total)

            target.database.insert_all(connection, table, names, rows())
            written = _Digest()
            for row in _rows(target, connection, table):
                written.add(row)
            if not written.same(read):
                raise CatalogueError(
                    f"the copy of {source.database.name} is not what was read ({table.name}: "
                    f"{read.rows:,} rows, {written.rows:,} in the copy); nothing was changed. "
                    "Check the disks, and try again"
                )


def _rows(catalogue: Catalogue, connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table as the database has them."""
    (key,) = table.primary_key
    names = ", ".join(column.name for column in table.c)
    query = f"SELECT {names} FROM {table.name} ORDER BY {key.name}"
    with closing(catalogue.database.cursor(connection)) as cursor:
        for some in catalogue.database.chunks(cursor, query, (), _TOGETHER):
            yield from some


def _usable(
    table: Table, row: tuple[Any, ...], report: CopyReport, *, in_file: bool
) -> tuple[Any, ...]:
    """Return a row as its columns should be: SQLite keeps anything in any column."""
    usable = tuple(
        None if value is None else _as(column, value, in_file=in_file)
        for column, value in zip(table.c, row, strict=True)
    )
    report.changed += sum(
        (one, type(one)) != (other, type(other)) for one, other in zip(row, usable, strict=True)
    )
    if table is songs:
        values = dict(zip(table.c.keys(), usable, strict=True))
        if values["state"] == "ok" and values["mood"] is None:
            usable = tuple((values | _UNUSABLE).values())
    return usable


def _as(column: Column[Any], value: Any, *, in_file: bool) -> Any:
    """Return a value of a column's type, or None where it cannot be one."""
    match column.type:
        case LargeBinary():
            if column.name == "path" and isinstance(value, str):
                return value.encode("utf-8", "surrogateescape")
            return value if isinstance(value, bytes) else None
        case Integer():
            return value if isinstance(value, int) and storable(value) else None
        case Float():
            number = float(value) if isinstance(value, int | float) else math.nan
            if math.isnan(number):
                return None
            return number + 0.0 if in_file else number  # SQLite knows no negative zero
        case _:
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            return text if in_file else text.replace("\0", "")
