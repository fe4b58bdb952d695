"""Commits in quick succession that reach the disk within seconds, at little cost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection

from vibelux.errors import CatalogueError
from vibelux.library.databases.database import database_of

WITHIN = 2.0
"""Seconds of commits that a power cut can undo at most."""

_SHARE = 20
"""After a commit that was waited for, others are not for this many times as long as it took."""


class DurableCommits:
    """Transactions of a connection of one's own, committed at once and soon on the disk.

    A database waits for the disk at the end of a commit, or leaves it for later when its log is
    written; such a log outlives the end of the program, but not a power cut. Here the first commit
    is waited for, and each that comes long enough after one that was: that takes all before it to
    the disk, too. So a slow disk takes a twentieth of the time.

    Args:
        connection: whose transactions write; nobody else uses it.

    """

    def __init__(self, connection: Connection) -> None:
        self._connection, self._database = connection, database_of(connection)
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
            with suppress(CatalogueError), self._database.errors(), self._transaction(waits=True):
                pass

    @contextmanager
    def _transaction(self, *, waits: bool) -> Iterator[None]:
        with self._database.transaction(self._connection, waits=waits):
            if waits and self._pending:
                self._database.touch(self._connection)
            yield
            began = time.monotonic()
        self._pending = not waits
        if waits:
            now = time.monotonic()
            self._due = now + min(WITHIN, _SHARE * (now - began))
