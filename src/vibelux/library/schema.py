"""The catalogue's tables as this version reads them.

A catalogue on disk gets this shape from the numbered migrations, never from ``create_all``; a test
holds the two together.
"""

import os
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy import Integer as SmallInteger
from sqlalchemy import Text as AnyText

APPLICATION_ID = 0x56624C58
"""SQLite's ``application_id`` of a catalogue ("VbLX"): tells it from other programs' files."""


class TextWithoutZeros(TypeDecorator[str]):
    """A text as PostgreSQL keeps it: without the character of code 0, which SQLite takes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return the text that is written."""
        return value and value.replace("\0", "")


Integer = SmallInteger().with_variant(BigInteger(), "postgresql")
"""64 bits with a sign in either database: times in nanoseconds, sizes beyond 2 GiB."""

Text = AnyText().with_variant(TextWithoutZeros(), "postgresql")

metadata = MetaData()

songs = Table(
    "songs",
    metadata,
    Column("id", Integer, primary_key=True),
    # The path's bytes as the system knows them: a name need not be text. Of a server's song an
    # address that is not a file, see `remote_path`.
    Column("path", LargeBinary, nullable=False),
    Column("size", Integer),
    Column("mtime_ns", Integer),
    Column("content_hash", LargeBinary),
    Column("title", Text),
    Column("artist", Text),
    Column("album", Text),
    Column("albumartist", Text),
    Column("track", Integer),
    Column("year", Integer),
    Column("genre", Text),
    Column("duration", Float),
    Column("mood", LargeBinary),
    Column("valence", Float),
    Column("arousal", Float),
    Column("quadrant", LargeBinary),
    Column("embedding", LargeBinary),
    Column("course", LargeBinary),
    Column("model", Text),
    Column("analysed_at", Integer),
    Column("state", Text, nullable=False),
    Column("reason_code", Text),
    Column("reason", Text),
    Column("tension", Float),
    Column("loudness", Float),
    Column("peak", Float),
    Column("revision", Integer),
    Column("server", Text),
    Column("remote_id", Text),
    Column("plays", Integer),
    Column("played_at", Integer),
    # What the person says counts before what the model says.
    Column("own_mood", LargeBinary),
    Column("own_valence", Float),
    Column("own_arousal", Float),
    # Of the first sound in the file, which no tagger changes.
    Column("sound_hash", LargeBinary),
    # What the listener's profile knows the song by, once that is not `content_hash`: it stays when
    # the tags change.
    Column("known_by", LargeBinary),
)

song_changes = Table(
    "song_changes",
    metadata,
    Column("change", Integer, primary_key=True),
    Column("song", Integer, nullable=False),
    Column("token", Integer, nullable=False),
)
"""The songs by when they changed last; triggers keep it, see the migration."""

folders = Table(
    "folders",
    metadata,
    # As in `songs.path`; none lies inside of another one.
    Column("path", LargeBinary, primary_key=True),
    Column("scanned_at", Integer, nullable=False),
)
"""The folders that were scanned."""

forgotten_songs = Table(
    "forgotten_songs",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("content_hash", LargeBinary),
    Column("sound_hash", LargeBinary),
    Column("duration", Float),
    Column("own_mood", LargeBinary),
    Column("own_valence", Float),
    Column("own_arousal", Float),
)
"""What stays of songs that the person removed, until they come again."""

dismissed_failures = Table(
    "dismissed_failures",
    metadata,
    Column("song", Integer, primary_key=True),
    # Of the file as it was: another size or time, and its failure counts again.
    Column("size", Integer),
    Column("mtime_ns", Integer),
)
"""Failed files that the person need not see any more."""

TAGS = ("title", "artist", "album", "albumartist", "track", "year", "genre")
"""Columns that come from a file's tags or its name."""

ANALYSIS = (
    "duration",
    "mood",
    "valence",
    "arousal",
    "tension",
    "quadrant",
    "embedding",
    "course",
    "loudness",
    "peak",
    "model",
    "revision",
    "analysed_at",
)
"""Columns that a model computed from the sound."""

OWN = ("own_mood", "own_valence", "own_arousal")
"""Columns that a person fills; no scan changes them."""

EFFECTIVE = {
    name.removeprefix("own_"): f"coalesce({name}, {name.removeprefix('own_')})" for name in OWN
}
"""``mood``, ``valence`` and ``arousal`` -> SQL of the person's, or else of the analysis."""

KEY = "coalesce(known_by, content_hash)"
"""SQL of what a song is known by elsewhere; NULL for one that was only imported."""

VERDICT = (*TAGS, *ANALYSIS, "sound_hash", "reason_code", "reason")
"""Columns that depend on a file's content alone: they go with it when it moves."""


def of_server(server: str | None, *, column: str = "server") -> tuple[str, tuple[str, ...]]:
    """Return SQL that a song is one of a server, or for None a file, and its values.

    Args:
        server: whose song it is.
        column: SQL of the column.

    """
    return (f"{column} IS NULL", ()) if server is None else (f"{column} = ?", (server,))


def storable(number: int) -> bool:
    """Return whether SQLite can hold an integer: 64 bits with a sign; Python's have no limit."""
    return -(1 << 63) <= number < 1 << 63


def nearest_storable(number: int) -> int:
    """Return an integer, or the nearest one that SQLite can hold."""
    return max(-(1 << 63), min(number, (1 << 63) - 1))


def path_bytes(path: Path) -> bytes:
    """Return a path as the catalogue stores it."""
    return os.fsencode(path)


def remote_path(server: str, remote_id: str) -> bytes:
    """Return what the catalogue stores as the path of a server's song: unique, and no file."""
    return f"subsonic:{server}/{remote_id}".encode()


def path_of(stored: bytes) -> Path:
    """Return the path that `path_bytes` stored."""
    return Path(os.fsdecode(stored))


def folder_range(folder: Path) -> tuple[bytes, bytes]:
    """Return ``(low, high)``: stored paths below a folder are those with low <= path < high."""
    prefix = path_bytes(folder)
    separator = os.sep.encode()
    low = prefix if prefix.endswith(separator) else prefix + separator
    return low, low[:-1] + bytes([low[-1] + 1])
