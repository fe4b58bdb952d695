"""What the catalogue knows about a server's songs, and what a scan writes about them."""

import time
from collections.abc import Collection, Sequence
from typing import Any, Literal

from vibelux.errors import AudioError
from vibelux.library.scan_verdicts import Terms, outlives
from vibelux.library.schema import TAGS, VERDICT
from vibelux.library.server_songs import KnownSong, ServerSongs
from vibelux.library.workers_process import Outcome
from vibelux.servers.entries import ServerSong

Entry = Literal["known", "returned", "pending"]

Settled = Literal["analysed", "failed", "unread"]
"""``unread``: nothing is known about its content; the next scan tries again."""


class ServerLedger:
    """What one scan of a server knows and writes.

    Args:
        songs: the server's songs in the catalogue.
        terms: what counts as done.

    """

    def __init__(self, songs: ServerSongs, terms: Terms) -> None:
        self._songs, self._terms = songs, terms

    def enter(self, listed: Sequence[ServerSong]) -> list[Entry]:
        """Write what the server says, and return which songs need an analysis.

        A song is analysed again if its file has another size, if it was analysed by another model,
        or on request. New tags or plays only change the entry.

        Args:
            listed: at most a few hundred songs.

        Returns:
            for each song ``known``, ``returned`` (known, and missing until now) or ``pending``.

        """
        with self._songs.transaction():
            rows = self._songs.with_ids([song.id for song in listed])
            return [self._enter(song, rows.get(song.id)) for song in listed]

    def settle(self, song: ServerSong, outcome: Outcome) -> Settled:
        """Record the analysis of a song."""
        transient = outcome.reason_code in AudioError.TRANSIENT
        reason = {"reason_code": outcome.reason_code, "reason": outcome.reason}
        with self._songs.quick_transaction():
            row = self._songs.with_ids([song.id]).get(song.id)
            if row is not None and outcome.reason_code is not None and outlives(row, outcome):
                self._songs.change(row, {"state": "ok"} | (reason if transient else {}))
                return "unread" if transient else "failed"
            values: dict[str, Any] = dict.fromkeys(VERDICT)
            values |= outcome.values | _said(song)
            values |= {
                "size": song.size,
                "content_hash": None if transient else outcome.content_hash,
                "title": values["title"] if song.title else "untitled",  # not the temporary file's
                "state": "failed" if outcome.reason_code else "ok",
                "analysed_at": int(time.time()),
            }
            values |= reason | _plays(song, row)
            values["known_by"] = self._songs.key_after(row, outcome.values)
            if row is None:
                self._songs.add(song.id, values)
            else:
                self._songs.change(row, values)
        if outcome.reason_code is None:
            return "analysed"
        return "unread" if transient else "failed"

    def rest(self) -> None:
        """Flush what was written to the disk, if that is due; called while workers are busy."""
        self._songs.rest()

    def finish(self) -> None:
        """Flush everything that was written to the disk."""
        self._songs.settle()

    def note_plays(self, listed: Sequence[ServerSong]) -> None:
        """Note how often and when songs were played there."""
        with self._songs.transaction():
            rows = self._songs.with_ids([song.id for song in listed])
            for song in listed:
                if (row := rows.get(song.id)) is not None:
                    self._songs.change(row, _plays(song, row))

    def mark_missing(self, seen: Collection[str]) -> int:
        """Mark the songs that the server did not list, and return their number."""
        with self._songs.transaction():
            return self._songs.mark_missing(seen)

    def _enter(self, song: ServerSong, row: KnownSong | None) -> Entry:
        if row is None:
            return "pending"
        values = _said(song) | _plays(song, row)
        same = song.size is None or row.size is None or song.size == row.size
        done = same and self._terms.need_nothing(row)
        if done and row.state == "missing":
            values["state"] = "failed" if row.mood is None else "ok"
        self._songs.change(row, values)
        if not done:
            return "pending"
        return "returned" if row.state == "missing" else "known"


def _said(song: ServerSong) -> dict[str, Any]:
    """Return the tags that the server gives; others may be in the file."""
    return {name: value for name in TAGS if (value := getattr(song, name)) is not None}


def _plays(song: ServerSong, row: KnownSong | None) -> dict[str, Any]:
    """Return the plays; if the server counts them without times, a new one counts as now."""
    values = {"plays": song.plays, "played_at": song.played_at}
    if row is not None and song.played_at is None:
        more = song.plays is not None and row.plays is not None and song.plays > row.plays
        values["played_at"] = int(time.time()) if more else row.played_at
        values["plays"] = row.plays if song.plays is None else song.plays
    return values
