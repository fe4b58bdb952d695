"""What can be counted in a profile, for people to read; no trait is concluded from it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vibelux.database_url import DatabaseUrl
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Catalogue
from vibelux.library.databases.place import is_there
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.likes import LEAST_EVENTS
from vibelux.recommend.listener.profile import Profile
from vibelux.recommend.listener.taste import EARLY

_LEAST = 3
"""Songs of a kind from which on their number is worth telling."""


@dataclass(frozen=True)
class Count:
    """How many songs of a kind the listener liked or skipped.

    Attributes:
        what: ``liked``, or ``skipped`` in their first half.
        of: ``artist``, or ``emotion``: the strongest one of the songs.
        name: of the artist or the emotion.
        songs: different ones.

    """

    what: Literal["liked", "skipped"]
    of: Literal["artist", "emotion"]
    name: str
    songs: int


def counts_of(profile: Profile) -> list[Count]:
    """Return what was liked and skipped three times or more, the most frequent first.

    Before there are `LEAST_EVENTS` events nothing is told.
    """
    events = list(profile.events())
    if len(events) < LEAST_EVENTS:
        return []
    songs: Counter[tuple[Literal["liked", "skipped"], Literal["artist", "emotion"], str]]
    songs = Counter()
    seen: set[tuple[str, str]] = set()
    for event in events:
        if event.what == "liked":
            what: Literal["liked", "skipped"] = "liked"
        elif event.what == "skipped" and event.share is not None and event.share <= EARLY:
            what = "skipped"
        else:
            continue
        if (what, event.key) in seen:
            continue
        seen.add((what, event.key))
        if event.artist:
            songs[what, "artist", event.artist] += 1
        if event.analysis is not None:
            songs[what, "emotion", EMOTIONS[int(event.analysis[: len(EMOTIONS)].argmax())]] += 1
    return [Count(*kind, number) for kind, number in songs.most_common() if number >= _LEAST]


def played_share(profile: Profile, catalogue: Path | DatabaseUrl) -> float | None:
    """Return the share of a catalogue's songs that were ever played; None without songs.

    Args:
        profile: an open one.
        catalogue: its database, or its file, which is not made when it is not there.

    Raises:
        CatalogueError: as `Catalogue`.

    """
    if not is_there(catalogue):
        return None
    with Catalogue(catalogue) as opened:
        columns = SongColumns.of(opened, "keys", "hashes", "paths").playable
    if not len(columns):
        return None
    played = {columns.find(last.key, last.path) for last in profile.last_plays()}
    return len(played - {None}) / len(columns)
