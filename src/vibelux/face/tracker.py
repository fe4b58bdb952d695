"""Follows the main face over time and smooths its place and its mood.

Probabilities of single frames jump; a low-pass filter with a time constant in seconds smooths them
equally at any frame rate.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import Mood, as_mood
from vibelux.errors import InvalidInput
from vibelux.face.followed import Followed
from vibelux.face.reading import FaceReader, FaceReading


class MainFace:
    """Remembers where the main face was, so that it stays the main face in the next frame.

    Attributes:
        patience: seconds without the face after which the most prominent face takes its place.

    """

    def __init__(self, *, patience: float = 1.0) -> None:
        self.patience = patience
        self._known: Followed | None = None

    def known(self, time: float) -> Followed | None:
        """Return the face where it was last, or None if that is too long ago."""
        known = self._known
        return known if known is not None and time - known.time <= self.patience else None

    def follow(self, reading: FaceReading, time: float) -> bool:
        """Follow a reading's main face; return whether it is the one that was followed so far."""
        same = reading.followed is not None
        if reading.face is None or (self.known(time) is not None and not same):
            return False
        self._known = reading.followed or Followed.begin(reading.face, time)
        return same


class SmoothMood:
    """Two equal exponential filters in a row (a critically damped low-pass of second order).

    Between two moods the newer one is taken to hold, so the result depends on the time that passes
    and not on the number of frames. A single exponential filter that delays a step as much lets
    twice as many changes of the strongest emotion through (docs/face.md).

    Attributes:
        time_constant: mean delay in seconds of the two filters together. After this time a new
            expression has moved the mood by 59 %, after 1.07 times as long by 63 %, after twice as
            long by 91 %.

    """

    def __init__(self, time_constant: float) -> None:
        if not (time_constant > 0 and math.isfinite(time_constant)):
            raise InvalidInput(f"time_constant={time_constant} s must be positive and finite")
        self.time_constant = time_constant
        self._first: NDArray[np.float64] | None = None
        self._second = np.zeros(0)
        self._time = 0.0

    def begin(self, mood: Mood, time: float) -> Mood:
        """Forget earlier moods and start at this one [shape=(7,)]."""
        self._first = self._second = mood.astype(np.float64)
        self._time = time
        return mood

    def step(self, mood: Mood, time: float) -> Mood:
        """Add a mood [shape=(7,)] and return the smoothed one; the first is returned as it is."""
        if self._first is None:
            return self.begin(mood, time)
        x = (time - self._time) / (self.time_constant / 2)
        away, behind = self._first - mood, self._second - mood
        self._first = mood + away * math.exp(-x)
        self._second = mood + (behind + away * x) * math.exp(-x)
        self._time = time
        return as_mood(self._second)


@dataclass(frozen=True, eq=False)
class Moment:
    """What one frame of a live source shows, alone and smoothed over time.

    Attributes:
        time: of the frame in seconds.
        reading: reading of the frame, with the smoothed mood.
        frame: reading of the frame alone.
        width: of the frame in pixels.
        height: of the frame in pixels.
        held: whether the mood is an earlier one because the face is lost for a moment.

    """

    time: float
    reading: FaceReading
    frame: FaceReading
    width: int
    height: int
    held: bool = False

    @property
    def own(self) -> Mood | None:
        """The frame's own mood, None if the face that is followed has none in it."""
        return None if self.held else self.frame.mood

    def as_json(self) -> dict[str, Any]:
        """Return the moment as the command line streams it: the smoothed reading at its time."""
        return {"time": round(self.time, 3), **self.reading.as_json()}


class FaceTracker:
    """Reads the frames of a live source and smooths the mood of the main face or of the group.

    A face that is lost for a moment (the detector misses it, or the head turns) keeps its last mood
    for ``patience`` seconds; then the state says what is wrong. Another face starts afresh.

    Attributes:
        reader: reads the single frames.
        group: whether the mood is the average of all faces that can be read.

    """

    def __init__(
        self,
        reader: FaceReader,
        *,
        time_constant: float = 0.5,
        patience: float = 1.0,
        group: bool = False,
    ) -> None:
        self.reader = reader
        self.group = group
        self._smooth = SmoothMood(time_constant)
        self._main = MainFace(patience=patience)
        self._last: FaceReading | None = None
        self._time = -math.inf

    def read(self, frame: NDArray[np.uint8], *, time: float) -> Moment:
        """Read the next frame.

        Args:
            frame: see `FaceReader.read`.
            time: time of the frame in seconds, on any clock that does not go back.

        Raises:
            InvalidInput: see `FaceReader.read`, or a time before the last mood's.

        """
        if time < self._time:
            raise InvalidInput(f"time={time} s lies before the last mood's, {self._time} s")
        known = self._main.known(time)
        alone = self.reader.read(frame, known=known, time=time)
        same = self._main.follow(alone, time)
        stranger = known is not None and not same
        if self.group:
            alone, same, stranger = alone.grouped(), True, False
        height, width = frame.shape[:2]
        recent = time - self._time <= self._main.patience
        if self._last is not None and recent and (alone.mood is None or stranger):
            held = replace(self._last, faces=alone.faces)
            return Moment(time, held, alone, width, height, held=True)
        reading = self._smoothed(alone, time, fresh=not same)
        return Moment(time, reading, alone, width, height)

    def _smoothed(self, alone: FaceReading, time: float, *, fresh: bool) -> FaceReading:
        """Return a frame's reading with the mood smoothed, from now on only if ``fresh``."""
        if alone.mood is None:
            self._last = None
            return alone
        begin = fresh or self._last is None
        mood = (self._smooth.begin if begin else self._smooth.step)(alone.mood, time)
        self._last, self._time = alone.with_mood(mood, group=self.group), time
        return self._last
