"""A journey: a way of moods from where a person is to a goal, one step a song."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.circumplex import affect_of
from vibelux.emotions import Mood, as_mood
from vibelux.recommend.policies import target_path


@dataclass(frozen=True, eq=False)
class Way:
    """Where a journey leads on the circumplex.

    Attributes:
        places: [shape=(length, 2), dtype=float32] valence and arousal of its songs, the goal last.
        at: index of the place that has been reached: that of the song that began last, at first 0.

    """

    places: NDArray[np.float32]
    at: int


class Journey:
    """A journey that is under way. It ends at the goal, and stays there.

    Args:
        start: [shape=(7,)] the mood of its first song.
        goal: [shape=(7,)] the mood of its last song.
        length: songs from the first to the last one, >= 2.
        begun: songs of it that have begun so far.

    Attributes:
        moods: [shape=(length, 7), dtype=float32] of its songs.
        begun: as above.

    """

    def __init__(self, start: ArrayLike, goal: ArrayLike, length: int, *, begun: int = 0) -> None:
        self.moods = target_path(start, "journey", length, goal=goal)
        self.begun = begun
        self._start = as_mood(start)

    @property
    def start(self) -> Mood:
        """[shape=(7,)] where it began."""
        return self._start

    def ahead(self, n: int) -> NDArray[np.float32]:
        """Return the moods of the next n songs, [shape=(n, 7)]."""
        moods: NDArray[np.float32] = self.moods[
            np.minimum(self.begun + np.arange(n), len(self.moods) - 1)
        ]
        return moods

    def way(self, places: NDArray[np.float32]) -> Way:
        """Return the way on the circumplex.

        Args:
            places: [shape=(7, 2)] of the emotions, as of `vibelux.circumplex.affect_of`.

        """
        at = int(np.clip(self.begun - 1, 0, len(self.moods) - 1))
        return Way(affect_of(self.moods, places), at)


def along(way: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the order of songs in which none leads back behind the one before.

    Each comes at the step of the way that it lies nearest to; those of one step stay as they were.

    Args:
        way: [shape=(steps, 2)] valence and arousal of the steps, on a line, >= 1.
        places: [shape=(songs, 2)] of the songs, songs <= steps, in the order of the steps that they
            were chosen for; one with NaN stays at that.

    Returns:
        [shape=(songs,)] indexes of the songs.

    """
    line = (way[-1] - way[0]).astype(np.float64)
    steps = np.arange(len(places), dtype=np.float64)
    if (length := line @ line) > 0:
        part = (places - way[0]) @ line / length  # of the whole way, the foot of a perpendicular
        nearest = np.clip(np.rint(part * (len(way) - 1)), 0, len(way) - 1)
        steps = np.where(np.isnan(nearest), steps, nearest)
    return np.argsort(steps, kind="stable")
