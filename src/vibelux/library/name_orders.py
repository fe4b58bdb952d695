"""All songs in the order of their titles, artists, albums, or all three."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vibelux.library.name_texts import REPEATED, different_names
from vibelux.library.song_columns import SongColumns
from vibelux.library.text_column import TextColumn
from vibelux.library.text_ranks import text_ranks

Named = Literal["title", "artist", "album", "name"]

_KEYS: Mapping[Named, tuple[str, ...]] = {
    "title": ("titles",),
    # The songs of an artist go by album, those of an album as they were found.
    "artist": ("artist_names", "album_names"),
    "album": ("album_names", "artist_names"),
    "name": ("artist_names", "album_names", "titles"),
}


ORDERED_BY = tuple(_KEYS)


def name_order(songs: SongColumns, by: Named, *, descending: bool) -> NDArray[np.int32]:
    """Return the rows of all songs in order [shape=(n,), dtype=int32].

    Songs without the name come last, by the others; of equal names the song that was found first
    comes first, either way.

    Args:
        songs: with the columns of names.
        by: which name.
        descending: the last name in the alphabet first.

    """
    names = _KEYS[by]
    unchanged = songs if songs.rows_apart(*names).size else songs.base
    rising, falling = unchanged.derived(_ORDERS[by], *names)
    return falling if descending else rising


def _orders(songs: SongColumns, by: Named) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    def make() -> Mapping[str, NDArray[Any]]:
        ranks = [_ranks(songs, name) for name in _KEYS[by]]
        orders = {}
        for part, way in (("rising", 1), ("falling", -1)):
            first, *others = (way * rank for rank in ranks)
            keys = [np.where(ranks[0] < 0, len(songs), first), *others]
            orders[part] = np.lexsort((songs.ids, *reversed(keys))).astype(np.int32)
        return orders

    kept = songs.kept(f"{by}-order-2", ("rising", "falling"), make)
    return kept["rising"].array, kept["falling"].array


def _ranks(songs: SongColumns, column: str) -> NDArray[np.int64]:
    """Return numbers in the order of the names, equal ones for equal names, -1 for none."""
    if column in REPEATED:
        different = different_names(songs, column)
        return text_ranks(different.names).take(different.places)
    names: TextColumn = getattr(songs, column)
    return text_ranks(names)


_ORDERS: Mapping[Named, Callable[[SongColumns], tuple[NDArray[np.int32], NDArray[np.int32]]]] = {
    by: partial(_orders, by=by) for by in _KEYS
}
