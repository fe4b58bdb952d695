"""Embeddings in cells, so that only a part of a large library is compared with a song.

A search looks into the cells whose centres are nearest, until it has seen a certain share of all
songs (an inverted file: Jégou, Douze & Schmid 2011, "Product quantization for nearest neighbor
search"). What it compares it compares exactly. Of embeddings that lie in groups as those of music
do, it finds more than 95 of the 100 nearest songs; a test holds it to that.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.library.cells import PARTS as CELLS
from vibelux.library.cells import Cells, halves
from vibelux.library.mapped_array import TakenRows
from vibelux.library.sound_index import highest, products, unit_of

PARTS = (*CELLS, "embeddings")
"""Names of the arrays that `SoundCells` is made of."""

_SHARE = 24
"""One song in so many is compared."""

_LEAST = 8192
"""Songs that are compared at least."""

_ENOUGH = 8
"""A search compares so many times the songs that it returns, or it is not made here."""


class SoundCells:
    """The embeddings of some songs, sorted by cells.

    Args:
        centres: as of `Cells`.
        begins: as there.
        rows: [shape=(n,), dtype=int32] of the songs, as there.
        embeddings: [shape=(n, d), dtype=float16] of these, each of length 1.

    """

    def __init__(
        self,
        centres: NDArray[np.float32],
        begins: NDArray[np.int64],
        rows: NDArray[np.int32],
        embeddings: NDArray[np.float16],
    ) -> None:
        self._cells = Cells(centres, begins, rows)
        self._halves = halves(centres)
        self.embeddings = embeddings

    @classmethod
    def of(cls, embeddings: NDArray[np.float16], rows: NDArray[np.int64]) -> Self:
        """Divide songs into cells.

        Args:
            embeddings: [shape=(m, d)] of all songs.
            rows: [shape=(n,)] of those that have one, ascending; n > 0.

        """
        parts = cls.parts(embeddings, rows)
        return cls(*(np.asarray(parts[part]) for part in PARTS))

    @classmethod
    def parts(cls, embeddings: NDArray[np.float16], rows: NDArray[np.int64]) -> dict[str, Any]:
        """Return the arguments that make it of some songs, the embeddings as `TakenRows`."""
        cells = Cells.of(lambda some: embeddings[some].astype(np.float32), rows)
        return {**cells.arrays(), "embeddings": TakenRows(embeddings, cells.rows)}

    def __len__(self) -> int:
        """Return the number of songs."""
        return len(self._cells)

    @property
    def rows(self) -> NDArray[np.int32]:
        """See above."""
        return self._cells.rows

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arguments that make it, by name."""
        return {**self._cells.arrays(), "embeddings": self.embeddings}

    @property
    def most(self) -> int:
        """The most songs that a search can return."""
        return self._compared // _ENOUGH

    @property
    def _compared(self) -> int:
        return max(_LEAST, len(self) // _SHARE)

    def nearest(
        self, embedding: NDArray[np.floating], n: int, *, without: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find n songs that sound much alike, as `SoundIndex.nearest`, but not all for certain.

        Args:
            embedding: [shape=(d,)] not all zero.
            n: as there, at most `most`.
            without: [shape=(k,)] rows that must not come, ascending.

        Raises:
            InvalidInput: the embedding has another length.

        """
        centres = self._cells.centres
        unit = unit_of(embedding, centres.shape[1])
        by_distance = np.argsort(self._halves - centres @ unit)
        spans = self._cells.spans(sorted(self._cells.first(by_distance, self._compared)))
        rows = np.concatenate([self.rows[span] for span in spans])
        cosines = np.concatenate([products(self.embeddings[span], unit) for span in spans])
        if without.size:
            stay = ~np.isin(rows, without)
            rows, cosines = rows[stay], cosines[stay]
        order = np.argsort(rows)  # of equal ones the first song comes first
        best, found = highest(np.clip(cosines[order], -1.0, 1.0), n)
        return rows[order][best].astype(np.int64), found
