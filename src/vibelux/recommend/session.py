"""A listening session: which song comes next.

The interface that players use::

    with Catalogue.of(settings) as catalogue, Listener.at(settings.profile) as listener:
        session = Session(catalogue, listener, policy="match", strength=0.7)
        pick = session.next(mood)            # Pick(song, score, reason, confidence) or None
        session.begun(song)                  # the same for a song that a player has begun
        session.queue(5)                     # the picks that would come next, best first
        session.played(pick.song)            # to its end
        session.skipped(pick.song, after_seconds=12.0)
        session.liked(pick.song)             # session.unliked(pick.song) takes it back
        session.wrong_mood(pick.song)        # not at this mood
        session.change(policy="calm", strength=0.4)
        text = session.as_json()             # save after each change, go on later:
        session = Session.from_json(text, catalogue, listener)

`next` hands a song out and never again in this session; `queue` only looks ahead. The order ahead
stays until the mood changes (`vibelux.recommend.rest`), the settings change, or a song is skipped
or called wrong, so that a queue on a screen is the one that is played. Songs whose file is gone
are passed over.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import InvalidInput
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.schema import path_bytes
from vibelux.recommend.coverage import Coverage
from vibelux.recommend.fit import standing_out
from vibelux.recommend.journey import Journey, Way
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.listener.profile import Event, What
from vibelux.recommend.nearest_songs import playable
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.picks import Pick, Picker
from vibelux.recommend.plan import Place, Plan
from vibelux.recommend.policies import target_path
from vibelux.recommend.radio import radio_rows
from vibelux.recommend.ranking import require_songs
from vibelux.recommend.row_set import RowSet
from vibelux.recommend.similar_songs import comparable

_AHEAD = 20
"""Picks planned at once, at least."""

_USUAL_SECONDS = 240.0
"""Taken for the length of a song of which it is not known."""

_SEEDS = 1_000_000  # enough to differ, few enough to type

_FORMAT = 1

Available = Callable[[Sequence[Song]], Sequence[bool]]
"""Tells of each of some songs whether it can be played now."""


class Session:
    """One listening session over the songs that are in the catalogue when it begins.

    Args:
        catalogue: an open one.
        listener: whose taste and last plays count; None is someone of whom nothing is known or
            kept.
        seed: the same one gives the same order for the same songs, moods and feedback; None takes
            another one each time.
        whose: what reasons call the mood: ``the face``, ``the mood``.
        available: whether each of some songs can be played now; by default whether their files
            are there.
        clock: seconds since 1970.
        like: a song whose radio is played: first itself, then others that sound like it. No mood
            leads, until one is given.
        picker: of the same catalogue and listener, for sessions that share what it holds in
            memory; None reads the catalogue.
        **ordering: attributes of `Ordering` by name: policy, strength, diversity, …

    Raises:
        CatalogueError: the catalogue has no songs that can be played.
        InvalidInput: an unknown name, or a value out of range.
        NotComparable: how ``like`` sounds is not known, or cannot be compared.
        ModelError: as `vibelux.model_statistics.ModelStatistics`.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        listener: Listener | None = None,
        *,
        seed: int | None = None,
        whose: str = "the mood",
        available: Available | None = None,
        clock: Callable[[], float] = time.time,
        like: Song | None = None,
        picker: Picker | None = None,
        **ordering: Any,
    ) -> None:
        self._ordering = Ordering().changed(**ordering)
        if seed is not None and seed < 0:
            raise InvalidInput(f"seed={seed} must not be negative")
        if picker is None or len(picker.columns) == 0:
            require_songs(catalogue)
        self.seed = int(np.random.default_rng().integers(_SEEDS)) if seed is None else seed
        self.whose = whose
        self._catalogue = catalogue
        self._listener = Listener.at(None) if listener is None else listener
        self._available = available or _are_there
        self._clock = clock
        self._picker = picker or Picker(catalogue, self._listener)
        self._columns = self._picker.columns
        if like is not None:
            comparable(like, self._columns)
        self._like = like
        self._faces, self._places = catalogue.statistics.faces, catalogue.statistics.songs.affect
        self._out = RowSet(len(self._columns))  # handed out, played, or gone
        self._history: list[int] = []  # rows handed out, in order
        self._judged: list[int] = []  # rows of which was told without their being handed out
        self._mood: Mood | None = None
        self._chosen = False
        self._journey: Journey | None = None
        self._plan = Plan()

    @property
    def ordering(self) -> Ordering:
        """How songs are ordered now."""
        return self._ordering

    @property
    def like(self) -> Song | None:
        """The song whose radio is played, or None: a mood leads, or chance."""
        return self._like

    @property
    def mood(self) -> Mood | None:
        """The listener's mood as it was given last, or None before the first one."""
        return self._mood

    @property
    def history(self) -> list[Song]:
        """The songs handed out so far, in order."""
        return self._catalogue.songs_by_id(self._columns.ids[self._history])

    @property
    def coverage(self) -> Coverage | None:
        """What the library holds of the listener's mood; None where other songs are looked for."""
        ordering = self._ordering
        if self._mood is None or ordering.strength == 0 or ordering.policy != "match":
            return None
        # The sentence stands beside the mood as it is shown, not beside what stands out in a face.
        return self._picker.coverage(self._mood)

    def change(self, **values: Any) -> None:
        """Change the ordering: any of `Ordering`'s attributes, by name.

        A journey begins anew where the mood is then; leaving it drops its goal.

        Raises:
            InvalidInput: an unknown name, or a value out of range; nothing has changed then.

        """
        self._ordering = self._ordering.changed(**values)
        if {"policy", "goal", "length"} & values.keys():
            self._journey = None
        self._plan.forget()

    @property
    def way(self) -> Way | None:
        """The way of the journey that is under way, or None: the policy is another one."""
        if self._ordering.goal is None:
            return None
        self._path(0)  # which begins it
        return None if self._journey is None else self._journey.way(self._places)

    def next(self, mood: ArrayLike | None = None, *, chosen: bool = False) -> Pick | None:
        """Hand out the next song, or None when every song has been handed out.

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
            if not self._plan.places:
                self._make_plan(_AHEAD)
            if not self._plan.places:
                return None
            row, target = self._plan.places.pop(0)
            self._take(row)
            (pick,) = self._picks([(row, target)])
            if self._available([pick.song])[0]:
                self._went(row)
                return pick

    def begun(self, song: Song) -> Pick | None:
        """Hand out a certain song: a player has begun it, asked for or by itself.

        Args:
            song: planned or not; one that was handed out already keeps its place.

        Returns:
            why it fits, or None if the session does not know the song.

        """
        row = self._columns.row_of(song.id)
        if row is None:
            return None
        target = self._plan.target(row)
        if target is None:
            target = self._columns.moods[row] if self._like is not None else self._path(1)[0]
        self._take(row)
        self._plan.take_out(self._out)
        if row not in self._history:
            self._went(row)
        return self._picks([(row, target)])[0]

    def queue(self, n: int, mood: ArrayLike | None = None, *, chosen: bool = False) -> list[Pick]:
        """Return the n picks that come next, without handing them out.

        Args:
            n: the most to return, >= 0.
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
            if len(self._plan.places) < n:
                self._make_plan(max(n, _AHEAD))
            picks = self._picks(self._plan.places[:n])
            there = self._available([pick.song for pick in picks])
            gone = [pick for pick, is_there in zip(picks, there, strict=True) if not is_there]
            if not gone:
                return picks
            for pick in gone:
                if (row := self._columns.row_of(pick.song.id)) is not None:
                    self._take(row)
            self._plan.take_out(self._out)

    def played(self, song: Song) -> None:
        """Note that a song was played to its end.

        Args:
            song: that was handed out, or any other.

        Raises:
            ProfileError: it cannot be saved, as for all that is noted.

        """
        self._note("played", song)

    def skipped(self, song: Song, after_seconds: float) -> None:
        """Note that a song was skipped, and make the order ahead anew.

        Args:
            song: that was skipped.
            after_seconds: how much of it was played; a negative number or NaN counts as 0.

        """
        played = after_seconds if after_seconds > 0 else 0.0
        self._note("skipped", song, share=min(1.0, played / (song.duration or _USUAL_SECONDS)))
        self._plan.forget()

    def liked(self, song: Song) -> None:
        """Note that the listener likes a song."""
        self._note("liked", song)

    def unliked(self, song: Song) -> None:
        """Take back that the listener likes a song, whenever that was said.

        Raises:
            ProfileError: it cannot be saved.

        """
        self._listener.profile.unlike(self._key(song), path_bytes(song.path))

    def likes(self, song: Song) -> bool:
        """Return whether the listener likes a song."""
        return self._listener.profile.likes(self._key(song), path_bytes(song.path))

    def wrong_mood(self, song: Song, mood: ArrayLike | None = None) -> None:
        """Note that a song does not fit a mood, and make the order ahead anew.

        Args:
            song: that does not fit.
            mood: [shape=(7,)] that it does not fit; None is the one of now.

        """
        self._note("wrong_mood", song, mood=None if mood is None else as_mood(mood))
        self._plan.forget()

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
                "like": None if self._like is None else self._catalogue.key_of(self._like),
                "start": None if self._journey is None else self._journey.start.tolist(),
                "step": 0 if self._journey is None else self._journey.begun,
                **({} if self._journey is None else {"steps": self._journey.steps}),
                "history": [self._columns.key(row) for row in self._history],
                "judged": [self._columns.key(row) for row in self._judged],
                **self._plan.as_json(self._columns.key),
            }
        )

    @classmethod
    def from_json(
        cls,
        text: str,
        catalogue: Catalogue,
        listener: Listener | None = None,
        *,
        available: Available | None = None,
        clock: Callable[[], float] = time.time,
        picker: Picker | None = None,
    ) -> Self:
        """Go on with a session; songs that the catalogue no longer has are left out.

        Raises:
            InvalidInput: the text is not a session, or one of a newer version.
            CatalogueError: the catalogue has no songs that can be played.

        """
        try:
            saved = json.loads(text)
            version = saved["format"]
            if version == _FORMAT:
                session = cls(
                    catalogue,
                    listener,
                    seed=int(saved["seed"]),
                    whose=str(saved["whose"]),
                    available=available,
                    clock=clock,
                    picker=picker,
                    **_ordering_of(saved["ordering"]),
                )
                session._resume(saved)
                return session
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"this is not a saved session: {error}") from error
        raise InvalidInput(
            f"the saved session has format {version!r}, this VibeluX reads {_FORMAT}; "
            "update VibeluX, or start a new session"
        )

    def _resume(self, saved: dict[str, Any]) -> None:
        self._mood = None if saved["mood"] is None else as_mood(saved["mood"])
        self._chosen = bool(saved["chosen"])
        goal = self._ordering.goal
        if saved["start"] is not None and goal is not None:
            start, begun = as_mood(saved["start"]), int(saved["step"])
            # Older versions left no step out.
            steps = [int(step) for step in saved["steps"]] if "steps" in saved else None
            self._journey = Journey(start, goal, self._ordering.length, steps=steps, begun=begun)
        if (like := saved.get("like")) is not None and (row := self._row(str(like))) is not None:
            (self._like,) = self._catalogue.songs_by_id([int(self._columns.ids[row])])
        for taken, keys in (
            (self._history, saved["history"]),
            (self._judged, saved.get("judged", ())),  # not in sessions of older versions
        ):
            for key in keys:
                if (row := self._row(str(key))) is not None:
                    self._take(row)
                    taken.append(row)
        self._plan = Plan.of_json(saved, self._row)
        self._plan.take_out(self._out)

    @property
    def _mood_now(self) -> Mood:
        return as_mood(np.ones(len(EMOTIONS))) if self._mood is None else self._mood

    def _turn(self, mood: ArrayLike | None, chosen: bool) -> None:
        """Take a mood; what it changes in the order ahead is made anew."""
        if mood is None:
            if self._mood is None and self._like is None:
                self._mood, self._chosen = self._mood_now, True
            return
        if self._like is not None:
            self._like = None
            self._plan.forget()
        self._mood, self._chosen = as_mood(mood), chosen
        policy = self._ordering.policy
        if policy == "off" or (policy == "journey" and not chosen):
            return  # the mood does not lead
        if self._plan.follow(self._mood, chosen=chosen, now=self._clock()) == "all":
            self._journey = None

    def _row(self, key: str) -> int | None:
        rows = self._columns.rows_of_key(key)
        return int(rows[0]) if rows.size else None

    def _take(self, row: int) -> None:
        """Let a song, and all copies of its file, not come again."""
        self._out.add(self._columns.copies(row))

    def _went(self, row: int) -> None:
        """Note that a song was handed out."""
        self._history.append(row)
        if self._journey is not None:
            self._journey.begun += 1

    def _make_plan(self, n: int) -> None:
        """Plan n picks; those that are planned already stay as they are."""
        kept = self._plan.rows
        left_out = self._out.copy()
        for row in kept:
            left_out.add(self._columns.copies(row))
        if not left_out.others:
            return
        mood, chosen, now = self._mood_now, self._chosen, self._clock()
        draw = self._plan.draw(mood, chosen=chosen, now=now)
        if self._like is not None:
            self._plan_radio(self._like, n - len(kept), left_out, [self.seed, draw])
            return
        path = self._path(n)[len(kept) :]
        rows = self._picker.rows(
            path,
            mood=mood,
            chosen=chosen or self._ordering.goal is not None,
            ordering=self._ordering,
            left_out=left_out,
            before=[*self._history, *kept],
            now=now,
            rng=np.random.default_rng([self.seed, draw]),
        )
        self._plan.places += zip(rows, path, strict=False)

    def _plan_radio(self, like: Song, n: int, left_out: RowSet, seed: Sequence[int]) -> None:
        """Plan n songs that sound like one, at the beginning behind itself."""
        before = [*self._history, *self._plan.rows]
        rows: list[int] = []
        own = self._columns.row_of(like.id)
        if not before and own is not None and own not in left_out:
            rows = [own]
        rows += radio_rows(
            self._columns,
            like,
            n=n,
            freshness=partial(self._listener.freshness, self._columns, now=self._clock()),
            near_duplicate=self._catalogue.statistics.songs.near_duplicate,
            rng=np.random.default_rng(seed),
            left_out=left_out,
            before=before,
        )
        self._plan.places += [(row, self._columns.moods[row]) for row in rows]

    def _path(self, n: int) -> NDArray[np.float32]:
        """Return the moods of the next n places."""
        mood, ordering = self._mood_now, self._ordering
        begin = mood if self._chosen else standing_out(mood, self._faces)
        if ordering.goal is None:
            return target_path(begin, ordering.policy, n)
        if self._journey is None:
            whole = target_path(begin, "journey", ordering.length, goal=ordering.goal)
            steps = self._picker.steps_with_songs(whole, self._out).tolist()
            self._journey = Journey(begin, ordering.goal, ordering.length, steps=steps)
        return self._journey.ahead(n)

    def _picks(self, places: list[Place]) -> list[Pick]:
        if self._like is not None:
            return self._picker.picks_like(self._like, [row for row, _ in places])
        return self._picker.picks(places, mood=self._mood_now, ordering=self._ordering)

    def _key(self, song: Song) -> str:
        row = self._columns.row_of(song.id)
        return self._catalogue.key_of(song) if row is None else self._columns.key(row)

    def _note(
        self, what: What, song: Song, *, mood: Mood | None = None, share: float | None = None
    ) -> None:
        row = self._columns.row_of(song.id)
        analysis = None
        if row is not None:
            analysis = np.concatenate([self._columns.moods[row], self._columns.affect[row]])
        self._listener.tell(
            Event(
                what=what,
                key=self._key(song),
                path=path_bytes(song.path),
                title=song.title,
                artist=song.artist,
                mood=self._mood if mood is None else mood,
                analysis=analysis,
                share=share,
                at=self._clock(),
            )
        )
        if row is not None and row not in self._out:
            self._take(row)  # played, though it was not handed out
            self._judged.append(row)


def _are_there(songs: Sequence[Song]) -> list[bool]:
    return [playable(song.path) for song in songs]


def _ordering_of(saved: dict[str, Any]) -> dict[str, Any]:
    """Return what this version knows of a saved ordering; older ones held more."""
    return {field.name: saved[field.name] for field in fields(Ordering) if field.name in saved}
