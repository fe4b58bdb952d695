"""A summary of a stream of moments: the mean mood, the states, how steady it was."""

from collections import Counter
from typing import Any

import numpy as np

from vibelux.emotions import EMOTIONS, Mood, as_mood, mood_dict
from vibelux.face.reading import State
from vibelux.face.tracker import Moment


class MoodSummary:
    """Adds moments up one by one, in memory that does not grow with their number.

    Attributes:
        frames: number of moments added.
        changes: how often the strongest emotion of the smoothed mood changed from one frame to the
            next.

    """

    def __init__(self) -> None:
        self.frames = 0
        self.changes = 0
        self._sum = np.zeros(len(EMOTIONS))
        self._read = 0
        self._states: Counter[State] = Counter()
        self._first = self._last = 0.0
        self._strongest: int | None = None
        self._model = ""

    def add(self, moment: Moment) -> None:
        """Add the next moment."""
        reading = moment.reading
        if not self.frames:
            self._first = moment.time
        self._last = moment.time
        self._model = reading.model
        self.frames += 1
        self._states[reading.state] += 1
        if moment.own is not None:
            self._sum += moment.own
            self._read += 1
        strongest = None if reading.mood is None else int(reading.mood.argmax())
        self.changes += None not in (strongest, self._strongest) and strongest != self._strongest
        self._strongest = strongest

    @property
    def mood(self) -> Mood | None:
        """The mean of the frames' own moods [shape=(7,), dtype=float32], None if there are none."""
        return as_mood(self._sum) if self._read else None

    @property
    def state(self) -> State:
        """``ok`` if there is a mood, else the commonest state."""
        if self._read or not self.frames:
            return "ok" if self._read else "no_face"
        return self._states.most_common(1)[0][0]

    @property
    def duration(self) -> float:
        """Seconds from the first to the last frame."""
        return self._last - self._first

    @property
    def states(self) -> dict[State, float]:
        """Share of the frames in each state that occurred, the commonest first."""
        return {state: count / self.frames for state, count in self._states.most_common()}

    @property
    def changes_per_second(self) -> float | None:
        """Changes of the strongest emotion per second, None for a single frame."""
        return self.changes / self.duration if self.duration > 0 else None

    def as_json(self) -> dict[str, Any]:
        """Return the summary as the command line prints it."""
        rate = self.changes_per_second
        return {
            "mood": None if self.mood is None else mood_dict(self.mood),
            "state": self.state,
            "duration": round(self.duration, 3),
            "frames": self.frames,
            "states": {state: round(share, 4) for state, share in self.states.items()},
            "changes_per_second": None if rate is None else round(rate, 4),
            "model": self._model,
        }
