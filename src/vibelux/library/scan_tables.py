"""What a scan has to do, in a temporary table of the catalogue's connection.

So the memory of a scan does not grow with the number of files.
"""

from sqlalchemy import Boolean, Column, Connection, LargeBinary, MetaData, Table

from vibelux.library.schema import Integer

_temporary = MetaData()
pending_files = Table(
    "scan_pending",
    _temporary,
    Column("key", Integer, primary_key=True),
    Column("path", LargeBinary, unique=True, nullable=False),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("song_id", Integer),
    Column("last", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)
"""Files that need a worker; those that could not be read before come last."""


def create_table(connection: Connection) -> None:
    """Create the table, empty; it goes with the connection."""
    _temporary.create_all(connection, checkfirst=False)
