"""What a library holds of a mood: said once for a list of songs, not line after line."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from vibelux.emotions import EMOTIONS, strongest
from vibelux.language import Words


@dataclass(frozen=True)
class Coverage:
    """How many songs of a library are of the emotion that a mood has most of.

    Attributes:
        emotion: the strongest one of the mood that is looked for.
        fit: playable songs that count as it.
        songs: all playable songs.

    """

    emotion: str
    fit: int
    songs: int

    def as_json(self) -> dict[str, str | int]:
        """Return it as the API and ``--json`` give it."""
        return asdict(self)


def coverage_of(counts: Sequence[int], sought: ArrayLike) -> Coverage:
    """Return what a library holds of a mood.

    Args:
        counts: playable songs that count as each emotion, as of
            `vibelux.library.song_emotions.emotion_counts`.
        sought: [shape=(7,)] the mood that is looked for.

    """
    emotion = strongest(sought)
    return Coverage(emotion, int(counts[EMOTIONS.index(emotion)]), int(np.sum(counts)))


def coverage_in_words(coverage: Coverage, words: Words) -> str:
    """Return it as a sentence: ``"6 of your 60 songs are sad."``."""
    return words.of_number(
        "coverage",
        coverage.fit,
        fit=words.figures(coverage.fit),
        songs=words.figures(coverage.songs),
        adjective=words.text(f"adjectives.{coverage.emotion}"),
    )
