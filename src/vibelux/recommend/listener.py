"""A listener: the profile, and what follows from it for the songs of a shelf."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import ProfileError
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.profile import Event, LastPlay, Profile
from vibelux.recommend.shelf import Shelf
from vibelux.recommend.shuffle import freshness_of
from vibelux.recommend.taste import SongFeatures, Taste

_LEARNT_FROM = 2000
"""Events that the taste is computed from: older ones count for less than a sixteenth."""


class Listener:
    """Someone who listens on this machine; a context manager that closes the profile.

    Args:
        profile: an open one.

    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._last_plays: tuple[int, list[LastPlay]] = (-1, [])
        self._followed: Shelf | None = None

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

    def taste(self, shelf: Shelf, features: SongFeatures, statistics: SongStatistics) -> Taste:
        """Return what is known of the listener's taste."""
        self._follow(shelf)
        events = list(self.profile.events(last=_LEARNT_FROM))
        return Taste.learnt(events, statistics, shelf, features)

    def freshness(self, shelf: Shelf, *, now: float | None = None) -> NDArray[np.float32]:
        """Return how fresh the songs of a shelf are to the listener.

        Args:
            shelf: n songs.
            now: seconds since 1970, by default this machine's clock.

        Returns:
            [shape=(n,), dtype=float32] as of `vibelux.recommend.shuffle.freshness_of`; half as
            fresh as new after three days and a quarter of the library, at most 50 songs.

        """
        self._follow(shelf)
        now = time.time() if now is None else now
        heard: dict[int, tuple[float, float]] = dict.fromkeys(
            shelf.played_elsewhere, (np.nan, np.nan)
        )
        for last in reversed(self._plays()):  # copies: the most recent play counts
            for row in shelf.rows(last.key, last.path):
                heard[row] = (now - last.at) / 3600, last.plays
        fresh = np.ones(len(shelf), dtype=np.float32)
        if heard:
            rows = list(heard)
            hours, plays = np.array(list(heard.values())).T
            # What was played on a music server counts as well, wherever it was heard. Negative
            # hours are a clock that was put back: there the plays alone decide.
            there = np.maximum(now - shelf.played_at[rows], 0) / 3600
            hours = np.where(hours < 0, hours, np.fmin(hours, there))
            half = max(1.0, min(50.0, len(shelf) / 4))
            fresh[rows] = freshness_of(hours, plays, half_plays=half)
        return fresh

    def _follow(self, shelf: Shelf) -> None:
        """Let the profile know under which key and path its songs are found now."""
        if shelf is self._followed:
            return
        self._followed = shelf
        found: dict[str, tuple[str, bytes]] = {}
        for key, path in self.profile.songs():
            rows = shelf.rows_of_key.get(key) or shelf.rows_of_hash.get(key)
            if not rows:
                continue  # gone, or another song under its path: nothing is certain
            row = next((row for row in rows if shelf.paths[row] == path), rows[0])
            if (key, path) != (now := (shelf.keys[row], shelf.paths[row])):
                found[key] = now
        with suppress(ProfileError):  # on a disk that is read-only all is found as before
            self.profile.follow(found)

    def _plays(self) -> list[LastPlay]:
        """Return `Profile.last_plays`, counted anew where there were events since."""
        events = self.profile.number
        if self._last_plays[0] != events:
            self._last_plays = events, self.profile.last_plays()
        return self._last_plays[1]
