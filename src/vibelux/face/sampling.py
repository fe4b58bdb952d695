"""Samples a rectangle of a picture in integers: the only resizing between camera and networks.

Every output pixel is the mean of the source area that it covers; where the picture is enlarged,
that area is one source pixel wide, which is linear interpolation. Weights are whole multiples of
1/2048, so the result is the same to the last bit in any language and any order of summation;
docs/preprocessing.md gives the formulas.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import InvalidInput

Grey = NDArray[np.uint8]

SHIFT = 11
UNIT = 1 << SHIFT
"""Sum of an output pixel's weights along each axis; 255 · 2048² fits into int32."""

BAND = 40
"""Number of output rows computed at a time: their input stays in the processor's cache (0.6 instead
of 1.6 ms for 640×480 to 320×240), and a large picture needs little memory."""


class Window(NamedTuple):
    """A rectangle in a picture's pixels; it may reach beyond the picture.

    Attributes:
        x: left edge; pixel i covers [i, i + 1).
        y: upper edge.
        w: width, > 0.
        h: height, > 0.

    """

    x: float
    y: float
    w: float
    h: float


def sample(grey: Grey, window: Window, *, width: int, height: int) -> Grey:
    """Return the part of a picture in a window, resized; beyond the picture its border is repeated.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        window: the part to sample.
        width: of the result in pixels.
        height: of the result in pixels.

    Returns:
        [shape=(height, width), dtype=uint8].

    Raises:
        InvalidInput: the window or the picture is empty.

    """
    if not (window.w > 0 and window.h > 0 and grey.size):
        raise InvalidInput(f"cannot sample {window} of a picture of shape {grey.shape}")
    rows, down = _weights(grey.shape[0], window.y, window.h, height)
    columns, across = _weights(grey.shape[1], window.x, window.w, width)
    result = np.empty((height, width), np.uint8)
    for start in range(0, height, BAND):
        band = slice(start, start + BAND)
        lines = _weighted(grey, rows[band], down[band])
        total = _weighted(np.ascontiguousarray(lines.T), columns, across)
        result[band] = ((total + UNIT * UNIT // 2) >> 2 * SHIFT).T
    return result


def sample_levelled(grey: Grey, square: Window, *, size: int, degrees: float) -> Grey:
    """Return the part of a picture in a square that is turned about its middle.

    Twice the square is sampled upright, at two pixels per output pixel; the turned square is
    interpolated linearly in it and each output is the mean of four places, all in integers.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        square: before it is turned; its width is its side.
        size: side of the result in pixels.
        degrees: by which it is turned clockwise.

    Returns:
        [shape=(size, size), dtype=uint8].

    Raises:
        InvalidInput: the square or the picture is empty.

    """
    x, y, side, _ = square
    around = Window(x - side / 2, y - side / 2, 2 * side, 2 * side)
    wide = sample(grey, around, width=4 * size, height=4 * size).astype(np.int64)
    turn = math.radians(degrees)
    cos, sin = (math.floor(65536 * value + 0.5) for value in (math.cos(turn), math.sin(turn)))
    half = 2 * np.arange(2 * size) + 1 - 2 * size  # twice the distance from the middle
    across, down = half[None], half[:, None]
    # Places in 256ths of a pixel of `wide`, counted from the middle of its first pixel.
    middle = 512 * size - 128
    column = middle + ((cos * across - sin * down + 256) >> 9)
    row = middle + ((sin * across + cos * down + 256) >> 9)
    left, top, u, v = column >> 8, row >> 8, column & 255, row & 255
    upper = (256 - u) * wide[top, left] + u * wide[top, left + 1]
    lower = (256 - u) * wide[top + 1, left] + u * wide[top + 1, left + 1]
    places = (256 - v) * upper + v * lower
    total = places.reshape(size, 2, size, 2).sum(axis=(1, 3))
    return np.asarray((total + (1 << 17)) >> 18, dtype=np.uint8)


def _weights(
    length: int, start: float, span: float, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the pixels of a line that make up each of ``size`` outputs, and their weights.

    Args:
        length: of the line.
        start: where the outputs begin.
        span: length that all outputs cover together.
        size: number of outputs.

    Returns:
        first pixel [shape=(size,)], and the weights of it and those after it [shape=(size, k)];
        each row sums to `UNIT`.

    """
    step = span / size
    reach = max(1.0, step)
    begin = start + (np.arange(size) + 0.5) * step - reach / 2
    taps = min(length, int(np.ceil(reach)) + 1)
    first = np.clip(np.floor(begin), 0, length - taps).astype(np.int64)
    edges = first[:, None] + np.arange(taps + 1)
    share = np.clip((edges - begin[:, None]) / reach, 0, 1)
    cumulative = np.floor(UNIT * share + 0.5).astype(np.int32)
    # Beyond its ends, the line goes on with its first and its last pixel.
    cumulative[:, 0] = 0
    cumulative[:, -1] = UNIT
    return first, np.diff(cumulative, axis=1)


def _weighted(
    lines: NDArray[np.uint8] | NDArray[np.int32],
    first: NDArray[np.int64],
    weights: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return the weighted sums of lines [shape=(n, m)], one for each output [shape=(size, m)]."""
    total = lines[first] * weights[:, 0, None]
    for tap in 1 + np.flatnonzero(weights[:, 1:].any(axis=0)):
        total += lines[first + tap] * weights[:, tap, None]
    return total
