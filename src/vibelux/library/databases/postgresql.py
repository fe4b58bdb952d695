"""A catalogue in a database of PostgreSQL, for several machines that use it at once.

Writers wait for each other, as with SQLite: each takes a lock of the catalogue at the beginning of
its transaction. So what is read and then written is not changed by others in between.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self, cast

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Float, Integer, LargeBinary, Table, create_engine, event
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.types import TypeEngine

from vibelux.database_url import DatabaseUrl
from vibelux.errors import CatalogueError
from vibelux.library import song_changes
from vibelux.library.databases import postgresql_version
from vibelux.library.databases.database import DATABASE, WRITES, Watch
from vibelux.library.databases.postgresql_errors import postgresql_errors
from vibelux.library.databases.postgresql_locks import WRITE_LOCK, scan_lock
from vibelux.library.databases.postgresql_watch import PostgresqlWatch
from vibelux.library.song_changes import Changes

_OLDEST = 15
"""Version of PostgreSQL from which on a catalogue can lie there."""

_PATIENCE = 10
"""Seconds until a server that does not answer is given up, unless the address says otherwise."""

_READY = "vibelux_ready"
"""Among what SQLAlchemy keeps of a connection: its catalogue is of this version."""

_SETTLED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
"""The number of the first change that may be missing in what a transaction reads."""


class PostgresqlDatabase:
    """The catalogue in a database; see `vibelux.library.databases.database.Database`.

    Args:
        url: of the database; the catalogue lies in the first schema of its search path.
        folder: of this machine, for files that can be made again.
        busy_timeout: seconds to wait for others that write.

    """

    def __init__(self, url: DatabaseUrl, *, folder: Path, busy_timeout: float) -> None:
        self._url, self._busy_timeout = url, busy_timeout
        self.path = url.beside(folder)
        self.engine = create_engine(
            "postgresql+psycopg://",
            creator=self.connect,
            pool_pre_ping=True,  # the server may have been started again
            use_native_hstore=False,
            execution_options={DATABASE: self},
        )

        @event.listens_for(self.engine, "begin")
        def _begun(connection: Connection) -> None:
            write = connection.get_execution_options().get(WRITES, False)
            driver = driver_of(connection)
            # One that waits for the lock must see what was written before it had it.
            level = IsolationLevel.READ_COMMITTED if write else IsolationLevel.REPEATABLE_READ
            driver.isolation_level, driver.read_only = level, not write
            if write:
                try:
                    driver.execute(WRITE_LOCK)
                except psycopg.Error:
                    driver.rollback()
                    raise

    @property
    def name(self) -> str:
        """The address, without its password."""
        return str(self._url)

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """Return a connection of the driver.

        Raises:
            psycopg.Error: there is none to be had.
            CatalogueError: the server is too old, or keeps texts otherwise than as UTF-8; the
                address cannot be used.

        """
        try:
            given = conninfo_to_dict(self._url.full)
        except psycopg.Error:  # its message may hold a part of the password
            raise CatalogueError(
                f"the address {self._url} cannot be used; write it as "
                "postgresql://user:password@host/database, with %40 for @ in the password"
            ) from None
        given.setdefault("connect_timeout", _PATIENCE)
        given.setdefault("fallback_application_name", "vibelux")
        address = make_conninfo("", **{**given, "client_encoding": "UTF8"})
        connection: psycopg.Connection[Any] = psycopg.connect(address, autocommit=True)
        try:
            server = connection.info.server_version // 10000
            if server < _OLDEST:
                raise CatalogueError(
                    f"the server of {self._url} is PostgreSQL {server}; a catalogue needs "
                    f"{_OLDEST} or newer. Update it"
                )
            encoding = connection.info.parameter_status("server_encoding")
            if encoding != "UTF8":
                raise CatalogueError(
                    f"the database {self._url} keeps texts as {encoding}; make one that keeps "
                    "them as UTF-8: createdb --encoding=UTF8 --template=template0 NAME"
                )
            connection.execute(f"SET lock_timeout = {max(1, round(1000 * self._busy_timeout))}")
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """See `Database`."""
        self.engine.dispose()

    def errors(self) -> AbstractContextManager[None]:
        """See `Database`."""
        return postgresql_errors(self._url)

    def prepare(self, connection: Connection) -> None:
        """See `Database`."""
        if connection.info.get(_READY):
            return
        with connection.begin():
            ready = postgresql_version.is_ready(connection, self.name)
        if not ready:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                postgresql_version.make_ready(connection, self.name)
            connection.execution_options(**{WRITES: False})
        connection.info[_READY] = True

    def require_writable(self, connection: Connection) -> None:
        """See `Database`: the first transaction that writes tells."""

    def sql(self, statement: str) -> str:
        """See `Database`."""
        return _marked(statement)

    def unindexed(self, column: str) -> str:
        """See `Database`: the server knows from the column's values which index serves."""
        return column

    def insert(self, table: Table) -> Insert:
        """See `Database`."""
        return Insert(table)

    def insert_all(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Iterator[Any]
    ) -> None:
        """See `Database`; by COPY."""
        statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
        with driver_of(connection).cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([_copied_as(table.c[name].type) for name in names])
            for row in rows:
                copy.write_row(row)
        if "id" in names:  # those to come
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            connection.exec_driver_sql(
                f"SELECT setval({sequence}, max(id)) FROM {table.name} HAVING max(id) > 0"
            )

    def cursor(self, connection: Connection) -> "_Cursor":
        """See `Database`."""
        return _Cursor(driver_of(connection))

    def chunks(
        self, cursor: "_Cursor", sql: str, values: Sequence[Any], size: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """See `Database`; the rows stay on the server until they are fetched."""
        with cursor.connection.cursor(name="vibelux_songs", binary=True) as rows:
            rows.execute(self.sql(sql), values)
            while some := rows.fetchmany(size):
                yield some

    def last_changes(self, cursor: "_Cursor") -> Changes:
        """See `Database`."""
        (settled,) = cursor.execute(_SETTLED).fetchone()
        return song_changes.last_changes(cursor, settled_below=settled)

    def changes_since(self, cursor: "_Cursor", known: Changes) -> tuple[set[int], Changes] | None:
        """See `Database`."""
        (settled,) = cursor.execute(_SETTLED).fetchone()
        return song_changes.changes_since(cursor, known, settled_below=settled)

    @contextmanager
    def transaction(self, connection: Connection, *, waits: bool) -> Iterator[None]:
        """See `Database`; where it does not wait, the server writes its log within a second."""
        with connection.begin():
            if not waits:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield

    def touch(self, connection: Connection) -> None:
        """See `Database`: the server waits only for a commit that has a number."""
        connection.exec_driver_sql("SELECT pg_current_xact_id()")

    def scan_lock(self) -> AbstractContextManager[None]:
        """See `Database`; the lock ends with its connection, however that ends."""
        return scan_lock(lambda: self.connect(autocommit=True), self._url)

    def watch(self) -> Watch:
        """See `Database`."""
        return PostgresqlWatch(lambda: self.connect(autocommit=True), self.errors)


class _Cursor:
    """A cursor of the driver that takes ``?`` for values, and numbers as they are."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._cursor = connection.cursor(binary=True)

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Self:
        self._cursor.execute(_marked(sql), values)
        return self

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        rows: list[Any] = self._cursor.fetchall()
        return rows

    def close(self) -> None:
        self._cursor.close()


def _marked(statement: str) -> str:
    """Return SQL with ``?`` for values as the driver takes it."""
    return statement.replace("?", "%s")


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return the driver's connection below one of SQLAlchemy."""
    return cast(psycopg.Connection[Any], connection.connection.dbapi_connection)


def _copied_as(kind: TypeEngine[Any]) -> str:
    """Return the type of PostgreSQL that a column of a type has."""
    match kind:
        case Integer():
            return "int8"
        case Float():
            return "float8"
        case LargeBinary():
            return "bytea"
        case _:
            return "text"
