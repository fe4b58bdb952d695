"""The catalogue: all songs, with what is needed to find them again, in a file or a database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select, text

from vibelux.database_url import DatabaseUrl
from vibelux.emotions import Mood
from vibelux.errors import CatalogueError
from vibelux.library.databases.database import WRITES, Cursor
from vibelux.library.databases.place import database_at
from vibelux.library.real_paths import absolute, as_scanned, real
from vibelux.library.schema import (
    EFFECTIVE,
    KEY,
    folder_range,
    of_server,
    path_bytes,
    path_of,
    songs,
    storable,
)
from vibelux.library.schema_blobs import (
    EMBEDDING,
    courses_of,
    moods_of,
    number_of,
    text_of,
    vectors_of,
)
from vibelux.library.song_identity import key_text
from vibelux.library.tags import name_of
from vibelux.model_statistics import ModelStatistics
from vibelux.settings import Settings

State = Literal["ok", "failed", "missing"]

_PAGE = 500
"""Songs fetched at once: enough to be fast, few enough to keep memory flat."""


@dataclass(frozen=True, eq=False)
class Song:
    """An entry of the catalogue.

    Attributes:
        id: stays the same when the file moves.
        path: of the file, absolute; of a server's song an address, not a file.
        title: from the tags, else from the file's name.
        artist: from the tags, else from a name such as ``Artist - Title.mp3``, or None.
        album: from the tags, or None.
        duration: seconds, or None.
        mood: [shape=(7,), dtype=float32] in the order of `EMOTIONS`; None if never analysed.
        valence: pleasantness in [-1, 1], or None.
        arousal: energy in [-1, 1], or None.
        embedding: [shape=(d,), dtype=float32] of length 1, kept in half precision, or None.
        course: over time [shape=(k,)], records ``start`` (seconds), ``mood`` [shape=(7,)],
            ``valence``, ``arousal`` and ``tension`` (NaN where the model gives none); none for a
            song that was never analysed, was imported, or was analysed by a version before
            tensions.
        model: id of the model that computed these, ``imported`` for imported moods, or None.
        state: ``ok``, ``failed`` (cannot be analysed) or ``missing`` (the file is gone).
        reason: why it failed, or why its file could not be read lately, a sentence, or None.
        reason_code: the same in one word, as in `AudioError.code`, or None.
        albumartist: from the tags, or None.
        track: number on the album, or None.
        year: of the recording, or None.
        genre: from the tags, or None.
        quadrant: [shape=(4,), dtype=float32] probabilities of Q1 to Q4, or None.
        tension: in [-1, 1], or None.
        loudness: integrated, in LUFS (EBU R 128), or None.
        peak: of the samples, in dBFS, or None.
        server: that has the song, ``host[:port][/folder]``; None for a file.
        remote_id: of the song on its server, or None.
        plays: how often its server has played it, or None.
        played_at: when its server played it last, seconds since 1970, or None.
        corrected: the person gave it its mood, valence and arousal.

    """

    id: int
    path: Path
    title: str
    artist: str | None
    album: str | None
    duration: float | None
    mood: Mood | None
    valence: float | None
    arousal: float | None
    embedding: NDArray[np.float32] | None
    course: NDArray[np.void]
    model: str | None
    state: State
    reason: str | None = None
    reason_code: str | None = None
    albumartist: str | None = None
    track: int | None = None
    year: int | None = None
    genre: str | None = None
    quadrant: NDArray[np.float32] | None = None
    tension: float | None = None
    loudness: float | None = None
    peak: float | None = None
    server: str | None = None
    remote_id: str | None = None
    plays: int | None = None
    played_at: int | None = None
    corrected: bool = False


class Catalogue:
    """The songs of one SQLite file, or of a PostgreSQL database; a context manager that closes it.

    Music is played in one place at a time, so questions about many songs concern the files, or the
    songs of one server. Any number of processes may read while one writes.

    Attributes:
        place: where it is.
        path: of the file; of a database, what files of this machine beside it are named after.
        database: that holds it.
        server: whose songs are meant, as in `Song.server`; None for files.
        statistics: what is usual for the answers of the models in use.

    """

    def __init__(
        self,
        place: Path | DatabaseUrl,
        *,
        server: str | None = None,
        statistics: ModelStatistics | None = None,
        busy_timeout: float = 5.0,
        folder: Path | None = None,
    ) -> None:
        """Open a catalogue; a new one is created, an older one brought to this version.

        Args:
            place: the file, with missing folders created; or a database of PostgreSQL.
            server: whose songs are meant where many are asked for; None for files.
            statistics: of the models in use; None: of the shipped ones.
            busy_timeout: seconds to wait for another process's write lock.
            folder: of this machine, for what is kept beside a database; None: that of the user's
                data.

        Raises:
            MissingExtra: PostgreSQL's driver is not installed.
            CatalogueLocked: another process writes for longer than that.
            CatalogueCorrupt: damaged; it was copied beside itself and left as it is.
            CatalogueTooNew: written by a newer version.
            CatalogueError: not a catalogue, or the file, folder or database cannot be used.

        """
        self.server = server
        self.statistics = ModelStatistics() if statistics is None else statistics
        self.place = place
        self.database = database_at(place, folder=folder, busy_timeout=busy_timeout)
        self.path = self.database.path
        try:
            with self.reading():
                pass
        except BaseException:
            self.close()
            raise

    @classmethod
    def of(cls, settings: Settings, *, server: str | None = None) -> Self:
        """Open the catalogue of the settings, with the statistics of the models that they name.

        Raises:
            CatalogueError: as `__init__`.

        """
        statistics = ModelStatistics.of(settings)
        return cls(settings.catalogue, server=server, statistics=statistics, folder=settings.home)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the catalogue cannot be used afterwards."""
        self.database.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for reading; errors as in `Database.errors` and `__init__`."""
        with self.database.errors(), self.database.engine.connect() as connection:
            self.database.prepare(connection)
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Cursor]:
        """Yield a cursor that sees one state of the catalogue, whoever writes meanwhile."""
        with (
            self.reading() as connection,
            connection.begin(),
            closing(self.database.cursor(connection)) as cursor,
        ):
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a write transaction, committed at the end of the block."""
        with self.session() as connection, connection.begin():
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Yield a connection of one's own, closed at the end; its transactions write.

        Raises:
            CatalogueError: as in `Database.errors`; nothing can be written where the file lies.

        """
        with self.reading() as connection:
            self.database.require_writable(connection)
            connection.detach()  # temporary tables must not stay on a pooled connection
            yield connection.execution_options(**{WRITES: True})

    def songs(self, state: State | None = None) -> Iterator[Song]:
        """Yield all songs, or those in one state, in the order they were found.

        Songs are fetched in small groups, so that a large catalogue needs little memory.
        """
        # Each page begins where the last one ended, by the table's own order or, for one state, by
        # that of the index `songs_moods`. By that index SQLite would sort all songs for each
        # page of all states.
        if state is None:
            which, values = of_server(self.server, column=self.database.unindexed("server"))
        else:
            which, values = of_server(self.server)
            which, values = f"{which} AND state = ?", (*values, state)
        last = 0
        while page := self._fetch(f"{which} AND id > ? ORDER BY id LIMIT {_PAGE}", *values, last):
            yield from page
            last = page[-1].id

    def song(self, song_id: int) -> Song:
        """Return one song.

        Raises:
            CatalogueError: there is no song with this id.

        """
        return self.songs_by_id([song_id])[0]

    def song_if_there(self, song_id: int) -> Song | None:
        """Return the song with an id, or None."""
        found = self._fetch("id = ?", int(song_id)) if storable(song_id) else []
        return found[0] if found else None

    def songs_by_id(self, ids: Sequence[int] | NDArray[np.int64]) -> list[Song]:
        """Return songs in the order of their ids.

        Raises:
            CatalogueError: there is no song with one of the ids.

        """

        def read(some: Sequence[int]) -> dict[int, Song]:
            if not some:
                return {}
            marks = ", ".join("?" * len(some))
            return {song.id: song for song in self._fetch(f"id IN ({marks})", *some)}

        return _by_id(ids, read)

    def paths_by_id(self, ids: NDArray[np.int64]) -> list[Path]:
        """Return the files of songs, in the order of their ids.

        Raises:
            CatalogueError: there is no song with one of the ids.

        """

        def read(some: Sequence[int]) -> dict[int, Path]:
            query = select(songs.c.id, songs.c.path).where(songs.c.id.in_(some))
            with self.reading() as connection:
                return {row.id: path_of(row.path) for row in connection.execute(query)}

        return _by_id(ids, read)

    def song_at(self, path: Path) -> Song | None:
        """Return the song of a file, or None.

        Any way to the file will do: through links, with ``..``, or in another spelling where the
        file system takes both for the same.
        """
        for way in (absolute, as_scanned, real):
            try:
                found = self._fetch("path = ?", path_bytes(way(path)))
            except (OSError, ValueError):  # a working folder that is gone, a zero byte
                return None
            if found:
                return found[0]
        return self._same_file(path)

    def _same_file(self, path: Path) -> Song | None:
        """Return the song whose file is another name of this one."""
        try:
            size = path.stat().st_size
        except OSError:
            return None
        query = select(songs.c.id, songs.c.path).where(
            songs.c.size == size, songs.c.server.is_(None), songs.c.state != "missing"
        )
        with self.reading() as connection:
            for row in connection.execute(query):
                with suppress(OSError):
                    if path_of(row.path).samefile(path):
                        return self.song(row.id)
        return None

    def key_of(self, song: Song) -> str:
        """Return what a song is known by elsewhere, as in `SongColumns.key`."""
        query = select(text(KEY)).select_from(songs).where(songs.c.id == song.id)
        with self.reading() as connection:
            return key_text(connection.scalar(query), path_bytes(song.path))

    def counts(self) -> dict[str, int]:
        """Return the number of songs in each state: ``ok``, ``failed``, ``missing``."""
        counts = {"ok": 0, "failed": 0, "missing": 0}
        with self.reading() as connection:
            query = select(songs.c.state, func.count()).where(songs.c.server == self.server)
            rows = connection.execute(query.group_by(songs.c.state))
            counts.update((state, number) for state, number in rows)
        return counts

    def count_below(self, folder: Path) -> int:
        """Return the number of playable songs below a folder."""
        low, high = folder_range(folder)
        query = select(func.count()).where(
            songs.c.path >= low, songs.c.path < high, songs.c.state == "ok"
        )
        with self.reading() as connection:
            return connection.scalar(query) or 0

    def servers(self) -> dict[str, int]:
        """Return the servers whose songs the catalogue knows -> playable songs, by name."""
        playable = func.count().filter(songs.c.state == "ok")
        query = select(songs.c.server, playable).where(songs.c.server.is_not(None))
        query = query.group_by(songs.c.server).order_by(songs.c.server)
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _fetch(self, where: str, *values: object) -> list[Song]:
        with self.reading() as connection, closing(self.database.cursor(connection)) as cursor:
            return _songs(cursor.execute(f"{_SELECT} WHERE {where}", values).fetchall())


_T = TypeVar("_T")

_FIELDS = tuple(field.name for field in fields(Song))

_SELECT = "SELECT {} FROM songs".format(
    ", ".join(
        {**EFFECTIVE, "corrected": "own_mood IS NOT NULL"}.get(name, name) for name in _FIELDS
    )
)


_PATH, _TITLE = _FIELDS.index("path"), _FIELDS.index("title")


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) else None


_READ_ONE: dict[str, Callable[[Any], object]] = {
    "path": path_of,
    "corrected": bool,
    **dict.fromkeys(("title", "artist", "album", "albumartist", "genre", "model"), text_of),
    **dict.fromkeys(("reason", "reason_code", "server", "remote_id"), text_of),
    **dict.fromkeys(("valence", "arousal", "tension"), partial(number_of, least=-1, most=1)),
    "duration": partial(number_of, least=0),
    **dict.fromkeys(("loudness", "peak"), number_of),
    **dict.fromkeys(("track", "year", "plays", "played_at"), _integer),
}
"""What is not as SQLite stores it, or may not be as it should: read value by value."""

_READ_COLUMN: dict[str, Callable[[Sequence[Any]], Iterable[object]]] = {
    "mood": moods_of,
    "course": courses_of,
    "quadrant": partial(vectors_of, length=4),
    "embedding": partial(vectors_of, dtype=EMBEDDING),
    **{name: partial(map, read) for name, read in _READ_ONE.items()},
}

_READERS = tuple((_FIELDS.index(name), read) for name, read in _READ_COLUMN.items())


def _by_id(
    ids: Sequence[int] | NDArray[np.int64], read: Callable[[Sequence[int]], Mapping[int, _T]]
) -> list[_T]:
    """Read in small groups, and return what was read in the order of the ids."""
    wanted = [int(song_id) for song_id in ids]
    found: dict[int, _T] = {}
    for start in range(0, len(wanted), _PAGE):
        found.update(read(list(filter(storable, wanted[start : start + _PAGE]))))
    try:
        return [found[song_id] for song_id in wanted]
    except KeyError as error:
        raise CatalogueError(f"there is no song with id {error}") from error


def _songs(rows: Sequence[Sequence[Any]]) -> list[Song]:
    """Return songs from what `_SELECT` gives, read by columns: twice as fast as by rows."""
    if not rows:
        return []
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, read in _READERS:
        columns[place] = list(read(columns[place]))
    titles = zip(columns[_TITLE], columns[_PATH], strict=True)
    columns[_TITLE] = [title or name_of(path) for title, path in titles]
    return list(map(Song, *columns))
