"""A decoded video frame as players show it: upright, with square pixels, on white."""

from collections.abc import Mapping
from math import cos, hypot, radians, sin

import numpy as np
from av import VideoFrame
from av.buffer import Buffer
from av.sidedata.sidedata import Type
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

WIDEST_PIXEL = 8.0
"""Most times a pixel may be wider than high or higher than wide; more is taken for an error."""

_MATRIX_BYTES = 36
"""Size of a display matrix: nine numbers of 32 bits."""


def upright_grey(frame: VideoFrame, *, pixel_aspect: float, max_pixels: int) -> NDArray[np.uint8]:
    """Return a frame as players show it, in grey.

    A picture with pixels that are not square (anamorphic video) is stretched or reduced along one
    side before it is turned. Phones state by a matrix how to turn or mirror it: for odd angles, the
    nearest of the eight orientations is taken. Transparent parts become white.

    Args:
        frame: the decoded frame.
        pixel_aspect: width of a pixel in heights, > 0.
        max_pixels: most pixels of the result, unless the frame itself has more.

    Returns:
        grey [shape=(h, w), dtype=uint8].

    """
    size = _square_size(frame.width, frame.height, pixel_aspect, max_pixels)
    grey = _converted(frame, "gray", size)
    if _may_be_transparent(frame):
        alpha = _converted(frame, "rgba", size)[:, :, 3].astype(np.uint16)
        grey = ((grey * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(_oriented(grey, _display_matrix(frame)))


def _square_size(width: int, height: int, pixel_aspect: float, max_pixels: int) -> tuple[int, int]:
    """Return width and height with square pixels: one side is stretched or the other reduced."""
    if not 1 / WIDEST_PIXEL <= pixel_aspect <= WIDEST_PIXEL:
        return width, height
    wider, higher = max(1.0, pixel_aspect), max(1.0, 1 / pixel_aspect)
    if width * wider * height * higher > max_pixels:
        wider, higher = 1 / higher, 1 / wider
    return max(1, round(width * wider)), max(1, round(height * higher))


def _converted(frame: VideoFrame, kind: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a frame in a format of FFmpeg, [shape=(h, w) or (h, w, channels), dtype=uint8]."""
    if size == (frame.width, frame.height):
        return np.asarray(frame.to_ndarray(format=kind), np.uint8)
    width, height = size
    resized = frame.to_ndarray(
        width=width, height=height, format=kind, interpolation=Interpolation.BILINEAR
    )
    return np.asarray(resized, np.uint8)


def _may_be_transparent(frame: VideoFrame) -> bool:
    kind = frame.format
    return kind.name == "pal8" or any(component.is_alpha for component in kind.components)


def _display_matrix(frame: VideoFrame) -> tuple[float, float, float, float]:
    """Return a, b, c, d, which map a stored point (x, y) to (a·x + c·y, b·x + d·y).

    The others of FFmpeg's nine numbers (libavutil/display.h) move or distort the picture.
    """
    try:
        side_data: Mapping[Type, Buffer] = frame.side_data  # type: ignore[assignment]
    except ValueError:  # PyAV does not know one of its kinds, and gives the angle alone
        angle = radians(frame.rotation)  # counter-clockwise
        return cos(angle), -sin(angle), sin(angle), cos(angle)
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None or matrix.buffer_size != _MATRIX_BYTES:
        return 1.0, 0.0, 0.0, 1.0
    numbers = np.frombuffer(bytes(matrix), np.int32)
    a, b, _, c, d = (float(number) for number in numbers[:5])
    across, down = hypot(a, c) or 1.0, hypot(b, d) or 1.0
    return a / across, b / down, c / across, d / down


def _oriented(
    grey: NDArray[np.uint8], matrix: tuple[float, float, float, float]
) -> NDArray[np.uint8]:
    """Return a picture in that of the eight orientations that is nearest to a matrix."""
    a, b, c, d = matrix
    across, down = a, d
    if abs(b) + abs(c) > abs(a) + abs(d):
        grey, across, down = grey.T, c, b
    return grey[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]
