"""The formats of the catalogue's BLOB columns, and the revision of what an analysis stores.

Apart from the tables, because the workers of a scan pack these and need no SQLAlchemy.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS

REVISION = 1
"""Of what an analysis stores. Songs with a lower one, or none, are analysed again by a
scan; count it up when something is added that the next scan should fill in."""

MOOD = np.dtype("<f4")
EMBEDDING = np.dtype("<f2")
MOMENT = np.dtype(
    [
        ("start", "<f4"),
        ("mood", "<f2", len(EMOTIONS)),
        ("valence", "<f2"),
        ("arousal", "<f2"),
        ("tension", "<f2"),
    ]
)
"""One window of a song's course, 24 bytes; half precision is far finer than the model. The tension
is NaN where the model gives none."""


def vector_blob(values: ArrayLike, dtype: np.dtype[np.floating] = MOOD) -> bytes:
    """Pack a vector [shape=(n,)] as little-endian numbers."""
    return np.ascontiguousarray(values, dtype=dtype).tobytes()


def vector_of(
    blob: bytes | None, dtype: np.dtype[np.floating] = MOOD
) -> NDArray[np.float32] | None:
    """Unpack what `vector_blob` packed: [shape=(n,), dtype=float32], or None for NULL."""
    return None if blob is None else np.frombuffer(blob, dtype=dtype).astype(np.float32)
