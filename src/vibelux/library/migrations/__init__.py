"""The catalogue's numbered migrations: each brings it from one version to the next.

A migration is a module ``vNNNN_what.py`` with ``STATEMENTS``, or one a database where these differ;
the newest number is the version that this release reads and writes, and the same in all databases.
A migration that has been released is never changed.
"""

from dataclasses import dataclass

from vibelux.errors import CatalogueError, CatalogueTooNew
from vibelux.library.migrations import (
    v0001_songs,
    v0002_loudness,
    v0003_servers,
    v0004_own_moods,
    v0005_sounds,
    v0006_changes,
    v0007_folders,
    v0007_postgresql,
)
from vibelux.library.schema import APPLICATION_ID
from vibelux.library.sqlite_format import SqliteFormat


@dataclass(frozen=True)
class Migration:
    """How a catalogue comes from one version to the next.

    Attributes:
        sqlite: statements of SQLite.
        postgresql: those of PostgreSQL, which begins with the seventh version.

    """

    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...] = ()


STEPS = (
    Migration(v0001_songs.STATEMENTS),
    Migration(v0002_loudness.STATEMENTS),
    Migration(v0003_servers.STATEMENTS),
    Migration(v0004_own_moods.STATEMENTS),
    Migration(v0005_sounds.STATEMENTS),
    Migration(v0006_changes.STATEMENTS),
    Migration(v0007_folders.STATEMENTS, v0007_postgresql.STATEMENTS),
)

MIGRATIONS = tuple(step.sqlite for step in STEPS)
"""The statements of SQLite."""

CATALOGUE = SqliteFormat("catalogue", APPLICATION_ID, MIGRATIONS, CatalogueError, CatalogueTooNew)
