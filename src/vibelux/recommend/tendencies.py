"""What a profile says about a listener, for people to read."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Catalogue
from vibelux.recommend.profile import Profile
from vibelux.recommend.shelf import Shelf
from vibelux.recommend.taste import SongFeatures, Taste

_LEAST_EVENTS = 3  # at a mood, before anything is said about it
_LEAST_REWARD = 0.15
_MARKED = 0.6  # share of its emotion in the song that stands for a kind


@dataclass(frozen=True)
class Tendency:
    """What is expected of a kind of songs at a mood.

    Attributes:
        mood: the listener's strongest emotion.
        song: the songs' strongest emotion.
        expected: reward, -1 (skipped) to 1 (liked).

    """

    mood: str
    song: str
    expected: float


def tendencies(profile: Profile) -> list[Tendency]:
    """Return the tendencies that stand out, the strongest first.

    A mood needs three events before anything is said about it; a reward below 0.15 is not told.
    """
    events = list(profile.events())
    moods = [event.mood for event in events if event.mood is not None and event.heard is not None]
    often = Counter(int(mood.argmax()) for mood in moods)
    if not often:
        return []
    taste = Taste.learnt(events)
    marked = np.full((len(EMOTIONS), len(EMOTIONS)), (1 - _MARKED) / (len(EMOTIONS) - 1))
    np.fill_diagonal(marked, _MARKED)
    kinds = np.stack(
        [
            SongFeatures.remembered(np.concatenate([mood, affect_of(mood)]).astype(np.float32))
            for mood in marked
        ]
    )
    found = []
    for place, number in often.items():
        if number < _LEAST_EVENTS:
            continue
        mean = np.mean([mood for mood in moods if mood.argmax() == place], axis=0)
        expected = taste.preference(SongFeatures(kinds), mean)
        found += [
            Tendency(EMOTIONS[place], song, float(reward))
            for song, reward in zip(EMOTIONS, expected, strict=True)
            if abs(reward) >= _LEAST_REWARD
        ]
    return sorted(found, key=lambda one: -abs(one.expected))


def heard_share(profile: Profile, catalogue: Path) -> float | None:
    """Return the share of a catalogue's songs that were ever heard; None without songs.

    Args:
        profile: an open one.
        catalogue: the file, which is not made when it is not there.

    Raises:
        CatalogueError: as `Catalogue`.

    """
    if not catalogue.exists():
        return None
    with Catalogue(catalogue) as opened:
        shelf = Shelf.of(opened)
    if not len(shelf):
        return None
    heard = {shelf.find(last.key, last.path) for last in profile.last_plays()}
    return len(heard - {None}) / len(shelf)
