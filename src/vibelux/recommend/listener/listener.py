"""A listener: the profile, and what follows from it for the songs."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import ProfileError
from vibelux.library.song_columns import SongColumns
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.listener.profile import Event, Profile
from vibelux.recommend.listener.taste import SongFeatures, Taste
from vibelux.recommend.shuffle import freshness_of

_LEARNT_FROM = 2000
"""Events that the taste is computed from: older ones count for less than a sixteenth."""


_KNOWN_BY = ("keys", "hashes", "paths")

_Played = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


class Listener:
    """Someone who listens on this machine; a context manager that closes the profile.

    Args:
        profile: an open one.

    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        nothing = np.empty(0, np.int64), np.empty(0), np.empty(0)
        self._last_plays: tuple[int, object, _Played] = (-1, None, nothing)
        self._followed: object = None

    @classmethod
    def at(cls, path: Path | None) -> Self:
        """Open the listener of a profile's file, such as ``load_settings().profile``.

        Args:
            path: of the file; None is a listener of whom nothing is kept.

        Raises:
            ProfileError: as `Profile`.

        """
        return cls(Profile(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the profile."""
        self.profile.close()

    def tell(self, event: Event) -> None:
        """Save what happened to a song.

        Where nothing can be saved (`Profile.unsaved`), a like is refused; the rest, which nobody
        asks for, is not learnt, and the music goes on.

        Raises:
            ProfileError: as `Profile.add`.

        """
        if event.what == "liked" or self.profile.unsaved is None:
            self.profile.add(event)

    def taste(
        self, columns: SongColumns, features: SongFeatures, statistics: SongStatistics
    ) -> Taste:
        """Return what is known of the listener's taste."""
        self._follow(columns)
        events = list(self.profile.events(last=_LEARNT_FROM))
        return Taste.learnt(events, statistics, columns, features)

    def freshness(
        self,
        columns: SongColumns,
        *,
        now: float | None = None,
        rows: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float32]:
        """Return how fresh the songs are to the listener.

        Args:
            columns: n songs.
            now: seconds since 1970, by default this machine's clock.
            rows: of those that are asked for, each once; None: all.

        Returns:
            [shape=(n,), dtype=float32] as in `vibelux.recommend.shuffle.freshness_of`; half as
            fresh as new after three days and a quarter of the library, at most 50 songs.

        """
        self._follow(columns)
        now = time.time() if now is None else now
        played, at, plays = self._played(columns)
        places = played
        if rows is not None and played.size:
            _, places, which = np.intersect1d(rows, played, return_indices=True)
            played, at, plays = played[which], at[which], plays[which]
        fresh = np.ones(len(columns) if rows is None else rows.size, dtype=np.float32)
        if played.size:
            hours = (now - at) / 3600
            # What was played on a music server counts as well, whoever played it. Negative
            # hours are a clock that was put back: there the plays alone decide.
            there = np.maximum(now - columns.played_at[played], 0) / 3600
            hours = np.where(hours < 0, hours, np.fmin(hours, there))
            half = max(1.0, min(50.0, len(columns) / 4))
            fresh[places] = freshness_of(hours, plays, half_plays=half)
        return fresh

    def _played(self, columns: SongColumns) -> _Played:
        """Return the rows of the songs that were played, when, and how many plays ago.

        The last two are NaN for those that only their server has played.
        """
        number = self.profile.number
        songs = columns.derived(_played_as, *_KNOWN_BY, "played_at")
        known, of, played = self._last_plays
        if known != number or of is not songs:
            last: dict[int, tuple[float, float]] = dict.fromkeys(
                np.flatnonzero(~np.isnan(columns.played_at)).tolist(), (np.nan, np.nan)
            )
            for play in reversed(self.profile.last_plays()):  # copies: the most recent play counts
                for row in columns.rows(play.key, play.path).tolist():
                    last[row] = play.at, play.plays
            at, plays = np.array([*last.values()], np.float64).reshape(-1, 2).T
            played = np.array([*last], np.int64), at, plays
            self._last_plays = number, songs, played
        return played

    def _follow(self, columns: SongColumns) -> None:
        """Let the profile know under which key and path its songs are found now."""
        songs = columns.derived(_known_as, *_KNOWN_BY)
        if songs is self._followed:
            return
        self._followed = songs
        found: dict[str, tuple[str, bytes]] = {}
        for key, path in self.profile.songs():
            rows = columns.rows_of_key(key).tolist()
            if not rows:
                continue  # gone, or another song under its path: nothing is certain
            row = next((row for row in rows if columns.paths[row] == path), rows[0])
            if (key, path) != (now := (columns.key(row), columns.paths[row])):
                found[key] = now
        with suppress(ProfileError):  # on a disk that is read-only all is found as before
            self.profile.follow(found)


def _known_as(_: SongColumns) -> object:
    """Return something that stays the same while all songs are known by the same."""
    return object()


def _played_as(_: SongColumns) -> object:
    """Return something that stays the same while no server has played a song, too."""
    return object()
