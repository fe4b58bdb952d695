"""The place of a face that is followed, without the trembling of the detector's boxes.

Each coordinate passes through a One Euro filter (Casiez et al. 2012), a low-pass whose cutoff rises
with the speed: a face that keeps still stands still in its crop, one that moves is followed.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

from vibelux.face.box import Box, distance

REACH = 1.0
"""How far a face's centre may move between two frames, in widths of the face; a face farther away
is somebody else's."""

STILL_CUTOFF = 1.0
"""Cutoff in hertz for a face that does not move."""

QUICKENING = 8.0
"""Hertz by which the cutoff rises with each width of the face a second. A face that moves steadily
is thus followed at a distance of at most 1 / (2π · 8) = 2 % of its width."""

SPEED_CUTOFF = 1.0
"""Cutoff in hertz for the speed itself."""

Coordinates = tuple[float, float, float, float]
"""Of the centre x and y in widths of the face, the logarithms of width and height."""


@dataclass(frozen=True)
class Followed:
    """Where a face is that is followed.

    Attributes:
        box: the smoothed box, with the score and turn of the frame's own.
        speed: of its coordinates, a second.
        time: of the frame in seconds.

    """

    box: Box
    speed: Coordinates
    time: float

    @classmethod
    def begin(cls, box: Box, time: float) -> Self:
        """Follow a face from here on."""
        return cls(box, (0.0, 0.0, 0.0, 0.0), time)

    def moved(self, found: Box, time: float) -> Self | None:
        """Return where the face is, given where the next frame shows it.

        Args:
            found: a face in that frame.
            time: of that frame in seconds; later than `time`.

        Returns:
            None if the face found is somebody else's.

        """
        if distance(found, self.box) > REACH:
            return None
        passed = time - self.time
        if found.turn != self.box.turn or passed <= 0:
            return type(self).begin(found, time)
        width = max(self.box.across, 1.0)
        (x, y), (u, v) = self.box.centre, found.centre
        away = (
            (u - x) / width,
            (v - y) / width,
            math.log(found.w / self.box.w),
            math.log(found.h / self.box.h),
        )
        speed = tuple(
            old + _share(SPEED_CUTOFF, passed) * (way / passed - old)
            for old, way in zip(self.speed, away, strict=True)
        )
        across, down, wider, higher = (
            _share(STILL_CUTOFF + QUICKENING * abs(fast), passed) * way
            for fast, way in zip(speed, away, strict=True)
        )
        w, h = self.box.w * math.exp(wider), self.box.h * math.exp(higher)
        x, y = x + across * width, y + down * width
        box = replace(found, x=x - w / 2, y=y - h / 2, w=w, h=h)
        return type(self)(box, (speed[0], speed[1], speed[2], speed[3]), time)


def _share(cutoff: float, passed: float) -> float:
    """Return which share of a change a low-pass lets through after so many seconds."""
    return -math.expm1(-2 * math.pi * cutoff * passed)
