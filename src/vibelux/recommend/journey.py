"""A journey: a way of moods from where a person is to a goal, one step a song.

Where a library has no song that lies at a step, the step is left out: a shorter journey is better
than one that leaves its way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.circumplex import affect_of
from vibelux.emotions import Mood, as_mood
from vibelux.language import Words
from vibelux.recommend.policies import target_path


@dataclass(frozen=True, eq=False)
class Way:
    """Where a journey leads on the circumplex.

    Attributes:
        places: [shape=(length, 2), dtype=float32] valence and arousal of its songs, the goal last.
        at: index of the place that has been reached: that of the song that began last, at first 0.
        asked: songs that were asked for; more than there are places where the library has none
            that lie on the way.

    """

    places: NDArray[np.float32]
    at: int
    asked: int


class Journey:
    """A journey that is under way. It ends at the goal, and stays there.

    Args:
        start: [shape=(7,)] the mood of its first song.
        goal: [shape=(7,)] the mood of its last song.
        length: steps from the first to the last one, >= 2.
        steps: those that there are songs for, ascending; None: all.
        begun: songs of it that have begun so far.

    Attributes:
        moods: [shape=(steps, 7), dtype=float32] of its songs.
        steps: as above.
        begun: as above.

    """

    def __init__(
        self,
        start: ArrayLike,
        goal: ArrayLike,
        length: int,
        *,
        steps: Sequence[int] | None = None,
        begun: int = 0,
    ) -> None:
        self.steps = list(range(length) if steps is None else steps)
        self.moods = target_path(start, "journey", length, goal=goal)[self.steps]
        self.begun = begun
        self._start, self._asked = as_mood(start), length

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
        return Way(affect_of(self.moods, places), at, self._asked)


def shorter_in_words(way: Way, words: Words) -> str:
    """Return why a journey has fewer songs than were asked for; empty where it does not."""
    songs = len(way.places)
    return "" if songs >= way.asked else words.text("journey_shorter", songs=words.figures(songs))


def along(way: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the order of songs in which none leads back behind the one before.

    Each comes at the step of the way that it lies nearest to; those of one step stay as they were.

    Args:
        way: [shape=(steps, 2)] valence and arousal of the steps, on a line, >= 1.
        places: [shape=(songs, 2)] of the songs, in the order of the steps that they
            were chosen for; one with NaN stays at that.

    Returns:
        [shape=(songs,)] indexes of the songs.

    """
    line = (way[-1] - way[0]).astype(np.float64)
    steps = np.arange(len(places))
    if line @ line > 0:
        # Of the whole way, the feet of perpendiculars.
        of_songs, of_steps = (places - way[0]) @ line, (way - way[0]) @ line
        nearest = np.abs(of_songs[:, None] - of_steps).argmin(axis=1)
        steps = np.where(np.isnan(of_songs), steps, nearest)
    return np.argsort(steps, kind="stable")


def songs_of_steps(lying: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give as many steps as possible a song each that lies there, no song to two.

    Augmenting paths (Berge 1957); the last step comes first, then the first one: whatever is left
    out, a journey begins and ends where it should.

    Args:
        lying: [shape=(steps, songs)] true where a song lies at a step.

    Returns:
        [shape=(steps,)] index of each step's song, -1 where none is left for it.

    """
    # Of a step at which as many songs lie as there are steps, one is always left.
    at = [np.flatnonzero(row)[: len(lying)].tolist() for row in lying]
    step_of: dict[int, int] = {}

    def given(step: int, asked: set[int]) -> bool:
        for song in at[step]:
            if song in asked:
                continue
            asked.add(song)
            if song not in step_of or given(step_of[song], asked):
                step_of[song] = step
                return True
        return False

    for step in (len(lying) - 1, *range(len(lying) - 1)):
        given(step, set())
    songs = np.full(len(lying), -1, dtype=np.intp)
    for song, step in step_of.items():
        songs[step] = song
    return songs
