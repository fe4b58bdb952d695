"""Songs searched, filtered and sorted, all of them at once.

SQLite compares letters beyond ASCII by their case and cannot look into a mood; a few columns in
memory answer both in milliseconds, also for a million songs.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS, emotion_index
from vibelux.errors import InvalidInput, InvalidMood
from vibelux.everyday_moods import Word, mood_of_word
from vibelux.folding import folded
from vibelux.library.catalogue import State
from vibelux.library.column_reading import STATES
from vibelux.library.name_orders import name_order
from vibelux.library.name_texts import NAMES, rarest_first, songs_with
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotions_of, of_mood, of_word

Sort = Literal[
    "title",
    "artist",
    "album",
    "name",
    "year",
    "duration",
    "valence",
    "arousal",
    "share",
    "angry",
    "disgust",
    "fear",
    "happy",
    "neutral",
    "sad",
    "surprise",
    "added",
]

SEARCHED = ("affect", "affect_known", "durations", "years", *NAMES)
"""Columns that `find` needs, and the mood map."""


def find(
    songs: SongColumns,
    words: str = "",
    *,
    state: State = "ok",
    called: Word | None = None,
    emotion: str | None = None,
    least: float = 0.0,
    valence: tuple[float, float] | None = None,
    arousal: tuple[float, float] | None = None,
    sort: Sort = "added",
    descending: bool = False,
    moods: bool = False,
) -> NDArray[np.int64]:
    """Return the ids of the songs that fit, in order.

    Args:
        songs: with the columns `SEARCHED`.
        words: all of them occur in title, artist or album, in any case and order; with ``moods``
            a word for a mood may also be what the song sounds like ("sad", "calm piano"). Songs
            that are found by their names alone come first.
        state: of the songs.
        called: an everyday mood that one would call them by.
        emotion: that the songs count as (`emotions_of`), or with ``least`` have that
            share of.
        least: share in [0, 1] that the emotion has at least; 0: the songs count as it.
        valence: lowest and highest, in [-1, 1].
        arousal: lowest and highest, in [-1, 1].
        sort: by what; ``name`` is artist, album and title; a name of an emotion is the share of
            that one, ``share`` that of the emotion asked for. Songs that lack it come last, equal
            ones in the order in which they were found.
        descending: the largest first.
        moods: words for moods are looked for in what songs sound like, too.

    Raises:
        InvalidInput: sorting by share, or a least share, without an emotion.
        InvalidMood: an unknown emotion.

    """
    fits = songs.states == STATES.index(state)
    share: NDArray[np.float32] | None = None
    if called is not None:
        fits &= of_word(songs, called)
    if emotion is not None:
        place = emotion_index(emotion)
        share = songs.moods[:, place]
        fits &= share >= least if least > 0 else emotions_of(songs) == place
    elif least > 0 or sort == "share":
        raise InvalidInput("a share is that of an emotion; name the emotion as well")
    for column, between in (("valence", valence), ("arousal", arousal)):
        if between is not None:
            values = _numbers(songs, column)
            fits &= (values >= between[0]) & (values <= between[1])
    groups = [fits]
    if sought := folded(words).split():
        having = _sounding(songs, words) if moods else {}
        named, sounding = fits, fits.copy()
        for word in rarest_first(songs, sought):
            with_word = songs_with(songs, word, among=sounding)
            named = named & with_word
            sounding &= (with_word | having[word]) if word in having else with_word
        groups = [named, sounding & ~named]
    ordered = [_ordered(songs, some, sort, share, descending) for some in groups]
    return songs.ids[np.concatenate(ordered)]


def _sounding(songs: SongColumns, words: str) -> dict[str, NDArray[np.bool_]]:
    """Return the words for moods in a text, folded -> [shape=(n,)] songs that have it."""
    found = {}
    for word in words.split():
        try:
            found[folded(word)] = of_mood(songs, mood_of_word(word))
        except InvalidMood:
            continue
    return found


def _ordered(
    songs: SongColumns,
    which: NDArray[np.bool_],
    sort: Sort,
    share: NDArray[np.float32] | None,
    descending: bool,
) -> NDArray[np.integer]:
    """Return the rows of some songs [shape=(n,)] in order."""
    if sort in ("title", "artist", "album", "name"):
        order = name_order(songs, sort, descending=descending)
        return order[which[order]]
    rows = np.flatnonzero(which)
    rows = rows[np.argsort(songs.ids[rows], kind="stable")]
    if sort == "added":
        return rows[::-1] if descending else rows
    column = share if share is not None and sort == "share" else _numbers(songs, sort)
    values = -column[rows] if descending else column[rows]
    return rows[np.argsort(values, kind="stable")]  # NaN comes last, either way


def _numbers(songs: SongColumns, name: str) -> NDArray[np.float32]:
    """Return a number of each song, NaN where the catalogue has none."""
    if name in EMOTIONS:
        return songs.moods[:, emotion_index(name)]
    if name in ("valence", "arousal"):
        place = ("valence", "arousal").index(name)
        return np.where(songs.affect_known[:, place], songs.affect[:, place], np.float32(np.nan))
    return songs.years if name == "year" else songs.durations
