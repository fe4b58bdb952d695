"""Notices that others have written to a catalogue of PostgreSQL."""

import itertools
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import psycopg

_POLL = 5.0
"""Seconds after which the catalogue is looked at although nobody has told of a change: a proxy
between here and the server may keep that back."""


class PostgresqlWatch:
    """Hears the server tell of changes; see `vibelux.library.databases.database.Watch`.

    Args:
        connect: returns a connection in which every statement is a transaction.
        errors: translates the database's errors.

    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        errors: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._connect, self._errors = connect, errors
        self._serials, self._versions = itertools.count(), itertools.count()
        self._schema, self._looks_at = "", 0.0
        self._open()

    def version(self) -> tuple[int, int]:
        """See `Watch`; asks nothing of the server while it tells nothing."""
        try:
            told = any(notice.payload == self._schema for notice in self._notices())
        except psycopg.Error:  # the server was started again, or the network was away
            self._db.close()
            self._open()
            told = False
        if told or time.monotonic() >= self._looks_at:
            self._version = next(self._versions)
            self._looks_at = time.monotonic() + _POLL
        return self._serial, self._version

    def close(self) -> None:
        """See `Watch`."""
        self._db.close()

    def _notices(self) -> list[psycopg.Notify]:
        return list(self._db.notifies(timeout=0))

    def _open(self) -> None:
        with self._errors():
            self._db = self._connect()
            with suppress(psycopg.NotSupportedError):
                self._db.execute("LISTEN vibelux_songs")
            row = self._db.execute("SELECT current_schema()").fetchone()
            self._schema = row[0] if row else ""
        self._serial, self._version = next(self._serials), next(self._versions)
        self._looks_at = time.monotonic() + _POLL
