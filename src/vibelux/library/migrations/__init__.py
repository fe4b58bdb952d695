"""The catalogue's numbered migrations: each brings it from one version to the next.

A migration is a module ``vNNNN_what.py`` with ``STATEMENTS``; the newest number is the version that
this release reads and writes. A migration that has been released is never changed.
"""

from vibelux.errors import CatalogueError, CatalogueTooNew
from vibelux.library.migrations import (
    v0001_songs,
    v0002_loudness,
    v0003_servers,
    v0004_own_moods,
    v0005_sounds,
    v0006_changes,
    v0007_folders,
)
from vibelux.library.schema import APPLICATION_ID
from vibelux.library.sqlite_format import SqliteFormat

MIGRATIONS = (
    v0001_songs.STATEMENTS,
    v0002_loudness.STATEMENTS,
    v0003_servers.STATEMENTS,
    v0004_own_moods.STATEMENTS,
    v0005_sounds.STATEMENTS,
    v0006_changes.STATEMENTS,
    v0007_folders.STATEMENTS,
)

CATALOGUE = SqliteFormat("catalogue", APPLICATION_ID, MIGRATIONS, CatalogueError, CatalogueTooNew)
