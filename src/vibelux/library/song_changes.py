"""Which songs have changed since they were read.

The catalogue numbers every change of a song, see the migration `v0006_changes`. Who has read songs
keeps the last changes from then; the newest of them that the catalogue still has as it was is the
point up to which both agree. So a backup that was put back, or any other copy that went its own
way, costs only the songs that differ.
"""

from dataclasses import dataclass
from typing import Any

_KEPT = 256
"""Changes that are remembered; of a copy that went its own way earlier all songs are read."""


@dataclass(frozen=True)
class Change:
    """The last change of a song.

    Attributes:
        number: rises from change to change.
        token: random; equal where two changes of one number are the same.
        song: id of the song; 0 is none.

    """

    number: int
    token: int
    song: int


Changes = tuple[Change, ...]
"""In the order of their numbers."""

_SELECT = "SELECT change, token, song FROM song_changes"


def last_changes(cursor: Any) -> Changes:
    """Return the last changes of a catalogue, which holds at least one.

    Args:
        cursor: of SQLite, in the transaction in which all songs are read.

    """
    rows = cursor.execute(f"{_SELECT} ORDER BY change DESC LIMIT ?", (_KEPT,)).fetchall()
    return tuple(Change(*row) for row in reversed(rows))


def changes_since(cursor: Any, known: Changes) -> tuple[set[int], Changes] | None:
    """Return the ids of the songs to read again, and the last changes from now on.

    Args:
        cursor: of SQLite, in the transaction in which the songs are read.
        known: the last changes when songs were read before.

    Returns:
        ids of songs that are new, differ or are gone; None where nothing is known of what the
        catalogue and ``known`` have in common, as of another catalogue.

    """
    for place in range(len(known) - 1, -1, -1):
        one = known[place]
        found = cursor.execute("SELECT token FROM song_changes WHERE change = ?", (one.number,))
        if found.fetchone() == (one.token,):
            break
    else:
        return None
    rows = cursor.execute(f"{_SELECT} WHERE change > ? ORDER BY change", (one.number,)).fetchall()
    later = tuple(Change(*row) for row in rows)
    ids = {change.song for change in (*known[place + 1 :], *later)}
    return ids, (*known[: place + 1], *later)[-_KEPT:]
