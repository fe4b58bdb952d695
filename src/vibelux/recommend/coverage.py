"""What a library holds of a mood: said once for a list of songs, not line after line."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vibelux.emotions import Mood
from vibelux.everyday_moods import Word, word_of_mood
from vibelux.language import Words
from vibelux.language.mood_phrase import named_emotions
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import of_mood


@dataclass(frozen=True)
class Coverage:
    """How many songs of a library are of a mood, by `vibelux.library.song_emotions.of_mood`.

    Attributes:
        word: the everyday word that was asked for; None: the mood is another one.
        emotions: that the mood is said by, one or two; none where a word says it.
        fit: playable songs that are of it.
        songs: all playable songs.

    """

    word: Word | None
    emotions: tuple[str, ...]
    fit: int
    songs: int

    def as_json(self) -> dict[str, Any]:
        """Return it as the API and ``--json`` give it."""
        return asdict(self)


def coverage_of(songs: SongColumns, mood: Mood) -> Coverage | None:
    """Return what a library holds of a mood, or None: a bit of everything is nothing to count.

    Args:
        songs: playable ones, with the column ``affect``.
        mood: [shape=(7,)] that is looked for.

    """
    word = word_of_mood(mood)
    emotions = () if word is not None else tuple(named_emotions(mood))
    if word is None and not emotions:
        return None
    return Coverage(word, emotions, int(np.count_nonzero(of_mood(songs, mood))), len(songs))


def coverage_in_words(coverage: Coverage, words: Words) -> str:
    """Return it as a sentence: ``"6 of your 60 songs are sad."``."""
    if coverage.word is not None:
        adjective = words.text(f"everyday.{coverage.word}.songs")
    else:
        adjective = words.text(f"adjectives.{coverage.emotions[0]}")
        for emotion in coverage.emotions[1:]:
            other = words.text(f"adjectives.{emotion}")
            adjective = words.text("or", first=adjective, second=other)
    return words.of_number(
        "coverage",
        coverage.fit,
        fit=words.figures(coverage.fit),
        songs=words.figures(coverage.songs),
        adjective=adjective,
    )
