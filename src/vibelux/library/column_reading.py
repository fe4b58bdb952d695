"""How the songs of a catalogue are read as columns: what each is read from, and what it becomes.

What cannot be used, whoever wrote it, counts as not there: it costs its song, never the others.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from types import NoneType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import affect_of
from vibelux.folding import canonical, folded
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import EFFECTIVE, KEY, of_server, path_of
from vibelux.library.schema_blobs import EMBEDDING, mood_rows, number_of, text_of
from vibelux.library.sound_digest import DIGEST_BYTES
from vibelux.library.tags import name_of
from vibelux.library.text_column import Column, TextColumn, joined

STATES = ("ok", "failed", "missing")

_CHUNK = 4096
"""Songs fetched at once: enough to be fast, few enough to keep memory flat."""

_MOST_IDS = 500
"""Ids in one query."""

_NAMES = 1 << 14
"""Names of artists and albums whose folding is kept while songs are read."""

_VERSION_WORDS = (
    "remaster|remastered|version|edit|mono|stereo|mix|live|demo|explicit|bonus|edition|feat|ft"
)
_VERSION = re.compile(
    rf"\s*[(\[][^)\]]*\b(?:{_VERSION_WORDS})\b[^)\]]*[)\]]|\s+-\s+[^-]*\b(?:{_VERSION_WORDS})\b.*$"
)

_VALENCE, _AROUSAL = EFFECTIVE["valence"], EFFECTIVE["arousal"]


class Sound(NamedTuple):
    """What embeddings must have in common to be compared: the model, and the bytes of one."""

    model: str
    size: int


@dataclass(frozen=True, eq=False)
class ReadColumns:
    """Columns of n songs, in the order of their ids.

    Attributes:
        columns: name -> array [shape=(n, …)], or texts.
        playable: [shape=(n,)] which songs can be played and have a mood.
        sound: of the embeddings that are there; None if there are none.
        sounds: all that there are; the column ``sounds`` has each song's place in it, -1 for none.

    """

    columns: dict[str, Column]
    playable: NDArray[np.bool_]
    sound: Sound | None
    sounds: tuple[Sound, ...]


def read_columns(
    cursor: Any,
    catalogue: Catalogue,
    *,
    names: Sequence[str],
    ids: Sequence[int] | None,
    sound: Sound | None,
) -> ReadColumns:
    """Read songs; arguments as in `SongColumns.read`."""
    wanted = _Wanted(names)
    chunks = _chunks(cursor, f"SELECT {wanted.sql} FROM songs", catalogue, ids)
    return wanted.read(chunks, catalogue, sound=None if ids is None else (sound,))


def read_parts(
    cursor: Any,
    catalogue: Catalogue,
    *,
    names: Sequence[str],
    ids: Sequence[int] | None,
    sound: Sound | None,
) -> Iterator[ReadColumns]:
    """Yield songs, a few thousand at a time.

    Args:
        cursor: as of `SongColumns.read`.
        catalogue: as there.
        names: as there.
        ids: as there.
        sound: the model and size of the embeddings that count; None: none do.

    """
    wanted = _Wanted(names)
    for chunk in _chunks(cursor, f"SELECT {wanted.sql} FROM songs", catalogue, ids):
        yield wanted.read([chunk], catalogue, sound=(sound,))


def likely_sound(cursor: Any, catalogue: Catalogue) -> Sound | None:
    """Return the sound that most of the first songs have; others may have another one."""
    which, values = of_server(catalogue.server)
    query = f"SELECT embedding, model FROM songs WHERE {which} AND state = 'ok' LIMIT {_CHUNK}"
    embeddings = _Embeddings()
    if rows := cursor.execute(query, values).fetchall():
        embeddings.add(*zip(*rows, strict=True))
    return most_frequent(embeddings.column(), embeddings.sounds)


def count_songs(cursor: Any, catalogue: Catalogue) -> int:
    """Return how many songs a catalogue has, in any state."""
    which, values = of_server(catalogue.server)
    (number,) = cursor.execute(f"SELECT count(*) FROM songs WHERE {which}", values).fetchone()
    return int(number)


class _Wanted:
    """The columns that are read, and what they are read from.

    Args:
        names: of the columns, as of `SongColumns.read`.

    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(dict.fromkeys(("ids", "states", "moods", *names)))
        self._embedded = "embeddings" in self._names
        if "affect_known" in self._names and "affect" not in self._names:
            self._names.append("affect")
        self._columns = {name: SOURCES[name] for name in self._names if name in SOURCES}
        sources = [source for one in self._columns.values() for source in one.sources]
        self._sources = list(dict.fromkeys(sources))
        if self._embedded:
            self._sources += ["embedding", "model"]

    @property
    def sql(self) -> str:
        """What is selected."""
        return ", ".join(self._sources)

    def read(
        self,
        chunks: Iterable[Sequence[tuple[Any, ...]]],
        catalogue: Catalogue,
        *,
        sound: tuple[Sound | None] | None,
    ) -> ReadColumns:
        """Return songs.

        Args:
            chunks: rows of what `sql` selects.
            catalogue: that they are of.
            sound: of the embeddings that count; None: those of most songs.

        """
        columns = self._columns
        parts: dict[str, list[Column]] = {name: [] for name in columns}
        embeddings = _Embeddings()
        for chunk in chunks:
            values = dict(zip(self._sources, zip(*chunk, strict=True), strict=True))
            for name, column in columns.items():
                parts[name].append(column.of(*(values[source] for source in column.sources)))
            if self._embedded:
                embeddings.add(values["embedding"], values["model"])
        read: dict[str, Any] = {
            name: joined(parts.pop(name) or [column.of(*column.nothing)])
            for name, column in columns.items()
        }
        known: NDArray[np.bool_] = np.any(read["moods"], axis=1)
        if "affect_known" in self._names:
            read["affect_known"] = ~np.isnan(read["affect"])
        if "affect" in read:
            read["affect"] = _completed(read["affect"], read["moods"], known, catalogue)
        playable = (read["states"] == STATES.index("ok")) & known
        one = None if sound is None else sound[0]
        if self._embedded:
            read["sounds"] = embeddings.column()
            if sound is None:
                one = most_frequent(read["sounds"][playable], embeddings.sounds)
            read["embeddings"] = embeddings.matrix(one)
        return ReadColumns(read, playable, one, embeddings.sounds)


