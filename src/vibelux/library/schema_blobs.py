"""The formats of the catalogue's BLOB columns, and the revision of what an analysis stores.

Apart from the tables, because the workers of a scan pack these and need no SQLAlchemy. What cannot
be used, whoever wrote it, counts as not there: the song is as one that was never analysed.
"""

import math
from typing import Any

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
    blob: Any, dtype: np.dtype[np.floating] = MOOD, *, length: int | None = None
) -> NDArray[np.float32] | None:
    """Unpack what `vector_blob` packed.

    Args:
        blob: from the catalogue, where other programs and broken disks may have left anything.
        dtype: of the numbers.
        length: of the vector; None: any.

    Returns:
        [shape=(n,), dtype=float32] finite numbers, or None for anything else.

    """
    if not isinstance(blob, bytes) or len(blob) % dtype.itemsize:
        return None
    vector = np.frombuffer(blob, dtype=dtype).astype(np.float32)
    fits = vector.size == length if length is not None else vector.size > 0
    return vector if fits and np.isfinite(vector).all() else None


def mood_of(blob: Any) -> NDArray[np.float32] | None:
    """Unpack a mood [shape=(7,), dtype=float32]; None where it is none."""
    vector = vector_of(blob, length=len(EMOTIONS))
    return vector if vector is not None and are_moods(vector[None])[0] else None


def are_moods(matrix: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which rows of a matrix [shape=(n, 7)] are moods, as they must be in a catalogue."""
    usable: NDArray[np.bool_] = np.isfinite(matrix).all(axis=1)
    usable &= (matrix >= 0).all(axis=1) & (matrix > 0).any(axis=1)
    return usable


def course_of(blob: Any) -> NDArray[np.void]:
    """Unpack a course [shape=(k,), dtype=`MOMENT`]; an empty one where it cannot be used."""
    nothing = np.empty(0, MOMENT)
    if not isinstance(blob, bytes) or len(blob) % MOMENT.itemsize:
        return nothing
    course = np.frombuffer(blob, MOMENT)
    numbers = np.stack([course[name] for name in ("start", "valence", "arousal")], axis=1)
    return course if are_moods(course["mood"]).all() and np.isfinite(numbers).all() else nothing


def number_of(value: Any, *, least: float = -math.inf, most: float = math.inf) -> float | None:
    """Return a finite number within limits that the catalogue holds, or None for anything else."""
    usable = isinstance(value, int | float) and math.isfinite(value) and least <= value <= most
    return float(value) if usable else None


def text_of(value: Any) -> str | None:
    """Return a text of the catalogue; SQLite keeps anything in any column."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
