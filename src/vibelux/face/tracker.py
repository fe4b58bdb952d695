"""Follows the main face over time and smooths its mood.

Probabilities of single frames jump; an exponential filter with a time constant in seconds calms
them by the same amount at any frame rate.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import Mood, as_mood
from vibelux.errors import InvalidInput
from vibelux.face.detector import Box
from vibelux.face.reading import FaceReader, FaceReading, distance


class MainFace:
    """Remembers where the main face was, so that the next frame's main face is the same one.

    Attributes:
        patience: seconds without the face after which the most prominent face takes its place.

    """

    REACH = 1.0
    """Widths of the face that its centre may move between two frames; a face farther away is
    somebody else."""

    def __init__(self, *, patience: float = 1.0) -> None:
        self.patience = patience
        self._box: Box | None = None
        self._seen = -math.inf

    def box(self, time: float) -> Box | None:
        """Return where the face was last, or None if that is too long ago."""
        return self._box if time - self._seen <= self.patience else None

    def follow(self, reading: FaceReading, time: float) -> bool:
        """Take a frame's reading in; return whether its main face is the one followed so far."""
        last = self.box(time)
        if reading.face is None:
            return False
        if last is not None and distance(reading.face, last) > self.REACH:
            return False
        self._box, self._seen = reading.face, time
        return last is not None


class FaceTracker:
    """Reads the frames of a live source and smooths the main face's mood.

    A face that is lost for a moment (a blink of the detector, a turned head) keeps its last mood
    for ``patience`` seconds; then the state says what is wrong. Another face starts afresh.

    Attributes:
        reader: reads the single frames.
        time_constant: seconds after which a changed expression has moved the mood by 63 %.

    """

    def __init__(
        self, reader: FaceReader, *, time_constant: float = 0.5, patience: float = 1.0
    ) -> None:
        if not (time_constant > 0 and math.isfinite(time_constant)):
            raise InvalidInput(f"time_constant={time_constant} s must be positive and finite")
        self.reader = reader
        self.time_constant = time_constant
        self._main = MainFace(patience=patience)
        self._last: FaceReading | None = None
        self._mood: NDArray[np.float64] | None = None
        self._time = -math.inf

    def read(self, frame: NDArray[np.uint8], *, time: float) -> FaceReading:
        """Read the next frame.

        Args:
            frame: as of `FaceReader.read`.
            time: of the frame in seconds, on any clock that does not go back.

        Returns:
            the frame's reading, with the smoothed mood in place of the frame's own.

        Raises:
            InvalidInput: as of `FaceReader.read`, or a time before the last mood's.

        """
        if time < self._time:
            raise InvalidInput(f"time={time} s lies before the last mood's, {self._time} s")
        known = self._main.box(time)
        reading = self.reader.read(frame, near=known)
        same = self._main.follow(reading, time)
        lost = reading.mood is None or (known is not None and not same)
        if lost and self._last is not None and time - self._time <= self._main.patience:
            return replace(self._last, faces=reading.faces)
        if reading.mood is None:
            self._last = self._mood = None
            return reading
        mood = self._smoothed(reading.mood, time, fresh=not same)
        faces = ((reading.faces[0][0], mood), *reading.faces[1:])
        self._last = replace(reading, mood=mood, faces=faces)
        return self._last

    def _smoothed(self, mood: Mood, time: float, *, fresh: bool) -> Mood:
        if self._mood is None or fresh:
            self._mood = mood.astype(np.float64)
        else:
            weight = -math.expm1(-(time - self._time) / self.time_constant)
            self._mood = self._mood + weight * (mood - self._mood)
        self._time = time
        return as_mood(self._mood)
