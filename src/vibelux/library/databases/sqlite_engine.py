"""How the catalogue's file is connected: pragmas, write locks, and files that are replaced."""

from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidatePoolError

from vibelux.library.databases.database import WRITES
from vibelux.library.sqlite_file import FileConnection, FileReplaced, connect


def file_of(connection: Connection) -> FileConnection:
    """Return the connection of SQLite below one of SQLAlchemy."""
    return cast(FileConnection, connection.connection.dbapi_connection)


def engine_of(path: Path, busy_timeout: float, options: dict[str, object]) -> Engine:
    """Return an engine whose connections lead to the file that is at a path now.

    Args:
        path: of a file that is there.
        busy_timeout: seconds to wait for another process's write lock.
        options: of all its connections, by name.

    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: connect(path, timeout=busy_timeout),
        execution_options=options,
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        # What is committed outlives a power cut; scans, which commit often, see `DurableCommits`.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS does not wait for the disk otherwise

    @event.listens_for(engine, "checkout")
    def _taken(connection: FileConnection, *_: object) -> None:
        if not connection.busy.acquire(blocking=False):
            raise InvalidatePoolError  # another thread is closing it
        if not (connection.current() and connection.untouched()):
            connection.busy.release()
            raise InvalidatePoolError

    @event.listens_for(engine, "checkin")
    def _returned(connection: FileConnection | None, _: object) -> None:
        if connection is not None:
            connection.busy.release()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A writer takes the lock at once: one that starts as a reader cannot wait for it later.
        write = connection.get_execution_options().get(WRITES, False)
        if write and not file_of(connection).current():
            raise FileReplaced(f"{path} was replaced while it is written to")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
