"""Round and striped things that are no faces: wheels, lamps, balls, signs, letters, gratings.

Photographs without people hold too few of them to be learnt as something else than a face.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_LETTERS = "ABCDEFGHKMNOPQRSTXZ023456890&%@#"


def draw_distractors(part: Grey, rng: np.random.Generator) -> None:
    """Draw one to four of them at random places and sizes.

    Args:
        part: drawn on.
        rng: where all chance comes from.

    """
    drawings = (_wheel, _lamp, _ball, _letters, _grating)
    height, width = part.shape
    for _ in range(int(rng.integers(1, 5))):
        radius = math.exp(rng.uniform(math.log(5), math.log(max(8, 0.45 * min(part.shape)))))
        middle = (round(rng.uniform(0, width)), round(rng.uniform(0, height)))
        draw = drawings[rng.integers(len(drawings))]
        draw(part, middle, radius, rng)


def _ellipse(
    part: Grey, middle: tuple[int, int], axes: tuple[float, float], level: float, angle: float
) -> None:
    size = (max(1, round(axes[0])), max(1, round(axes[1])))
    cv2.ellipse(part, middle, size, angle, 0, 360, float(level), -1, cv2.LINE_AA)


def _axes(radius: float, rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    """Return half axes from a circle's to those of one seen from the side, and the turn."""
    narrow = rng.uniform(0.55, 1.0)
    return (radius * narrow, radius), float(rng.uniform(-25, 25))


def _wheel(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    (a, b), angle = _axes(radius, rng)
    tyre, rim = rng.uniform(0, 90), rng.uniform(90, 255)
    _ellipse(part, middle, (a, b), tyre, angle)
    inner = rng.uniform(0.55, 0.85)
    _ellipse(part, middle, (a * inner, b * inner), rim, angle)
    count, start = int(rng.integers(3, 12)), rng.uniform(0, 2 * math.pi)
    thick = max(1, round(radius * rng.uniform(0.05, 0.2)))
    for spoke in range(count):
        turn = start + 2 * math.pi * spoke / count
        end = (
            round(middle[0] + a * inner * math.cos(turn)),
            round(middle[1] + b * inner * math.sin(turn)),
        )
        cv2.line(part, middle, end, float(tyre), thick, cv2.LINE_AA)
    _ellipse(part, middle, (a * 0.15, b * 0.15), rng.uniform(0, 255), angle)


def _lamp(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    (a, b), angle = _axes(radius, rng)
    for share in sorted(rng.uniform(0.1, 1.0, int(rng.integers(2, 6))), reverse=True):
        shift = rng.normal(0, 0.05 * radius, 2)
        centre = (round(middle[0] + shift[0]), round(middle[1] + shift[1]))
        _ellipse(part, centre, (a * share, b * share), rng.uniform(0, 255), angle)


def _ball(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    (a, b), angle = _axes(radius, rng)
    dark, bright = np.sort(rng.uniform(20, 255, 2))
    turn = rng.uniform(0, 2 * math.pi)
    for step in range(8):
        share = 1 - step / 8
        away = 0.35 * radius * step / 8
        centre = (
            round(middle[0] + away * math.cos(turn)),
            round(middle[1] + away * math.sin(turn)),
        )
        level = dark + (bright - dark) * step / 7
        _ellipse(part, centre, (a * share, b * share), level, angle)


def _letters(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    text = "".join(rng.choice(list(_LETTERS), int(rng.integers(1, 6))))
    scale = radius / 12
    thick = max(1, round(scale * rng.uniform(1, 4)))
    left = (middle[0] - round(radius), middle[1] + round(radius))
    if rng.random() < 0.5:
        _ellipse(part, middle, (radius * 1.3, radius * 1.3), rng.uniform(0, 255), 0.0)
        text = text[:1]
    level = float(rng.uniform(0, 255))
    cv2.putText(part, text, left, cv2.FONT_HERSHEY_SIMPLEX, scale, level, thick, cv2.LINE_AA)


def _grating(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    x, y = (max(0, round(centre - radius)) for centre in middle)
    area = part[y : y + round(2 * radius), x : x + round(2 * radius * rng.uniform(0.6, 1.4))]
    rows, columns = np.indices(area.shape)
    angle, period = rng.uniform(0, math.pi), rng.uniform(3, max(4, radius))
    wave = np.sin((columns * math.cos(angle) + rows * math.sin(angle)) * 2 * math.pi / period)
    if rng.random() < 0.5:
        wave = np.sign(wave)
    level, contrast = rng.uniform(40, 215), rng.uniform(10, 120)
    area[:] = np.clip(level + contrast * wave, 0, 255).astype(np.uint8)
