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
stays until the mood moves, the settings change, or a song is skipped or called wrong, so that a
queue on a screen is the one that is played. Songs whose file is gone are passed over.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import InvalidInput
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.schema import path_bytes
from vibelux.recommend.fit import standing_out
from vibelux.recommend.listener import Listener
from vibelux.recommend.nearest_songs import playable
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.picks import Pick, Picker
from vibelux.recommend.policies import target_path
from vibelux.recommend.profile import Event, What
from vibelux.recommend.ranking import require_songs
from vibelux.recommend.shelf import key_of_song

_MOVED = 0.05
"""Total variation from which on a mood counts as another one and the order ahead is made anew."""

_AHEAD = 20
"""Picks planned at once, at least."""

_USUAL_SECONDS = 240.0
"""Taken for the length of a song of which it is not known."""

_SEEDS = 1_000_000  # enough to differ, few enough to type

_FORMAT = 1


class Session:
    """One listening session over the songs that are in the catalogue when it begins.

    Args:
        catalogue: an open one.
        listener: whose taste and last plays count; None is someone of whom nothing is known or
            kept.
        seed: the same one gives the same order for the same songs, moods and feedback; None takes
            another one each time.
        whose: what reasons call the mood: ``the face``, ``the mood``.
        available: whether a song can be played now; by default whether its file is there.
        clock: seconds since 1970.
        picker: of the same catalogue and listener, for sessions that share what it holds in
            memory; None reads the catalogue.
        **ordering: attributes of `Ordering` by name: policy, strength, diversity, …

    Raises:
        CatalogueError: the catalogue has no songs that can be played.
        InvalidInput: an unknown name, or a value out of range.
        ModelError: as `vibelux.model_statistics.ModelStatistics`.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        listener: Listener | None = None,
        *,
        seed: int | None = None,
        whose: str = "the mood",
        available: Callable[[Song], bool] | None = None,
        clock: Callable[[], float] = time.time,
        picker: Picker | None = None,
        **ordering: Any,
    ) -> None:
        self._ordering = Ordering().changed(**ordering)
        if seed is not None and seed < 0:
            raise InvalidInput(f"seed={seed} must not be negative")
        if picker is None or len(picker.shelf) == 0:
            require_songs(catalogue)
        self.seed = int(np.random.default_rng().integers(_SEEDS)) if seed is None else seed
        self.whose = whose
        self._catalogue = catalogue
        self._listener = Listener.at(None) if listener is None else listener
        self._available = available or (lambda song: playable(song.path))
        self._clock = clock
        self._picker = picker or Picker(catalogue, self._listener)
        self._shelf = self._picker.shelf
        self._faces = catalogue.statistics.faces
        self._out = np.zeros(len(self._shelf), dtype=bool)  # handed out, heard, or gone
        self._history: list[int] = []  # rows handed out, in order
        self._judged: list[int] = []  # rows of which was told without their being handed out
        self._mood: Mood | None = None
        self._chosen = False
        self._start: Mood | None = None  # where a journey began
        self._step = 0
        self._plans = 0
        self._plan: list[tuple[int, Mood]] = []  # rows that come next, and the mood of each place

    @property
    def ordering(self) -> Ordering:
        """How songs are ordered now."""
        return self._ordering

    @property
    def mood(self) -> Mood | None:
        """The listener's mood as it was given last, or None before the first one."""
        return self._mood

    @property
    def history(self) -> list[Song]:
        """The songs handed out so far, in order."""
        return self._catalogue.songs_by_id(self._shelf.ids[self._history])

    def change(self, **values: Any) -> None:
        """Change the ordering: any of `Ordering`'s attributes, by name.

        A journey starts anew where the mood is then; leaving it drops its goal.

        Raises:
            InvalidInput: an unknown name, or a value out of range; nothing has changed then.

        """
        self._ordering = self._ordering.changed(**values)
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
            row, target = self._plan.pop(0)
            self._take(row)
            (pick,) = self._picks([(row, target)])
            if self._available(pick.song):
                self._history.append(row)
                self._step += 1
                return pick

    def begun(self, song: Song) -> Pick | None:
        """Hand out a certain song: a player has begun it, asked for or by itself.

        Args:
            song: planned or not; one that was handed out already keeps its place.

        Returns:
            why it fits, or None if the session does not know the song.

        """
        row = self._shelf.row_of.get(song.id)
        if row is None:
            return None
        target = next(
            (target for planned, target in self._plan if planned == row),
            self._path(self._mood_now, 1)[0],
        )
        self._take(row)
        self._plan = [place for place in self._plan if not self._out[place[0]]]
        if row not in self._history:
            self._history.append(row)
            self._step += 1
        return self._picks([(row, target)])[0]

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
            picks = self._picks(self._plan[:n])
            gone = [pick for pick in picks if not self._available(pick.song)]
            if not gone:
                return picks
            for pick in gone:
                self._take(self._shelf.row_of[pick.song.id])
            self._plan = [place for place in self._plan if not self._out[place[0]]]

    def played(self, song: Song) -> None:
        """Note that a song was heard to its end.

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
            after_seconds: how much of it was heard; a negative number or none counts as 0.

        """
        heard = after_seconds if after_seconds > 0 else 0.0
        self._note("skipped", song, share=min(1.0, heard / (song.duration or _USUAL_SECONDS)))
        self._plan = []

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
                "judged": [self._shelf.keys[row] for row in self._judged],
                "plan": [
                    {"key": self._shelf.keys[row], "target": target.tolist()}
                    for row, target in self._plan
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
        clock: Callable[[], float] = time.time,
        picker: Picker | None = None,
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
        for taken, keys in (
            (self._history, saved["history"]),
            (self._judged, saved.get("judged", ())),  # not in sessions of older versions
        ):
            for key in keys:
                if found := self._shelf.rows_of_key.get(str(key)):
                    self._take(found[0])
                    taken.append(found[0])
        self._plan = [
            (rows[0], as_mood(entry["target"]))
            for entry in saved["plan"]
            if (rows := self._shelf.rows_of_key.get(str(entry["key"]))) and not self._out[rows[0]]
        ]

    @property
    def _mood_now(self) -> Mood:
        return as_mood(np.ones(len(EMOTIONS))) if self._mood is None else self._mood

    def _turn(self, mood: ArrayLike | None, chosen: bool) -> None:
        """Take a mood; one that has moved makes the order ahead anew."""
        if mood is None:
            if self._mood is None:
                self._mood, self._chosen = self._mood_now, True
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
        """Plan n picks; those that are planned already stay as they are."""
        kept = [row for row, _ in self._plan]
        left_out = self._out.copy()
        for row in kept:
            left_out[self._shelf.rows_of_key[self._shelf.keys[row]]] = True
        if left_out.all():
            return
        mood = self._mood_now
        rng = np.random.default_rng([self.seed, self._plans])
        self._plans += 1
        path = self._path(mood, n)[len(kept) :]
        rows = self._picker.rows(
            path,
            mood=mood,
            chosen=self._chosen or self._ordering.goal is not None,
            ordering=self._ordering,
            left_out=left_out,
            before=[*self._history, *kept],
            now=self._clock(),
            rng=rng,
        )
        self._plan += zip(rows, path, strict=False)

    def _path(self, mood: Mood, n: int) -> NDArray[np.float32]:
        """Return the moods of the next n places."""
        ordering = self._ordering
        begin = mood if self._chosen else standing_out(mood, self._faces)
        if ordering.goal is None:
            return target_path(begin, ordering.policy, n)
        if self._start is None:
            self._start, self._step = begin, 0
        whole = target_path(self._start, ordering.policy, ordering.steps, goal=ordering.goal)
        return whole[np.minimum(self._step + np.arange(n), ordering.steps - 1)]

    def _picks(self, places: list[tuple[int, Mood]]) -> list[Pick]:
        return self._picker.picks(places, mood=self._mood_now, ordering=self._ordering)

    def _key(self, song: Song) -> str:
        row = self._shelf.row_of.get(song.id)
        return self._shelf.keys[row] if row is not None else key_of_song(self._catalogue, song)

    def _note(
        self, what: What, song: Song, *, mood: Mood | None = None, share: float | None = None
    ) -> None:
        row = self._shelf.row_of.get(song.id)
        heard = None
        if row is not None:
            heard = np.concatenate([self._shelf.moods[row], self._shelf.affect[row]])
        self._listener.tell(
            Event(
                what=what,
                key=self._key(song),
                path=path_bytes(song.path),
                title=song.title,
                artist=song.artist,
                mood=self._mood if mood is None else mood,
                heard=heard,
                share=share,
                at=self._clock(),
            )
        )
        if row is not None and not self._out[row]:
            self._take(row)  # heard, though it was not handed out
            self._judged.append(row)


def _ordering_of(saved: dict[str, Any]) -> dict[str, Any]:
    """Return what this version knows of a saved ordering; older ones held more."""
    return {field.name: saved[field.name] for field in fields(Ordering) if field.name in saved}
