"""How well songs fit a mood: the likeness of the mixtures, and their place on the circumplex."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.recommend.circumplex import AROUSAL_WEIGHT, affect_of, closeness
from vibelux.recommend.matching import Matching
from vibelux.recommend.shelf import Shelf
from vibelux.recommend.similarity import MoodIndex

_CIRCUMPLEX = np.float32(0.25)
"""Part of the fit that valence and arousal make up; the rest is the likeness of the moods."""


class Affinity:
    """How well the songs of a shelf fit any mood.

    Args:
        shelf: n songs.
        matching: how moods are compared.

    """

    def __init__(self, shelf: Shelf, matching: Matching = "kinship") -> None:
        self._shelf = shelf
        self._index = MoodIndex(shelf.moods, matching=matching)

    def to(
        self,
        mood: ArrayLike,
        *,
        rows: NDArray[np.int64] | None = None,
        arousal_weight: float = AROUSAL_WEIGHT,
    ) -> NDArray[np.float32]:
        """Return the fit of every song, or of some.

        Args:
            mood: [shape=(7,)] that is looked for.
            rows: [shape=(k,)] of the shelf; None for all.
            arousal_weight: as of `vibelux.recommend.circumplex.closeness`.

        Returns:
            [shape=(k,), dtype=float32] in [0, 1].

        """
        affect = self._shelf.affect if rows is None else self._shelf.affect[rows]
        near = closeness(affect, affect_of(mood), arousal_weight=arousal_weight)
        alike = self._index.similarities(mood, rows=rows)
        fit: NDArray[np.float32] = (1 - _CIRCUMPLEX) * alike + _CIRCUMPLEX * near
        return fit
