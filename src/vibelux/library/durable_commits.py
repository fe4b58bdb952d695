"""Commits in quick succession that reach the disk within seconds, at little cost."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from vibelux.errors import CatalogueError

WITHIN = 2.0
"""Seconds of commits that a power cut can undo at most."""

_SHARE = 20
"""After a commit that was waited for, others are not for this many times as long as it took."""


class DurableCommits:
    """Transactions of a connection of one's own, committed at once and soon on the disk.

    SQLite waits for the disk at the end of a commit, or leaves it to the system when its log is
    written; such a log outlives the end of the program, but not a power cut. Here the first commit
    is waited for, and each that comes long enough after one that was: that takes all before it to
    the disk, too. So a slow disk takes a twentieth of the time.

    Args:
        connection: whose transactions write; nobody else uses it.

    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due = 0.0
        self._pending = False  # commits that were not waited for

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Run the block in a transaction."""
        with self._transaction(waits=time.monotonic() >= self._due):
            yield

    def rest(self) -> None:
        """Take all commits to the disk if they have waited long; called while nothing happens."""
        if time.monotonic() >= self._due:
            self.settle()

    def settle(self) -> None:
        """Take all commits to the disk, if it can be written."""
        if self._pending:
            # They are in the log, and whole; what fails here fails for who writes next, too.
            with suppress(DBAPIError, sqlite3.Error, CatalogueError), self._transaction(waits=True):
                pass

    @contextmanager
    def _transaction(self, *, waits: bool) -> Iterator[None]:
        with closing(self._connection.connection.cursor()) as cursor:  # outside of transactions
            cursor.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
        with self._connection.begin():
            if waits and self._pending:
                self._touch()
            yield
            began = time.monotonic()
        self._pending = not waits
        if waits:
            now = time.monotonic()
            self._due = now + min(WITHIN, _SHARE * (now - began))

    def _touch(self) -> None:
        """Write what is there already: SQLite waits only for a commit that has written."""
        version = self._connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        self._connection.exec_driver_sql(f"PRAGMA user_version = {version}")
