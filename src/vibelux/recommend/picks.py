"""Picks: songs chosen for a mood and a listener, each with why."""

import threading
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS, Mood
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotion_counts, of_mood
from vibelux.library.sound_index import SoundIndex
from vibelux.recommend.candidates import candidates_of
from vibelux.recommend.confidence import Confidence, confidences_of
from vibelux.recommend.coverage import Coverage, coverage_of
from vibelux.recommend.diversity import intra_list_diversity
from vibelux.recommend.fit import SongFit
from vibelux.recommend.journey import along, songs_of_steps
from vibelux.recommend.listener.likes import Likes
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.listener.taste import SongFeatures, Taste
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.policies import SAD, Policy, spares_sadness
from vibelux.recommend.reason_words import Explained
from vibelux.recommend.reasons import Fact, are_close, reasons_for
from vibelux.recommend.rest import KEPT
from vibelux.recommend.row_set import RowSet
from vibelux.recommend.shuffle import Traits, mood_shuffle
from vibelux.recommend.similar_songs import as_similar, comparable
from vibelux.recommend.song_sound import analysis_of

PICKED_BY = (
    *("affect", "embeddings", "artists", "albums", "works"),
    *("keys", "hashes", "paths", "played_at"),
)
"""Columns of songs that picking needs."""

_LARGE = 200
"""Songs from which on freshness counts in full, and chance alone lets the first songs suit."""

_CLOSELY = 0.4
"""Strength from which on the first songs of a small library are of the mood, if any are."""


@dataclass(frozen=True, eq=False)
class Pick(Explained):
    """A song that was chosen, and why.

    Attributes:
        song: the catalogue's entry.
        score: how well it fits the mood that was looked for, 0 to 1, without what was learnt.
        reasons: why, as facts; see `vibelux.recommend.reasons`.
        confidence: how sure the song's own analysis is.
        target: [shape=(7,)] the mood that was looked for at this place.
        suits: it is of that mood, or of the listener's, as of `vibelux.library.song_emotions`.

    """

    song: Song
    score: float
    reasons: list[Fact]
    confidence: Confidence
    target: Mood
    suits: bool = True


@dataclass(frozen=True)
class Variety:
    """How much the songs of a list differ.

    Attributes:
        moods: mean of 1 − cosine over all pairs of their moods.
        sounds: the same for the embeddings of the model that analysed most of them; None without.
        artists: how many there are.

    """

    moods: float
    sounds: float | None
    artists: int


