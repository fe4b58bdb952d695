"""What can be counted of a listener's likes; nothing is concluded from it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.reasons import Liked, LikedArtist, LikedSimilar

LEAST_EVENTS = 8
"""Things the listener did before anything is said about them."""

SIMILAR = 0.9
"""Cosine of two embeddings from which on songs are called alike.

It was chosen for the shipped model, in which 7 % of the pairs of songs by different artists and
40 % of those by one artist reach it (``python research/likeness.py``). The number belongs to the
model, but is not in its card: the cross-validation keeps no embeddings from which it could be
computed out of fold.
"""


@dataclass(frozen=True, eq=False)
class Likes:
    """The liked songs.

    Attributes:
        number: of the profile, as it was then.
        rows: [shape=(k,), dtype=int64] of the liked songs; none where too little is known.
        columns: the songs.

    """

    number: int
    rows: NDArray[np.int64]
    columns: SongColumns

    @classmethod
    def of_listener(cls, listener: Listener, columns: SongColumns) -> Self:
        """Read a listener's likes."""
        profile = listener.profile
        number = profile.number
        if sum(profile.counts().values()) < LEAST_EVENTS:
            return cls(number, np.empty(0, np.int64), columns)
        found = (columns.find(key, path) for key, path in profile.liked())
        rows = sorted({row for row in found if row is not None})
        return cls(number, np.array(rows, dtype=np.int64), columns)

    @cached_property
    def _embeddings(self) -> NDArray[np.float32]:
        """How the liked songs sound [shape=(k, d)]; each song that is picked is compared."""
        return self.columns.embeddings[self.rows].astype(np.float32)

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
        embedding = self.columns.embeddings[row].astype(np.float32)
        if alike := int(np.count_nonzero(self._embeddings @ embedding >= SIMILAR)):
            return LikedSimilar(alike)
        number = self.columns.artists[row]
        if artist and number >= 0:
            by_artist = int(np.count_nonzero(self.columns.artists[self.rows] == number))
            if by_artist:
                return LikedArtist(by_artist, artist)
        return None
