"""What a scan has found, in temporary tables of the catalogue's connection.

So the memory of a scan does not grow with the number of songs.
"""

from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, MetaData, Table

_temporary = MetaData()
seen_songs = Table(
    "scan_seen", _temporary, Column("id", Integer, primary_key=True), prefixes=["TEMPORARY"]
)
"""Songs whose files were found."""

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


def create_tables(connection: Connection) -> None:
    """Create the tables, empty; they go with the connection."""
    _temporary.create_all(connection, checkfirst=False)
