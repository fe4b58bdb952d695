"""A closer look at a face that is followed, so that it is always seen in the same way.

Where the detector puts a box depends a little on which of its cells a face falls on, so the box of
a face that hardly moves wanders. Seen in a window around where it was last, it falls on the same
cells every time; docs/preprocessing.md, step 6.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from vibelux.face.box import Box, distance
from vibelux.face.sampling import Grey, Window, sample

SIDE = 112
"""Side of the window's picture in pixels."""

AROUND = 2.0
"""Side of the window in widths of the face, which is thus 56 pixels wide: faces of this size are
learnt on the middle one of the detector's three grids alone."""

NEAR = 0.25
"""How far two boxes of one face may lie apart, in widths of the face and in the logarithm of the
width."""


def close_look(grey: Grey, face: Box, known: Box, find: Callable[[Grey], Sequence[Box]]) -> Box:
    """Return a face's box at the place that a closer look finds, or as it is.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        face: as it was found in the picture.
        known: where it was in the frame before; it is looked at from there, unless it has moved.
        find: runs the detector on its input [shape=(h, w), dtype=uint8]; the boxes are in its
            pixels.

    """
    if face.turn:
        return face
    centre = known if _agree(face, known) else face
    side = AROUND * centre.w
    x, y = centre.centre
    window = Window(x - side / 2, y - side / 2, side, side)
    back = side / SIDE
    seen = (
        replace(found, x=found.x + window.x, y=found.y + window.y)
        for found in (
            box.scaled(back) for box in find(sample(grey, window, width=SIDE, height=SIDE))
        )
    )
    same = [box for box in seen if _agree(box, face)]
    if not same:
        return face
    return replace(max(same, key=lambda box: box.score), score=face.score)


def _agree(box: Box, other: Box) -> bool:
    """Say whether two boxes are nearly the same, so that they show one face."""
    alike = abs(math.log(box.w / other.w)) <= NEAR
    return alike and box.turn == other.turn and distance(box, other) <= NEAR