def variety_of(songs: Sequence[Song]) -> Variety:
    """Return how much songs differ from each other."""
    moods = [song.mood for song in songs if song.mood is not None]
    models = Counter(song.model for song in songs if song.embedding is not None)
    model = max(models, key=models.__getitem__, default=None)
    of_model = [song.embedding for song in songs if song.model == model]
    sounds = [sound for sound in of_model if sound is not None]
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
        columns: a snapshot of the catalogue's songs, with the columns `PICKED_BY`; None reads them.

    Attributes:
        columns: the songs that can be picked.

    """

    def __init__(
        self, catalogue: Catalogue, listener: Listener, columns: SongColumns | None = None
    ) -> None:
        read = SongColumns.of(catalogue, *PICKED_BY) if columns is None else columns
        self._catalogue = catalogue
        self._listener = listener
        self._statistics = catalogue.statistics.songs
        self.columns = read.playable
        self._fit = SongFit.of(self.columns, self._statistics)
        self._features = SongFeatures.of(self.columns, self._statistics)
        self._prepare()

    def following(self, columns: SongColumns) -> "Picker":
        """Return a picker of a newer snapshot, which takes over what has stayed the same.

        Args:
            columns: of the same catalogue, with the columns `PICKED_BY`.

        """
        songs, old = columns.playable, self.columns
        if songs.ids is not old.ids:
            return Picker(self._catalogue, self._listener, columns)
        picker = copy(self)
        picker.columns = songs
        rows = songs.rows_changed(old, "moods", "affect")
        if rows.size:
            picker._fit = self._fit.updated(rows, songs.moods[rows], songs.affect[rows])
        if rows.size or songs.embeddings is not old.embeddings:
            picker._features = self._features.updated(old, songs, rows, self._statistics)
        picker._prepare()
        return picker

    def _prepare(self) -> None:
        self._traits = Traits(
            artists=self.columns.artists,
            albums=self.columns.albums,
            works=self.columns.works,
            embeddings=self.columns.few("embeddings"),
            moods=self.columns.few("moods"),
            near_duplicate=self._statistics.near_duplicate,
        )
        self._counts = emotion_counts(self.columns)
        self._sad = self.columns.by_rows("strongest-1", _strongest, "moods") == SAD
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
        left_out: RowSet,
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
            left_out: songs that must not come.
            before: rows of the songs handed out last.
            now: seconds since 1970.
            rng: chance.

        Returns:
            at most n rows; of the copies of a file only one. Those of a journey come in the order
            in which they lie on its way.

        """
        moving = np.flatnonzero((path != path[-1]).any(axis=1))
        distinct = path[: moving.max(initial=-1) + 2]  # a row a place, until they stay the same
        drawn = candidates_of(self._fit, distinct, left_out=left_out, rng=rng)
        some = None if drawn is None else drawn.rows
        fit = self._fit if drawn is None else drawn.fit
        scores = np.stack([fit.to(target) for target in distinct])
        strength = 0.0 if ordering.policy == "off" else ordering.strength
        if ordering.personal > 0 and (taste := self._learnt()).events:
            trying = rng if strength < 1 else None  # the strict ranking leaves nothing to chance
            features = self._features if some is None else self._features.rows(some)
            learnt = taste.preference(features, mood, trying)
            learnt *= np.float32(ordering.personal)
            scores += learnt
        if strength == 1 and ordering.policy != "journey":  # as a ranking: `ranking.rank`
            for score, target in zip(scores, distinct, strict=True):
                score += self._suiting(target, mood, ordering.policy, rows=some)
        freshness, sad = self._listener.freshness(self.columns, now=now, rows=some), self._sad
        if some is not None:
            sad = sad[some]
        closed = left_out.among(some)
        if len(self.columns) < _LARGE:
            # With few songs, rather one that fits once more than one that does not.
            freshness **= np.float32((len(self.columns) / _LARGE) ** (2 * strength))
        spared = closed
        if not chosen and strength > 0 and spares_sadness(mood):
            spared = closed | sad
        first: NDArray[np.bool_] | None = None
        if ordering.policy == "journey" and strength > 0:
            first = self._lying_apart(distinct, closed, rows=some)
        elif strength >= _CLOSELY and len(self.columns) < _LARGE and len(path):
            first = np.tile(of_mood(self.columns, path[0]), (KEPT, 1))
        found: dict[str, int] = {}
        places: list[int] = []  # of these among the songs that are drawn from
        for out in (spared, closed):  # sad songs for want of others
            missing = len(path) - len(found)
            if missing and not out.all():
                taken = out.copy()
                taken[places] = True
                order = mood_shuffle(
                    scores[min(len(found), len(scores) - 1) :],
                    missing,
                    strength=strength,
                    seed=rng,
                    freshness=freshness,
                    traits=self._traits,
                    diversity=ordering.diversity,
                    left_out=taken,
                    first=None if first is None else first[len(found) :],
                    before=[*before, *found.values()],
                    rows=some,
                    stand_for=None if drawn is None else drawn.stand_for,
                )
                rows_in_order = order if some is None else some[order]
                for place, row in zip(order.tolist(), rows_in_order.tolist(), strict=True):
                    if found.setdefault(self.columns.key(row), row) == row:
                        places.append(place)
            if out is closed:
                break
        rows = list(found.values())
        if ordering.policy == "journey":
            way = affect_of(distinct, self._statistics.affect)
            moving = np.array(rows[: len(way)], dtype=np.int64)
            rows[: len(way)] = moving[along(way, self.columns.affect[moving])].tolist()
        return rows

    def steps_with_songs(self, path: NDArray[np.float32], left_out: RowSet) -> NDArray[np.intp]:
        """Return the steps of a journey for which there are songs, a song for each.

        The first and the last one are always among them.

        Args:
            path: [shape=(steps, 7)] their moods, steps >= 2.
            left_out: songs that must not come.

        """
        has = songs_of_steps(self._lying(path, left_out.among())) >= 0
        has[[0, -1]] = True
        return np.flatnonzero(has)

    def _lying(
        self,
        path: NDArray[np.float32],
        left_out: NDArray[np.bool_],
        *,
        rows: NDArray[np.int64] | None = None,
    ) -> NDArray[np.bool_]:
        """Return which songs, all or some, lie at each step of a way [shape=(steps, songs)]."""
        way = affect_of(path, self._statistics.affect)
        affect = self.columns.affect if rows is None else self.columns.affect[rows]
        return np.stack([are_close(affect, place) & ~left_out for place in way])

    def _lying_apart(
        self,
        path: NDArray[np.float32],
        left_out: NDArray[np.bool_],
        *,
        rows: NDArray[np.int64] | None,
    ) -> NDArray[np.bool_]:
        """Return which songs lie at each step, but for those that other steps are in need of."""
        lying = self._lying(path, left_out, rows=rows)
        songs = songs_of_steps(lying)
        needy = np.flatnonzero((lying.sum(axis=1) < 2 * len(path)) & (songs >= 0))
        kept = lying.copy()
        kept[:, songs[needy]] = False
        kept[needy, songs[needy]] = True
        return kept

    def _suiting(
        self, target: Mood, mood: Mood, policy: Policy, *, rows: NDArray[np.int64] | None
    ) -> NDArray[np.bool_]:
        """Return which songs [shape=(k,)], all or of some rows, are of a mood that is looked for.

        Without a way to another mood also those that are of the listener's, as a face shows it.
        """
        suiting = of_mood(self.columns, target, rows=rows)
        return suiting | of_mood(self.columns, mood, rows=rows) if policy == "match" else suiting

    def coverage(self, sought: Mood) -> Coverage | None:
        """Return what the library holds of a mood [shape=(7,)]; None: of a bit of everything."""
        return coverage_of(self.columns, sought)

    def picks(
        self,
        places: Sequence[tuple[int, Mood]],
        *,
        mood: Mood,
        ordering: Ordering,
    ) -> list[Pick]:
        """Return the songs of some places, with the reasons for them.

        Args:
            places: rows, each with the mood [shape=(7,)] that it was chosen for.
            mood: of the listener.
            ordering: by which they were chosen.

        """
        rows = np.array([row for row, _ in places], dtype=np.int64)
        songs = self._catalogue.songs_by_id(self.columns.ids[rows])
        moods = list(self.columns.few("moods")[rows])
        confidences = confidences_of(moods, [song.course for song in songs], self._statistics)
        likes = self._likes_now() if ordering.personal > 0 else None
        policy: Policy = "off" if ordering.strength == 0 else ordering.policy
        fits: dict[bytes, NDArray[np.float32]] = {}
        suiting: dict[bytes, NDArray[np.bool_]] = {}
        picks = []
        for place, ((row, target), song) in enumerate(zip(places, songs, strict=True)):
            sought = target.tobytes()
            if sought not in fits:
                fits[sought] = self._fit.to(target, rows=rows)
                suiting[sought] = self._suiting(target, mood, policy, rows=rows)
            fit = float(fits[sought][place])
            reasons = reasons_for(
                analysis_of(song, self._statistics),
                mood,
                statistics=self._statistics,
                policy=policy,
                target=target,
                fit=fit,
                counts=self._counts,
                liked=None if likes is None else likes.of(row, song.artist),
            )
            suits = bool(suiting[sought][place])
            picks.append(Pick(song, fit, reasons, confidences[place], target, suits))
        return picks

    def picks_like(self, song: Song, rows: Sequence[int]) -> list[Pick]:
        """Return songs that were chosen for their likeness to a song, and what they share.

        Args:
            song: with an embedding; of itself only how it sounds is said.
            rows: of the songs.

        """
        places = np.array(rows, dtype=np.int64)
        picks = []
        cosines = SoundIndex(self.columns.few("embeddings")[places]).cosines(
            comparable(song, self.columns)
        )
        for other, cosine in zip(
            self._catalogue.songs_by_id(self.columns.ids[places]), cosines.tolist(), strict=True
        ):
            alike = as_similar(song, other, cosine, self._statistics)
            reasons = alike.reasons[:1] if other.id == song.id else alike.reasons
            target = np.zeros(len(EMOTIONS), np.float32) if other.mood is None else other.mood
            picks.append(Pick(other, cosine, reasons, alike.confidence, target))
        return picks

    def _likes_now(self) -> Likes:
        """Return what the listener likes now."""
        with self._lock:
            number = self._listener.profile.number
            if self._likes is None or self._likes.number != number:
                self._likes = Likes.of_listener(self._listener, self.columns, self._statistics)
            return self._likes

    def _learnt(self) -> Taste:
        """Return what the listener's profile says now."""
        with self._lock:
            events = self._listener.profile.number
            if self._taste is None or events != self._heeded:
                self._taste = self._listener.taste(self.columns, self._features, self._statistics)
                self._heeded = events
            return self._taste


def _strongest(moods: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return the place of each mood's strongest emotion in `EMOTIONS` [shape=(n,)]."""
    strongest: NDArray[np.int8] = moods.argmax(axis=1).astype(np.int8)
    return strongest
