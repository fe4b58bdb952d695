"""A listening session: which song comes next.

The interface that players use::

    with Catalogue(settings.catalogue) as catalogue, Listener.at(settings.profile) as listener:
        session = Session(catalogue, listener, policy="match", strength=0.7)
        pick = session.next(mood)            # Pick(song, score, reason, confidence) or None
        session.queue(5)                     # the picks that would come next, best first
        session.played(pick.song)            # to its end
        session.skipped(pick.song, after_seconds=12.0)
        session.liked(pick.song)
        session.wrong_mood(pick.song)        # not at this mood
        text = session.as_json()             # save after each change, go on later:
        session = Session.from_json(text, catalogue, listener)

`next` hands a song out and never again in this session; `queue` only looks ahead. The order ahead
is kept while the mood, the settings and what is known of the listener stay the same, so that a
queue on a screen is the one that is played. Songs whose file is gone are passed over.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import InvalidInput
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.schema import path_bytes
from vibelux.recommend.affinity import Affinity
from vibelux.recommend.circumplex import AROUSAL_WEIGHT
from vibelux.recommend.confidence import Confidence, confidence_of
from vibelux.recommend.listener import Listener
from vibelux.recommend.policies import Policy, as_policy, check_goal, spares_sadness, target_path
from vibelux.recommend.profile import Event, What
from vibelux.recommend.recommendation import playable, reason_for, require_songs
from vibelux.recommend.shelf import Shelf
from vibelux.recommend.shuffle import Traits, mood_shuffle
from vibelux.recommend.taste import SongFeatures, Taste

_MOVED = 0.05
"""Total variation from which on a mood counts as another one and the order ahead is made anew."""

_AHEAD = 20
"""Picks planned at once, at least."""

_LEARNT = 0.15
"""A reward expected to be so large or small is a reason worth telling."""

_FORMAT = 1


@dataclass(frozen=True)
class Pick:
    """A song that was chosen, and why.

    Attributes:
        song: the catalogue's entry.
        score: how well it fits the mood that was looked for, 0 to 1, without what was learnt.
        reason: in words and numbers.
        confidence: how sure the song's own analysis is.
        target: [shape=(7,)] the mood that was looked for at this place.

    """

    song: Song
    score: float
    reason: str
    confidence: Confidence
    target: Mood


@dataclass(frozen=True)
class Ordering:
    """How a session orders songs.

    Attributes:
        policy: as of `vibelux.recommend.policies`.
        strength: 0, a plain shuffle, to 1, the strict ranking.
        diversity: 0 to 1, weight of variety.
        goal: seven numbers, where a journey leads; None for the other policies.
        steps: songs of a journey from its start to its goal, >= 2.
        arousal_weight: how much arousal counts against a valence of 1.

    """

    policy: Policy = "match"
    strength: float = 0.7
    diversity: float = 0.3
    goal: tuple[float, ...] | None = None
    steps: int = 12
    arousal_weight: float = AROUSAL_WEIGHT

    def __post_init__(self) -> None:
        as_policy(self.policy)
        check_goal(self.policy, self.goal)
        for name in ("strength", "diversity"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name}={getattr(self, name)} must be between 0 and 1")
        if self.steps < 2:
            raise InvalidInput(f"steps={self.steps} must be at least 2")
        if not 0 <= self.arousal_weight < float("inf"):
            raise InvalidInput(f"arousal_weight={self.arousal_weight} must be at least 0")
        if self.goal is not None:
            object.__setattr__(self, "goal", tuple(float(x) for x in as_mood(self.goal)))


class Session:
    """One listening session over the songs that are in the catalogue when it begins.

    Args:
        catalogue: an open one.
        listener: whose taste and last plays count; None is someone of whom nothing is known or
            kept.
        policy: as of `vibelux.recommend.policies`.
        strength: 0, a plain shuffle, to 1, the strict ranking.
        diversity: 0 to 1, weight of variety.
        goal: [shape=(7,)] where a journey leads.
        steps: songs of a journey.
        arousal_weight: how much arousal counts against a valence of 1.
        seed: the same one gives the same order for the same songs, moods and feedback; None takes
            another one each time.
        whose: what reasons call the mood: ``the face``, ``the mood``.
        available: whether a song can be played now; by default whether its file is there.

    Raises:
        CatalogueError: the catalogue has no songs that can be played.
        InvalidInput: a value out of range.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        listener: Listener | None = None,
        *,
        policy: Policy = "match",
        strength: float = 0.7,
        diversity: float = 0.3,
        goal: ArrayLike | None = None,
        steps: int = 12,
        arousal_weight: float = AROUSAL_WEIGHT,
        seed: int | None = None,
        whose: str = "the mood",
        available: Callable[[Song], bool] | None = None,
    ) -> None:
        self._ordering = Ordering(
            policy=policy,
            strength=strength,
            diversity=diversity,
            goal=None if goal is None else tuple(float(x) for x in as_mood(goal)),
            steps=steps,
            arousal_weight=arousal_weight,
        )
        require_songs(catalogue)
        self.seed = int(np.random.SeedSequence(seed).generate_state(1)[0]) if seed is None else seed
        self.whose = whose
        self._catalogue = catalogue
        self._listener = Listener.at(None) if listener is None else listener
        self._available = available or (lambda song: playable(song.path))
        self._shelf = Shelf.of(catalogue)
        self._affinity = Affinity(self._shelf)
        self._features = SongFeatures.of(self._shelf)
        self._traits = Traits(
            artists=self._shelf.artists,
            albums=self._shelf.albums,
            works=self._shelf.works,
            embeddings=self._shelf.embeddings,
            moods=self._shelf.moods,
        )
        self._out = np.zeros(len(self._shelf), dtype=bool)  # handed out, or gone
        self._history: list[int] = []  # rows handed out, in order
        self._mood: Mood | None = None
        self._chosen = False
        self._start: Mood | None = None  # where a journey began
        self._step = 0
        self._plans = 0
        self._plan: list[Pick] = []
        self._taste: Taste | None = None

    @property
    def ordering(self) -> Ordering:
        """How songs are ordered now."""
        return self._ordering

    @property
    def history(self) -> list[Song]:
        """The songs handed out so far, in order."""
        return self._catalogue.songs_by_id(self._shelf.ids[self._history])

    def change(self, **values: Any) -> None:
        """Change the ordering: any of `Ordering`'s attributes, by name.

        A journey starts anew where the mood is then; leaving it drops its goal.

        Raises:
            InvalidInput: an unknown name, or a value out of range.

        """
        merged = {**asdict(self._ordering), **values}
        if unknown := values.keys() - asdict(self._ordering).keys():
            raise InvalidInput(f"an ordering has no {', '.join(sorted(unknown))}")
        if merged["policy"] != "journey" and "goal" not in values:
            merged["goal"] = None
        if merged["goal"] is not None:
            merged["goal"] = tuple(float(x) for x in as_mood(merged["goal"]))
        self._ordering = Ordering(**merged)
        if {"policy", "goal", "steps"} & values.keys():
            self._start, self._step = None, 0
        self._plan = []

    def next(self, mood: ArrayLike | None = None, *, chosen: bool = False) -> Pick | None:
        """Hand out the next song, or None when every song was heard.

        Args:
            mood: [shape=(7,)] of the listener; None goes on with the last one, and with seven
                equal shares at the beginning.
            chosen: the listener named the mood, no face was read: then it may lead anywhere, also
                to sad songs.

        Raises:
            InvalidMood: as `vibelux.emotions.as_mood`.

        """
        self._turn(mood, chosen)
        while True:
            if not self._plan:
                self._make_plan(_AHEAD)
            if not self._plan:
                return None
            pick = self._plan.pop(0)
            row = self._shelf.row_of[pick.song.id]
            self._take(row)
            if not self._available(pick.song):
                continue
            self._history.append(row)
            self._step += 1
            return pick

    def queue(self, n: int, mood: ArrayLike | None = None, *, chosen: bool = False) -> list[Pick]:
        """Return the n picks that come next, without handing them out.

        Args:
            n: at most so many, >= 0.
            mood: as of `next`.
            chosen: as of `next`.

        Raises:
            InvalidInput: n is negative.
            InvalidMood: as `vibelux.emotions.as_mood`.

        """
        if n < 0:
            raise InvalidInput(f"n={n} must not be negative")
        self._turn(mood, chosen)
        while True:
            if len(self._plan) < n:
                self._make_plan(max(n, _AHEAD))
            gone = [pick for pick in self._plan[:n] if not self._available(pick.song)]
            if not gone:
                return self._plan[:n]
            for pick in gone:
                self._take(self._shelf.row_of[pick.song.id])
            self._plan = [
                pick for pick in self._plan if not self._out[self._shelf.row_of[pick.song.id]]
            ]

    def played(self, song: Song, *, at: float | None = None) -> None:
        """Note that a song was heard to its end.

        Args:
            song: that was handed out, or any other.
            at: seconds since 1970, by default now.

        """
        self._note("played", song, at=at)

    def skipped(self, song: Song, after_seconds: float, *, at: float | None = None) -> None:
        """Note that a song was skipped, and make the order ahead anew.

        Args:
            song: that was skipped.
            after_seconds: how much of it was heard; a negative number or none counts as 0.
            at: seconds since 1970, by default now.

        """
        heard = after_seconds if after_seconds > 0 else 0.0
        # Without a length, half a minute is taken for an early skip and four for a whole song.
        share = min(1.0, heard / (song.duration or 240.0))
        self._note("skipped", song, share=share, at=at)
        self._plan = []

    def liked(self, song: Song) -> None:
        """Note that the listener likes a song."""
        self._note("liked", song)

    def wrong_mood(self, song: Song, mood: ArrayLike | None = None) -> None:
        """Note that a song does not fit a mood, and make the order ahead anew.

        Args:
            song: that does not fit.
            mood: [shape=(7,)] that it does not fit; None is the one of now.

        """
        self._note("wrong_mood", song, mood=None if mood is None else as_mood(mood))
        self._plan = []

    def as_json(self) -> str:
        """Return the session as text, to go on later with `from_json`."""
        return json.dumps(
            {
                "format": _FORMAT,
                "ordering": asdict(self._ordering),
                "seed": self.seed,
                "whose": self.whose,
                "mood": None if self._mood is None else self._mood.tolist(),
                "chosen": self._chosen,
                "start": None if self._start is None else self._start.tolist(),
                "step": self._step,
                "plans": self._plans,
                "history": [self._shelf.keys[row] for row in self._history],
                "plan": [
                    {"key": self._shelf.keys[self._shelf.row_of[pick.song.id]]}
                    | {"target": pick.target.tolist()}
                    for pick in self._plan
                ],
            }
        )

    @classmethod
    def from_json(
        cls,
        text: str,
        catalogue: Catalogue,
        listener: Listener | None = None,
        *,
        available: Callable[[Song], bool] | None = None,
    ) -> Self:
        """Go on with a session; songs that the catalogue no longer has are left out.

        Raises:
            InvalidInput: the text is no session, or one of a newer version.
            CatalogueError: the catalogue has no songs that can be played.

        """
        try:
            saved = json.loads(text)
            version = saved["format"]
            if version == _FORMAT:
                session = cls(
                    catalogue,
                    listener,
                    **saved["ordering"],
                    seed=int(saved["seed"]),
                    whose=str(saved["whose"]),
                    available=available,
                )
                session._resume(saved)
                return session
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"this is no saved session: {error}") from error
        raise InvalidInput(
            f"the saved session has format {version!r}, this VibeluX reads {_FORMAT}; "
            "update VibeluX, or start a new session"
        )

    def _resume(self, saved: dict[str, Any]) -> None:
        self._mood = None if saved["mood"] is None else as_mood(saved["mood"])
        self._chosen = bool(saved["chosen"])
        self._start = None if saved["start"] is None else as_mood(saved["start"])
        self._step, self._plans = int(saved["step"]), int(saved["plans"])
        for key in saved["history"]:
            if rows := self._shelf.rows_of_key.get(str(key)):
                self._take(rows[0])
                self._history.append(rows[0])
        planned = [
            (rows[0], as_mood(entry["target"]))
            for entry in saved["plan"]
            if (rows := self._shelf.rows_of_key.get(str(entry["key"]))) and not self._out[rows[0]]
        ]
        self._plan = self._picks([row for row, _ in planned], [mood for _, mood in planned])

    def _turn(self, mood: ArrayLike | None, chosen: bool) -> None:
        """Take a mood; one that has moved makes the order ahead anew."""
        if mood is None:
            if self._mood is None:
                self._mood, self._chosen = as_mood(np.ones(len(EMOTIONS))), True
            return
        new = as_mood(mood)
        old = self._mood
        if old is None or chosen != self._chosen or np.abs(new - old).sum() / 2 > _MOVED:
            self._mood, self._chosen = new, chosen
            self._plan = []

    def _take(self, row: int) -> None:
        """Let a song, and all copies of its file, not come again."""
        self._out[self._shelf.rows_of_key[self._shelf.keys[row]]] = True

    def _make_plan(self, n: int) -> None:
        mood = self._mood
        if mood is None:
            raise InvalidInput("a session needs a mood before it can order songs")
        ordering = self._ordering
        rng = np.random.default_rng([self.seed & 0xFFFFFFFF, self._plans])
        self._plans += 1
        path = self._path(mood, n)
        _, first = np.unique(path, axis=0, return_index=True)
        distinct = path[: int(first.max()) + 1]  # a row of scores for each place until they repeat
        scores = self._scores(distinct, mood, rng)
        order = mood_shuffle(
            scores,
            n,
            strength=0.0 if ordering.policy == "off" else ordering.strength,
            seed=rng,
            freshness=self._listener.freshness(self._shelf),
            traits=self._traits,
            diversity=ordering.diversity,
            left_out=self._out,
            before=self._history,
        )
        rows = self._without_copies(order)
        self._plan = self._picks(rows, list(path))

    def _path(self, mood: Mood, n: int) -> NDArray[np.float32]:
        """Return the moods of the next n places."""
        ordering = self._ordering
        if ordering.policy != "journey":
            return target_path(mood, ordering.policy, n)
        if self._start is None:
            self._start, self._step = mood, 0
        whole = target_path(self._start, "journey", ordering.steps, goal=ordering.goal)
        return whole[np.minimum(self._step + np.arange(n), ordering.steps - 1)]

    def _scores(
        self, path: NDArray[np.float32], mood: Mood, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return how well every song suits each place: its fit, and what was learnt."""
        learnt = self._taste_now().preference(self._features, mood, rng)
        fits = np.stack([self._fit(target) for target in path])
        scores: NDArray[np.float32] = fits + LEARNT_WEIGHT * learnt
        if not self._chosen and self._ordering.policy != "journey" and spares_sadness(mood):
            self._affinity.spare_sadness(scores)
        return scores

    def _fit(self, target: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._affinity.to(target, arousal_weight=self._ordering.arousal_weight)

    def _taste_now(self) -> Taste:
        if self._taste is None:
            self._taste = self._listener.taste(self._shelf, self._features)
        return self._taste

    def _without_copies(self, order: NDArray[np.int64]) -> list[int]:
        seen: set[str] = set()
        kept = []
        for row in order.tolist():
            if self._shelf.keys[row] not in seen:
                seen.add(self._shelf.keys[row])
                kept.append(row)
        return kept

    def _picks(self, rows: Sequence[int], targets: Sequence[NDArray[np.float32]]) -> list[Pick]:
        songs = self._catalogue.songs_by_id(self._shelf.ids[list(rows)])
        if not songs or self._mood is None:
            return []
        expected = self._taste_now().preference(self._features, self._mood)
        fits: dict[bytes, NDArray[np.float32]] = {}
        picks = []
        for row, song, target in zip(rows, songs, targets, strict=False):
            if song.mood is None:
                continue
            if target.tobytes() not in fits:
                fits[target.tobytes()] = self._fit(target)
            score = float(fits[target.tobytes()][row])
            confidence = confidence_of(song.mood, self._catalogue.course(song.id))
            reason = reason_for(target, song.mood, whose=self._name_of(target))
            if abs(expected[row]) >= _LEARNT:
                verb = "like" if expected[row] > 0 else "skip"
                reason += f"; you tend to {verb} such songs ({expected[row]:+.2f})"
            picks.append(Pick(song, score, reason, confidence, target))
        return picks

    def _name_of(self, target: NDArray[np.float32]) -> str:
        """Return what a reason calls the mood of a place."""
        if self._mood is not None and np.abs(target - self._mood).sum() / 2 < 0.01:
            return self.whose
        return "the aim"

    def _note(
        self,
        what: What,
        song: Song,
        *,
        mood: Mood | None = None,
        share: float | None = None,
        at: float | None = None,
    ) -> None:
        row = self._shelf.row_of.get(song.id)
        heard = None
        if song.mood is not None:
            affect = (song.valence, song.arousal)
            point = [0.0 if value is None else value for value in affect]
            if row is not None:
                point = self._shelf.affect[row].tolist()
            heard = np.array([*song.mood, *point], dtype=np.float32)
        path = path_bytes(song.path)
        key = (b"path:" + path).hex() if row is None else self._shelf.keys[row]
        self._listener.tell(
            Event(
                what=what,
                key=key,
                path=path,
                title=song.title,
                artist=song.artist,
                mood=self._mood if mood is None else mood,
                heard=heard,
                share=share,
                at=at,
            )
        )
        self._taste = None
        if row is not None and not self._out[row]:
            self._take(row)  # heard, though it was not handed out


LEARNT_WEIGHT = np.float32(0.5)
"""What a reward of 1 that is expected of a song is worth against how well it fits."""
