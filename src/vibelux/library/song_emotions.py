"""The emotion that each song of a catalogue counts as, and which songs are of a mood.

One rule for searches, filters, counts, the sentence that says what a library holds, and the dots
beside its songs: no two of them can contradict each other.
"""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import ENERGIES, Energy, energies_of, song_emotions
from vibelux.emotions import EMOTIONS, Mood
from vibelux.everyday_moods import Word, word_of_mood
from vibelux.language.mood_phrase import named_emotions
from vibelux.library.song_columns import SongColumns

_SOUNDING: Mapping[Word, Mapping[str, tuple[Energy, ...]]] = {
    "calm": {"neutral": ("low", "medium"), "happy": ("low",)},
    "cheerful": {"happy": ENERGIES},
    "melancholy": {"sad": ("low", "medium")},
    "energetic": dict.fromkeys(EMOTIONS, ("high",)),
    "tense": {"fear": ENERGIES},
    "focused": {"neutral": ("low", "medium")},
}
"""Everyday word -> emotion -> energies of the songs that one would call so.

In keeping with the words that songs are named by (`sounds` in the tables of `vibelux.language`): a
song that is called cheerful and lively is cheerful, and energetic.
"""


def emotions_of(songs: SongColumns) -> NDArray[np.int8]:
    """Return the emotion of each song [shape=(n,), dtype=int8], by `song_emotions`.

    Args:
        songs: with the column ``affect``.

    Returns:
        indexes in `EMOTIONS`, -1 for songs without a mood.

    """
    return songs.by_rows("emotions-1", _emotions, "moods", "affect")


def emotion_counts(songs: SongColumns) -> list[int]:
    """Return how many songs count as each emotion, in the order of `EMOTIONS`.

    Args:
        songs: with the column ``affect``.

    """
    found = emotions_of(songs)
    counts: list[int] = np.bincount(found[found >= 0], minlength=len(EMOTIONS)).tolist()
    return counts


def of_word(
    songs: SongColumns, word: Word, *, rows: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Return which songs [shape=(n,)], or of some rows, one would call by an everyday word.

    Args:
        songs: with the column ``affect``.
        word: as of `vibelux.everyday_moods.EVERYDAY_MOODS`.
        rows: [shape=(k,)] of the songs; None for all.

    """
    emotions, arousal = emotions_of(songs), songs.affect[:, 1]
    if rows is not None:
        emotions, arousal = emotions[rows], arousal[rows]
    return _of_word(emotions, arousal, word)


def of_mood(
    songs: SongColumns, mood: Mood, *, rows: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Return which songs [shape=(n,)], or of some rows, are of a mood, as a person would say.

    Of an everyday word those that one would call so; of any other mood those that count as one of
    the emotions that it is said by (`named_emotions`). A bit of everything is every song.

    Args:
        songs: with the column ``affect``.
        mood: [shape=(7,)].
        rows: [shape=(k,)] of the songs; None for all.

    """
    if (word := word_of_mood(mood)) is not None:
        return of_word(songs, word, rows=rows)
    return counting_as(songs, _said_by(mood), rows=rows)


def moods_of_mood(
    moods: NDArray[np.floating], affect: NDArray[np.floating], mood: Mood
) -> NDArray[np.bool_]:
    """Return which songs are of a mood, as `of_mood`, of songs that are in no catalogue.

    Args:
        moods: of the songs [shape=(n, 7)].
        affect: valence and arousal of the songs in [-1, 1] [shape=(n, 2)].
        mood: [shape=(7,)].

    """
    emotions = song_emotions(moods, affect[:, 0])
    if (word := word_of_mood(mood)) is not None:
        return _of_word(emotions, affect[:, 1], word)
    return np.isin(emotions, _said_by(mood))


def _of_word(
    emotions: NDArray[np.integer], arousal: NDArray[np.floating], word: Word
) -> NDArray[np.bool_]:
    so = np.zeros((len(EMOTIONS) + 1, len(ENERGIES)), bool)  # the last row: no mood
    for emotion, energies in _SOUNDING[word].items():
        so[EMOTIONS.index(emotion), [ENERGIES.index(energy) for energy in energies]] = True
    found: NDArray[np.bool_] = so[emotions, energies_of(arousal)]
    return found


def _said_by(mood: Mood) -> list[int]:
    """Return the emotions by which a mood is said, all of them for a bit of everything."""
    named = [EMOTIONS.index(emotion) for emotion in named_emotions(mood)]
    return named or list(range(len(EMOTIONS)))


def counting_as(
    songs: SongColumns, emotions: Collection[int], *, rows: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Return which songs [shape=(n,)], or of some rows, count as one of some emotions.

    Args:
        songs: with the column ``affect``.
        emotions: indexes in `EMOTIONS`.
        rows: [shape=(k,)] of the songs; None for all.

    """
    so = np.zeros(len(EMOTIONS) + 1, bool)  # the last one: no mood
    so[list(emotions)] = True
    found: NDArray[np.bool_] = so[emotions_of(songs) if rows is None else emotions_of(songs)[rows]]
    return found


def _emotions(moods: NDArray[np.float32], affect: NDArray[np.float32]) -> NDArray[np.int8]:
    return song_emotions(moods, affect[:, 0]).astype(np.int8)
