"""Which way up a face is, found by the detector, which is trained on upright faces.

A face that is found upside down (or, rarely, on its side) would get another mood than the same face
upright. So the surroundings of each face are shown to the detector once more, turned in four ways
side by side; docs/preprocessing.md, step 6.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vibelux.face.box import Box
from vibelux.face.sampling import Grey, Window, sample

Find = Callable[[Grey], Sequence[Box]]
"""Runs the detector on its input [shape=(h, w), dtype=uint8]; the boxes are in its pixels."""

SIDE = 80
"""Side of each of the four pictures in pixels."""

AROUND = 2.0
"""Their side in widths of the face, which is thus 40 pixels wide: enough for the detector."""

_MIDDLE = 14
"""Pixels by which a box's centre may miss the middle of its quarter, along each axis."""

_WIDTHS = (16, 88)
"""Widths of a box in pixels; others are parts of the face or things around it."""


def upright(grey: Grey, box: Box, find: Find) -> Box:
    """Return a box with the turn that makes its face upright, placed on that face.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        box: a face, taken to be upright.
        find: the detector.

    Returns:
        the box itself if its face is found best as it is, or is no longer found.

    """
    side = AROUND * box.w
    x, y = box.centre
    window = Window(x - side / 2, y - side / 2, side, side)
    shown = sample(grey, window, width=SIDE, height=SIDE)
    turned = [np.rot90(shown, turn) for turn in range(4)]
    strongest, turn = box, 0
    score = -1.0
    for face in find(np.block([turned[:2], turned[2:]])):
        quarter = _quarter(face)
        if quarter is not None and (face.score, -quarter) > (score, -turn):
            strongest, turn, score = face, quarter, face.score
    if turn == 0:
        return box
    left, top = SIDE * (turn % 2), SIDE * (turn // 2)
    there = replace(strongest, x=strongest.x - left, y=strongest.y - top)
    back = there.turned_back(turn, width=SIDE, height=SIDE).scaled(side / SIDE)
    return replace(back, x=back.x + window.x, y=back.y + window.y, score=box.score)


def _quarter(face: Box) -> int | None:
    """Return the quarter, 0 to 3, in whose middle a box lies, or None."""
    x, y = face.centre
    column, row = int(x >= SIDE), int(y >= SIDE)
    away = max(abs(x - (column + 0.5) * SIDE), abs(y - (row + 0.5) * SIDE))
    if away >= _MIDDLE or not _WIDTHS[0] < face.w < _WIDTHS[1]:
        return None
    return 2 * row + column
