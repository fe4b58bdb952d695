"""The camera during a session: read every few seconds, while the mood moves over minutes.

Pictures are read and forgotten at once. A grimace of five seconds moves the mood by less than 3 %
of the way; after three minutes of another expression it has moved by 63 %.
"""

import math
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from vibelux.emotions import Mood, as_mood
from vibelux.errors import InvalidInput, VibeluxError
from vibelux.face.reading import State
from vibelux.face.sources import CAMERA_SECONDS, average, moments_of_camera
from vibelux.face.tracker import Moment

EVERY = 3.0
"""Seconds between two readings."""

TIME_CONSTANT = 180.0
"""Seconds after which another expression has moved the mood by 63 %."""


class SlowMood:
    """A mood that moves slowly towards what is seen (an exponential filter in time).

    Args:
        mood: [shape=(7,)] the first mood.
        time_constant: seconds after which it has moved by 63 % of the way.

    Raises:
        InvalidInput: the time constant is not positive.

    """

    def __init__(self, mood: ArrayLike, *, time_constant: float = TIME_CONSTANT) -> None:
        if not (time_constant > 0 and math.isfinite(time_constant)):
            raise InvalidInput(f"time_constant={time_constant} s must be positive and finite")
        self._mood = as_mood(mood).astype(np.float64)
        self._time_constant = time_constant

    @property
    def mood(self) -> Mood:
        """The mood now [shape=(7,), dtype=float32]."""
        return as_mood(self._mood)

    def see(self, mood: ArrayLike, *, seconds: float) -> None:
        """Move towards a mood [shape=(7,)] that was seen for some seconds."""
        weight = -math.expm1(-max(0.0, seconds) / self._time_constant)
        self._mood += weight * (as_mood(mood) - self._mood)


class MoodFollower:
    """Watches the main face in a thread; a context manager that turns the camera off at the end.

    Args:
        moments: what the camera sees, from `vibelux.face.sources.moments_of_camera`; closed at the
            end.
        every: seconds between two readings.
        time_constant: see `SlowMood`.

    Raises:
        CameraError: the camera fails.
        NoFace: there is no face to begin with.

    """

    def __init__(
        self,
        moments: Generator[Moment, None, None],
        *,
        every: float = EVERY,
        time_constant: float = TIME_CONSTANT,
    ) -> None:
        self._moments = moments
        self._every = every
        self._stop = threading.Event()
        self._error: VibeluxError | None = None
        self._state: State = "ok"
        try:
            first = average(_beginning(moments, CAMERA_SECONDS)).require()
        except BaseException:
            moments.close()
            raise
        self._slow = SlowMood(first, time_constant=time_constant)
        self._thread = threading.Thread(target=self._watch, name="vibelux-camera", daemon=True)
        self._thread.start()

    @classmethod
    def of_camera(cls, device: int = 0, *, model_path: Path | None = None) -> Self:
        """Turn a camera on and watch.

        Args:
            device: the camera's number.
            model_path: a face model other than the shipped one.

        Raises:
            CameraError: as `vibelux.face.camera.Camera`.
            ModelError: as `vibelux.models.load_model`.
            NoFace: there is no face to begin with.

        """
        return cls(moments_of_camera(device, model_path=model_path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def mood(self) -> Mood:
        """The slow mood [shape=(7,), dtype=float32]."""
        return self._slow.mood

    @property
    def state(self) -> State:
        """State of the last reading: ``ok``, or why it had no mood."""
        return self._state

    @property
    def error(self) -> VibeluxError | None:
        """Why the camera is off, or None while it is on."""
        return self._error

    def close(self) -> None:
        """Turn the camera off."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        last: float | None = None
        try:
            with closing(self._moments):
                while not self._stop.wait(self._every):
                    moment = next(self._moments)
                    self._state = moment.frame.state
                    if moment.own is None:
                        continue
                    # Time without a face, or with the computer asleep, does not count for this
                    # mood.
                    since = self._every if last is None else moment.time - last
                    self._slow.see(moment.own, seconds=min(since, 2 * self._every))
                    last = moment.time
        except VibeluxError as error:
            self._error = error


def _beginning(moments: Iterator[Moment], seconds: float) -> Iterator[Moment]:
    """Yield moments for some seconds, at least one, and leave the rest."""
    end = None
    for moment in moments:
        end = moment.time + seconds if end is None else end
        yield moment
        if moment.time >= end:
            return
