"""The songs to come in a session: places of an order, and the moods and the luck that made it."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Self

from vibelux.emotions import Mood, as_mood
from vibelux.recommend.rest import KEPT, Anew, Rest
from vibelux.recommend.row_set import RowSet

Place = tuple[int, Mood]
"""A song's row, and the mood [shape=(7,)] that was looked for at its place."""


class Plan:
    """The songs that come next, best first. It is made in parts, each by a numbered draw of luck.

    Attributes:
        places: the songs.

    """

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._rest: Rest | None = None  # for which moods it was made
        self._draws = 0
        self._luck = 0  # the draw by which its beginning was made
        self._same_luck = False  # what is missing was taken away for another mood alone

    @property
    def rows(self) -> list[int]:
        """The songs' rows."""
        return [row for row, _ in self.places]

    def target(self, row: int) -> Mood | None:
        """Return the mood that was looked for at a song's place; None: it is not planned."""
        return next((target for planned, target in self.places if planned == row), None)

    def take_out(self, out: RowSet) -> None:
        """Take songs out that must not come."""
        self.places = [place for place in self.places if place[0] not in out]

    def forget(self) -> None:
        """Take all out; the next ones come by new luck."""
        self.places, self._same_luck = [], False

    def follow(self, mood: Mood, *, chosen: bool, now: float) -> Anew:
        """Take those out that another mood asks to be chosen anew, and return which they were.

        By the same luck, so that the order changes as far as the mood does and no further.

        Args:
            mood: [shape=(7,)] of the listener.
            chosen: the listener named it.
            now: seconds, as of `vibelux.recommend.rest.Rest`.

        """
        if not self.places or self._rest is None:
            return "nothing"
        anew = self._rest.anew(mood, chosen=chosen, now=now)
        if anew != "nothing":
            self.places = self.places[:KEPT] if anew == "later" else []
            self._same_luck = True
        return anew

    def draw(self, mood: Mood, *, chosen: bool, now: float) -> int:
        """Return the number of the draw by which songs are to be added now.

        Args:
            mood: [shape=(7,)] that they are chosen for.
            chosen: as of `follow`.
            now: as of `follow`.

        """
        if not self.places:
            self._rest = Rest(mood, chosen, later=mood, since=now)
        elif self._same_luck and self._rest is not None:
            self._rest = replace(self._rest, later=mood, since=now)
        if self._same_luck:
            self._same_luck = False
            return self._luck
        number = self._draws
        self._draws += 1
        if not self.places:
            self._luck = number
        return number

    def as_json(self, key: Callable[[int], str]) -> dict[str, Any]:
        """Return the plan as JSON.

        Args:
            key: of a row, by which the song is known later.

        """
        rest = self._rest
        return {
            "plans": self._draws,
            "luck": self._luck,
            "rest": None
            if rest is None
            else {**asdict(rest), "mood": rest.mood.tolist(), "later": rest.later.tolist()},
            "plan": [{"key": key(row), "target": mood.tolist()} for row, mood in self.places],
        }

    @classmethod
    def of_json(cls, saved: dict[str, Any], row: Callable[[str], int | None]) -> Self:
        """Return what was saved; songs that are no longer known are left out.

        Args:
            saved: as of `as_json`, and the session's ``mood`` and ``chosen``, which older versions
                had instead of ``rest``.
            row: of a key, None where no song has it.

        """
        plan = cls()
        plan._draws, plan._luck = int(saved["plans"]), int(saved.get("luck", 0))
        if (rest := saved.get("rest")) is not None:
            mood, later = as_mood(rest["mood"]), as_mood(rest["later"])
            plan._rest = Rest(mood, bool(rest["chosen"]), later, since=float(rest["since"]))
        elif saved["mood"] is not None:
            mood = as_mood(saved["mood"])
            plan._rest = Rest(mood, bool(saved["chosen"]), mood, since=0.0)
        for entry in saved["plan"]:
            if (found := row(str(entry["key"]))) is not None:
                plan.places.append((found, as_mood(entry["target"])))
        return plan
