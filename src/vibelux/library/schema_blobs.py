"""The formats of the catalogue's BLOB columns.

Apart from the tables, because the workers of a scan pack these and need no SQLAlchemy.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS

MOOD = np.dtype("<f4")
EMBEDDING = np.dtype("<f2")
MOMENT = np.dtype(
    [
        ("start", "<f4"),
        ("mood", "<f2", len(EMOTIONS)),
        ("valence", "<f2"),
        ("arousal", "<f2"),
    ]
)
"""One window of a song's course, 22 bytes; half precision is far finer than the model."""


def vector_blob(values: ArrayLike, dtype: np.dtype[np.floating] = MOOD) -> bytes:
    """Pack a vector [shape=(n,)] as little-endian numbers."""
    return np.ascontiguousarray(values, dtype=dtype).tobytes()


def vector_of(
    blob: bytes | None, dtype: np.dtype[np.floating] = MOOD
) -> NDArray[np.float32] | None:
    """Unpack what `vector_blob` packed: [shape=(n,), dtype=float32], or None for NULL."""
    return None if blob is None else np.frombuffer(blob, dtype=dtype).astype(np.float32)
