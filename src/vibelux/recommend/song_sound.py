"""How a song sounds: its emotion, its energy, whether it is tense.

These are facts; the words for them stand in the table of each language (`sounds`), so that lists,
the map, the terminal and every reason name a song alike.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import ENERGIES, Energy, affect_of, energies_of, song_emotions
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Song
from vibelux.model_statistics import SongStatistics

TENSE = 0.4
"""Tension from which on a song counts as tense."""


@dataclass(frozen=True)
class Sounds:
    """How the song sounds.

    Attributes:
        emotion: that it counts as, by `vibelux.circumplex.song_emotions`.
        energy: its arousal, in three bands.
        tense: its tension is high.

    """

    emotion: str
    energy: Energy
    tense: bool = False
    kind: Literal["sounds"] = "sounds"


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a model, or the listener, says of a song.

    Attributes:
        mood: [shape=(7,)].
        affect: [shape=(2,)] valence and arousal in [-1, 1].
        corrected: the listener said it.
        tension: in [-1, 1]; None: not known.

    """

    mood: NDArray[np.floating]
    affect: NDArray[np.floating]
    corrected: bool = False
    tension: float | None = None


def analysis_of(song: Song, statistics: SongStatistics) -> Analysis:
    """Return what is known of an analysed song of the catalogue."""
    mood = np.zeros(len(EMOTIONS), np.float32) if song.mood is None else song.mood
    affect = affect_of(mood, statistics.affect)
    for axis, value in enumerate((song.valence, song.arousal)):
        if value is not None:
            affect[axis] = value
    # The tension is what the model said, and no word about a mood that the listener gave.
    tension = None if song.corrected else song.tension
    return Analysis(mood, affect, corrected=song.corrected, tension=tension)


def analysis_of_part(windows: NDArray[np.void]) -> Analysis:
    """Return what is known of a part of a song: the means of its windows.

    Args:
        windows: [shape=(k,)] records, at least one, as of `Song.course`.

    """
    tension = windows["tension"][~np.isnan(windows["tension"])]
    return Analysis(
        mood=windows["mood"].mean(axis=0, dtype=np.float64),
        affect=np.array([windows[axis].mean(dtype=np.float64) for axis in ("valence", "arousal")]),
        tension=float(tension.mean(dtype=np.float64)) if tension.size else None,
    )


def sounds_of(song: Analysis) -> Sounds:
    """Return how a song sounds."""
    valence, arousal = (float(value) for value in song.affect)
    energy = ENERGIES[int(energies_of(arousal))]
    emotion = EMOTIONS[int(song_emotions(song.mood, valence))]
    tense = song.tension is not None and song.tension >= TENSE
    return Sounds(emotion, energy, tense)
