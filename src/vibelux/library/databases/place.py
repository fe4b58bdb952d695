"""Where a catalogue is: a file, or a database of PostgreSQL."""

from pathlib import Path

from vibelux.database_url import DatabaseUrl
from vibelux.errors import MissingExtra
from vibelux.library.databases.database import Database
from vibelux.library.databases.sqlite import SqliteDatabase
from vibelux.settings import home_folder


def database_at(
    place: Path | DatabaseUrl, *, folder: Path | None = None, busy_timeout: float
) -> Database:
    """Return the database at a place; nothing in it has been looked at.

    Args:
        place: a file, which is made where there is none; or the address of a database.
        folder: of this machine, for what is kept beside a database; None: that of the user's data.
        busy_timeout: seconds to wait for another process's write lock.

    Raises:
        MissingExtra: PostgreSQL's driver is not installed.
        CatalogueError: the file cannot be made.

    """
    if isinstance(place, Path):
        return SqliteDatabase(place, busy_timeout=busy_timeout)
    try:
        from vibelux.library.databases.postgresql import PostgresqlDatabase
    except ImportError as error:
        raise MissingExtra(
            f"this needs the postgres extra ({error.name or 'libpq'} is missing): "
            'pip install "vibelux[postgres]"'
        ) from error
    folder = home_folder() if folder is None else folder
    return PostgresqlDatabase(place, folder=folder, busy_timeout=busy_timeout)


def is_there(place: Path | DatabaseUrl) -> bool:
    """Return whether there is a catalogue, or a database that may hold one."""
    return not isinstance(place, Path) or place.exists()
