"""All songs of a catalogue as columns in memory: searched, filtered and sorted at once.

SQLite compares letters beyond ASCII by their case and cannot look into a mood; a few columns in
memory answer both in milliseconds, also for 100,000 songs.
"""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS, emotion_index
from vibelux.errors import InvalidInput
from vibelux.folding import folded
from vibelux.library.catalogue import Catalogue, State
from vibelux.library.catalogue_errors import catalogue_errors
from vibelux.library.schema import EFFECTIVE, path_of
from vibelux.library.schema_blobs import MOOD, are_moods, number_of, text_of
from vibelux.library.sqlite_file import connect

Sort = Literal[
    "title",
    "artist",
    "album",
    "year",
    "duration",
    "valence",
    "arousal",
    "share",
    "angry",
    "disgust",
    "fear",
    "happy",
    "neutral",
    "sad",
    "surprise",
    "added",
]

_PATIENCE = 5.0
"""Seconds to wait for another program that has a catalogue to itself."""

_REST = 20
"""A table is read again at the earliest after so many times as long as reading it took."""


@dataclass(frozen=True, eq=False)
class Points:
    """Songs as points of the circumplex.

    Attributes:
        ids: [shape=(n,), dtype=int64].
        affect: [shape=(n, 2), dtype=float32] valence and arousal in [-1, 1].
        strongest: [shape=(n,), dtype=int64] index of the emotion with the largest share.

    """

    ids: NDArray[np.int64]
    affect: NDArray[np.float32]
    strongest: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SongTable:
    """n songs, one a row.

    Attributes:
        ids: [shape=(n,), dtype=int64] ascending: the order in which they were found.
        states: [n] as of `Song.state`.
        moods: [shape=(n, 7), dtype=float32]; zeros where there is none.
        valence: [shape=(n,), dtype=float32] in [-1, 1]; NaN where there is none.
        arousal: the same.
        duration: [shape=(n,), dtype=float32] seconds; NaN where it is not known.
        year: [shape=(n,), dtype=float32] of release; NaN where it is not known.
        names: column -> [n] texts folded for comparison, of ``title``, ``artist``, ``album``.

    """

    ids: NDArray[np.int64]
    states: NDArray[np.str_]
    moods: NDArray[np.float32]
    valence: NDArray[np.float32]
    arousal: NDArray[np.float32]
    duration: NDArray[np.float32]
    year: NDArray[np.float32]
    names: dict[str, list[str]]

    @classmethod
    def of(cls, catalogue: Catalogue) -> "SongTable":
        """Read a catalogue's songs.

        Raises:
            CatalogueError: as the catalogue.

        """
        nothing = bytes(MOOD.itemsize * len(EMOTIONS))
        usual = (-1, 1), (-1, 1), (0, math.inf), (-math.inf, math.inf)  # of the four numbers
        ids, states, moods = [], [], bytearray()
        numbers: list[tuple[float | None, ...]] = []
        names: dict[str, list[str]] = {"title": [], "artist": [], "album": []}
        with catalogue.reading() as connection, connection.begin():
            cursor: Any = connection.connection.cursor()  # rows of SQLAlchemy would take far longer
            cursor.execute(
                f"SELECT id, state, {', '.join(EFFECTIVE.values())}, duration, year, "
                "title, artist, album, path FROM songs WHERE server IS ? ORDER BY id",
                (catalogue.server,),
            )
            for row in cursor:
                ids.append(row[0])
                states.append(row[1])
                usable = isinstance(row[2], bytes) and len(row[2]) == len(nothing)
                moods += row[2] if usable else nothing
                numbers.append(
                    tuple(
                        number_of(value, least=least, most=most)
                        for value, (least, most) in zip(row[3:7], usual, strict=True)
                    )
                )
                names["title"].append(folded(text_of(row[7]) or path_of(row[10]).stem))
                names["artist"].append(folded(text_of(row[8])))
                names["album"].append(folded(text_of(row[9])))
            cursor.close()
        columns = np.array(numbers, np.float32).reshape(-1, 4)
        matrix = np.frombuffer(moods, MOOD).reshape(-1, len(EMOTIONS)).astype(np.float32)
        return cls(
            ids=np.array(ids, np.int64),
            states=np.array(states, np.str_),
            moods=np.where(are_moods(matrix)[:, None], matrix, np.float32(0)),
            valence=columns[:, 0],
            arousal=columns[:, 1],
            duration=columns[:, 2],
            year=columns[:, 3],
            names=names,
        )

    def __len__(self) -> int:
        return self.ids.size

    def find(
        self,
        words: str = "",
        *,
        state: State = "ok",
        emotion: str | None = None,
        least: float = 0.0,
        valence: tuple[float, float] | None = None,
        arousal: tuple[float, float] | None = None,
        sort: Sort = "added",
        descending: bool = False,
    ) -> NDArray[np.int64]:
        """Return the ids of the songs that fit, in order.

        Args:
            words: all of them occur in title, artist or album, in any case and order.
            state: of the songs.
            emotion: that must be the strongest one, or with ``least`` have that share.
            least: share in [0, 1] that the emotion has at least; 0: it is the strongest.
            valence: lowest and highest, in [-1, 1].
            arousal: lowest and highest, in [-1, 1].
            sort: by what; a name of an emotion is the share of that one, ``share`` that of the
                emotion asked for. Songs that lack it come last, equal ones in the order in which
                they were found.
            descending: the largest first.

        Raises:
            InvalidInput: sorting by share, or a least share, without an emotion.
            InvalidMood: an unknown emotion.

        """
        fits = self.states == state
        share: NDArray[np.float32] | None = None
        if emotion is not None:
            place = emotion_index(emotion)
            share = self.moods[:, place]
            fits &= share > 0
            fits &= share >= least if least > 0 else self.moods.argmax(axis=1) == place
        elif least > 0 or sort == "share":
            raise InvalidInput("a share is that of an emotion; name the emotion as well")
        for column, between in ((self.valence, valence), (self.arousal, arousal)):
            if between is not None:
                fits &= (column >= between[0]) & (column <= between[1])
        rows = np.flatnonzero(fits)
        if sought := folded(words).split():
            texts = self._texts
            rows = np.array(
                [row for row in rows.tolist() if all(word in texts[row] for word in sought)],
                np.int64,
            )
        return self.ids[rows[self._order(rows, sort, share, descending)]]

    def points(self) -> "Points":
        """Return the playable songs as points of the circumplex."""
        known = ~np.isnan(self.valence + self.arousal) & self.moods.any(axis=1)
        rows = np.flatnonzero((self.states == "ok") & known)
        return Points(
            ids=self.ids[rows],
            affect=np.stack([self.valence[rows], self.arousal[rows]], axis=1).round(3),
            strongest=self.moods[rows].argmax(axis=1),
        )

    @cached_property
    def _texts(self) -> list[str]:
        """Title, artist and album of each song, to search in."""
        return ["\n".join(texts) for texts in zip(*self.names.values(), strict=True)]

    @cached_property
    def _ranks(self) -> dict[str, NDArray[np.int64]]:
        """The place of each song by title, artist and album; equal ones share it, -1 is none.

        An artist's songs go by album; those of an album stay in the order they were found.
        """
        title, artist, album = (self.names[name] for name in ("title", "artist", "album"))
        return {
            "title": _ranks(title, title),
            "artist": _ranks(artist, list(zip(artist, album, strict=True))),
            "album": _ranks(album, list(zip(album, artist, strict=True))),
        }

    def _order(
        self,
        rows: NDArray[np.int64],
        sort: Sort,
        share: NDArray[np.float32] | None,
        descending: bool,
    ) -> NDArray[np.int64]:
        if sort == "added":
            order = np.arange(rows.size)
            return order[::-1] if descending else order
        if sort in ("title", "artist", "album"):
            ranks = self._ranks[sort][rows]
            ranks = np.where(ranks < 0, len(self), -ranks if descending else ranks)
            return np.argsort(ranks, kind="stable")
        if sort in EMOTIONS:
            column = self.moods[:, emotion_index(sort)]
        else:
            column = share if share is not None and sort == "share" else getattr(self, sort)
        values = -column[rows] if descending else column[rows]
        return np.argsort(values, kind="stable")  # NaN comes last, either way


