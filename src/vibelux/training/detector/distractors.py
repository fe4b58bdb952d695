"""Round and striped things that are not faces: wheels, lamps, balls, signs, letters, gratings.

Photographs without people hold too few of them to be learnt as something else than a face.
"""

import math

import numpy as np
from scipy import ndimage

from vibelux.training.detector.drawing import Grey, draw_ellipse, draw_line, draw_text

_LETTERS = "ABCDEFGHKMNOPQRSTXZ023456890&%@#"


def draw_distractors(part: Grey, rng: np.random.Generator) -> None:
    """Draw one to four of them at random places and sizes.

    Args:
        part: drawn on.
        rng: where all chance comes from.

    """
    drawings = (_wheel, _lamp, _ball, _ball, _letters, _grating, _vessels)
    height, width = part.shape
    for _ in range(int(rng.integers(1, 5))):
        radius = math.exp(rng.uniform(math.log(5), math.log(max(8, 0.45 * min(part.shape)))))
        middle = (round(rng.uniform(0, width)), round(rng.uniform(0, height)))
        draw = drawings[rng.integers(len(drawings))]
        draw(part, middle, radius, rng)
    if rng.random() < 0.3:
        part[:] = ndimage.gaussian_filter(part, rng.uniform(1, 6))


def _axes(radius: float, rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    """Return half axes from a circle's to those of one seen from the side, and the turn."""
    narrow = rng.uniform(0.55, 1.0)
    return (radius * narrow, radius), float(rng.uniform(-25, 25))


def _wheel(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    (a, b), angle = _axes(radius, rng)
    tyre, rim = rng.uniform(0, 90), rng.uniform(90, 255)
    draw_ellipse(part, middle, (a, b), tyre, degrees=angle)
    inner = rng.uniform(0.55, 0.85)
    draw_ellipse(part, middle, (a * inner, b * inner), rim, degrees=angle)
    count, start = int(rng.integers(3, 12)), rng.uniform(0, 2 * math.pi)
    thick = max(1, round(radius * rng.uniform(0.05, 0.2)))
    for spoke in range(count):
        turn = start + 2 * math.pi * spoke / count
        end = (
            round(middle[0] + a * inner * math.cos(turn)),
            round(middle[1] + b * inner * math.sin(turn)),
        )
        draw_line(part, middle, end, thick, tyre)
    draw_ellipse(part, middle, (a * 0.15, b * 0.15), rng.uniform(0, 255), degrees=angle)


def _lamp(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    (a, b), angle = _axes(radius, rng)
    for share in sorted(rng.uniform(0.1, 1.0, int(rng.integers(2, 6))), reverse=True):
        shift = rng.normal(0, 0.05 * radius, 2)
        centre = (round(middle[0] + shift[0]), round(middle[1] + shift[1]))
        draw_ellipse(part, centre, (a * share, b * share), rng.uniform(0, 255), degrees=angle)


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
        draw_ellipse(part, centre, (a * share, b * share), level, degrees=angle)


def _vessels(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    """Draw a disc with a bright spot from which dark lines branch, as in a scan of a retina."""
    level = rng.uniform(60, 200)
    draw_ellipse(part, middle, (radius, radius), level)
    spot = np.array(middle) + rng.uniform(-0.5, 0.5, 2) * radius
    draw_ellipse(part, (spot[0], spot[1]), (0.15 * radius, 0.18 * radius), level * 1.25)
    thick = max(1.0, 0.04 * radius)
    for turn in rng.uniform(0, 2 * math.pi, int(rng.integers(3, 7))):
        at = spot
        for _ in range(5):
            turn += rng.normal(0, 0.5)
            to = at + 0.25 * radius * np.array([math.cos(turn), math.sin(turn)])
            if math.hypot(*(to - middle)) > radius:
                break
            draw_line(part, (at[0], at[1]), (to[0], to[1]), thick, level * 0.7)
            at = to


def _letters(part: Grey, middle: tuple[int, int], radius: float, rng: np.random.Generator) -> None:
    text = "".join(rng.choice(list(_LETTERS), int(rng.integers(1, 6))))
    thick = radius / 12 * rng.uniform(0, 1.5)
    left = (middle[0] - round(radius), middle[1] + round(radius))
    if rng.random() < 0.5:
        draw_ellipse(part, middle, (radius * 1.3, radius * 1.3), rng.uniform(0, 255))
        text = text[:1]
    level = rng.uniform(0, 255)
    draw_text(part, text, left, height=1.75 * radius, thick=thick, level=level)


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
