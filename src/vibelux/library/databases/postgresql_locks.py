"""Locks of a catalogue that the server keeps; they end with the connection that holds them."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg

from vibelux.database_url import DatabaseUrl
from vibelux.errors import CatalogueLocked
from vibelux.library.databases.postgresql_errors import postgresql_errors
from vibelux.library.schema import APPLICATION_ID

_SCHEMA = "hashtext(current_schema())"

WRITE_LOCK = f"SELECT pg_advisory_xact_lock({APPLICATION_ID}, {_SCHEMA})"
"""Waits until no other transaction writes to this catalogue."""

_SCANS = APPLICATION_ID + 1

_HOLDER = f"""
    SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND classid = {_SCANS} AND objsubid = 2 AND granted
    AND objid = ({_SCHEMA}::bigint & 4294967295)::oid
    AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def scan_lock(connect: Callable[[], psycopg.Connection[Any]], url: DatabaseUrl) -> Iterator[None]:
    """Hold the right to scan into a catalogue.

    Args:
        connect: returns a connection in which every statement is a transaction.
        url: of the database.

    Raises:
        CatalogueLocked: another scan is running, on whatever machine.
        CatalogueError: the server cannot be reached.

    """
    with postgresql_errors(url):
        connection = connect()
    with closing(connection):
        with postgresql_errors(url):
            name = f"vibelux scan, process {os.getpid()} on {platform.node()}"
            connection.execute("SELECT set_config('application_name', %s, false)", (name,))
            question = f"SELECT pg_try_advisory_lock({_SCANS}, {_SCHEMA})"
            (held,) = connection.execute(question).fetchone() or (False,)
            if not held:
                raise CatalogueLocked(
                    f"another scan is writing to {url}{_holder(connection)}; wait until it is "
                    "done, or stop it"
                )
        yield


def _holder(connection: psycopg.Connection[Any]) -> str:
    """Return who holds the lock, as far as the server tells."""
    with suppress(psycopg.Error):
        row = connection.execute(_HOLDER).fetchone()
        if row and row[0]:
            return f" ({row[0].removeprefix('vibelux scan, ')})"
    return ""
