"""Songs for a mood, each with the reason in words and numbers."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from vibelux.emotions import EMOTIONS, as_mood
from vibelux.errors import CatalogueEmpty, CatalogueError, InvalidInput
from vibelux.library.catalogue import Catalogue, Song
from vibelux.recommend.confidence import Confidence, confidence_of
from vibelux.recommend.fit import SongFit, kinship, standing_out
from vibelux.recommend.nearest_songs import nearest_songs

_NOUNS = dict(
    zip(
        EMOTIONS,
        ("anger", "disgust", "fear", "happiness", "neutrality", "sadness", "surprise"),
        strict=True,
    )
)
_CLOSE = 0.08  # shares that differ by no more (nor by half) are called alike
_APART = 0.10  # an emotion that differs by more is mentioned even where it matters little
_LITTLE = 0.10  # "little sadness": at most so much of it on both sides
_MATTERS = 0.20  # an emotion that makes up so much of the cosine is named

_OPPOSITES = {
    "happy": ("sad", "angry"),
    "sad": ("happy", "angry"),
    "angry": ("happy", "sad"),
    "fear": ("happy", "neutral"),
    "neutral": ("angry", "fear"),
    "surprise": ("sad", "neutral"),
    "disgust": ("happy", "surprise"),
}
"""Whose absence says something about a match, the most telling one first."""


@dataclass(frozen=True)
class Recommendation:
    """A song that fits a mood.

    Attributes:
        song: the catalogue's entry.
        score: how well it fits, as of `vibelux.recommend.fit`, 0 to 1.
        reason: the emotions that make the score, such as
            ``happy 62 % like the face (58 %), little sadness``.
        confidence: how sure the song's own analysis is.

    """

    song: Song
    score: float
    reason: str
    confidence: Confidence


def recommend_songs(
    catalogue: Catalogue,
    mood: ArrayLike,
    *,
    n: int,
    whose: str = "the mood",
    of_face: bool = False,
) -> list[Recommendation]:
    """Rank the catalogue's songs by how well they fit a mood.

    Songs whose file is gone are left out, even where no scan has noticed that yet.

    Args:
        catalogue: an open catalogue.
        mood: [shape=(7,)] as of `vibelux.emotions.as_mood`.
        n: at most so many songs, >= 1.
        whose: what the reasons call the mood: ``the face``, ``the mood``.
        of_face: the mood was read from a face: what stands out in it counts most, as of
            `vibelux.recommend.fit.standing_out`.

    Returns:
        at most n recommendations, the best first; equal ones in the order of the catalogue.

    Raises:
        InvalidInput: n is below 1, or the mood is none.
        CatalogueError: there is no analysed song in the catalogue, or none that still exists.

    """
    if n < 1:
        raise InvalidInput(f"n={n} must be at least 1")
    wanted = as_mood(mood)
    require_songs(catalogue)
    ids, moods, affect = catalogue.mood_matrix()
    songs = SongFit(moods, affect)
    sought = standing_out(wanted) if of_face else wanted
    found = nearest_songs(catalogue, ids, partial(songs.best, sought), n)
    if not found:
        raise CatalogueError(
            f"none of the catalogue's {len(songs)} songs can be found any more; connect the disk "
            "that holds them, or scan again: vibelux scan FOLDER"
        )
    return [
        Recommendation(
            song,
            score,
            reason_for(wanted, song.mood, whose=whose),
            confidence_of(song.mood, song.course),
        )
        for song, score in found
        if song.mood is not None
    ]


def require_songs(catalogue: Catalogue) -> None:
    """Check that there is something to recommend, before a camera is started in vain.

    Raises:
        CatalogueEmpty: there is no analysed song whose file was there at the last scan.

    """
    counts = catalogue.counts()
    if counts["ok"]:
        return
    others = [f"{counts[state]} {state}" for state in ("failed", "missing") if counts[state]]
    detail = f" ({', '.join(others)})" if others else ""
    raise CatalogueEmpty(
        f"the catalogue has no songs that can be played{detail}; "
        "scan a folder with music first: vibelux scan FOLDER"
    )


def reason_for(wanted: ArrayLike, song: ArrayLike, *, whose: str = "the mood") -> str:
    """Say which emotions make two moods alike, and where they part.

    The emotions that both have most of are named with both shares; then the one that differs most,
    or, where none differs much, an opposite that both have little of. Where they share none, a pair
    of kindred emotions is named.

    Args:
        wanted: [shape=(7,)] mood that is looked for.
        song: [shape=(7,)] mood of the song.
        whose: what to call the first one.

    """
    return reason_between(as_mood(wanted).tolist(), as_mood(song).tolist(), whose=whose)


def reason_between(want: list[float], have: list[float], *, whose: str) -> str:
    """Return what `reason_for` says, of moods whose shares sum to 1 already."""
    terms = [one * other for one, other in zip(want, have, strict=True)]
    if sum(terms) == 0:
        akin = np.array(want)[:, None] * kinship() * have
        if akin.any():
            one, other = (int(place) for place in np.unravel_index(akin.argmax(), akin.shape))
            return f"{_share(have, other)}, akin to {whose}'s {_share(want, one)}"
        return (
            f"nothing in common: {_share(have, have.index(max(have)))}, "
            f"{whose} is {_share(want, want.index(max(want)))}"
        )
    order = sorted(range(len(EMOTIONS)), key=lambda place: -terms[place])
    named = [place for place in order[:2] if terms[place] >= _MATTERS * sum(terms)] or order[:1]
    words = [_comparison(want, have, named[0], whose)]
    words += [f"{_share(have, place)} ({_percent(want[place])})" for place in named[1:]]
    rest = [place for place in range(len(EMOTIONS)) if place not in named]
    apart = max(rest, key=lambda place: abs(have[place] - want[place]))
    if abs(have[apart] - want[apart]) > _APART:
        words.append(
            f"{'more' if have[apart] > want[apart] else 'less'} {_NOUNS[EMOTIONS[apart]]} "
            f"{_percent(have[apart])} ({_percent(want[apart])})"
        )
    else:
        for opposite in _OPPOSITES[EMOTIONS[named[0]]]:
            place = EMOTIONS.index(opposite)
            if place in rest and max(want[place], have[place]) <= _LITTLE:
                words.append(f"little {_NOUNS[opposite]}")
                break
    return ", ".join(words)


def _comparison(want: list[float], have: list[float], place: int, whose: str) -> str:
    low, high = sorted((want[place], have[place]))
    if high - low <= _CLOSE and low >= high / 2:
        relation = "like"
    else:
        relation = "above" if have[place] > want[place] else "below"
    return f"{_share(have, place)} {relation} {whose} ({_percent(want[place])})"


def _share(mood: list[float], place: int) -> str:
    return f"{EMOTIONS[place]} {_percent(mood[place])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.005 else "<1 %"
