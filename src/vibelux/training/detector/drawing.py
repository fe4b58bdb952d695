"""Draws on grey pictures: shapes with soft edges, words, and other pictures."""

import math
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Grey = NDArray[np.uint8]


def draw_ellipse(
    part: Grey,
    middle: tuple[float, float],
    axes: tuple[float, float],
    level: float,
    *,
    degrees: float = 0.0,
) -> None:
    """Draw a filled ellipse.

    Args:
        part: drawn on; what lies outside is cut off.
        middle: x and y in pixels.
        axes: half of its width and of its height in pixels.
        level: grey level.
        degrees: by which it is turned, clockwise.

    """
    a, b = (max(1.0, axis) for axis in axes)
    x, y, area = _around(part, middle, max(a, b))
    turn = math.radians(degrees)
    u = (x * math.cos(turn) + y * math.sin(turn)) / a
    v = (y * math.cos(turn) - x * math.sin(turn)) / b
    _paint(area, 0.5 - (np.hypot(u, v) - 1) * min(a, b), level)


def draw_line(
    part: Grey, start: tuple[float, float], end: tuple[float, float], thick: float, level: float
) -> None:
    """Draw a line of some thickness in pixels with round ends."""
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    along = np.array([end[0] - start[0], end[1] - start[1]]) / 2
    x, y, area = _around(part, middle, float(np.abs(along).max()) + thick)
    squared = float(along @ along)
    share = np.clip((x * along[0] + y * along[1]) / squared, -1, 1) if squared else 0.0
    away = np.hypot(x - share * along[0], y - share * along[1])
    _paint(area, 0.5 + thick / 2 - away, level)


def draw_text(
    part: Grey, text: str, left: tuple[float, float], *, height: float, thick: float, level: float
) -> None:
    """Draw a word.

    Args:
        part: drawn on.
        text: the word.
        left: x and y of where it begins on its base line.
        height: of a capital letter in pixels.
        thick: pixels by which its lines are thickened.
        level: grey level.

    """
    mask = Image.new("L", part.shape[::-1])
    font = _font(max(1, round(height / 0.7)))  # a capital letter has 0.7 of the font's size
    ImageDraw.Draw(mask).text(left, text, 255, font, anchor="ls", stroke_width=thick)
    _paint(part, np.asarray(mask, dtype=np.float32) / 255, level)


def draw_picture(
    part: Grey,
    picture: Grey,
    matrix: NDArray[np.float64],
    *,
    beyond: Literal["nothing", "mirrored"],
) -> None:
    """Draw a picture, turned and scaled; pixels are interpolated linearly.

    Args:
        part: drawn on.
        picture: [shape=(h, w), dtype=uint8].
        matrix: where its pixels come to lie [shape=(2, 3)]; pixel i covers [i, i + 1).
        beyond: what is drawn where the picture has no pixels.

    """
    back = np.linalg.inv(matrix[:, :2])
    shift = -back @ matrix[:, 2]
    height, width = part.shape
    if beyond == "mirrored":
        corners = np.array([[x, y] for x in (0, width) for y in (0, height)])
        reached = corners @ back.T + shift
        outside = max(-reached.min(), (reached - picture.shape[::-1]).max(), 0)
        margin = math.ceil(outside) + 1
        picture = np.pad(picture, margin, mode="reflect")
        shift = shift + margin
    place = (back[0, 0], back[0, 1], shift[0], back[1, 0], back[1, 1], shift[1])

    def seen(of: Image.Image, how: Image.Resampling) -> Grey:
        return np.asarray(of.transform((width, height), Image.Transform.AFFINE, place, how))

    pixels = seen(Image.fromarray(picture), Image.Resampling.BILINEAR)
    if beyond == "mirrored":
        part[:] = pixels
        return
    whole = Image.new("1", picture.shape[::-1], 1)
    np.copyto(part, pixels, where=seen(whole, Image.Resampling.NEAREST) > 0)


def _around(
    part: Grey, middle: tuple[float, float], reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], Grey]:
    """Return x and y from a middle, and the pixels of a part that are not farther than a reach."""
    rows, columns = (
        slice(max(0, math.floor(at - reach - 1)), max(0, math.ceil(at + reach + 2)))
        for at in (middle[1], middle[0])
    )
    area = part[rows, columns]
    y, x = np.ogrid[: area.shape[0], : area.shape[1]]
    return x + columns.start - middle[0], y + rows.start - middle[1], area


def _paint(area: Grey, cover: NDArray[np.floating], level: float) -> None:
    """Blend a level over pixels; ``cover`` below 0 leaves one as it is, above 1 hides it."""
    cover = np.clip(cover, 0, 1)
    area[:] = np.rint(area * (1 - cover) + level * cover)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
