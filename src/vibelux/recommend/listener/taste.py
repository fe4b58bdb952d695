"""What a listener likes at which mood: a small Bayesian linear model.

The reward of a song, y = w · x + noise, is linear in products of the listener's mood and the song's
features, and in the features themselves. With w ~ N(0, τ²) and noise ~ N(0, σ²) the posterior is
Gaussian too (Bishop 2006, "Pattern recognition and machine learning", section 3.3):

    precision = I / τ² + Xᵀ D X / σ²        mean = precision⁻¹ Xᵀ D y / σ²

D lets an event count half as much after `_HALF` later ones: tastes change. Thompson sampling (1933)
ranks by one draw from the posterior instead of its mean: what is hardly known is tried sometimes,
what is known to be disliked is not. The draw's deviation is narrowed to `_EXPLORING` of the
posterior's (Chapelle & Li 2011, "An empirical evaluation of Thompson sampling"), and to less of it
the fewer events there are: of someone unknown the mood is the best guess.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS
from vibelux.library.mapped_array import MappedArray
from vibelux.library.song_columns import SongColumns
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.listener.profile import Event

_TAU = 0.15
_SIGMA = 0.5
_HALF = 500
_EXPLORING = 0.3
_ACQUAINTED = 100  # events after which half of it is allowed
_SOUNDS = 16  # numbers that an embedding is summed up by
_WIDTH = len(EMOTIONS) + 2 + _SOUNDS
_AT_ONCE = 1 << 16  # songs, which bounds the memory that is needed beside the result

_NO_MOOD = np.zeros(len(EMOTIONS), dtype=np.float32)

EARLY = 0.5
"""A skip before this share of a song counts in full."""


class SongFeatures:
    """What the model sees of n songs.

    Args:
        columns: [shape=(n, 7 + 2 + 16), dtype=float32] mood, valence and arousal, sound.

    """

    def __init__(self, columns: NDArray[np.float32]) -> None:
        # Columns lie together: a product takes half as long.
        self._features = MappedArray(np.ascontiguousarray(columns.T), axis=-1)

    @property
    def columns(self) -> NDArray[np.float32]:
        """See above."""
        columns: NDArray[np.float32] = self._features.array.T
        return columns

    @classmethod
    def of(cls, songs: SongColumns, statistics: SongStatistics) -> "SongFeatures":
        """Return the features of songs; of songs in files they are computed only once.

        Args:
            songs: n of them.
            statistics: of the music model.

        """
        base = songs.base

        def compute() -> Mapping[str, NDArray[np.float32]]:
            columns = np.empty((_WIDTH, len(base)), np.float32)
            for first in range(0, len(base), _AT_ONCE):
                some = slice(first, first + _AT_ONCE)
                moods = _mood_features(base.moods[some], base.affect[some], statistics)
                columns[:-_SOUNDS, some] = moods.T
            columns[-_SOUNDS:] = _sounds(base.embeddings).T
            return {"columns": columns}

        made = cls(np.empty((0, _WIDTH), np.float32))
        made._features = base.kept("features-1", ("columns",), compute)["columns"]
        rows = songs.rows_changed(base, "moods", "affect")
        if rows.size or songs.embeddings is not base.embeddings:
            return made.updated(base, songs, rows, statistics)
        return made

    def updated(
        self,
        old: SongColumns,
        new: SongColumns,
        rows: NDArray[np.int64],
        statistics: SongStatistics,
    ) -> "SongFeatures":
        """Return the features of a newer snapshot of the same songs.

        Args:
            old: the snapshot that these are of.
            new: the newer one.
            rows: [shape=(k,)] of the songs whose moods have changed.
            statistics: of the music model.

        """
        made = SongFeatures(np.empty((0, _WIDTH), np.float32))
        values = self._features.array[:, rows]
        values[:-_SOUNDS] = _mood_features(new.moods[rows], new.affect[rows], statistics).T
        made._features = self._features.with_rows(rows, values)
        if new.embeddings is not old.embeddings:
            columns = made._features.array.copy()
            columns[-_SOUNDS:] = _sounds(new.embeddings).T
            made._features = MappedArray(columns, axis=-1)
        return made

    def rows(self, rows: NDArray[np.int64]) -> "SongFeatures":
        """Return the features of some songs."""
        return SongFeatures(self.columns[rows])

    @classmethod
    def remembered(
        cls, analysis: NDArray[np.float32], statistics: SongStatistics
    ) -> NDArray[np.float32]:
        """Return the features [shape=(25,)] of a song that is gone, as in `Event.analysis`."""
        row = _mood_features(analysis[None, :7], analysis[None, 7:], statistics)[0]
        return np.concatenate([row, np.zeros(_SOUNDS, dtype=np.float32)])


class Taste:
    """The posterior after some events.

    Args:
        moods: [shape=(n, 7)] of the listener at each event, the oldest first.
        songs: [shape=(n, 25)] features of each event's song.
        rewards: [shape=(n,)] in [-1, 1].
        mood_only: [shape=(n,)] true where the event speaks of the song at this mood only.

    """

    def __init__(
        self,
        moods: NDArray[np.floating],
        songs: NDArray[np.floating],
        rewards: NDArray[np.floating],
        mood_only: NDArray[np.bool_],
    ) -> None:
        count, width = len(rewards), songs.shape[1]
        self._width, self.events = width, count
        if count == 0:
            return  # nothing follows from it, and matrices need not be inverted for that
        design = np.zeros((count, (len(EMOTIONS) + 1) * width))
        products = np.asarray(moods, dtype=np.float64)[:, :, None] * songs[:, None, :]
        design[:, :-width] = products.reshape(count, len(EMOTIONS) * width)
        design[:, -width:] = np.where(mood_only[:, None], 0.0, songs)
        weight = np.exp2(-(count - 1 - np.arange(count)) / _HALF)[:, None]
        precision = np.eye(design.shape[1]) / _TAU**2
        precision += design.T @ (weight * design) / _SIGMA**2
        self._deviation = np.linalg.inv(np.linalg.cholesky(precision)).T
        pull = design.T @ (weight[:, 0] * rewards) / _SIGMA**2
        self._mean = np.linalg.solve(precision, pull)

    @classmethod
    def learnt(
        cls,
        events: Sequence[Event],
        statistics: SongStatistics,
        columns: SongColumns | None = None,
        features: SongFeatures | None = None,
    ) -> "Taste":
        """Return the taste that events speak of.

        Args:
            events: the oldest first.
            statistics: of the music model.
            columns: n songs as they are known today; those that are not there, or all without
                columns, are taken as they were known then.
            features: of the songs.

        """
        moods, songs, rewards, mood_only = [], [], [], []
        for event in events:
            row = None if columns is None else columns.find(event.key, event.path)
            if row is not None and features is not None:
                song = features.columns[row]
            elif event.analysis is not None:
                song = SongFeatures.remembered(event.analysis, statistics)
            else:
                continue
            moods.append(_NO_MOOD if event.mood is None else event.mood)
            songs.append(song)
            rewards.append(reward_of(event))
            mood_only.append(event.what == "wrong_mood")
        width = _WIDTH
        return cls(
            np.reshape(moods, (-1, len(EMOTIONS))),
            np.reshape(songs, (-1, width)),
            np.array(rewards, dtype=np.float64),
            np.array(mood_only, dtype=bool),
        )

    def preference(
        self,
        features: SongFeatures,
        mood: NDArray[np.floating],
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.float32]:
        """Return the reward expected of every song at a mood.

        Args:
            features: of n songs.
            mood: [shape=(7,)] of the listener.
            rng: draws one taste from the posterior (Thompson sampling); None takes the mean.

        Returns:
            [shape=(n,), dtype=float32] about -1 (disliked) to 1 (liked); 0 is unknown.

        """
        if self.events == 0:
            return np.zeros(len(features.columns), dtype=np.float32)
        weights = self._mean
        if rng is not None:
            draw = self._deviation @ rng.standard_normal(self._mean.size)
            exploring = _EXPLORING * self.events / (self.events + _ACQUAINTED)
            weights = weights + exploring * draw
        table = weights.reshape(len(EMOTIONS) + 1, self._width)
        effective = np.asarray(mood, dtype=np.float64) @ table[:-1] + table[-1]
        liked: NDArray[np.float32] = features.columns @ effective.astype(np.float32)
        return np.tanh(liked)


def reward_of(event: Event) -> float:
    """Return what an event says: 1 liked, 0.3 played through, -1 skipped early or the wrong mood.

    A skip counts less the more of the song was played, from `EARLY` on: at its end hardly at all.
    """
    if event.what == "liked":
        return 1.0
    if event.what == "played":
        return 0.3
    if event.what == "wrong_mood" or event.share is None or event.share <= EARLY:
        return -1.0
    return -max(0.1, (1 - event.share) / (1 - EARLY))


def _mood_features(
    moods: NDArray[np.floating], affect: NDArray[np.floating], statistics: SongStatistics
) -> NDArray[np.float32]:
    # Moods of songs are soft: without this all songs would look alike.
    shares = np.asarray(moods, dtype=np.float32) - statistics.typical_mood
    shares /= np.float32(statistics.mood_spread)
    columns = np.hstack([shares / np.sqrt(np.float32(len(EMOTIONS))), affect])
    features: NDArray[np.float32] = np.clip(columns, -3, 3).astype(np.float32)
    return features


def _sounds(embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
    """Sum embeddings up: random directions (Johnson & Lindenstrauss 1984), the mean taken out."""
    count, width = embeddings.shape
    sounds = np.zeros((count, _SOUNDS), dtype=np.float32)
    known = np.zeros(count, dtype=bool)
    directions = np.random.default_rng(width).standard_normal((width, _SOUNDS))
    for first in range(0, count if width else 0, _AT_ONCE):
        some = embeddings[first : first + _AT_ONCE].astype(np.float32)
        known[first : first + _AT_ONCE] = some.any(axis=1)
        sounds[first : first + _AT_ONCE] = some @ directions.astype(np.float32)
    if np.count_nonzero(known) < 2:
        return np.zeros_like(sounds)
    sounds -= sounds.mean(axis=0, where=known[:, None], dtype=np.float64).astype(np.float32)
    sounds[~known] = 0
    squares = 0.0
    for first in range(0, count, _AT_ONCE):
        squares += float(np.square(sounds[first : first + _AT_ONCE]).sum(dtype=np.float64))
    sounds /= np.float32(max((squares / np.count_nonzero(known)) ** 0.5, 1e-6))
    return sounds
