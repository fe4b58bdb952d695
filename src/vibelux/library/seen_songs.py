"""The songs whose files a scan has found, by their ids."""

import numpy as np
from numpy.typing import NDArray

_BITS = 16
"""Ids that have all but so many of their bits in common lie together: 64 KB."""


class SeenSongs:
    """A set of ids; of ten million songs it takes 10 MB."""

    def __init__(self) -> None:
        self._parts: dict[int, NDArray[np.bool_]] = {}

    def add(self, ids: NDArray[np.int64]) -> None:
        """Add ids [shape=(k,)]."""
        for part, places in _divided(ids):
            if part not in self._parts:
                self._parts[part] = np.zeros(1 << _BITS, bool)
            self._parts[part][ids[places] & ((1 << _BITS) - 1)] = True

    def remove(self, song_id: int) -> None:
        """Take an id out, if it is there."""
        part = self._parts.get(song_id >> _BITS)
        if part is not None:
            part[song_id & ((1 << _BITS) - 1)] = False

    def among(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which ids [shape=(k,)] are there."""
        found = np.zeros(ids.size, bool)
        for part, places in _divided(ids):
            if part in self._parts:
                found[places] = self._parts[part][ids[places] & ((1 << _BITS) - 1)]
        return found


def _divided(ids: NDArray[np.int64]) -> list[tuple[int, NDArray[np.bool_]]]:
    """Return the parts that ids belong to, each with which ids these are."""
    parts = ids >> _BITS
    return [(part, parts == part) for part in np.unique(parts).tolist()]