def most_frequent(places: NDArray[np.int16], sounds: Sequence[Sound]) -> Sound | None:
    """Return the sound that most songs have; of equally many, the last by name.

    Args:
        places: [shape=(n,)] each song's place in ``sounds``, or -1.
        sounds: all that there are.

    """
    counts = np.bincount(places[places >= 0], minlength=len(sounds))
    found = [(count, sound) for count, sound in zip(counts.tolist(), sounds, strict=True) if count]
    return max(found)[1] if found else None


def _chunks(
    cursor: Any, query: str, catalogue: Catalogue, ids: Sequence[int] | None
) -> Iterator[list[tuple[Any, ...]]]:
    which, values = of_server(catalogue.server)
    if ids is None:
        whole = f"{query} WHERE {which} ORDER BY id"
        yield from catalogue.database.chunks(cursor, whole, values, _CHUNK)
        return
    wanted = sorted(ids)
    for first in range(0, len(wanted), _MOST_IDS):
        some = wanted[first : first + _MOST_IDS]
        marks = ", ".join("?" * len(some))
        where = f"WHERE id IN ({marks}) AND {which} ORDER BY id"
        if rows := cursor.execute(f"{query} {where}", (*some, *values)).fetchall():
            yield rows


Values = tuple[Any, ...]
"""What the catalogue has of some songs, one value a song."""