def _ranks(names: Sequence[str], keys: Sequence[Any]) -> NDArray[np.int64]:
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array(
        [ranks[key] if name else -1 for name, key in zip(names, keys, strict=True)], np.int64
    )


class LiveTable:
    """The table of a catalogue that others write to; safe to ask from many threads.

    Args:
        catalogue: an open one.

    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._watch = CatalogueWatch(catalogue)
        self._table: SongTable | None = None

    def now(self) -> SongTable:
        """Return the songs; what was written in the last moments may be missing.

        Raises:
            CatalogueError: as the catalogue.

        """
        with self._lock:
            if self._watch.outdated() or self._table is None:
                with self._watch.reading():
                    self._table = SongTable.of(self._catalogue)
            return self._table

    def expire(self) -> None:
        """Let the next question see everything that was written."""
        with self._lock:
            self._watch.expire()

    def close(self) -> None:
        """Stop watching."""
        self._watch.close()


class CatalogueWatch:
    """Notices that others have written to a catalogue; for one thread at a time.

    While they go on writing, what was read is outdated again only after a multiple of the time that
    reading takes, so that a scan does not make its readers read all the time.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._path = catalogue.path
        with catalogue_errors(self._path):
            self._db = connect(self._path, timeout=_PATIENCE)
        self._seen: tuple[int, int] | None = None
        self._rests_until = 0.0
        self._forced = False

    def outdated(self) -> bool:
        """Tell whether to read again."""
        if self._forced:
            return True
        return time.monotonic() >= self._rests_until and self._version() != self._seen

    def expire(self) -> None:
        """Let the next question be answered with yes, however short ago all was read."""
        self._forced = True

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read inside: what is written after its beginning counts as new."""
        version, began = self._version(), time.monotonic()
        self._forced = False
        yield
        now = time.monotonic()
        self._seen, self._rests_until = version, now + _REST * (now - began)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _version(self) -> tuple[int, int]:
        """Return what changes when others write to the file, or put another one in its place."""
        with catalogue_errors(self._path):
            while True:
                with self._db.busy:
                    if self._db.current() and self._db.untouched():
                        version = self._db.execute("PRAGMA data_version").fetchone()[0]
                        return self._db.serial, int(version)
                    self._db.close()
                self._db = connect(self._path, timeout=_PATIENCE)
