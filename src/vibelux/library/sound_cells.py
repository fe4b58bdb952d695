"""Embeddings in cells, so that only a part of a large library is compared with a song.

The embeddings are divided by k-means (Lloyd 1982) in two steps, first into coarse cells and then
each of these: a song so is compared with a few dozen centres instead of all. A search looks into
the cells whose centres are nearest, until it has seen a certain share of all songs (an inverted
file: Jégou, Douze & Schmid 2011, "Product quantization for nearest neighbor search"). What it
compares it compares exactly. Of embeddings that lie in groups as those of music do, it finds more
than 95 of the 100 nearest songs; a test holds it to that.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.library.sound_index import highest, products, unit_of

PARTS = ("centres", "begins", "rows", "embeddings")
"""Names of the arrays that `SoundCells` is made of."""

_SHARE = 24
"""One song in so many is compared."""

_LEAST = 8192
"""Songs that are compared at least."""

_ENOUGH = 8
"""A search compares so many times the songs that it returns, or it is not made here."""

_SAMPLE = 64
"""Songs of a sample for each cell, from which the centres follow."""

_ROUNDS = 8
_AT_ONCE = 1 << 14
_COARSE = 2
"""Coarse cells in which a song's own cell is looked for: the nearest ones."""


class SoundCells:
    """The embeddings of some songs, sorted by cells.

    Args:
        centres: [shape=(k, d), dtype=float32] of the cells.
        begins: [shape=(k + 1,), dtype=int64] where each cell begins, and the end.
        rows: [shape=(n,), dtype=int32] of the songs, in the order of their cells.
        embeddings: [shape=(n, d), dtype=float16] of these, each of length 1.

    """

    def __init__(
        self,
        centres: NDArray[np.float32],
        begins: NDArray[np.int64],
        rows: NDArray[np.int32],
        embeddings: NDArray[np.float16],
    ) -> None:
        self.centres, self.begins = centres, begins
        self.rows, self.embeddings = rows, embeddings
        self._halves = _halves(centres)

    @classmethod
    def of(cls, embeddings: NDArray[np.float16], rows: NDArray[np.int64]) -> Self:
        """Divide songs into cells.

        Args:
            embeddings: [shape=(m, d)] of all songs.
            rows: [shape=(n,)] of those that have one, ascending; n > 0.

        """
        coarse, fine = sizes(rows.size)
        rng = np.random.default_rng(0)
        size = min(rows.size, _SAMPLE * coarse * fine)
        chosen = np.sort(rng.choice(rows, size, replace=False))
        sample = embeddings[chosen].astype(np.float32)
        centres = _centres(sample, coarse, rng)
        of_sample = _nearest(sample, centres)
        parts = [_centres(sample[of_sample == cell], fine, rng) for cell in range(coarse)]
        cells = np.empty(rows.size, np.int32)
        for first in range(0, rows.size, _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            found = _cells(embeddings[some].astype(np.float32), centres, parts)
            cells[first : first + _AT_ONCE] = found
        sorted_rows = rows[np.argsort(cells, kind="stable")].astype(np.int32)
        begins = np.zeros(coarse * fine + 1, np.int64)
        np.cumsum(np.bincount(cells, minlength=coarse * fine), out=begins[1:])
        return cls(np.concatenate(parts), begins, sorted_rows, embeddings[sorted_rows])

    def __len__(self) -> int:
        """Return the number of songs."""
        return self.rows.size

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
        unit = unit_of(embedding, self.centres.shape[1])
        by_distance = np.argsort(self._halves - self.centres @ unit)
        seen = np.cumsum(np.diff(self.begins)[by_distance])
        cells = np.sort(by_distance[: np.searchsorted(seen, self._compared) + 1])
        spans = [slice(self.begins[cell], self.begins[cell + 1]) for cell in cells.tolist()]
        rows = np.concatenate([self.rows[span] for span in spans])
        cosines = np.concatenate([products(self.embeddings[span], unit) for span in spans])
        if without.size:
            stay = ~np.isin(rows, without)
            rows, cosines = rows[stay], cosines[stay]
        order = np.argsort(rows)  # of equal ones the first song comes first
        best, found = highest(np.clip(cosines[order], -1.0, 1.0), n)
        return rows[order][best].astype(np.int64), found


def sizes(songs: int) -> tuple[int, int]:
    """Return the number of coarse cells, and of fine ones in each: together about √songs."""
    bits = max(2, round(np.log2(songs) / 2))
    return 1 << bits // 2, 1 << bits - bits // 2


def _centres(
    vectors: NDArray[np.float32], number: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the centres of a number of cells [shape=(number, d)]; there may be no vectors."""
    if not len(vectors):
        return np.zeros((number, vectors.shape[1]), np.float32)
    first = rng.choice(len(vectors), number, replace=len(vectors) < number)
    centres: NDArray[np.float32] = vectors[first]
    for _ in range(_ROUNDS):
        cells = _nearest(vectors, centres)
        counts = np.bincount(cells, minlength=number)
        used = counts > 0
        begins = (np.cumsum(counts) - counts)[used]
        sums = np.add.reduceat(vectors[np.argsort(cells, kind="stable")], begins, axis=0)
        centres[used] = sums / counts[used, None]
    return centres


def _nearest(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the place of the nearest centre of each vector [shape=(n,)]."""
    found: NDArray[np.int64] = np.argmin(_halves(centres) - vectors @ centres.T, axis=1)
    return found


def _cells(
    vectors: NDArray[np.float32],
    centres: NDArray[np.float32],
    parts: list[NDArray[np.float32]],
) -> NDArray[np.int32]:
    """Return the cell of each vector [shape=(n,)].

    Args:
        vectors: [shape=(n, d)].
        centres: [shape=(c, d)] of the coarse cells.
        parts: of each of these, the centres of its own cells [shape=(f, d)].

    """
    far = _halves(centres) - vectors @ centres.T
    near = np.argpartition(far, _COARSE - 1, axis=1)[:, :_COARSE]
    cells = np.zeros(len(vectors), np.int32)
    least = np.full(len(vectors), np.inf, np.float32)
    for coarse, fine in enumerate(parts):
        rows = np.flatnonzero((near == coarse).any(axis=1))
        distances = _halves(fine) - vectors[rows] @ fine.T
        best = distances.argmin(axis=1)
        distance = distances[np.arange(rows.size), best]
        nearer = distance < least[rows]
        least[rows[nearer]] = distance[nearer]
        cells[rows[nearer]] = coarse * len(fine) + best[nearer]
    return cells


def _halves(centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return c·c/2 of each centre: less its product with a vector, it orders by distance."""
    halves: NDArray[np.float32] = np.einsum("kd,kd->k", centres, centres) / 2
    return halves
