"""The songs of a snapshot that sound most like an embedding."""

import numpy as np
from numpy.typing import NDArray

from vibelux.library.song_columns import SongColumns
from vibelux.library.sound_cells import PARTS, SoundCells
from vibelux.library.sound_index import SoundIndex, highest

_CELLS_FROM = 200_000
"""Songs from which on not all are compared: fewer are in 40 ms."""


def nearest_sounds(
    songs: SongColumns, embedding: NDArray[np.floating], n: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the n songs that sound most like an embedding.

    Below 200,000 songs the answer is exact. Of more, it comes from cells that are kept with the
    columns, where these are in files; a song that has changed since is compared exactly.

    Args:
        songs: with their embeddings; those without one never come.
        embedding: [shape=(d,)] not all zero, of the same model.
        n: the most to return, >= 0.

    Returns:
        as of `SoundIndex.nearest`.

    Raises:
        InvalidInput: as there.

    """
    cells = cells_of(songs)
    if cells is None or n > cells.most:
        return SoundIndex(songs.embeddings, songs.embedded).nearest(embedding, n)
    apart = songs.rows_apart("embeddings")
    rows, cosines = cells.nearest(embedding, n, without=apart)
    if apart.size:
        changed = apart[songs.embedded[apart]]
        others = SoundIndex(songs.embeddings[changed]).cosines(embedding)
        both, cosines = np.concatenate([rows, changed]), np.concatenate([cosines, others])
        order = np.argsort(both)  # of equal ones the first song comes first
        best, cosines = highest(cosines[order], n)
        rows = both[order][best]
    return rows, cosines


def cells_of(songs: SongColumns) -> SoundCells | None:
    """Return the cells of the songs as files hold them, or None where all songs are compared.

    Args:
        songs: with their embeddings.

    """
    if not songs.in_files or len(songs) < _CELLS_FROM or songs.model is None:
        return None
    return songs.base.derived(_cells, "embeddings")


def _cells(songs: SongColumns) -> SoundCells | None:
    known = np.flatnonzero(songs.embedded)
    if known.size < _CELLS_FROM:
        return None

    kept = songs.kept("sound-cells-1", PARTS, lambda: SoundCells.parts(songs.embeddings, known))
    return SoundCells(*(kept[part].array for part in PARTS))
