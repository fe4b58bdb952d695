"""What the music network learns from each song's labels.

People labelled songs in different ways; three tables, which anyone can read and correct, say what
each way means for the seven emotions. Every row is a distribution over the seven (empty: 0); it is
scaled to sum to 1, and a row of zeros says nothing.

``tables/mood_words.csv``
    AllMusic's mood words, the ``tags`` of 4QAED (Panda et al. 2018). A judgement of each word's
    meaning, in tenths, made before any training and without looking at its result. A word without
    an emotion of its own (``nocturnal``) counts as neutral, a quiet pleasant one (``gentle``) as
    neutral with some happiness.
``tables/gems_scales.csv``
    The nine scales of the Geneva Emotional Music Scale (Zentner, Grandjean & Scherer 2008), rated
    in Emotify (Aljanaki et al. 2016). Joyful activation is happy; sadness and nostalgia lean to
    sad; calmness, solemnity and tenderness to neutral; tension to fear and anger; power to
    happiness and anger; amazement to surprise.
``tables/acted_emotions.csv``
    Words for one emotion: folder names, and the emotions that singers of RAVDESS were asked for
    (Livingstone & Russo 2018). Each is itself; calm counts as neutral.

``tables/word_tension.csv``
    How tense each mood word is, from calm (-1) to tense (1). A judgement, too.

A song's target is the mean over its words; over GEMS scales, weighted by the share of listeners
who felt each. The words never decide a quadrant: quadrants come from people only.

Tension is the mean of the words' tension, or the share of listeners who felt tension less the share
who felt calmness. Songs that carry GEMS only take valence and arousal from `gems_composites`.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong, index_of_emotion
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError

Table = Mapping[str, NDArray[np.float32]]

GEMS = (
    "amazement",
    "solemnity",
    "tenderness",
    "nostalgia",
    "calmness",
    "power",
    "joyful_activation",
    "tension",
    "sadness",
)

SUPPORTED = ("angry", "fear", "happy", "neutral", "sad")
"""Emotions that mood words carry; disgust and surprise lead in next to no song."""

AFFECT_ONLY = ("grekow_gtzan", "vgmidi", "emopia")
"""Collections that teach valence and arousal alone: short or rendered, and without moods."""

_RENDERED = ("vgmidi", "emopia")

_SPREAD = 0.8  # of valence and arousal where labels are standardised: that of signs of quadrants
_FEW = 30  # songs: the spread of fewer says nothing about a collection's scale

# Corners of Russell's circumplex, drawn in a little: a quadrant says the sign, not how far.
_QUADRANT_AFFECT = {"Q1": (0.8, 0.8), "Q2": (-0.8, 0.8), "Q3": (-0.8, -0.8), "Q4": (0.8, -0.8)}

# Which GEMS scales raise (+1) or lower (-1) valence and arousal.
_GEMS_VALENCE = {"joyful_activation": 1, "calmness": 1, "tension": -1, "sadness": -1}
_GEMS_AROUSAL = {"joyful_activation": 1, "tension": 1, "calmness": -1, "sadness": -1}


@dataclass(frozen=True)
class SongTargets:
    """Targets of n songs, one head each; a weight of 0 means "no such label".

    Attributes:
        mood: [shape=(n, 7)] distributions over the seven.
        mood_weight: [shape=(n,)] 0 or 1, as all weights.
        quadrant: [shape=(n, 4)] one-hot.
        quadrant_weight: [shape=(n,)].
        affect: [shape=(n, 2)] valence and arousal in [-1, 1].
        affect_weight: [shape=(n, 2)].
        gems: [shape=(n, 9)] shares of listeners in the order of `GEMS`.
        gems_weight: [shape=(n,)].
        words: [shape=(n, number of mood words)] 0 or 1.
        words_weight: [shape=(n,)].
        tension: [shape=(n,)] from calm (-1) to tense (1).
        tension_weight: [shape=(n,)].

    """

    mood: NDArray[np.float32]
    mood_weight: NDArray[np.float32]
    quadrant: NDArray[np.float32]
    quadrant_weight: NDArray[np.float32]
    affect: NDArray[np.float32]
    affect_weight: NDArray[np.float32]
    gems: NDArray[np.float32]
    gems_weight: NDArray[np.float32]
    words: NDArray[np.float32]
    words_weight: NDArray[np.float32]
    tension: NDArray[np.float32]
    tension_weight: NDArray[np.float32]

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@lru_cache
def read_table(name: str) -> Table:
    """Read one of the tables beside this module.

    Args:
        name: ``mood_words``, ``gems_scales`` or ``acted_emotions``.

    Returns:
        word in lower case -> distribution [shape=(7,), read-only], or zeros.

    Raises:
        DatasetError: a header or a row is not what the module describes.

    """
    file = resources.files("vibelux.training.song") / "tables" / f"{name}.csv"
    header, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    if tuple(header[1:]) != EMOTIONS:
        raise DatasetError(f"{name}.csv: the columns after the first must be {', '.join(EMOTIONS)}")
    table: dict[str, NDArray[np.float32]] = {}
    for row in rows:
        try:
            weights = np.array([float(cell or 0) for cell in row[1:]], dtype=np.float32)
        except ValueError as error:
            raise DatasetError(f"{name}.csv, {row[0]}: {error}") from error
        if len(weights) != len(EMOTIONS) or not (np.isfinite(weights) & (weights >= 0)).all():
            raise DatasetError(f"{name}.csv, {row[0]}: seven numbers that are not negative, please")
        if row[0] in table:
            raise DatasetError(f"{name}.csv lists {row[0]!r} twice")
        total = weights.sum()
        weights = weights / total if total > 0 else weights
        weights.setflags(write=False)
        table[row[0]] = weights
    return table


@lru_cache
def word_tension() -> Mapping[str, float]:
    """Return the tension of each mood word, in [-1, 1].

    Raises:
        DatasetError: a row of ``word_tension.csv`` is not a word and such a number.

    """
    file = resources.files("vibelux.training.song") / "tables" / "word_tension.csv"
    table: dict[str, float] = {}
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
        try:
            table[row["word"]] = float(row["tension"])
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"word_tension.csv, {row}: {error}") from error
        if not -1 <= table[row["word"]] <= 1:
            raise DatasetError(f"word_tension.csv, {row['word']}: -1 to 1, please")
    return table


def mood_words() -> tuple[str, ...]:
    """Return the known mood words, in the order of the auxiliary head."""
    return tuple(read_table("mood_words"))


def song_targets(songs: Sequence[LabelledSong]) -> SongTargets:
    """Turn labels into targets.

    Args:
        songs: n songs with any labels.

    """
    words = {word: place for place, word in enumerate(mood_words())}
    n = len(songs)
    arrays = {
        "mood": np.zeros((n, len(EMOTIONS)), np.float32),
        "mood_weight": np.zeros(n, np.float32),
        "quadrant": np.zeros((n, 4), np.float32),
        "quadrant_weight": np.zeros(n, np.float32),
        "affect": np.zeros((n, 2), np.float32),
        "affect_weight": np.zeros((n, 2), np.float32),
        "gems": np.zeros((n, len(GEMS)), np.float32),
        "gems_weight": np.zeros(n, np.float32),
        "words": np.zeros((n, len(words)), np.float32),
        "words_weight": np.zeros(n, np.float32),
        "tension": np.zeros(n, np.float32),
        "tension_weight": np.zeros(n, np.float32),
    }
    for i, song in enumerate(songs):
        mood = mood_of_labels(song)
        if mood is not None:
            arrays["mood"][i], arrays["mood_weight"][i] = mood, 1
        if song.quadrant is not None and teaches_moods(song):
            arrays["quadrant"][i, song.quadrant_index], arrays["quadrant_weight"][i] = 1, 1
        for axis, value in enumerate(affect_of_labels(song)):
            if value is not None:
                arrays["affect"][i, axis], arrays["affect_weight"][i, axis] = value, 1
        if all(scale in song.gems for scale in GEMS):
            arrays["gems"][i] = [song.gems[scale] for scale in GEMS]
            arrays["gems_weight"][i] = 1
        known = [words[tag] for tag in song.tags if tag in words]
        if known:
            arrays["words"][i, known], arrays["words_weight"][i] = 1, 1
        tension = tension_of_labels(song)
        if tension is not None:
            arrays["tension"][i], arrays["tension_weight"][i] = tension, 1
    return SongTargets(**arrays)


def teaches_moods(song: LabelledSong) -> bool:
    """Return whether a song is learnt from for more than valence and arousal."""
    return song.dataset not in AFFECT_ONLY


def rendered(song: LabelledSong) -> bool:
    """Return whether a song is played by a computer's piano, unlike what people own."""
    return song.dataset in _RENDERED


