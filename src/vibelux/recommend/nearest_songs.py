"""The nearest songs of a ranking whose files are there."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.library.catalogue import Catalogue, Song


def nearest_songs(
    catalogue: Catalogue,
    ids: NDArray[np.int64],
    nearest: Callable[[int], tuple[NDArray[np.int64], NDArray[np.floating]]],
    n: int,
) -> list[tuple[Song, float]]:
    """Return the songs that a ranking begins with, passing over those whose file is gone.

    Only paths are looked at until n are found: on a disk that is not connected a whole library is
    gone, and reading all of it would take seconds.

    Args:
        catalogue: an open one.
        ids: [shape=(songs,)] that the ranking is of.
        nearest: given k, the rows of the first k and their scores, both [shape=(at most k,)];
            what more of them begin with may differ a little, where not all songs are compared.
        n: the most to return.

    Returns:
        songs and their scores, in the ranking's order.

    """
    found: list[tuple[int, float]] = []
    seen, asked = np.empty(0, np.int64), n
    while True:
        rows, scores = nearest(asked)
        new = ~np.isin(rows, seen)
        more = ids[rows[new]]
        found += [
            (int(song_id), float(score))
            for song_id, score, path in zip(
                more, scores[new], catalogue.paths_by_id(more), strict=True
            )
            if playable(path)
        ]
        seen = np.union1d(seen, rows)
        if len(found) >= n or len(rows) < asked or len(rows) == len(ids):
            break
        asked = min(4 * asked, len(ids))
    found.sort(key=lambda one: -one[1])
    songs = catalogue.songs_by_id([song_id for song_id, _ in found[:n]])
    return [(song, score) for song, (_, score) in zip(songs, found[:n], strict=True)]


def playable(path: Path) -> bool:
    """Return whether a song's file is there."""
    try:
        return path.is_file()
    except OSError:  # such as a folder that may no longer be entered
        return False
