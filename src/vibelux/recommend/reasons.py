"""Why a song was chosen, as a list of small typed facts; the words are made where they are shown.

In the order in which they are said: how the song sounds, how that relates to the listener or to
where the order leads, and at most one more thing: what the listener liked, or an honest caveat. A
fact that is not certain is left out; none speaks against the song.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.circumplex import HIGH, LOW, PLEASANT, UNPLEASANT, affect_of
from vibelux.emotions import EMOTIONS
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.fit import DARK
from vibelux.recommend.song_sound import Analysis, Sounds, sounds_of

Relation = Literal["close", "calmer", "livelier", "brighter", "darker"]
Other = Literal["you", "aim", "song"]

CLOSE = (0.35, 0.25)
"""Valence and arousal that differ by no more are called close, and so are those of one band, as of
`relation_of`. The model tells arousal better."""

TOUCH = 0.2
"""Share from which on a song's second emotion is worth a word."""

FEW = 5
"""Songs of an emotion below which a library is said to hold few of them."""

FITS = 0.75
"""Fit from which on a song needs no excuse."""


@dataclass(frozen=True)
class Relates:
    """How the song's valence and arousal relate to the listener's, the aim's, or a song's."""

    relation: Relation
    to: Other
    kind: Literal["relation"] = "relation"


@dataclass(frozen=True)
class Touch:
    """A second emotion that the song has a good share of."""

    emotion: str
    kind: Literal["touch"] = "touch"


@dataclass(frozen=True)
class Step:
    """The song leads where the policy goes: its valence or arousal lies on that side of you."""

    direction: Relation
    kind: Literal["step"] = "step"


@dataclass(frozen=True)
class BestAvailable:
    """The library holds few songs of the emotion that was looked for, and this is none of them."""

    emotion: str
    songs: int
    kind: Literal["best_available"] = "best_available"


@dataclass(frozen=True)
class Liked:
    """The listener likes the song."""

    kind: Literal["liked"] = "liked"


@dataclass(frozen=True)
class LikedSimilar:
    """The listener liked this many songs that sound like it."""

    songs: int
    kind: Literal["liked_similar"] = "liked_similar"


@dataclass(frozen=True)
class LikedArtist:
    """The listener liked this many songs by its artist."""

    songs: int
    artist: str
    kind: Literal["liked_artist"] = "liked_artist"


@dataclass(frozen=True)
class SameArtist:
    """It is by the artist of the song that it is compared with."""

    kind: Literal["same_artist"] = "same_artist"


@dataclass(frozen=True)
class Corrected:
    """Its mood is the one that the listener gave it."""

    kind: Literal["corrected"] = "corrected"


@dataclass(frozen=True)
class Random:
    """Chance chose it: the order takes no notice of the mood."""

    kind: Literal["random"] = "random"


Fact = (
    Sounds
    | Relates
    | Touch
    | Step
    | BestAvailable
    | Liked
    | LikedSimilar
    | LikedArtist
    | SameArtist
    | Corrected
    | Random
)


def relation_of(song: ArrayLike, other: ArrayLike) -> Relation:
    """Return how a song's valence and arousal [shape=(2,)] relate to another place's.

    The axis on which they lie further apart, in units of `CLOSE`, says it. Where both lie in one
    band of an axis they are close on it: one word names both, and "slow, but livelier than you"
    would puzzle whoever is slow as well.
    """
    valence, arousal = _apart(song, other).tolist()
    if max(abs(valence), abs(arousal)) <= 1:
        return "close"
    if abs(arousal) >= abs(valence):
        return "livelier" if arousal > 0 else "calmer"
    return "brighter" if valence > 0 else "darker"


def are_close(songs: ArrayLike, other: ArrayLike) -> NDArray[np.bool_]:
    """Return which songs' valence and arousal [shape=(..., 2)] are close to another place's.

    As of `relation_of`: what is said of a song is what it was chosen by.
    """
    close: NDArray[np.bool_] = np.abs(_apart(songs, other)).max(axis=-1) <= 1
    return close


