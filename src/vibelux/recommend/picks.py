"""Picks: songs chosen for a mood and a listener, each with why."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import Mood
from vibelux.library.catalogue import Catalogue, Song
from vibelux.recommend.confidence import Confidence, confidences_of
from vibelux.recommend.diversity import intra_list_diversity
from vibelux.recommend.fit import SongFit
from vibelux.recommend.likes import Likes
from vibelux.recommend.listener import Listener
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.policies import spares_sadness
from vibelux.recommend.reason_words import Explained
from vibelux.recommend.reasons import Fact, heard_of, reasons_for, strongest_counts
from vibelux.recommend.shelf import Shelf
from vibelux.recommend.shuffle import Traits, mood_shuffle
from vibelux.recommend.taste import SongFeatures, Taste

_LARGE = 200
"""Songs from which on freshness counts in full."""


@dataclass(frozen=True, eq=False)
class Pick(Explained):
    """A song that was chosen, and why.

    Attributes:
        song: the catalogue's entry.
        score: how well it fits the mood that was looked for, 0 to 1, without what was learnt.
        reasons: why, as facts; see `vibelux.recommend.reasons`.
        confidence: how sure the song's own analysis is.
        target: [shape=(7,)] the mood that was looked for at this place.

    """

    song: Song
    score: float
    reasons: list[Fact]
    confidence: Confidence
    target: Mood


@dataclass(frozen=True)
class Variety:
    """How much the songs of a list differ.

    Attributes:
        moods: mean of 1 − cosine over all pairs of their moods.
        sounds: the same for their embeddings; None where none has one.
        artists: how many there are.

    """

    moods: float
    sounds: float | None
    artists: int


def variety_of(songs: Sequence[Song]) -> Variety:
    """Return how much songs differ from each other."""
    moods = [song.mood for song in songs if song.mood is not None]
    sounds = [song.embedding for song in songs if song.embedding is not None]
    sounds = [sound for sound in sounds if sound.shape == sounds[0].shape]
    return Variety(
        moods=intra_list_diversity(np.array(moods)),
        sounds=intra_list_diversity(np.stack(sounds)) if sounds else None,
        artists=len({song.artist for song in songs if song.artist}),
    )


class Picker:
    """Chooses from the songs that are in a catalogue now; safe to use from many threads.

    Args:
        catalogue: an open one.
        listener: whose taste and last plays count.

    """

    def __init__(self, catalogue: Catalogue, listener: Listener) -> None:
        self.shelf = Shelf.of(catalogue)
        self._catalogue = catalogue
        self._listener = listener
        self._statistics = catalogue.statistics.songs
        self._fit = SongFit(self.shelf.moods, self.shelf.affect, statistics=self._statistics)
        self._features = SongFeatures.of(self.shelf, self._statistics)
        self._traits = Traits(
            artists=self.shelf.artists,
            albums=self.shelf.albums,
            works=self.shelf.works,
            embeddings=self.shelf.embeddings,
            moods=self.shelf.moods,
        )
        self._counts = strongest_counts(self.shelf.moods)
        self._likes: Likes | None = None
        self._taste: Taste | None = None
        self._heeded = -1  # events that the taste speaks of
        self._lock = threading.Lock()

    def rows(
        self,
        path: NDArray[np.float32],
        *,
        mood: Mood,
        chosen: bool,
        ordering: Ordering,
        left_out: NDArray[np.bool_],
        before: Sequence[int],
        now: float,
        rng: np.random.Generator,
    ) -> list[int]:
        """Order songs along a path of moods.

        Args:
            path: [shape=(n, 7)] the mood of each place.
            mood: of the listener.
            chosen: the listener named the mood or the goal; else a face was read, and one that is
                happy or neutral does not lead to sad songs.
            ordering: how.
            left_out: [shape=(songs,)] true for songs that must not come.
            before: rows of the songs handed out last.
            now: seconds since 1970.
            rng: chance.

        Returns:
            at most n rows of the shelf; of the copies of a file only one.

        """
        moving = np.flatnonzero((path != path[-1]).any(axis=1))
        distinct = path[: moving.max(initial=-1) + 2]  # a row a place, until they stay the same
        scores = np.stack([self._fit.to(target) for target in distinct])
        strength = 0.0 if ordering.policy == "off" else ordering.strength
        if ordering.personal > 0:
            trying = rng if strength < 1 else None  # the strict ranking leaves nothing to chance
            learnt = self._learnt().preference(self._features, mood, trying)
            scores += np.float32(ordering.personal) * learnt
        freshness = self._listener.freshness(self.shelf, now=now)
        if len(self.shelf) < _LARGE:
            # Who has few songs hears them often: rather one that fits again than one that does not.
            freshness **= np.float32((len(self.shelf) / _LARGE) ** (2 * strength))
        spared = left_out
        if not chosen and strength > 0 and spares_sadness(mood):
            spared = left_out | self.shelf.sad
        found: dict[str, int] = {}
        for out in (spared, left_out):  # sad songs for want of others
            missing = len(path) - len(found)
            if missing and not out.all():
                taken = out.copy()
                taken[list(found.values())] = True
                order = mood_shuffle(
                    scores[min(len(found), len(scores) - 1) :],
                    missing,
                    strength=strength,
                    seed=rng,
                    freshness=freshness,
                    traits=self._traits,
                    diversity=ordering.diversity,
                    left_out=taken,
                    before=[*before, *found.values()],
                )
                for row in order.tolist():
                    found.setdefault(self.shelf.keys[row], row)
            if out is left_out:
                break
        return list(found.values())

    def picks(
        self,
        places: Sequence[tuple[int, Mood]],
        *,
        mood: Mood,
        ordering: Ordering,
    ) -> list[Pick]:
        """Return the songs of some places, with the reasons for them.

        Args:
            places: rows of the shelf, each with the mood [shape=(7,)] that it was chosen for.
            mood: of the listener.
            ordering: by which they were chosen.

        """
        rows = np.array([row for row, _ in places], dtype=np.int64)
        songs = self._catalogue.songs_by_id(self.shelf.ids[rows])
        heard = self.shelf.moods[rows]
        courses = [song.course for song in songs]
        confidences = confidences_of(list(heard), courses, self._statistics)
        likes = self._likes_now() if ordering.personal > 0 else None
        policy = "off" if ordering.strength == 0 else ordering.policy
        fits: dict[bytes, NDArray[np.float32]] = {}
        picks = []
        for place, ((row, target), song) in enumerate(zip(places, songs, strict=True)):
            if target.tobytes() not in fits:
                fits[target.tobytes()] = self._fit.to(target, rows=rows)
            fit = float(fits[target.tobytes()][place])
            reasons = reasons_for(
                heard_of(song, self._statistics),
                mood,
                statistics=self._statistics,
                policy=policy,
                target=target,
                fit=fit,
                counts=self._counts,
                liked=None if likes is None else likes.of(row, song.artist),
            )
            picks.append(Pick(song, fit, reasons, confidences[place], target))
        return picks

    def _likes_now(self) -> Likes:
        """Return what the listener likes now."""
        with self._lock:
            number = self._listener.profile.number
            if self._likes is None or self._likes.number != number:
                self._likes = Likes.of_listener(self._listener, self.shelf)
            return self._likes

    def _learnt(self) -> Taste:
        """Return what the listener's profile says now."""
        with self._lock:
            events = self._listener.profile.number
            if self._taste is None or events != self._heeded:
                self._taste = self._listener.taste(self.shelf, self._features, self._statistics)
                self._heeded = events
            return self._taste
