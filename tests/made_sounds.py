"""Embeddings of songs that do not exist, which lie as those of music do.

Songs of an artist lie together, artists in groups of a style, and few of the dimensions vary much.
Of two songs by different artists 5 in 100 have a cosine above .91 and 1 in 1,000 one above .98, as
those of the shipped model have (`similar` and `near_duplicate` in its card). Directions drawn by
chance would be all alike: no index finds the nearest of those faster than by looking at all.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 96
STYLES = 60
SONGS = 10
"""Of an artist."""

FALL = 1.1
"""Exponent with which the dimensions' deviations fall."""

MEAN = 1.6
"""Length of what all songs have in common."""

ARTIST, SONG = 0.6, 0.45
"""How far artists lie from their style and songs from their artist, against the styles' 1."""

_TOGETHER = 1 << 16


def made_sounds(number: int, seed: int = 0) -> NDArray[np.float16]:
    """Return embeddings [shape=(number, 96), dtype=float16] of length 1."""
    parts = list(sounds_in_parts(number, _TOGETHER, seed))
    return np.concatenate(parts)


def sounds_in_parts(number: int, together: int, seed: int = 0) -> Iterator[NDArray[np.float16]]:
    """Yield the embeddings, so many at a time."""
    rng = np.random.default_rng(seed)
    deviations = np.arange(1, DIMENSIONS + 1) ** -FALL
    common = rng.standard_normal(DIMENSIONS)
    common *= MEAN / np.linalg.norm(common)
    styles = rng.standard_normal((STYLES, DIMENSIONS))
    artists = styles[rng.integers(0, STYLES, max(1, number // SONGS))]
    artists = artists + ARTIST * rng.standard_normal(artists.shape)
    for first in range(0, number, together):
        whose = rng.integers(0, len(artists), min(together, number - first))
        own = SONG * rng.standard_normal((whose.size, DIMENSIONS))
        sounds = common + deviations * (artists[whose] + own)
        sounds /= np.linalg.norm(sounds, axis=1, keepdims=True)
        yield sounds.astype(np.float16)
