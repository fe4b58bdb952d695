"""Vectors divided into cells, so that those near a place are found without looking at all.

The vectors are divided by k-means (Lloyd 1982) in two steps, first into coarse cells and then each
of these: a vector so is compared with a few dozen centres instead of all.
"""

from collections.abc import Callable, Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray

PARTS = ("centres", "begins", "rows")
"""Names of the arrays that `Cells` are made of."""

_SAMPLE = 64
"""Vectors of a sample for each cell, from which the centres follow."""

_ROUNDS = 8
_AT_ONCE = 1 << 14
_COARSE = 2
"""Coarse cells in which a vector's own cell is looked for: the nearest ones."""


class Cells:
    """The rows of some vectors, sorted by cells.

    Args:
        centres: [shape=(k, d), dtype=float32] of the cells.
        begins: [shape=(k + 1,), dtype=int64] where each cell begins, and the end.
        rows: [shape=(n,), dtype=int32] of the vectors, in the order of their cells.

    """

    def __init__(
        self, centres: NDArray[np.float32], begins: NDArray[np.int64], rows: NDArray[np.int32]
    ) -> None:
        self.centres, self.begins, self.rows = centres, begins, rows

    @classmethod
    def of(
        cls, vectors: Callable[[NDArray[np.int64]], NDArray[np.float32]], rows: NDArray[np.int64]
    ) -> Self:
        """Divide vectors into cells.

        Args:
            vectors: given rows [shape=(k,)], their vectors [shape=(k, d)].
            rows: [shape=(n,)] of the vectors, ascending; n > 0.

        """
        coarse, fine = sizes(rows.size)
        rng = np.random.default_rng(0)
        size = min(rows.size, _SAMPLE * coarse * fine)
        sample = vectors(np.sort(rng.choice(rows, size, replace=False)))
        centres = _centres(sample, coarse, rng)
        of_sample = _nearest(sample, centres)
        parts = [_centres(sample[of_sample == cell], fine, rng) for cell in range(coarse)]
        cells = np.empty(rows.size, np.int32)
        for first in range(0, rows.size, _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            cells[some] = _cells(vectors(rows[some]), centres, parts)
        begins = np.zeros(coarse * fine + 1, np.int64)
        np.cumsum(np.bincount(cells, minlength=coarse * fine), out=begins[1:])
        by_cell = rows[np.argsort(cells, kind="stable")].astype(np.int32)
        return cls(np.concatenate(parts), begins, by_cell)

    def __len__(self) -> int:
        """Return the number of vectors."""
        return self.rows.size

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arguments that make it, by name."""
        return dict(zip(PARTS, (self.centres, self.begins, self.rows), strict=True))

    def first(self, order: NDArray[np.int64], count: int) -> list[int]:
        """Return the first cells of an order that hold a number of vectors together.

        Args:
            order: [shape=(k,)] cells.
            count: of vectors.

        """
        seen = np.cumsum(np.diff(self.begins)[order])
        cells: list[int] = order[: np.searchsorted(seen, count) + 1].tolist()
        return cells

    def spans(self, cells: Iterable[int]) -> list[slice]:
        """Return where cells lie in ``rows``."""
        return [slice(int(self.begins[cell]), int(self.begins[cell + 1])) for cell in cells]


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
    found: NDArray[np.int64] = np.argmin(halves(centres) - vectors @ centres.T, axis=1)
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
    far = halves(centres) - vectors @ centres.T
    near = np.argpartition(far, _COARSE - 1, axis=1)[:, :_COARSE]
    cells = np.zeros(len(vectors), np.int32)
    least = np.full(len(vectors), np.inf, np.float32)
    for coarse, fine in enumerate(parts):
        rows = np.flatnonzero((near == coarse).any(axis=1))
        distances = halves(fine) - vectors[rows] @ fine.T
        best = distances.argmin(axis=1)
        distance = distances[np.arange(rows.size), best]
        nearer = distance < least[rows]
        least[rows[nearer]] = distance[nearer]
        cells[rows[nearer]] = coarse * len(fine) + best[nearer]
    return cells


def halves(centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return c·c/2 of each centre: less its product with a vector, it orders by distance."""
    halves: NDArray[np.float32] = np.einsum("kd,kd->k", centres, centres) / 2
    return halves
