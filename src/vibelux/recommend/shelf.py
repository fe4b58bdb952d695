"""The catalogue's playable songs as columns: all that an ordering needs, read once."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, text

from vibelux.emotions import EMOTIONS
from vibelux.folding import canonical
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.schema import EFFECTIVE, KEY, path_bytes, songs
from vibelux.library.schema_blobs import MOOD, are_moods, embeddings_of, number_of, text_of
from vibelux.library.sound_digest import DIGEST_BYTES

_VERSION_WORDS = (
    "remaster|remastered|version|edit|mono|stereo|mix|live|demo|explicit|bonus|edition|feat|ft"
)
_VERSION = re.compile(
    rf"\s*[(\[][^)\]]*\b(?:{_VERSION_WORDS})\b[^)\]]*[)\]]|\s+-\s+[^-]*\b(?:{_VERSION_WORDS})\b.*$"
)


@dataclass(frozen=True, eq=False)
class Shelf:
    """n songs, one a row.

    Attributes:
        ids: [shape=(n,), dtype=int64] of the catalogue, ascending.
        moods: [shape=(n, 7), dtype=float32].
        affect: [shape=(n, 2), dtype=float32] valence and arousal in [-1, 1]; where the catalogue
            has none, those of the mood.
        embeddings: [shape=(n, d), dtype=float16] of length 1; all zero for songs without one, or
            with one of another length than most.
        artists: [shape=(n,), dtype=int64] equal numbers for equal artists, -1 for none.
        albums: the same for albums (of one artist).
        works: the same for title and artist together; versions of a title count as the same.
        keys: what each song is known by elsewhere, in hex: the hash of its sound or of its content,
            which stays when its tags change; else its path.
        paths: [n] as the catalogue stores them.
        played_at: [shape=(n,), dtype=float64] when their server played them last, seconds since
            1970; NaN where no server says so.
        hashes: [shape=(n, 2), dtype=S20] of each content and sound, empty for none: what a song may
            have been known by before, or in another catalogue.

    """

    ids: NDArray[np.int64]
    moods: NDArray[np.float32]
    affect: NDArray[np.float32]
    embeddings: NDArray[np.float16]
    artists: NDArray[np.int64]
    albums: NDArray[np.int64]
    works: NDArray[np.int64]
    keys: Sequence[str]
    paths: Sequence[bytes]
    played_at: NDArray[np.float64]
    hashes: NDArray[np.bytes_]

    def __len__(self) -> int:
        return self.ids.size

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Shelf":
        """Read the playable songs of a catalogue, in the order of their ids.

        Songs whose mood cannot be used are left out.

        Raises:
            CatalogueError: as the catalogue.

        """
        return cls._without(catalogue, frozenset())

    @classmethod
    def _without(cls, catalogue: Catalogue, unusable: frozenset[int]) -> "Shelf":
        """Read the songs but those whose moods are known to be unusable."""
        size = MOOD.itemsize * len(EMOTIONS)
        ids, moods, affect = array("q"), bytearray(), array("d")
        embeddings: list[bytes | None] = []
        artists, albums, works = _Numbers(), _Numbers(), _Numbers()
        keys: list[str] = []
        paths: list[bytes] = []
        played_at = array("d")
        hashes = bytearray()
        with catalogue.reading() as connection, connection.begin():
            cursor: Any = connection.connection.cursor()  # rows of SQLAlchemy would take far longer
            cursor.execute(
                f"SELECT id, {', '.join(EFFECTIVE.values())}, "
                "embedding, title, artist, album, albumartist, "
                f"{KEY}, path, played_at, content_hash, sound_hash FROM songs "
                "WHERE server IS ? AND state = 'ok' ORDER BY id",
                (catalogue.server,),
            )
            for row in cursor:
                song_id, mood, valence, arousal, embedding = row[:5]
                if song_id in unusable or not isinstance(mood, bytes) or len(mood) != size:
                    continue
                title, artist, album, group = map(text_of, row[5:9])
                ids.append(song_id)
                moods += mood
                affect.append(_number(valence, limit=1))
                affect.append(_number(arousal, limit=1))
                embeddings.append(embedding)
                who = canonical(artist or group)
                artists.add(who)
                albums.add(album and f"{canonical(group or artist)}\0{canonical(album)}")
                works.add(title and who and f"{who}\0{_VERSION.sub('', canonical(title))}")
                keys.append(_key(row[9], row[10]))
                paths.append(row[10])
                played_at.append(_number(row[11]))
                hashes += b"".join(
                    (one if isinstance(one, bytes) else b"")[:DIGEST_BYTES].ljust(
                        DIGEST_BYTES, b"\0"
                    )
                    for one in row[12:14]
                )
            cursor.close()
        matrix = np.frombuffer(moods, MOOD).reshape(-1, len(EMOTIONS)).astype(np.float32)
        if not (usable := are_moods(matrix)).all():
            more = np.frombuffer(ids, np.int64)[~usable].tolist()
            return cls._without(catalogue, unusable.union(more))
        points = np.frombuffer(affect, np.float64).reshape(-1, 2).astype(np.float32)
        points = catalogue.places_of(matrix, points)
        return cls(
            ids=np.frombuffer(ids, np.int64),
            moods=matrix,
            affect=np.asfortranarray(np.clip(points, -1, 1)),
            embeddings=embeddings_of(embeddings),
            artists=artists.column(),
            albums=albums.column(),
            works=works.column(),
            keys=keys,
            paths=paths,
            played_at=np.frombuffer(played_at, np.float64),
            hashes=np.frombuffer(hashes, f"S{DIGEST_BYTES}").reshape(-1, 2),
        )

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row of each id."""
        return {song_id: row for row, song_id in enumerate(self.ids.tolist())}

    @cached_property
    def rows_of_key(self) -> dict[str, list[int]]:
        """The rows of each key: copies of a file share one."""
        rows: dict[str, list[int]] = {}
        for row, key in enumerate(self.keys):
            rows.setdefault(key, []).append(row)
        return rows

    @cached_property
    def row_of_path(self) -> dict[bytes, int]:
        """The row of each path."""
        return {path: row for row, path in enumerate(self.paths)}

    @cached_property
    def sad(self) -> NDArray[np.bool_]:
        """Which songs' strongest emotion is sadness [shape=(n,)]."""
        sad: NDArray[np.bool_] = self.moods.argmax(axis=1) == EMOTIONS.index("sad")
        return sad

    @cached_property
    def played_elsewhere(self) -> list[int]:
        """The rows of the songs that their server has played."""
        rows: list[int] = np.flatnonzero(~np.isnan(self.played_at)).tolist()
        return rows

    @cached_property
    def rows_of_hash(self) -> dict[str, list[int]]:
        """The rows of each hash of content or sound."""
        rows: dict[str, list[int]] = {}
        for column in self.hashes.T:
            for row, found in enumerate(column.tolist()):
                if found:
                    rows.setdefault(found.ljust(DIGEST_BYTES, b"\0").hex(), []).append(row)
        return rows

    def rows(self, key: str, path: bytes) -> Sequence[int]:
        """Return the rows of a song, copies included: known by its key, or else by its path."""
        if rows := self.rows_of_key.get(key) or self.rows_of_hash.get(key):
            return rows
        row = self.row_of_path.get(path)
        return () if row is None else (row,)

    def find(self, key: str, path: bytes) -> int | None:
        """Return the first row of a song known by its key, or else by its path."""
        return next(iter(self.rows(key, path)), None)


def key_of_song(catalogue: Catalogue, song: Song) -> str:
    """Return the key of a song that no shelf need hold, as of `Shelf.keys`.

    Raises:
        CatalogueError: as the catalogue.

    """
    query = select(text(KEY)).select_from(songs).where(songs.c.id == song.id)
    with catalogue.reading() as connection:
        key: bytes | None = connection.scalar(query)
    return _key(key, path_bytes(song.path))


def _key(key: object, path: bytes) -> str:
    return key.hex() if isinstance(key, bytes) and key else f"path:{path.hex()}"


class _Numbers:
    """Numbers texts: equal ones get the same number, none gets -1."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._column = array("q")

    def add(self, text: str | None) -> None:
        number = self._known.setdefault(text, len(self._known)) if text else -1
        self._column.append(number)

    def column(self) -> NDArray[np.int64]:
        return np.frombuffer(self._column, np.int64)


def _number(value: Any, *, limit: float = np.inf) -> float:
    number = number_of(value, least=-limit, most=limit)
    return np.nan if number is None else number