def _ids(ids: Values) -> NDArray[np.int64]:
    return np.array(ids, np.int64)


def _states(states: Values) -> NDArray[np.int8]:
    places = {state: place for place, state in enumerate(STATES)}
    return np.array([places.get(state, -1) for state in states], np.int8)


def _affect(valence: Values, arousal: Values) -> NDArray[np.float32]:
    points = np.empty((len(valence), 2), np.float32)
    points[:, 0], points[:, 1] = _numbers(valence, -1, 1), _numbers(arousal, -1, 1)
    return points


def _completed(
    affect: NDArray[np.float32],
    moods: NDArray[np.float32],
    known: NDArray[np.bool_],
    catalogue: Catalogue,
) -> NDArray[np.float32]:
    """Return valence and arousal: where the catalogue has none, those of the mood.

    Raises:
        ModelError: they are needed, but the music model's card does not say them.

    """
    if (gaps := known & np.isnan(affect).any(axis=1)).any():
        places = affect_of(moods[gaps], catalogue.statistics.songs.affect)
        affect[gaps] = np.where(np.isnan(affect[gaps]), places, affect[gaps])
    affect[~known] = np.nan
    return affect


def _numbers(
    values: Values, least: float = -math.inf, most: float = math.inf
) -> NDArray[np.float64]:
    """Return numbers; NaN for what is none, or not finite and within limits."""
    if not set(map(type, values)) <= {float, int, NoneType}:
        values = tuple(map(number_of, values))
    numbers = np.array(values, np.float64)
    numbers[~((numbers >= least) & (numbers <= most) & np.isfinite(numbers))] = np.nan
    return numbers


def _durations(durations: Values) -> NDArray[np.float32]:
    return _numbers(durations, 0).astype(np.float32)


def _years(years: Values) -> NDArray[np.float32]:
    return _numbers(years).astype(np.float32)


def _titles(titles: Values, paths: Values) -> TextColumn:
    names = (
        folded(text_of(title) or name_of(path_of(path)))
        for title, path in zip(titles, paths, strict=True)
    )
    return TextColumn.of(names, text=True)


def _folded_names(names: Values) -> TextColumn:
    return TextColumn.of(map(_folded, names), text=True)


def _artists(artists: Values, groups: Values) -> NDArray[np.int64]:
    return np.array([*map(_artist_number, artists, groups)], np.int64)


def _albums(albums: Values, artists: Values, groups: Values) -> NDArray[np.int64]:
    return np.array([*map(_album_number, albums, artists, groups)], np.int64)


def _works(titles: Values, artists: Values, groups: Values) -> NDArray[np.int64]:
    named = zip(map(text_of, titles), artists, groups, strict=True)
    works = (
        title and (who := _canonical(artist or group)) and f"{who}\0{_without_version(title)}"
        for title, artist, group in named
    )
    return np.array([*map(_number, works)], np.int64)


def _without_version(title: str) -> str:
    name = canonical(title)
    return _VERSION.sub("", name) if "(" in name or "[" in name or " - " in name else name


@lru_cache(_NAMES)
def _artist_number(artist: object, group: object) -> int:
    return _number(_canonical(artist or group))


@lru_cache(_NAMES)
def _album_number(album: object, artist: object, group: object) -> int:
    return _number(album and f"{_canonical(group or artist)}\0{_canonical(album)}")


@lru_cache(_NAMES)
def _canonical(name: object) -> str:
    return canonical(text_of(name))


@lru_cache(_NAMES)
def _folded(name: object) -> str:
    return folded(text_of(name))


def _number(text: Any) -> int:
    """Return equal numbers for equal texts, -1 for none.

    They are digests of 63 bits: the same in every read, and of a million texts two share one with a
    probability of 1 : 20,000,000.
    """
    if not text:
        return -1
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _keys(keys: Values) -> NDArray[np.bytes_]:
    hashes = [key if isinstance(key, bytes) else b"" for key in keys]
    return np.array(hashes, f"S{DIGEST_BYTES}")  # a longer one is cut, a shorter one filled up


