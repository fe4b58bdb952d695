"""SQLite files of this program: what tells them from others, their version, their migrations.

Our own few lines rather than Alembic: statements in a row need no revisions, no branches and no
configuration, and a file that is newer, foreign or read-only needs a sentence of its own.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vibelux.errors import VibeluxError
from vibelux.library.sqlite_file import FileConnection, back_up


@dataclass(frozen=True)
class SqliteFormat:
    """One kind of file, at the version that this release reads and writes.

    Attributes:
        noun: what people call it, such as ``catalogue``.
        application_id: SQLite's, which tells it from other programs' files.
        migrations: the n-th leads from version n to n + 1; one that has been released is never
            changed.
        error: raised where a file cannot be used.
        too_new: raised where a newer release has written it.

    """

    noun: str
    application_id: int
    migrations: Sequence[Sequence[str]]
    error: type[VibeluxError]
    too_new: type[VibeluxError]

    def is_outdated(self, db: sqlite3.Connection, path: Path | None) -> bool:
        """Return whether a file has to be brought to the newest version.

        Args:
            db: a connection to it; reads in a transaction under way see one state of the file.
            path: of the file, for messages; None is in memory only.

        Raises:
            VibeluxError: `error` for a file of another program, or an older one that cannot be
                written to; `too_new`.

        """
        version, newest = self._version(db, path), len(self.migrations)
        if version > newest:
            raise self.too_new(
                f"the {self.noun} {path} has version {version}, this VibeluX reads up to {newest}; "
                "it was left as it is. Update VibeluX, or set VIBELUX_HOME to another folder"
            )
        if version < newest and isinstance(db, FileConnection) and db.read_only:
            raise self.error(
                f"the {self.noun} {path} is of an older version, and nothing can be written where "
                "it lies; copy it to another folder, and set VIBELUX_HOME to that"
            )
        return version < newest

    def migrate(self, db: sqlite3.Connection, path: Path | None) -> None:
        """Bring a file to the newest version, all steps or none.

        One that is there already is copied to ``NAME.vN.backup`` beside it first.

        Args:
            db: with a transaction under way that began with ``BEGIN IMMEDIATE``: of two processes
                that open a file, one migrates.
            path: of the file, for messages and the backup; None is in memory only.

        Raises:
            VibeluxError: as in `is_outdated`; `error` if the copy cannot be written.
            sqlite3.Error: a step failed.

        """
        if not self.is_outdated(db, path):
            return
        version = self._version(db, path)
        if version > 0 and path is not None:
            self._back_up(path, path.with_name(f"{path.name}.v{version}.backup"))
        for statements in self.migrations[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {self.application_id}")
        db.execute(f"PRAGMA user_version = {len(self.migrations)}")

    def _version(self, db: sqlite3.Connection, path: Path | None) -> int:
        """Return the version of a file, 0 for a new, empty one."""
        application, version, tables = (
            int(db.execute(query).fetchone()[0])
            for query in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_master",
            )
        )
        if application != self.application_id and (application or version or tables):
            raise self.error(
                f"{path} is an SQLite file, but not a {self.noun} of VibeluX; it was left as it "
                "is. Set VIBELUX_HOME to another folder"
            )
        return version

    def _back_up(self, path: Path, backup: Path) -> None:
        try:
            back_up(path, backup)
        except (OSError, sqlite3.Error) as error:
            raise self.error(
                f"cannot copy {path} to {backup} before bringing it to a newer version: {error}; "
                f"the {self.noun} is unchanged"
            ) from error
