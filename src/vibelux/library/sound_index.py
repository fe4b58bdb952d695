"""How much songs sound like one: exact cosine between audio embeddings."""

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import InvalidInput

_AT_ONCE = 1 << 15
"""Rows multiplied together: what fits the processor's cache."""


class SoundIndex:
    """Embeddings that can be asked for the nearest ones, exact among any number of songs.

    Args:
        embeddings: [shape=(n, d), dtype=float16 or float32] each of length 1; n may be 0. Kept as
            they are: a million of 96 numbers in half precision take 192 MB.
        known: [shape=(n,)] which rows are embeddings at all; None: all.

    Raises:
        InvalidInput: not a matrix.

    """

    def __init__(
        self, embeddings: NDArray[np.floating], known: NDArray[np.bool_] | None = None
    ) -> None:
        if embeddings.ndim != 2:
            raise InvalidInput(f"embeddings must have shape (n, d), got {embeddings.shape}")
        self._rows = embeddings
        self._known = None if known is None or known.all() else known

    def __len__(self) -> int:
        """Return the number of songs."""
        return len(self._rows)

    def nearest(
        self, embedding: NDArray[np.floating], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the n songs that sound most alike.

        Args:
            embedding: [shape=(d,)] not all zero.
            n: the most to return, >= 0.

        Returns:
            indices [shape=(k,), dtype=int64] rows of the matrix, best first, equal ones by index;
            k = min(n, known rows).
            cosines [shape=(k,), dtype=float32] in [-1, 1], falling.

        Raises:
            InvalidInput: n is negative, or the embedding has another length.

        """
        if n < 0:
            raise InvalidInput(f"n={n} must not be negative")
        cosines = self.cosines(embedding)
        if self._known is not None:
            rows = np.flatnonzero(self._known)
            best, found = highest(cosines[rows], n)
            return rows[best], found
        return highest(cosines, n)

    def cosines(self, embedding: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return how much all songs sound like an embedding.

        Args:
            embedding: [shape=(d,)] not all zero.

        Returns:
            [shape=(n,), dtype=float32] in [-1, 1].

        Raises:
            InvalidInput: the embedding has another length.

        """
        unit = unit_of(embedding, self._rows.shape[1])
        cosines = np.empty(len(self), np.float32)
        for first in range(0, len(self), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            cosines[some] = products(self._rows[some], unit)
        return np.clip(cosines, -1.0, 1.0, out=cosines)


def unit_of(embedding: NDArray[np.floating], width: int) -> NDArray[np.float32]:
    """Return an embedding with the length 1 [shape=(width,), dtype=float32].

    Raises:
        InvalidInput: the embedding has another number of dimensions.

    """
    unit = np.asarray(embedding, np.float32)
    if unit.shape != (width,):
        raise InvalidInput(f"the embedding has shape {unit.shape}, the songs' {(width,)}")
    scaled: NDArray[np.float32] = unit / np.linalg.norm(unit)
    return scaled


def products(rows: NDArray[np.floating], unit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the product of each row with a vector [shape=(n,), dtype=float32]."""
    # Not rows @ unit: the product of a row must not depend on its place in memory.
    found: NDArray[np.float32] = np.einsum("nd,d->n", rows.astype(np.float32, copy=False), unit)
    return found


def highest(cosines: NDArray[np.float32], n: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the places of the n highest numbers, equal ones by place, and these, falling."""
    n = min(n, cosines.size)
    if n == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    worst = np.partition(cosines, cosines.size - n)[cosines.size - n]
    near = np.flatnonzero(cosines >= worst)
    best = near[np.argsort(-cosines[near], kind="stable")[:n]]
    return best, cosines[best]