def _hashes(contents: Values, sounds: Values) -> NDArray[np.bytes_]:
    return np.stack([_keys(contents), _keys(sounds)], axis=1)


def _paths(paths: Values) -> TextColumn:
    return TextColumn.of(paths, text=False)


class Source(NamedTuple):
    """Where a column comes from: the SQL that it is read from, and the function that makes it."""

    sources: tuple[str, ...]
    of: Callable[..., Column]

    @property
    def nothing(self) -> tuple[Values, ...]:
        """The values of no songs."""
        return ((),) * len(self.sources)


SOURCES: dict[str, Source] = {
    "ids": Source(("id",), _ids),
    "states": Source(("state",), _states),
    "moods": Source((EFFECTIVE["mood"],), mood_rows),
    "affect": Source((_VALENCE, _AROUSAL), _affect),
    "durations": Source(("duration",), _durations),
    "years": Source(("year",), _years),
    "titles": Source(("title", "path"), _titles),
    "artist_names": Source(("artist",), _folded_names),
    "album_names": Source(("album",), _folded_names),
    "artists": Source(("artist", "albumartist"), _artists),
    "albums": Source(("album", "artist", "albumartist"), _albums),
    "works": Source(("title", "artist", "albumartist"), _works),
    "keys": Source((KEY,), _keys),
    "hashes": Source(("content_hash", "sound_hash"), _hashes),
    "paths": Source(("path",), _paths),
    "played_at": Source(("played_at",), _numbers),
}
"""Columns by name, as `SongColumns` describes them. ``affect_known`` follows from ``affect`` before
its gaps are filled; ``embeddings`` are read apart."""

NAMES = (*SOURCES, "affect_known", "embeddings")


class _Embeddings:
    """Collects embeddings, of each model and size apart."""

    def __init__(self) -> None:
        self.sounds: tuple[Sound, ...] = ()
        self._places: list[NDArray[np.int16]] = []
        self._numbers: dict[Sound, list[bytes]] = {}

    def add(self, embeddings: Values, models: Values) -> None:
        """Take those of some songs."""
        kinds = [
            (model, len(one) if isinstance(one, bytes) else 0)
            for one, model in zip(embeddings, models, strict=True)
        ]
        sounds = {
            kind: Sound(text_of(kind[0]) or "", kind[1])
            for kind in dict.fromkeys(kinds)
            if kind[1] and not kind[1] % EMBEDDING.itemsize
        }
        for kind, sound in sounds.items():
            same = (one for one, its in zip(embeddings, kinds, strict=True) if its == kind)
            all_same = kinds.count(kind) == len(kinds)
            self._numbers.setdefault(sound, []).append(b"".join(embeddings if all_same else same))
        self.sounds = tuple(self._numbers)
        places = {kind: self.sounds.index(sound) for kind, sound in sounds.items()}
        self._places.append(np.array([places.get(kind, -1) for kind in kinds], np.int16))

    def column(self) -> NDArray[np.int16]:
        """Return each song's place in `sounds`, -1 for none."""
        return np.concatenate(self._places) if self._places else np.empty(0, np.int16)

    def matrix(self, sound: Sound | None) -> NDArray[np.float16]:
        """Return the embeddings of one sound [shape=(n, d)]; zeros for all others."""
        column = self.column()
        if sound is None:
            return np.empty((column.size, 0), np.float16)
        width = sound.size // EMBEDDING.itemsize
        matrix = np.zeros((column.size, width), np.float16)
        if sound in self._numbers:
            numbers = b"".join(self._numbers[sound])
            rows = np.frombuffer(numbers, EMBEDDING).reshape(-1, width).astype(np.float16)
            rows[~np.logical_and.reduce(np.isfinite(rows), axis=1)] = 0
            matrix[column == self.sounds.index(sound)] = rows
        return matrix