def mood_of_labels(song: LabelledSong) -> NDArray[np.float32] | None:
    """Return the distribution over the seven that a song's labels mean, or None.

    A word for the song as a whole (its folder, an actor's instruction) counts before mood words,
    mood words before GEMS.
    """
    acted = read_table("acted_emotions")
    if song.emotion is not None:
        place = index_of_emotion(song.emotion)
        word = song.emotion if place < 0 else EMOTIONS[place]
        if word in acted:
            return acted[word]
    table, gems = read_table("mood_words"), read_table("gems_scales")
    rows = [table[tag] for tag in song.tags if tag in table]
    if not rows:
        rows = [share * gems[scale] for scale, share in song.gems.items() if scale in gems]
    total = np.sum(rows, axis=0) if rows else np.zeros(len(EMOTIONS), np.float32)
    return (total / total.sum()).astype(np.float32) if total.sum() > 0 else None


def tension_of_labels(song: LabelledSong) -> float | None:
    """Return tension in [-1, 1]: of the mood words, else of GEMS ratings, or None."""
    table = word_tension()
    known = [table[tag] for tag in song.tags if tag in table]
    if known:
        return float(np.mean(known))
    if "tension" in song.gems and "calmness" in song.gems:
        return song.gems["tension"] - song.gems["calmness"]
    return None


