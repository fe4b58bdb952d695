"""A catalogue in an SQLite file."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import Insert

from vibelux.library import song_changes
from vibelux.library.databases.database import DATABASE, WRITES, Watch
from vibelux.library.databases.sqlite_engine import engine_of, file_of
from vibelux.library.databases.sqlite_errors import catalogue_errors, making_errors, read_only
from vibelux.library.locks import scan_lock
from vibelux.library.migrations import CATALOGUE
from vibelux.library.song_changes import Changes
from vibelux.library.sqlite_file import connect, make
from vibelux.private_files import private_folder

_PATIENCE = 5.0
"""Seconds to wait for another program that has a catalogue to itself."""


class SqliteDatabase:
    """The catalogue that is one file; see `vibelux.library.databases.database.Database`.

    Args:
        path: of the file, which is made where there is none, with its folder.
        busy_timeout: seconds to wait for another process's write lock.

    Raises:
        CatalogueError: it cannot be made.

    """

    def __init__(self, path: Path, *, busy_timeout: float) -> None:
        self.path = path
        with making_errors(path):
            private_folder(path.parent)
            make(path)
        self.engine = engine_of(path, busy_timeout, {DATABASE: self})

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    def close(self) -> None:
        """See `Database`."""
        self.engine.dispose()

    def errors(self) -> AbstractContextManager[None]:
        """See `Database`; one of a damaged file is `CatalogueCorrupt`."""
        return catalogue_errors(self.path)

    def prepare(self, connection: Connection) -> None:
        """See `Database`; another file may have taken the place of the one that was there."""
        file = file_of(connection)
        if file.ready:
            return
        with connection.begin():
            outdated = CATALOGUE.is_outdated(file, self.path)
        if outdated:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                CATALOGUE.migrate(file, self.path)
            connection.execution_options(**{WRITES: False})
        # Not before the file is known to be ours: this writes to it. Readers go on while a scan
        # writes.
        if not file.read_only:
            with closing(file.cursor()) as cursor:
                cursor.execute("PRAGMA journal_mode = WAL")
        file.ready = True

    def require_writable(self, connection: Connection) -> None:
        """See `Database`."""
        if file_of(connection).read_only:
            raise read_only(self.path)

    def sql(self, statement: str) -> str:
        """See `Database`."""
        return statement

    def unindexed(self, column: str) -> str:
        """See `Database`."""
        return f"+{column}"

    def insert(self, table: Table) -> Insert:
        """See `Database`."""
        return Insert(table)

    def insert_all(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Iterator[Any]
    ) -> None:
        """See `Database`."""
        marks = ", ".join("?" * len(names))
        with closing(self.cursor(connection)) as cursor:
            statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
            cursor.executemany(statement, rows)

    def cursor(self, connection: Connection) -> sqlite3.Cursor:
        """See `Database`."""
        return file_of(connection).cursor()

    def chunks(
        self, cursor: sqlite3.Cursor, sql: str, values: Sequence[Any], size: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """See `Database`."""
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(size):
            yield rows

    def last_changes(self, cursor: Any) -> Changes:
        """See `Database`."""
        return song_changes.last_changes(cursor)

    def changes_since(self, cursor: Any, known: Changes) -> tuple[set[int], Changes] | None:
        """See `Database`."""
        return song_changes.changes_since(cursor, known)

    @contextmanager
    def transaction(self, connection: Connection, *, waits: bool) -> Iterator[None]:
        """See `Database`; where it does not wait, SQLite leaves the disk to the system."""
        with closing(self.cursor(connection)) as cursor:  # outside of transactions
            cursor.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
        with connection.begin():
            yield

    def touch(self, connection: Connection) -> None:
        """See `Database`: SQLite waits only for a commit that has written."""
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")

    def scan_lock(self) -> AbstractContextManager[None]:
        """See `Database`; the lock is a file beside the catalogue."""
        return scan_lock(self.path)

    def watch(self) -> Watch:
        """See `Database`."""
        return _Watch(self)


class _Watch:
    """Notices that others have written to the file, or put another one in its place."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        with database.errors():
            self._db = connect(database.path, timeout=_PATIENCE)

    def version(self) -> tuple[int, int]:
        with self._database.errors():
            while True:
                with self._db.busy:
                    if self._db.current() and self._db.untouched():
                        version = self._db.execute("PRAGMA data_version").fetchone()[0]
                        return self._db.serial, int(version)
                    self._db.close()
                self._db = connect(self._database.path, timeout=_PATIENCE)

    def close(self) -> None:
        self._db.close()
