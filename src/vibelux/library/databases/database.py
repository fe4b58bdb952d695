"""What the library asks of the database that holds a catalogue: all that differs between them.

Statements of SQLAlchemy mean the same everywhere, and so does SQL in which values are written as
``?`` if it goes through a `Cursor` or `Database.sql`. Whatever does not is a method here.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, cast

from sqlalchemy import Connection, Engine, Table

from vibelux.library.song_changes import Changes

if TYPE_CHECKING:  # importing a dialect that is not used would take a start's time
    from sqlalchemy.dialects import postgresql, sqlite

DATABASE = "vibelux_database"
"""Execution option of an engine: its `Database`."""

WRITES = "vibelux_write"
"""Execution option of a connection: whether its transactions write."""

Insert: TypeAlias = "sqlite.Insert | postgresql.Insert"
"""An insert that can say what becomes of rows that are there already (``on_conflict_…``)."""


class Cursor(Protocol):
    """A cursor of the driver; values of bytes come as `bytes`."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Self:
        """Run a statement in which values are written as ``?``."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Watch(Protocol):
    """Notices that others have written to a catalogue; for one thread at a time."""

    def version(self) -> tuple[int, int]:
        """Return what changes when others have written.

        Returns:
            the first number changes where this may be another catalogue now.

        Raises:
            CatalogueError: the database cannot be read.

        """
        ...

    def close(self) -> None:
        """Stop watching."""
        ...


class Database(Protocol):
    """The database of one catalogue, open; safe to use from many threads.

    Attributes:
        path: what its files on this machine are named after: the catalogue itself or, of a
            database on a server, nothing but files that can be made again.
        engine: whose connections have the options `DATABASE` and `WRITES`. A transaction that only
            reads sees one state from beginning to end; of those that write one runs at a time.

    """

    path: Path
    engine: Engine

    @property
    def name(self) -> str:
        """What people call the catalogue: a path, or an address without its password."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...

    def errors(self) -> AbstractContextManager[None]:
        """Translate the database's errors inside the block.

        Raises:
            CatalogueLocked: another program holds what is needed.
            CatalogueError: as `vibelux.library.catalogue.Catalogue`.

        """
        ...

    def prepare(self, connection: Connection) -> None:
        """Bring the catalogue to this version, where that has not been looked at yet.

        Raises:
            CatalogueTooNew: written by a newer version.
            CatalogueError: not a catalogue, or an older one that cannot be written to.

        """
        ...

    def require_writable(self, connection: Connection) -> None:
        """Check that the catalogue can be written to, as far as that can be known.

        Raises:
            CatalogueError: it cannot.

        """
        ...

    def sql(self, statement: str) -> str:
        """Return SQL with ``?`` for values as ``Connection.exec_driver_sql`` takes it."""
        ...

    def unindexed(self, column: str) -> str:
        """Return SQL of a column by whose index nothing shall be looked up."""
        ...

    def insert(self, table: Table) -> Insert:
        """Return an insert into a table."""
        ...

    def insert_all(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Iterator[Any]
    ) -> None:
        """Insert many rows, as fast as the database can.

        Args:
            connection: in a transaction that writes.
            table: that receives them.
            names: of its columns.
            rows: a value a column each.

        """
        ...

    def cursor(self, connection: Connection) -> Cursor:
        """Return a cursor of the driver: rows of SQLAlchemy would take three times as long."""
        ...

    def chunks(
        self, cursor: Any, sql: str, values: Sequence[Any], size: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a question in groups, so that memory does not grow with their number.

        Args:
            cursor: in a transaction; not used otherwise until the last group.
            sql: with ``?`` for values.
            values: of these.
            size: rows in a group.

        """
        ...

    def last_changes(self, cursor: Any) -> Changes:
        """Return the last changes, as `vibelux.library.song_changes.last_changes`."""
        ...

    def changes_since(self, cursor: Any, known: Changes) -> tuple[set[int], Changes] | None:
        """Return what has changed, as `vibelux.library.song_changes.changes_since`."""
        ...

    def transaction(self, connection: Connection, *, waits: bool) -> AbstractContextManager[None]:
        """Run the block in a transaction.

        Args:
            connection: whose transactions write.
            waits: its commit waits for the disk; others reach it with the next one that does.

        """
        ...

    def touch(self, connection: Connection) -> None:
        """Write nothing new: what is committed next waits for the disk in any case."""
        ...

    def scan_lock(self) -> AbstractContextManager[None]:
        """Hold the right to scan into the catalogue.

        Raises:
            CatalogueLocked: another scan is running.
            CatalogueError: it cannot be had.

        """
        ...

    def watch(self) -> Watch:
        """Return what notices that others have written.

        Raises:
            CatalogueError: the database cannot be read.

        """
        ...


def database_of(connection: Connection) -> Database:
    """Return the database that a connection leads to."""
    return cast(Database, connection.get_execution_options()[DATABASE])
