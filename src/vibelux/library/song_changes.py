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
        settled: no change can come any more that has a lower number.

    """

    number: int
    token: int
    song: int
    settled: bool = True


Changes = tuple[Change, ...]
"""In the order of their numbers."""

_SELECT = "SELECT change, token, song FROM song_changes"


def last_changes(cursor: Any, *, settled_below: int | None = None) -> Changes:
    """Return the last changes of a catalogue, which holds at least one.

    Args:
        cursor: in the transaction in which all songs are read.
        settled_below: changes with lower numbers are settled; None: all.

    """
    if settled_below is None:
        rows = cursor.execute(f"{_SELECT} ORDER BY change DESC LIMIT ?", (_KEPT,)).fetchall()
        return tuple(Change(*row) for row in reversed(rows))
    below = f"{_SELECT} WHERE change < ? ORDER BY change DESC LIMIT ?"
    rows = cursor.execute(below, (settled_below, _KEPT)).fetchall()
    settled = tuple(Change(*row) for row in reversed(rows))
    return (*settled, *_later(cursor, settled_below - 1, settled_below))


def changes_since(
    cursor: Any, known: Changes, *, settled_below: int | None = None
) -> tuple[set[int], Changes] | None:
    """Return the ids of the songs to read again, and the last changes from now on.

    Args:
        cursor: in the transaction in which the songs are read.
        known: the last changes when songs were read before.
        settled_below: as of `last_changes`.

    Returns:
        ids of songs that are new, differ or are gone; None where nothing is known of what the
        catalogue and ``known`` have in common, as of another catalogue.

    """
    for place in range(len(known) - 1, -1, -1):
        one = known[place]
        same = "SELECT 1 FROM song_changes WHERE change = ? AND token = ? AND song = ?"
        if one.settled and cursor.execute(same, (one.number, one.token, one.song)).fetchone():
            break
    else:
        return None
    later = _later(cursor, one.number, settled_below)
    ids = {change.song for change in (*known[place + 1 :], *later)}
    now = (*known[: place + 1], *later)
    kept = _KEPT + sum(not change.settled for change in later)
    return ids, now[-kept:]


def _later(cursor: Any, number: int, settled_below: int | None) -> Changes:
    """Return the changes with higher numbers."""
    rows = cursor.execute(f"{_SELECT} WHERE change > ? ORDER BY change", (number,)).fetchall()
    if settled_below is None:
        return tuple(Change(*row) for row in rows)
    return tuple(Change(n, token, song, n < settled_below) for n, token, song in rows)
