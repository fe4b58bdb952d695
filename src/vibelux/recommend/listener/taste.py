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

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS
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

_NO_MOOD = np.zeros(len(EMOTIONS), dtype=np.float32)

EARLY = 0.5
"""A skip before this share of a song counts in full."""


@dataclass(frozen=True, eq=False)
class SongFeatures:
    """What the model sees of n songs.

    Attributes:
        columns: [shape=(n, 7 + 2 + 16), dtype=float32] mood, valence and arousal, sound.

    """

    columns: NDArray[np.float32]

    @classmethod
    def of(cls, columns: SongColumns, statistics: SongStatistics) -> "SongFeatures":
        """Return the features of all songs, given the statistics of the music model."""
        moods = _mood_features(columns.moods, columns.affect, statistics)
        rows = np.hstack([moods, _sounds(columns.embeddings)])
        return cls(np.asfortranarray(rows))  # columns lie together: a product takes half as long

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
        columns = self.columns.copy(order="F")
        columns[rows, :-_SOUNDS] = _mood_features(new.moods[rows], new.affect[rows], statistics)
        if new.embeddings is not old.embeddings:
            columns[:, -_SOUNDS:] = _sounds(new.embeddings)
        return SongFeatures(columns)

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
        self._width = width
        self.events = count

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
    known = np.flatnonzero(embeddings.any(axis=1)) if width else np.empty(0, dtype=np.int64)
    if known.size < 2:
        return sounds
    directions = np.random.default_rng(width).standard_normal((width, _SOUNDS))
    rows = embeddings[known].astype(np.float32) @ directions.astype(np.float32)
    rows -= rows.mean(axis=0)
    deviation = np.sqrt((rows**2).sum(axis=1).mean())
    sounds[known] = rows / max(float(deviation), 1e-6)
    return sounds