def affect_of_labels(song: LabelledSong) -> tuple[float | None, float | None]:
    """Return valence and arousal in [-1, 1], or None.

    As rated, else the signs of the quadrant, else the composites of GEMS ratings.
    """
    signs: tuple[float | None, float | None] = (None, None)
    if song.quadrant is not None:
        signs = _QUADRANT_AFFECT[song.quadrant]
    elif all(scale in song.gems for scale in _GEMS_VALENCE):
        valence, arousal = (max(-1.0, min(1.0, x)) for x in gems_composites(song.gems))
        signs = valence, arousal
    return (
        signs[0] if song.valence is None else song.valence,
        signs[1] if song.arousal is None else song.arousal,
    )


def standard_affect(songs: Sequence[LabelledSong]) -> NDArray[np.float32]:
    """Return valence and arousal on one scale, whatever scale each collection is labelled on.

    Listeners of one collection use a scale differently from those of another, and what one calls
    calm is calm among its songs. Each collection's labels so get mean 0 and the same spread; those
    of few songs, or of songs that are all alike, stay as they are.

    Args:
        songs: n songs.

    Returns:
        [shape=(n, 2), dtype=float32] 0 where a label is missing.

    """
    labels = np.array([affect_of_labels(song) for song in songs], dtype=np.float64).reshape(-1, 2)
    collections = np.array([song.dataset for song in songs])
    for name in np.unique(collections):
        for axis in range(2):
            rows = (collections == name) & np.isfinite(labels[:, axis])
            values = labels[rows, axis]
            if len(values) >= _FEW and values.std() > 0:
                labels[rows, axis] = _SPREAD * (values - values.mean()) / values.std()
    return np.nan_to_num(labels).astype(np.float32)


def gems_composites(gems: Mapping[str, float]) -> tuple[float, float]:
    """Return (valence, arousal) composites of GEMS ratings, each in [-2, 2].

    Valence: joyful activation and calmness against tension and sadness. Arousal: joyful activation
    and tension against calmness and sadness.
    """
    return (
        float(sum(sign * gems[scale] for scale, sign in _GEMS_VALENCE.items())),
        float(sum(sign * gems[scale] for scale, sign in _GEMS_AROUSAL.items())),
    )


def leading_emotion(song: LabelledSong) -> int:
    """Return the place of the strongest emotion of a song's labels, -1 without one or on a tie.

    This is the "true" class where figures per emotion are reported for songs that carry only mood
    words.
    """
    mood = mood_of_labels(song)
    if mood is None:
        return -1
    second, first = np.sort(mood)[-2:]
    return -1 if first - second < 1e-6 else int(np.argmax(mood))
