"""What stays of songs that a person removed, so that they are the same ones if they come again.

The listener's profile knows a song by its key. After most scans that is the digest of its sound,
which any later scan finds anew; nothing need be kept of those. Of the others the key is kept, and
of every song its correction. What is kept names no file and holds no tag.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    literal_column,
    or_,
    select,
    update,
)

from vibelux.library.databases.database import database_of
from vibelux.library.schema import KEY, OWN, forgotten_songs, songs
from vibelux.library.song_identity import of_same_length

_KEPT = ("content_hash", "sound_hash", "duration", *OWN)


def keep(connection: Connection, which: ColumnElement[bool]) -> None:
    """Keep what is needed of songs that are about to be deleted.

    Args:
        connection: to the catalogue, in a transaction that writes.
        which: songs, as a condition on their table.

    """
    key = literal_column(f"({KEY})", songs.c.content_hash.type)
    needed = and_(
        which,
        key.is_not(None),
        or_(songs.c.own_mood.is_not(None), songs.c.sound_hash.is_(None), key != songs.c.sound_hash),
        # A failure that nobody has corrected or played is found anew.
        songs.c.mood.is_not(None),
    )
    found = select(key, *(songs.c[name] for name in _KEPT)).where(needed)
    statement = database_of(connection).insert(forgotten_songs)
    statement = statement.from_select(["key", *_KEPT], found.order_by(songs.c.id))
    connection.execute(statement.on_conflict_do_nothing())
    # Of copies of a song, one that is not corrected takes nothing from one that is.
    own = [songs.c[name] for name in OWN]
    corrected = select(key.label("key"), *own).where(needed, songs.c.own_mood.is_not(None))
    for row in connection.execute(corrected.order_by(songs.c.id)).all():
        values = {name: row._mapping[name] for name in OWN}
        changed = update(forgotten_songs).where(forgotten_songs.c.key == row.key)
        connection.execute(changed.values(**values))


def recall(
    connection: Connection, content_hash: bytes | None, analysis: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was kept of a song that comes again, and keep it no longer.

    Args:
        connection: to the catalogue, in a transaction that writes.
        content_hash: of the file.
        analysis: of its sound, by the names of the columns.

    Returns:
        values for its columns ``known_by`` and those of `OWN`; empty: nothing was kept.

    """
    likely = (
        (forgotten_songs.c.content_hash, content_hash),
        (forgotten_songs.c.sound_hash, analysis.get("sound_hash")),
    )
    for column, value in likely:
        if value is None:
            continue
        for row in connection.execute(select(forgotten_songs).where(column == value)).all():
            if column is forgotten_songs.c.content_hash or of_same_length(row, analysis):
                return _taken(connection, row)
    return {}


def _taken(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    connection.execute(delete(forgotten_songs).where(forgotten_songs.c.key == row.key))
    return {"known_by": row.key} | {name: row._mapping[name] for name in OWN}
