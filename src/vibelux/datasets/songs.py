"""Songs with labels in memory; `vibelux.datasets.song_files` reads them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vibelux.emotions import emotion_index
from vibelux.errors import InvalidMood

QUADRANTS: tuple[str, ...] = ("Q1", "Q2", "Q3", "Q4")
"""Quadrants of Russell's circumplex: Q1 (+V +A), Q2 (−V +A), Q3 (−V −A), Q4 (+V −A)."""


@dataclass(frozen=True)
class LabelledSong:
    """A song with its labels, every one of which may be absent.

    Attributes:
        path: the audio file, or a ``.npy`` spectrogram.
        given: the path exactly as the input has it.
        group: songs of one group (an artist, an actor) stay in the same part of every split; a song
            without one is its own group.
        dataset: name of the collection, or "".
        quadrant: ``Q1`` to ``Q4``, or None.
        valence: pleasantness in [-1, 1], or None.
        arousal: energy in [-1, 1], or None.
        emotion: the word of the input in lower case, or None; it need not be one of the seven.
        tags: mood words in lower case.
        gems: GEMS scale -> share of the listeners who felt it, in [0, 1].
        duration: seconds as the input says, or None.
        genre: as the input says, or "".

    """

    path: Path
    given: str
    group: str
    dataset: str = ""
    quadrant: str | None = None
    valence: float | None = None
    arousal: float | None = None
    emotion: str | None = None
    tags: tuple[str, ...] = ()
    gems: Mapping[str, float] = field(default_factory=dict)
    duration: float | None = None
    genre: str = ""

    @property
    def quadrant_index(self) -> int:
        """Place of the quadrant in `QUADRANTS`, -1 without one."""
        return -1 if self.quadrant is None else QUADRANTS.index(self.quadrant)

    @property
    def emotion_index(self) -> int:
        """Place of the emotion among the seven, -1 without one or for another word."""
        return -1 if self.emotion is None else index_of_emotion(self.emotion)

    @property
    def preprocessed(self) -> bool:
        """Whether the path is a spectrogram written by `vibelux preprocess`."""
        return self.path.suffix.lower() == ".npy"


@dataclass(frozen=True)
class SongData:
    """Labelled songs in input order.

    Attributes:
        rows: the songs.
        skipped: (path, reason) of each file that was left out.

    """

    rows: tuple[LabelledSong, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def emotion_counts(self) -> dict[str, int]:
        """Return emotion word -> number of songs, most frequent first."""
        return dict(Counter(row.emotion for row in self.rows if row.emotion).most_common())

    def unknown_emotions(self) -> dict[str, int]:
        """Return each word that is not one of the seven -> number of songs."""
        counts = self.emotion_counts()
        return {word: n for word, n in counts.items() if index_of_emotion(word) < 0}


def index_of_emotion(word: str) -> int:
    """Return the place of a word (or an alias) among the seven, -1 for any other word."""
    try:
        return emotion_index(word)
    except InvalidMood:
        return -1
