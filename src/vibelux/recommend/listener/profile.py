"""The listener's profile: what was played, skipped and liked, in one SQLite file.

It holds facts only; what they say about the listener's taste is computed when it is needed. It
never leaves the machine, and `Profile.forget` empties it for good. Songs are known by the key that
the catalogue gives them and by their path, so that they are recognised after they were moved, after
their tags were changed, and after both.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.emotions import EMOTIONS, Mood, mood_dict
from vibelux.errors import InvalidInput, ProfileError, ProfileTooNew
from vibelux.library.schema import path_of
from vibelux.library.schema_blobs import are_moods, mood_of, number_of, text_of, vector_of
from vibelux.library.sqlite_format import SqliteFormat
from vibelux.recommend.listener.profile_file import ProfileFile

What = Literal["played", "skipped", "liked", "wrong_mood"]

WHATS: tuple[What, ...] = get_args(What)

APPLICATION_ID = 0x56624C50
"""SQLite's ``application_id`` of a profile ("VbLP")."""

_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE songs (
            id INTEGER PRIMARY KEY NOT NULL,
            key TEXT NOT NULL UNIQUE,
            path BLOB NOT NULL,
            title TEXT,
            artist TEXT
        )
        """,
        "CREATE INDEX songs_path ON songs (path)",
        """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            at REAL NOT NULL,
            song INTEGER NOT NULL REFERENCES songs (id),
            what TEXT NOT NULL CHECK (what IN ('played', 'skipped', 'liked', 'wrong_mood')),
            share REAL,
            mood BLOB CHECK (length(mood) = 28),
            heard BLOB CHECK (length(heard) = 36)
        )
        """,
        "CREATE INDEX events_song ON events (song, id)",
    ),
)

_FORMAT = SqliteFormat("profile", APPLICATION_ID, _MIGRATIONS, ProfileError, ProfileTooNew)

_SONGS = "SELECT id FROM songs WHERE key = ? OR path = ?"
"""The songs of a key; one whose key was another before is still known by its path."""

_F4 = np.dtype("<f4")


@dataclass(frozen=True, eq=False)
class Event:
    """Something that happened to a song.

    Attributes:
        what: ``played`` through, ``skipped``, ``liked``, or the ``wrong_mood``.
        key: the song's, as in `vibelux.library.song_columns.SongColumns.key`.
        path: of the song, as the catalogue stores it.
        title: for people who look at their profile.
        artist: the same, or None.
        mood: [shape=(7,)] of the listener then, or None.
        analysis: [shape=(9,)] mood, valence and arousal of the song then, or None. In the file
            the column is called ``heard``.
        share: of the song that was played before it was skipped, in [0, 1], or None.
        at: seconds since 1970 by this machine's clock.

    """

    what: What
    key: str
    path: bytes
    title: str | None = None
    artist: str | None = None
    mood: Mood | None = None
    analysis: NDArray[np.float32] | None = None
    share: float | None = None
    at: float | None = None


@dataclass(frozen=True)
class LastPlay:
    """When a song was played last.

    Attributes:
        key: of the song.
        path: of the song.
        at: seconds since 1970, by the clock of then.
        plays: songs that were played since.

    """

    key: str
    path: bytes
    at: float
    plays: int


class Profile:
    """The profile of one file; a context manager that closes it. Every event is saved at once.

    Safe to use from many threads. A file that is replaced meanwhile counts from then on, and one
    that is deleted begins anew. Where nothing can be written, what was learnt before still counts.

    Args:
        path: the file, made when it is not there; None keeps everything in memory only.
        busy_timeout: seconds to wait for another program that writes.

    Raises:
        ProfileTooNew: written by a newer version; it is left as it is.
        ProfileError: damaged, of another program, or the file or folder cannot be used.

    """

    def __init__(self, path: Path | None, *, busy_timeout: float = 5.0) -> None:
        self.path = path
        self._file = ProfileFile(path, _FORMAT, busy_timeout=busy_timeout)
        self._using, self._transaction = self._file.using, self._file.writing

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the profile cannot be used afterwards."""
        self._file.close()

    @property
    def unsaved(self) -> str | None:
        """Why nothing can be saved, for people to read, or None where it can."""
        return self._file.unsaved

    @property
    def _db(self) -> sqlite3.Connection:
        return self._file.db

    def add(self, event: Event) -> None:
        """Save an event.

        Raises:
            InvalidInput: it is not one of the four kinds.
            ProfileError: it cannot be saved.

        """
        if event.what not in WHATS:
            raise InvalidInput(f"what={event.what!r} must be one of {', '.join(WHATS)}")
        with self._using(), self._transaction():
            song = self._song(event)
            self._db.execute(
                "INSERT INTO events (at, song, what, share, mood, heard) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    time.time() if event.at is None else event.at,
                    song,
                    event.what,
                    event.share,
                    None if event.mood is None else event.mood.astype(_F4).tobytes(),
                    None if event.analysis is None else event.analysis.astype(_F4).tobytes(),
                ),
            )

    def unlike(self, key: str, path: bytes) -> bool:
        """Delete the likes of a song, and return whether there were any.

        Args:
            key: of the song.
            path: of the song, as the catalogue stores it.

        Raises:
            ProfileError: it cannot be saved.

        """
        with self._using(), self._transaction():
            done = self._db.execute(
                f"DELETE FROM events WHERE what = 'liked' AND song IN ({_SONGS})", (key, path)
            )
            if done.rowcount:
                self._db.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events'")
        return done.rowcount > 0

    def liked(self) -> list[tuple[str, bytes]]:
        """Return key and path of every song that is liked."""
        with self._using():
            return self._db.execute(
                "SELECT DISTINCT key, path FROM events JOIN songs ON songs.id = events.song "
                "WHERE what = 'liked'"
            ).fetchall()

    def likes(self, key: str, path: bytes) -> bool:
        """Return whether a song is liked.

        Args:
            key: of the song.
            path: of the song, as the catalogue stores it.

        """
        with self._using():
            found = self._db.execute(
                f"SELECT EXISTS (SELECT 1 FROM events WHERE what = 'liked' AND song IN ({_SONGS}))",
                (key, path),
            )
            return bool(found.fetchone()[0])

    def events(self, *, last: int | None = None) -> Iterator[Event]:
        """Yield all events, or the last ones, the oldest first."""
        query = (
            "SELECT events.id, what, key, path, title, artist, mood, heard, share, at "
            "FROM events JOIN songs ON songs.id = events.song ORDER BY events.id DESC"
        )
        with self._using():
            rows = self._db.execute(f"{query} LIMIT ?", (-1 if last is None else last,)).fetchall()
        for _, what, key, path, title, artist, mood, analysis, share, at in reversed(rows):
            yield Event(
                what=what,
                key=key,
                path=path,
                title=text_of(title),
                artist=text_of(artist),
                mood=mood_of(mood),
                analysis=_analysis_of(analysis),
                share=number_of(share, least=0, most=1),
                at=number_of(at),
            )

    def last_plays(self) -> list[LastPlay]:
        """Return when each song was played last, the most recent one first."""
        with self._using():
            rows = self._db.execute(
                "SELECT key, path, max(events.id), at FROM events "
                "JOIN songs ON songs.id = events.song WHERE what IN ('played', 'skipped') "
                "GROUP BY song ORDER BY 3 DESC"
            ).fetchall()
            order = [
                row[0]
                for row in self._db.execute(
                    "SELECT id FROM events WHERE what IN ('played', 'skipped') ORDER BY id"
                )
            ]
        after = len(order) - 1 - np.searchsorted(order, [row[2] for row in rows])
        return [
            LastPlay(key, path, number_of(at) or 0.0, int(plays))
            for (key, path, _, at), plays in zip(rows, after, strict=True)
        ]

    @property
    def number(self) -> int:
        """Grows with events, with likes taken back, and with another file in this one's place."""
        with self._using():
            row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
            found = row.fetchone()
        return (self._file.openings << 40) + (0 if found is None else int(found[0]))

    def counts(self) -> dict[str, int]:
        """Return the number of events of each kind."""
        with self._using():
            rows = self._db.execute("SELECT what, count(*) FROM events GROUP BY what").fetchall()
        found = dict(rows)
        return {what: int(found.get(what, 0)) for what in WHATS}

    def as_json(self) -> dict[str, Any]:
        """Return everything that is stored, for people to read and to take along."""
        return {
            "version": len(_MIGRATIONS),
            "events": [
                {
                    "at": _when(event.at),
                    "what": event.what,
                    "path": str(path_of(event.path)),
                    "title": event.title,
                    "artist": event.artist,
                    "mood": None if event.mood is None else mood_dict(event.mood),
                    "share": event.share,
                    "song_mood": None if event.analysis is None else mood_dict(event.analysis[:7]),
                    "key": event.key,
                }
                for event in self.events()
            ],
        }

    def export(self, path: Path) -> int:
        """Write `as_json` to a file, which is replaced in one step, and return how many events.

        Raises:
            ProfileError: the file cannot be written; one that was there before is unharmed.

        """
        document = self.as_json()
        try:
            with atomic_file(path, private=True) as part:
                part.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")
        except OSError as error:
            raise ProfileError(f"cannot write {path}: {error.strerror or error}") from error
        return len(document["events"])

    def forget(self) -> int:
        """Delete everything for good and return how many events there were.

        What was deleted is overwritten in the file, which stays, empty: another program that has it
        open goes on with an empty profile.
        """
        with self._using():
            with self._transaction():
                number = int(self._db.execute("SELECT count(*) FROM events").fetchone()[0])
                for table in ("events", "songs", "sqlite_sequence"):
                    self._db.execute(f"DELETE FROM {table}")
            self._db.execute("VACUUM")
        return number

    def songs(self) -> list[tuple[str, bytes]]:
        """Return key and path of every song that something happened to."""
        with self._using():
            return self._db.execute("SELECT key, path FROM songs").fetchall()

    def follow(self, found: Mapping[str, tuple[str, bytes]]) -> None:
        """Take over where songs are found now.

        Args:
            found: key -> its key and path from now on.

        Raises:
            ProfileError: it cannot be saved.

        """
        if not found:
            return
        with self._using(), self._transaction():
            for key, (now, path) in found.items():
                if now != key and (known := self._with_key(now)) is not None:
                    old = self._with_key(key)  # the same song twice: both become one
                    self._db.execute("UPDATE events SET song = ? WHERE song = ?", (known, old))
                    self._db.execute("DELETE FROM songs WHERE id = ?", (old,))
                self._db.execute(
                    "UPDATE songs SET key = ?, path = ? WHERE key IN (?, ?)", (now, path, key, now)
                )

    def _song(self, event: Event) -> int:
        """Return the number of a song, which is brought up to date or added."""
        known = self._with_key(event.key) or self._without_key(event)
        values = (event.key, event.path, event.title, event.artist)
        if known is None:
            done = self._db.execute(
                "INSERT INTO songs (key, path, title, artist) VALUES (?, ?, ?, ?)", values
            )
            return int(done.lastrowid or 0)
        self._db.execute(
            "UPDATE songs SET key = ?, path = ?, title = ?, artist = ? WHERE id = ?",
            (*values, known),
        )
        return known

    def _with_key(self, key: str) -> int | None:
        row = self._db.execute("SELECT id FROM songs WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def _without_key(self, event: Event) -> int | None:
        """Return the song of the same path and name, whose key was another before.

        Another name is another song, in the place of one that may have been moved.
        """
        row = self._db.execute(
            "SELECT id FROM songs WHERE path = ? AND title IS ? AND artist IS ? ORDER BY id DESC",
            (event.path, event.title, event.artist),
        ).fetchone()
        return None if row is None else int(row[0])


def _analysis_of(blob: Any) -> NDArray[np.float32] | None:
    """Return mood, valence and arousal of a song [shape=(9,)], or None where they are none."""
    analysis = vector_of(blob, length=len(EMOTIONS) + 2)
    if analysis is None or not are_moods(analysis[None, :7])[0]:
        return None
    return None if (np.abs(analysis[7:]) > 1).any() else analysis


def _when(at: float | None) -> str | None:
    try:
        return None if at is None else datetime.fromtimestamp(at, tz=UTC).isoformat()
    except (OverflowError, OSError, ValueError):  # a clock may have been anything
        return None
