"""How a song sounds: its emotion, its energy, whether it is tense.

These are facts; the words for them stand in the table of each language (`sounds`), so that lists,
the map, the terminal and every reason name a song alike.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Song
from vibelux.model_statistics import SongStatistics

Energy = Literal["low", "medium", "high"]

LOW, HIGH = -0.2, 0.2
"""Arousal below and above which a song counts as of low and of high energy."""

PLEASANT, UNPLEASANT = 0.25, -0.25
"""Valence above and below which a song has no name from the other side."""

DARK_SIDE = ("angry", "disgust", "fear", "sad")
BRIGHT_SIDE = ("happy", "neutral", "surprise")

TENSE = 0.4
"""Tension from which on a song counts as tense."""


@dataclass(frozen=True)
class Sounds:
    """How the song sounds.

    Attributes:
        emotion: its strongest one, of those that its valence does not contradict.
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


def sounds_of(song: Analysis) -> Sounds:
    """Return how a song sounds."""
    valence, arousal = (float(value) for value in song.affect)
    energy: Energy = "low" if arousal < LOW else "high" if arousal > HIGH else "medium"
    other_side = DARK_SIDE if valence > PLEASANT else BRIGHT_SIDE if valence < UNPLEASANT else ()
    shares = [
        -1.0 if name in other_side else share
        for name, share in zip(EMOTIONS, np.asarray(song.mood).tolist(), strict=True)
    ]
    tense = song.tension is not None and song.tension >= TENSE
    return Sounds(EMOTIONS[int(np.argmax(shares))], energy, tense)
