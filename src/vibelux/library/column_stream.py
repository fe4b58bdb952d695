"""All songs of a catalogue as columns, a few thousand songs at a time: memory holds no more."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from vibelux.library.catalogue import Catalogue
from vibelux.library.column_reading import NAMES, ReadColumns, Sound, read_parts
from vibelux.library.text_column import Column


class ColumnStream:
    """Yields the songs that can be played, then the others, each by their ids.

    Once they have all come, it says what they are.

    Args:
        cursor: as of `Catalogue.snapshot`.
        catalogue: that it reads.
        sound: the model and size of the embeddings that count; those of other songs are zeros.

    Attributes:
        songs: that have come.
        playable: those of them that can be played.
        sounds: of their embeddings; the column ``sounds`` has each song's place in it, -1 for none.

    """

    def __init__(self, cursor: Any, catalogue: Catalogue, sound: Sound | None) -> None:
        self._cursor, self._catalogue, self._sound = cursor, catalogue, sound
        self.songs = self.playable = 0
        self.sounds: tuple[Sound, ...] = ()
        self._counts: Counter[Sound] = Counter()

    @property
    def most_frequent(self) -> Sound | None:
        """The sound of most songs that can be played; of equally many, the last by name."""
        return max(((n, sound) for sound, n in self._counts.items()), default=(0, None))[1]

    def __iter__(self) -> Iterator[Mapping[str, Column]]:
        """Yield the columns of some songs after the other."""
        others: list[int] = []
        for part in self._parts(None):
            columns = self._placed(part)
            first = columns["sounds"][part.playable]
            for place, count in zip(*np.unique(first, return_counts=True), strict=True):
                if place >= 0:
                    self._counts[self.sounds[place]] += int(count)
            others += columns["ids"][~part.playable].tolist()
            if not part.playable.all():
                columns = {name: column[part.playable] for name, column in columns.items()}
            self.songs += len(columns["ids"])
            yield columns
        self.playable = self.songs
        for part in self._parts(others) if others else ():
            self.songs += len(part.columns["ids"])
            yield self._placed(part)

    def _parts(self, ids: list[int] | None) -> Iterator[ReadColumns]:
        return read_parts(self._cursor, self._catalogue, names=NAMES, ids=ids, sound=self._sound)

    def _placed(self, part: ReadColumns) -> dict[str, Any]:
        """Return the columns of a part, with each song's place among all sounds."""
        self.sounds = tuple(dict.fromkeys((*self.sounds, *part.sounds)))
        places = np.array([*map(self.sounds.index, part.sounds), -1], np.int16)
        return {**part.columns, "sounds": places[np.asarray(part.columns["sounds"])]}
