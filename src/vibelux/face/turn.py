"""Which way up a face is: the detector is asked, since it knows upright faces.

A face that is found upside down, or rarely on its side, would get another mood than the same face
upright. So what is around each face is shown to the detector once more, turned four ways beside
each other; docs/preprocessing.md, step 6.
"""

from collections.abc import Callable, Sequence

import numpy as np

from vibelux.face.box import Box
from vibelux.face.sampling import Grey, Window, sample

Find = Callable[[Grey], Sequence[Box]]
"""Runs the detector on its input [shape=(h, w), dtype=uint8]; the boxes are in its pixels."""

SIDE = 80
"""Pixels of each of the four."""

AROUND = 2.0
"""Widths of the face that they show; so it is 40 pixels wide, enough for the detector."""

_MIDDLE = 14
"""Pixels by which a box's centre may miss the middle of its quarter along each axis."""

_WIDTHS = (16, 88)
"""Of a box in pixels; others are parts of the face or things around it."""


def upright(grey: Grey, box: Box, find: Find) -> Box:
    """Return a box with the turn that makes its face upright, and at that face's place.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        box: a face, taken to be upright.
        find: the detector.

    Returns:
        the box itself if it is strongest as it is, or if the detector no longer finds it.

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
    there = Box(strongest.x - left, strongest.y - top, strongest.w, strongest.h, strongest.score)
    back = there.turned_back(turn, width=SIDE, height=SIDE).scaled(side / SIDE)
    return Box(back.x + window.x, back.y + window.y, back.w, back.h, box.score, turn)


def _quarter(face: Box) -> int | None:
    """Return in the middle of which quarter, 0 to 3, a box lies; None if in no one's."""
    x, y = face.centre
    column, row = int(x >= SIDE), int(y >= SIDE)
    away = max(abs(x - (column + 0.5) * SIDE), abs(y - (row + 0.5) * SIDE))
    if away >= _MIDDLE or not _WIDTHS[0] < face.w < _WIDTHS[1]:
        return None
    return 2 * row + column
