"""What can be counted of a listener's likes; nothing is concluded from it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.library.song_columns import SongColumns
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.reasons import Liked, LikedArtist, LikedSimilar

LEAST_EVENTS = 8
"""Things the listener did before anything is said about them."""


@dataclass(frozen=True, eq=False)
class Likes:
    """The liked songs.

    Attributes:
        number: of the profile, as it was then.
        rows: [shape=(k,), dtype=int64] of the liked songs; none where too little is known.
        columns: the songs.
        similar: cosine of two embeddings from which on songs are called alike.

    """

    number: int
    rows: NDArray[np.int64]
    columns: SongColumns
    similar: float

    @classmethod
    def of_listener(
        cls, listener: Listener, columns: SongColumns, statistics: SongStatistics
    ) -> Self:
        """Read a listener's likes, given the statistics of the music model."""
        profile = listener.profile
        number = profile.number
        if sum(profile.counts().values()) < LEAST_EVENTS:
            return cls(number, np.empty(0, np.int64), columns, statistics.similar)
        found = (columns.find(key, path) for key, path in profile.liked())
        rows = sorted({row for row in found if row is not None})
        return cls(number, np.array(rows, dtype=np.int64), columns, statistics.similar)

    @cached_property
    def _embeddings(self) -> NDArray[np.float32]:
        """How the liked songs sound [shape=(k, d)]; each song that is picked is compared."""
        return self.columns.few("embeddings")[self.rows].astype(np.float32)

    def of(self, row: int, artist: str | None) -> Liked | LikedSimilar | LikedArtist | None:
        """Return what the listener liked of a song's kind, or None.

        Args:
            row: of the song.
            artist: its name.

        """
        if not self.rows.size:
            return None
        if row in self.rows:
            return Liked()
        embedding = self.columns.few("embeddings")[np.array([row])][0].astype(np.float32)
        if alike := int(np.count_nonzero(self._embeddings @ embedding >= self.similar)):
            return LikedSimilar(alike)
        number = self.columns.artists[row]
        if artist and number >= 0:
            by_artist = int(np.count_nonzero(self.columns.artists[self.rows] == number))
            if by_artist:
                return LikedArtist(by_artist, artist)
        return None
