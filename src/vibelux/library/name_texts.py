"""The names of all songs, in which words are looked for.

Comparing the bytes of a million titles, all at once, takes less than looking into a tenth of them
one by one. Artists and albums have many songs each: of these only the different ones are looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vibelux.library.song_columns import SongColumns
from vibelux.library.text_column import TextColumn

REPEATED = ("artist_names", "album_names")
"""Columns in which a name is that of many songs."""

NAMES = ("titles", *REPEATED)
"""Columns that words are looked for in."""

_ROWS = 1 << 16
_BYTES = 1 << 20
"""Looked at together: what fits the processor's cache."""

_PART = 4
"""Where words are looked for among fewer than one song in so many, their titles are copied out."""

_SAMPLE = 1000
"""Songs that tell how common words are."""

_TOGETHER = 2
"""Letters beside the rarest that are compared everywhere; the others where these are."""


class DifferentNames(NamedTuple):
    """A column of names in which each is listed once.

    Attributes:
        names: the different ones, in the order of their first songs.
        places: [shape=(n,), dtype=int32] of each song's name among them.

    """

    names: TextColumn
    places: NDArray[np.int32]


def songs_with(
    songs: SongColumns, word: str, *, among: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Return which songs have a word in their title, artist or album [shape=(n,)].

    Args:
        songs: with the columns `NAMES`.
        word: `folded`, without spaces, not empty.
        among: [shape=(n,)] songs that are asked about; nothing is told of others. None: all.

    """
    base = songs.base
    found = np.zeros(len(songs), bool)
    sought = word.encode("utf-8", "surrogatepass")
    for column in REPEATED:
        different = different_names(base, column)
        having = np.zeros(len(different.names), bool)
        having[_rows_with(different.names, sought)] = True
        if having.any():
            found |= having.take(different.places)
    asked = ~found if among is None else among & ~found
    titles = base.derived(_titles, "titles")
    if np.count_nonzero(asked) * _PART < len(songs):
        rows = np.flatnonzero(asked)
        found[rows[_rows_with(titles[rows], sought)]] = True
    else:
        found[_rows_with(titles, sought)] = True
    apart = songs.rows_apart(*NAMES)
    if apart.size:
        columns = (getattr(songs, name)[apart].tolist() for name in NAMES)
        found[apart] = [any(word in name for name in names) for names in zip(*columns, strict=True)]
    return found


def rarest_first(songs: SongColumns, words: Sequence[str]) -> list[str]:
    """Return words in the order of how few of some songs, taken by chance, have them.

    Args:
        songs: as of `songs_with`.
        words: as there.

    """
    some = songs.base.derived(_some_songs, *NAMES)

    def commonness(word: str) -> int:
        return sum(word in names for names in some)

    return sorted(words, key=commonness) if len(words) > 1 else [*words]


def _some_songs(songs: SongColumns) -> list[str]:
    """Return the names of some songs, each song's in one text."""
    size = min(_SAMPLE, len(songs))
    rows = np.sort(np.random.default_rng(0).choice(len(songs), size, replace=False))
    columns = (getattr(songs, name)[rows].tolist() for name in NAMES)
    return ["\n".join(names) for names in zip(*columns, strict=True)]


def different_names(songs: SongColumns, column: str) -> DifferentNames:
    """Return a column of names, each once; with songs in files they are kept there.

    Args:
        songs: as of `songs_with`.
        column: one of `NAMES`.

    """
    return songs.derived(_DIFFERENT[column], column)


def _different(songs: SongColumns, column: str) -> DifferentNames:
    def make() -> Mapping[str, NDArray[Any]]:
        names: TextColumn = getattr(songs, column)
        known: dict[str, int] = {}
        places = np.empty(len(names), np.int32)
        for first in range(0, len(names), _ROWS):
            some = names[first : first + _ROWS].tolist()
            places[first : first + _ROWS] = [known.setdefault(name, len(known)) for name in some]
        texts = TextColumn.of(known, text=True)
        return {"offsets": texts.offsets, "data": texts.data, "places": places}

    kept = songs.kept(f"{column}-different-1", ("offsets", "data", "places"), make)
    texts = TextColumn(kept["offsets"].array, kept["data"].array, text=True)
    return DifferentNames(texts, kept["places"].array)


_DIFFERENT: Mapping[str, Callable[[SongColumns], DifferentNames]] = {
    column: partial(_different, column=column) for column in REPEATED
}


def _titles(songs: SongColumns) -> TextColumn:
    titles = songs.titles
    return titles.plain() if titles.changed else titles


def _letters(texts: TextColumn) -> NDArray[np.uint8]:
    """Return the bytes of texts that are as they were, one after the other."""
    return texts.data[int(texts.offsets[0]) : int(texts.offsets[-1])]


def _rows_with(texts: TextColumn, word: bytes) -> NDArray[np.int64]:
    """Return the rows of texts that are as they were and have a word, perhaps several times."""
    data = _letters(texts)
    letters = np.frombuffer(word, np.uint8)
    # The rarest letter first: few places are left to compare the others at.
    counts = np.array(_counts(data))
    first, *others = np.argsort(counts[letters], kind="stable").tolist()
    places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for begin in range(0, data.size - letters.size + 1, _BYTES):
        some = data[begin : begin + _BYTES + letters.size - 1]
        ends = some.size - letters.size + 1
        matches = some[first : first + ends] == letters[first]
        for letter in others[:_TOGETHER]:
            matches &= some[letter : letter + ends] == letters[letter]
        at = np.flatnonzero(matches)
        for letter in others[_TOGETHER:]:
            at = at[some[at + letter] == letters[letter]]
        places.append(at + begin)
    found = np.concatenate(places) + texts.offsets[0]
    rows: NDArray[np.int64] = np.searchsorted(texts.offsets, found, side="right") - 1
    inside = found + letters.size <= texts.offsets[rows + 1]  # not in two texts
    having: NDArray[np.int64] = rows[inside]
    return having


def _counts(data: NDArray[np.uint8]) -> list[int]:
    """Return how often each byte occurs, roughly."""
    counts: list[int] = np.bincount(data[:: max(1, data.size >> 16)], minlength=256).tolist()
    return counts