def _apart(song: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    """Return by how much places [shape=(..., 2)] lie apart, in units of `CLOSE`."""
    one, two = np.asarray(song, np.float64), np.asarray(other, np.float64)
    apart: NDArray[np.float64] = np.where(_bands(one) == _bands(two), 0.0, (one - two) / CLOSE)
    return apart


def _bands(place: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return -1, 0 or 1 for each of valence and arousal [shape=(..., 2)]: as of `sounds_of`."""
    low, high = np.array([UNPLEASANT, LOW]), np.array([PLEASANT, HIGH])
    bands: NDArray[np.int64] = (place > high).astype(np.int64) - (place < low)
    return bands


def touch_of(song: Analysis) -> Touch | None:
    """Return the emotion, beside that of `sounds_of`, of which the song has a good share."""
    first = sounds_of(song).emotion
    shares = np.asarray(song.mood).tolist()
    second, name = max(
        (share, name) for share, name in zip(shares, EMOTIONS, strict=True) if name != first
    )
    # Of emotions that music hardly tells apart, one is no news beside another.
    if second < TOUCH or name == "neutral" or {first, name} <= set(DARK):
        return None
    return Touch(name)


_LEADS: dict[str, Relation] = {"lift": "brighter", "calm": "calmer", "energise": "livelier"}
"""Policy -> where it leads."""

_AGAINST: dict[Relation, Relation] = {
    "brighter": "darker",
    "calmer": "livelier",
    "livelier": "calmer",
}


def reasons_for(
    song: Analysis,
    mood: ArrayLike,
    *,
    statistics: SongStatistics,
    policy: str,
    target: ArrayLike,
    fit: float,
    counts: Sequence[int] | None = None,
    liked: Liked | LikedSimilar | LikedArtist | None = None,
) -> list[Fact]:
    """Return why a song comes.

    Args:
        song: what is known of it.
        mood: [shape=(7,)] of the listener, as the bars show it.
        statistics: of the music model: where the emotions lie.
        policy: of the order, as in `vibelux.recommend.policies`; ``off`` takes no notice of the
            mood.
        target: [shape=(7,)] the mood that was looked for at this place.
        fit: of the song to the target.
        counts: number of playable songs that count as each emotion, in the order of `EMOTIONS`,
            for the caveat that the library holds few such songs; None: no caveat.
        liked: what the listener liked of its kind.

    """
    sounds = sounds_of(song)
    facts: list[Fact] = [sounds]
    if song.corrected:
        facts.append(Corrected())
    if policy == "off":
        return [*facts, Random()]
    places = statistics.affect
    here, there = affect_of(mood, places), affect_of(target, places)
    facts += _relations(song, here, policy=policy, target=there)
    if (touch := touch_of(song)) is not None:
        facts.append(touch)
    sought = int(np.argmax(np.asarray(target)))
    if liked is not None:
        facts.append(liked)
    elif (
        counts is not None
        and policy != "journey"  # of which it is said once that it is shorter
        and fit < FITS
        # What stands out in a face may be another emotion than the bars show most of: no word then.
        and (policy != "match" or sought == int(np.argmax(np.asarray(mood))))
        and sounds.emotion != EMOTIONS[sought]
        and counts[sought] < FEW
    ):
        facts.append(BestAvailable(EMOTIONS[sought], int(counts[sought])))
    return facts


def reasons_alike(song: Analysis, other: Analysis, *, same_artist: bool) -> list[Fact]:
    """Return what a song has in common with another one that it sounds like.

    Args:
        song: that was found.
        other: that it is compared with.
        same_artist: both are by one artist.

    """
    facts: list[Fact] = [sounds_of(song), Relates(relation_of(song.affect, other.affect), "song")]
    return [*facts, SameArtist()] if same_artist else facts


def as_json(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Return facts as the API and ``--json`` give them, ``kind`` first."""
    return [{"kind": fact.kind, **asdict(fact)} for fact in facts]


def _relations(
    song: Analysis,
    here: NDArray[np.floating],
    *,
    policy: str,
    target: NDArray[np.floating],
) -> list[Fact]:
    if policy == "journey":
        return [Relates(relation_of(song.affect, target), "aim")]
    relation = relation_of(song.affect, here)
    lead = _LEADS.get(policy)
    if lead is None:
        return [Relates(relation, "you")]
    if _leads(song.affect - here, lead):
        return [Step(lead)]
    # It was the best at hand, but goes the other way: that is no reason.
    return [] if relation == _AGAINST[lead] else [Relates(relation, "you")]


def _leads(apart: NDArray[np.floating], lead: Relation) -> bool:
    """Return whether a song lies on the side of the listener that a policy leads to."""
    valence, arousal = (float(value) for value in apart)
    return {"brighter": valence > 0, "calmer": arousal < 0, "livelier": arousal > 0}[lead]
