"""A face's place in a picture; which of several is the main one, which are the same face."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

COVERED = 0.5
"""Share of the smaller of two boxes from which on both are taken for one face, seen at two
sizes."""

EVEN_MARGIN, STEEPNESS = 0.16, 100.0
"""Above the detector's threshold: the score at which a face counts by half when the main one is
chosen; and how fast that changes with the score (docs/face.md)."""

LEVEL, STEEPEST = 6.0, 60.0
"""Degrees: a face that is tilted less is left as it is, since the points are not that certain, and
one that seems to be tilted more is taken to have mistaken points."""


@dataclass(frozen=True)
class Box:
    """A face's place in a picture, forehead to chin and cheek to cheek as in WIDER FACE.

    Attributes:
        x: left edge in pixels; may lie outside the picture for a face at its edge.
        y: upper edge, as x.
        w: width in pixels.
        h: height in pixels.
        score: how sure the detector is, in [0, 1].
        turn: counter-clockwise quarter turns that make the face upright, 0 to 3. For a face on its
            side (1 or 3), ``h`` is the distance from cheek to cheek.
        tilt: degrees by which the eyes are out of level then, clockwise; 0 where they nearly are
            level, or where it is not known.

    """

    x: float
    y: float
    w: float
    h: float
    score: float
    turn: int = 0
    tilt: float = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        """The middle (x, y) in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def across(self) -> float:
        """The face's width from cheek to cheek in pixels, however it is turned."""
        return self.h if self.turn % 2 else self.w

    def prominence(self, *, threshold: float) -> float:
        """Return how much the face counts when the main one is chosen.

        That is its width times its score, if it is certain: among certain faces the largest is the
        main one, of nearly equal ones the surer; a doubtful one does not come before them, however
        large it is (docs/face.md).

        Args:
            threshold: score from which on the detector's boxes count.

        """
        above = self.score - threshold - EVEN_MARGIN
        return self.across * self.score / (1 + math.exp(-STEEPNESS * above))

    def scaled(self, factor: float) -> "Box":
        """Return the box in a picture that is ``factor`` times as large."""
        x, y, w, h = (value * factor for value in (self.x, self.y, self.w, self.h))
        return replace(self, x=x, y=y, w=w, h=h)

    def turned_back(self, turn: int, *, width: float, height: float) -> "Box":
        """Return a box that was found in a turned picture as a box of the original picture.

        Args:
            turn: counter-clockwise quarter turns by which the picture was turned.
            width: width of the original picture in pixels.
            height: its height in pixels.

        """
        x, y, w, h = self.x, self.y, self.w, self.h
        sides = (width, height)
        for made in range(turn, 0, -1):
            x, y, w, h = sides[(made - 1) % 2] - y - h, x, h, w
        return replace(self, x=x, y=y, w=w, h=h, turn=(self.turn + turn) % 4)

    def as_json(self) -> dict[str, float]:
        """Return ``{"x", "y", "w", "h", "score"}``, pixels rounded to a tenth.

        A face that is not upright has ``turn`` as well.
        """
        place = {"x": self.x, "y": self.y, "w": self.w, "h": self.h}
        return {
            **{name: round(value, 1) for name, value in place.items()},
            "score": round(self.score, 4),
            **({"turn": self.turn} if self.turn else {}),
        }


def tilt_of(points: NDArray[np.floating]) -> float:
    """Return how many degrees a face is tilted clockwise, 0 if its eyes are nearly level.

    Args:
        points: x, y of right eye, left eye, nose, right and left corner of the mouth; right is the
            person's right [shape=(5, 2)].

    """
    # Eyes and mouth together: either alone is less certain.
    across, down = (points[1] - points[0] + points[4] - points[3]).tolist()
    degrees = math.degrees(math.atan2(down, across))
    return degrees if LEVEL <= abs(degrees) <= STEEPEST else 0.0


def distance(box: Box, other: Box) -> float:
    """Return the distance between two boxes' centres, in widths of the second."""
    (x, y), (u, v) = box.centre, other.centre
    return math.hypot(x - u, y - v) / max(other.across, 1)


def merged(looks: Iterable[Sequence[Box]], *, threshold: float) -> list[Box]:
    """Return the faces that were found in several looks at one picture, the most prominent first.

    A box is left out if it overlaps a more prominent box of another look by half of the smaller of
    the two.

    Args:
        looks: the boxes of each look.
        threshold: score from which on they count.

    """
    found = [(box, number) for number, boxes in enumerate(looks) for box in boxes]
    found.sort(key=lambda face: face[0].prominence(threshold=threshold), reverse=True)
    return [
        box
        for place, (box, number) in enumerate(found)
        if all(number == other or _covered(box, face) < COVERED for face, other in found[:place])
    ]


def _covered(box: Box, other: Box) -> float:
    """Return the share of the smaller of two boxes that the other one covers."""
    across = min(box.x + box.w, other.x + other.w) - max(box.x, other.x)
    down = min(box.y + box.h, other.y + other.h) - max(box.y, other.y)
    smaller = min(box.w * box.h, other.w * other.h)
    return max(0.0, across) * max(0.0, down) / smaller if smaller > 0 else 0.0
