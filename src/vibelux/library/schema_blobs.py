"""The formats of the catalogue's BLOB columns, and the revision of what an analysis stores.

Apart from the tables, because the workers of a scan pack these and need no SQLAlchemy. What cannot
be used, whoever wrote it, counts as not there: the song is as one that was never analysed.
"""

import math
from collections.abc import Sequence
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


def vectors_of(
    blobs: Sequence[Any], dtype: np.dtype[np.floating] = MOOD, *, length: int | None = None
) -> list[NDArray[np.float32] | None]:
    """Unpack many vectors as `vector_of`, faster than one by one where they are equally long."""
    sizes = {len(blob) if isinstance(blob, bytes) else 0 for blob in blobs if blob is not None}
    if len(sizes) != 1 or (size := sizes.pop()) == 0 or size % dtype.itemsize:
        return [vector_of(blob, dtype, length=length) for blob in blobs]
    if length is not None and size != length * dtype.itemsize:
        return [None] * len(blobs)
    joined = b"".join(blob for blob in blobs if blob is not None)
    matrix = np.frombuffer(joined, dtype).reshape(-1, size // dtype.itemsize).astype(np.float32)
    usable: list[bool] = np.logical_and.reduce(np.isfinite(matrix), axis=1).tolist()
    # Copies: a view would keep all of them in memory.
    read = (row.copy() if fits else None for row, fits in zip(matrix, usable, strict=True))
    return [None if blob is None else next(read) for blob in blobs]


def mood_of(blob: Any) -> NDArray[np.float32] | None:
    """Unpack a mood [shape=(7,), dtype=float32]; None where it is none."""
    return moods_of([blob])[0]


def moods_of(blobs: Sequence[Any]) -> list[NDArray[np.float32] | None]:
    """Unpack many moods as `mood_of`, several times faster than one by one."""
    # Copies: a view would keep all of them in memory.
    return [row.copy() if row.any() else None for row in mood_rows(blobs)]


def mood_rows(blobs: Sequence[Any]) -> NDArray[np.float32]:
    """Unpack many moods into one matrix [shape=(n, 7)]; zeros for what cannot be used."""
    size = MOOD.itemsize * len(EMOTIONS)
    if not set(map(type, blobs)) <= {bytes} or not set(map(len, blobs)) <= {size}:
        nothing = bytes(size)
        blobs = [
            blob if isinstance(blob, bytes) and len(blob) == size else nothing for blob in blobs
        ]
    rows = b"".join(blobs)
    matrix = np.frombuffer(rows, MOOD).reshape(-1, len(EMOTIONS)).astype(np.float32)
    return np.where(are_moods(matrix)[:, None], matrix, np.float32(0))


def are_moods(matrix: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which rows of a matrix [shape=(n, 7)] are moods, as they must be in a catalogue."""
    usable: NDArray[np.bool_] = np.isfinite(matrix).all(axis=1)
    usable &= (matrix >= 0).all(axis=1) & (matrix > 0).any(axis=1)
    return usable


def courses_of(blobs: Sequence[Any]) -> list[NDArray[np.void]]:
    """Unpack courses [shape=(k,), dtype=`MOMENT`]; an empty one for each that cannot be used."""
    known = [
        blob if isinstance(blob, bytes) and not len(blob) % MOMENT.itemsize else b""
        for blob in blobs
    ]
    courses = [np.frombuffer(blob, MOMENT) for blob in known]
    windows = np.frombuffer(b"".join(known), MOMENT)
    usable = are_moods(windows["mood"])
    for name in ("start", "valence", "arousal"):
        usable &= np.isfinite(windows[name])
    if not usable.all():
        ends = np.cumsum([len(course) for course in courses])
        for place, part in enumerate(np.split(usable, ends[:-1])):
            if not part.all():
                courses[place] = np.empty(0, MOMENT)
    return courses


def number_of(value: Any, *, least: float = -math.inf, most: float = math.inf) -> float | None:
    """Return a finite number within limits that the catalogue holds, or None for anything else."""
    usable = isinstance(value, int | float) and math.isfinite(value) and least <= value <= most
    return float(value) if usable else None


def text_of(value: Any) -> str | None:
    """Return a text of the catalogue; SQLite keeps anything in any column."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
