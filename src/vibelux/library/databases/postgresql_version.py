"""The version of a catalogue in PostgreSQL, and its migrations."""

from sqlalchemy import Connection

from vibelux.errors import CatalogueError, CatalogueTooNew
from vibelux.library.migrations import STEPS

_FROM_THE_FUTURE = (
    "SELECT EXISTS (SELECT FROM song_changes"
    " WHERE change >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
)
"""Whether changes have numbers that this server has not given yet."""


def is_ready(connection: Connection, name: str) -> bool:
    """Return whether nothing has to be done before a catalogue is used.

    Args:
        connection: in a transaction.
        name: of the catalogue, for messages.

    Raises:
        CatalogueTooNew: a newer release has written it.
        CatalogueError: the tables are those of another program.

    """
    version = _version(connection, name)
    if version > len(STEPS):
        raise CatalogueTooNew(
            f"the catalogue {name} has version {version}, this VibeluX reads up to {len(STEPS)}; "
            "it was left as it is. Update VibeluX, or use another database"
        )
    if version < len(STEPS):
        return False
    return not connection.exec_driver_sql(_FROM_THE_FUTURE).scalar_one()


def make_ready(connection: Connection, name: str) -> None:
    """Bring a catalogue to this version, all steps or none.

    A dump that is put back on another server brings numbers of changes with it. Where they are
    higher than those to come, all are numbered anew: whoever has read the songs reads them again.

    Args:
        connection: in a transaction that writes; of two that begin at once one waits.
        name: of the catalogue.

    Raises:
        CatalogueError: as `is_ready`.

    """
    if is_ready(connection, name):
        return
    version = _version(connection, name)
    if version == len(STEPS):
        connection.exec_driver_sql("UPDATE song_changes SET change = DEFAULT, token = DEFAULT")
        return
    if version == 0:
        connection.exec_driver_sql("CREATE TABLE vibelux_catalogue (version INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO vibelux_catalogue VALUES (0)")
    for step in STEPS[version:]:
        for statement in step.postgresql:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"UPDATE vibelux_catalogue SET version = {len(STEPS)}")


def _version(connection: Connection, name: str) -> int:
    """Return the version of a catalogue, 0 where there is none yet."""
    ours, songs = connection.exec_driver_sql(
        "SELECT to_regclass('vibelux_catalogue') IS NOT NULL, to_regclass('songs') IS NOT NULL"
    ).one()
    if ours:
        query = "SELECT version FROM vibelux_catalogue"
        return int(connection.exec_driver_sql(query).scalar_one())
    if songs:
        raise CatalogueError(
            f"{name} has a table songs that is not a catalogue's of VibeluX; it was left as it is. "
            "Use another database, or another schema: …?options=-csearch_path%3DNAME"
        )
    return 0
