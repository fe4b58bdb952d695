"""The catalogue's playable songs as columns: all that an ordering needs, read once."""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS
from vibelux.folding import canonical
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import EFFECTIVE
from vibelux.library.schema_blobs import EMBEDDING, MOOD
from vibelux.recommend.circumplex import affect_of

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
        keys: what each song is known by elsewhere: its content's hash, else its path, in hex.
        paths: [n] as the catalogue stores them.
        played_at: [shape=(n,), dtype=float64] when their server played them last, seconds since
            1970; NaN where no server says so.

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

    def __len__(self) -> int:
        return self.ids.size

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Shelf":
        """Read the playable songs of a catalogue, in the order of their ids.

        Raises:
            CatalogueError: as the catalogue.

        """
        ids, moods, affect = array("q"), bytearray(), array("d")
        embeddings: list[bytes | None] = []
        artists, albums, works = _Numbers(), _Numbers(), _Numbers()
        keys: list[str] = []
        paths: list[bytes] = []
        played_at = array("d")
        with catalogue.reading() as connection, connection.begin():
            cursor: Any = connection.connection.cursor()  # rows of SQLAlchemy would take far longer
            cursor.execute(
                f"SELECT id, {', '.join(EFFECTIVE.values())}, "
                "embedding, title, artist, album, albumartist, "
                "content_hash, path, played_at FROM songs WHERE server IS ? AND state = 'ok' "
                "ORDER BY id",
                (catalogue.server,),
            )
            for row in cursor:
                song_id, mood, valence, arousal, embedding, title, artist, album, group = row[:9]
                ids.append(song_id)
                moods += mood
                affect.append(np.nan if valence is None else valence)
                affect.append(np.nan if arousal is None else arousal)
                embeddings.append(embedding)
                who = canonical(artist or group)
                artists.add(who)
                albums.add(album and f"{canonical(group or artist)}\0{canonical(album)}")
                works.add(title and who and f"{who}\0{_VERSION.sub('', canonical(title))}")
                keys.append(row[9].hex() if row[9] else path_key(row[10]))
                paths.append(row[10])
                played_at.append(np.nan if row[11] is None else row[11])
            cursor.close()
        matrix = np.frombuffer(moods, MOOD).reshape(-1, len(EMOTIONS)).astype(np.float32)
        points = np.frombuffer(affect, np.float64).reshape(-1, 2).astype(np.float32)
        points = np.where(np.isnan(points), affect_of(matrix), points)
        return cls(
            ids=np.frombuffer(ids, np.int64),
            moods=matrix,
            affect=np.asfortranarray(np.clip(points, -1, 1)),
            embeddings=_matrix(embeddings),
            artists=artists.column(),
            albums=albums.column(),
            works=works.column(),
            keys=keys,
            paths=paths,
            played_at=np.frombuffer(played_at, np.float64),
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

    def find(self, key: str, path: bytes) -> int | None:
        """Return the row of a song known by its content, or else by its path."""
        rows = self.rows_of_key.get(key)
        return rows[0] if rows else self.row_of_path.get(path)


def path_key(path: bytes) -> str:
    """Return the key of a song whose content's hash is not known."""
    return f"path:{path.hex()}"


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


def _matrix(blobs: Sequence[bytes | None]) -> NDArray[np.float16]:
    """Return the embeddings as a matrix; rows of another length than most stay zero."""
    sizes = Counter(len(blob) for blob in blobs if blob is not None)
    size = sizes.most_common(1)[0][0] if sizes else 0
    empty = bytes(size)
    rows = b"".join(blob if blob is not None and len(blob) == size else empty for blob in blobs)
    width = size // EMBEDDING.itemsize
    matrix = np.frombuffer(rows, EMBEDDING).reshape(len(blobs), width)
    return matrix.astype(np.float16, copy=False)
