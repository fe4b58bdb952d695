"""Variety within a list of songs, and over a library."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.errors import InvalidInput
from vibelux.library.mapped_array import FewRows

_GIVEN_UP = 0.25
"""Fit that variety may cost at a knob of one half: a song that fits far worse is not variety."""


def diversified(
    n: int,
    vectors: NDArray[np.float32],
    *,
    knob: float,
    fits: NDArray[np.float32] | None = None,
) -> NDArray[np.int64]:
    """Choose songs by maximal marginal relevance (Carbonell & Goldstein 1998).

    One after the other, the song with the largest ``(1 − knob) · relevance − knob · likeness``:
    relevance falls evenly from 1 to 0 over the given order, likeness is the largest one to a song
    chosen before: 1 for a copy, 0 for two songs that are as alike as these songs are on average.
    So a knob means the same among songs that are all alike and among songs that all differ. No song
    passes one that fits better by more than ``0.25 · knob / (1 − knob)``.

    Args:
        n: songs to choose.
        vectors: [shape=(songs, d)] of length 1 or 0, the best song first.
        knob: 0 keeps the order, 1 looks for variety alone.
        fits: [shape=(songs,)] how well each song fits, 0 to 1; None: all alike.

    Returns:
        places [shape=(min(n, songs),), dtype=int64] in the order chosen.

    Raises:
        InvalidInput: the knob is not between 0 and 1.

    """
    if not 0 <= knob <= 1:
        raise InvalidInput(f"knob={knob} must be between 0 and 1")
    songs = len(vectors)
    n = min(n, songs)
    worth = (1 - knob) * np.linspace(1, 0, songs, dtype=np.float32)
    usual = 1 - np.float32(intra_list_diversity(vectors))
    scale = 1 / max(1 - usual, np.float32(1e-6))
    cost = np.float32(knob) * scale * (vectors @ vectors.T - usual)
    dearest = np.zeros(songs, dtype=np.float32)
    chosen = np.empty(n, dtype=np.int64)
    given_up = _GIVEN_UP * knob / (1 - knob) if knob < 1 else np.inf
    for place in range(n):
        values = worth - dearest
        if fits is not None:
            first = np.isfinite(worth).argmax()  # of those that wait
            values[fits < fits[first] - given_up] = -np.inf
        best = values.argmax()
        chosen[place] = best
        np.maximum(dearest, cost[best], out=dearest)
        worth[best] = -np.inf
    return chosen


def intra_list_diversity(vectors: ArrayLike) -> float:
    """Return the mean of 1 − cosine over all pairs of a list's songs.

    Args:
        vectors: [shape=(n, d)] moods or embeddings of the songs; rows of zeros count for nothing.

    Returns:
        0 where all songs are alike (or there is at most one), larger where they differ.

    """
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.size == 0:
        return 0.0
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > 0] / lengths[lengths > 0, None]
    count = len(rows)
    if count < 2:
        return 0.0
    # The sum of all cosines is the squared length of the sum of the vectors.
    pairs = float(np.sum(rows.sum(axis=0) ** 2)) - count
    return max(0.0, 1 - pairs / (count * (count - 1)))


def coverage(lists: Sequence[Sequence[int]], songs: int) -> float:
    """Return the share of a library's songs that occur in at least one list.

    Args:
        lists: songs of each list, as any numbers that tell them apart.
        songs: in the library.

    """
    return len({song for one in lists for song in one}) / songs if songs else 0.0


def units(
    matrix: NDArray[np.floating] | FewRows | None, rows: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.float32] | None:
    """Return rows of a matrix scaled to length 1 (zeros stay zeros), or None where there are none.

    Args:
        matrix: [shape=(songs, d)] or None.
        rows: n of its rows.

    Returns:
        [shape=(n, d), dtype=float32], or None without a matrix or where it has no columns.

    """
    if matrix is None or matrix.shape[1] == 0:
        return None
    picked = matrix[np.asarray(rows, dtype=np.int64)].astype(np.float32)
    lengths = np.linalg.norm(picked, axis=1, keepdims=True)
    picked /= np.where(lengths > 0, lengths, 1)
    return picked
