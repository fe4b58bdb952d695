"""Numbered migrations: each brings a catalogue from one version to the next.

A migration is a module ``vNNNN_what.py`` with ``STATEMENTS``; the newest number is the version that
this release reads and writes. A migration that has been released is never changed.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from vibelux.errors import CatalogueError, CatalogueTooNew
from vibelux.library.migrations import (
    v0001_songs,
    v0002_loudness,
    v0003_servers,
    v0004_own_moods,
    v0005_sounds,
    v0006_changes,
)
from vibelux.library.schema import APPLICATION_ID
from vibelux.library.sqlite_file import back_up

Statements = Sequence[str]

MIGRATIONS: tuple[Statements, ...] = (
    v0001_songs.STATEMENTS,
    v0002_loudness.STATEMENTS,
    v0003_servers.STATEMENTS,
    v0004_own_moods.STATEMENTS,
    v0005_sounds.STATEMENTS,
    v0006_changes.STATEMENTS,
)


def version_of(connection: Connection, path: Path) -> int:
    """Return a catalogue's version, 0 for a new, empty file.

    Raises:
        CatalogueError: the file is an SQLite database of another program.

    """
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    version: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if application == APPLICATION_ID:
        return version
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if application == 0 and version == 0 and tables == 0:
        return 0
    raise CatalogueError(
        f"{path} is an SQLite file, but no VibeluX catalogue; it was left as it is. "
        "Set VIBELUX_HOME to another folder"
    )


def migrate(
    connection: Connection, path: Path, *, migrations: Sequence[Statements] = MIGRATIONS
) -> None:
    """Bring a catalogue to the newest version, all steps or none.

    An existing catalogue is copied to ``NAME.vN.backup`` beside it first.

    Args:
        connection: whose transactions begin with ``BEGIN IMMEDIATE``, none under way.
        path: the catalogue's file, for messages and the backup.
        migrations: the n-th leads from version n to n + 1.

    Raises:
        CatalogueTooNew: the catalogue's version is newer than the last migration.
        CatalogueError: not a catalogue, or the backup cannot be written.

    """
    with connection.begin():  # under the write lock: of two processes that open, one migrates
        version = version_of(connection, path)
        if version > len(migrations):
            raise too_new(path, version, newest=len(migrations))
        if version == len(migrations):
            return
        if version > 0:
            _back_up(path, path.with_name(f"{path.name}.v{version}.backup"))
        for statements in migrations[version:]:
            for statement in statements:
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {len(migrations)}")


def too_new(path: Path, version: int, *, newest: int) -> CatalogueTooNew:
    """Return what is said of a catalogue that a newer release has written."""
    return CatalogueTooNew(
        f"{path} has version {version}, this VibeluX reads up to {newest}; "
        "update VibeluX, or set VIBELUX_HOME to another folder"
    )


def _back_up(path: Path, backup: Path) -> None:
    try:
        back_up(path, backup)
    except (OSError, sqlite3.Error) as error:
        raise CatalogueError(
            f"cannot copy {path} to {backup} before bringing it to a newer version: {error}; "
            "the catalogue is unchanged"
        ) from error
