"""Commits in quick succession that reach the disk within seconds, at little cost."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy import Connection

WITHIN = 2.0
"""Seconds of commits that a power cut can undo at most."""

_SHARE = 20
"""Commits that are waited for come at the earliest after so many times as long as one took."""


class DurableCommits:
    """Transactions of a connection of one's own, committed at once and soon on the disk.

    SQLite waits for the disk at the end of a commit, or leaves it to the system when its log is
    written; such a log outlives the end of the program, but not a power cut. Here the first commit
    is waited for, and each that comes long enough after one that was: that takes all before it to
    the disk, too. On a fast disk these are all, on a slow one they take a twentieth of the time.

    Args:
        connection: whose transactions write; nobody else uses it.

    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due = 0.0

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Run the block in a transaction."""
        waits = time.monotonic() >= self._due
        self._run(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
        transaction = self._connection.begin()
        with transaction:
            yield
            began = time.monotonic()
        if waits:
            now = time.monotonic()
            self._due = now + min(WITHIN, _SHARE * (now - began))

    def settle(self) -> None:
        """Take all commits to the disk, if it can be written."""
        with suppress(sqlite3.Error):  # they are in the log, and whole
            self._run("PRAGMA wal_checkpoint(PASSIVE)")

    def _run(self, pragma: str) -> None:
        """Run a statement that must not be a part of a transaction."""
        with closing(self._connection.connection.cursor()) as cursor:
            cursor.execute(pragma)
