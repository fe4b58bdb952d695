"""What hides a part of a face: glasses, cloths, hands, caps, hoods, and whatever is before it."""

import math

import numpy as np
from numpy.typing import NDArray

from vibelux.training.detector.drawing import Grey, draw_ellipse, draw_line

HAND_PLACES = ((0.5, 0.78), (0.12, 0.65), (0.88, 0.65), (0.5, 0.12), (0.25, 0.9), (0.75, 0.9))
"""Where a hand touches a face, in shares of its box: mouth, cheeks, forehead, chin."""


def face_hidden(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Hide a part of a face, or its surroundings.

    Args:
        part: drawn on.
        box: the face's edges in pixels.
        rng: where all chance comes from.

    """
    hiders = (_glasses, _cloth, _band, _patch, _hand, _hand, _cap, _cap, _hood)
    hiders[rng.integers(len(hiders))](part, box, rng)


def _glasses(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    level = rng.uniform(0, 60)
    eyes = rng.uniform(0.33, 0.42)
    for side in (0.3, 0.7):
        lens = _at(box, side, eyes)
        draw_ellipse(part, lens, _sides(box, 0.17, rng.uniform(0.05, 0.11)), level)
    draw_line(part, _at(box, 0.3, eyes), _at(box, 0.7, eyes), _sides(box, 0.03, 0)[0], level)


def _cloth(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw a cloth before mouth and chin, with or without a rounded edge."""
    level, top = rng.uniform(0, 255), rng.uniform(0.5, 0.65)
    if rng.random() < 0.5:
        _fill(part, box, (-0.05, top, 1.05, 1.05), level)
    else:
        draw_ellipse(part, _at(box, 0.5, top + 0.28), _sides(box, 0.45, 0.3), level)


def _band(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw a band over the eyes."""
    _fill(part, box, (0, 0.28, 1, rng.uniform(0.4, 0.5)), rng.uniform(0, 60))


def _patch(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw a piece of the picture itself, from elsewhere, over any place of the face."""
    left, top = rng.uniform(-0.1, 0.7, 2)
    right, bottom = np.array([left, top]) + rng.uniform(0.2, 0.45, 2)
    area = _area(part, box, (left, top, right, bottom))
    height, width = area.shape
    y, x = (int(rng.integers(0, size + 1)) for size in np.subtract(part.shape, area.shape))
    area[:] = part[y : y + height, x : x + width].copy()


def _hand(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw a fist, or a palm with fingers, about as bright as the face, with its arm."""
    face = _area(part, box, (0.2, 0.2, 0.8, 0.8))
    if not face.size:
        return
    skin = float(np.clip(np.median(face) * rng.uniform(0.75, 1.25), 10, 250))
    edge = skin * rng.uniform(0.5, 0.8)
    touched = HAND_PLACES[rng.integers(len(HAND_PLACES))]
    middle = np.array(_at(box, *touched)) + rng.normal(0, 0.06, 2) * (box[2:] - box[:2])
    width = box[2] - box[0]
    palm = width * rng.uniform(0.18, 0.32)
    # The forearm comes from below or from the side on which the hand is.
    sideways = (touched[0] - 0.5) * 2 + rng.normal(0, 0.5)
    away = np.array([sideways, 1.2]) / math.hypot(sideways, 1.2)
    wrist = middle + away * width * rng.uniform(0.8, 1.6)
    sleeve = rng.uniform(0, 255) if rng.random() < 0.5 else skin
    for thick, level in ((1.5, edge), (1.35, sleeve)):
        draw_line(part, _pair(middle + away * palm), _pair(wrist), thick * palm, level)
    draw_ellipse(part, _pair(middle), (1.05 * palm, 1.05 * palm), edge)
    draw_ellipse(part, _pair(middle), (palm, palm), skin)
    if rng.random() < 0.25:
        return
    spread, across = rng.uniform(0.1, 0.45), np.array([-away[1], away[0]])
    for finger in (-1.5, -0.5, 0.5, 1.5):
        root = middle + across * finger * palm * 0.5
        turn = finger * spread + rng.normal(0, 0.08)
        points = -away * math.cos(turn) + across * math.sin(turn)
        tip = root + points * palm * rng.uniform(1.2, 2.0)
        for thick, level in ((0.5, edge), (0.38, skin)):
            draw_line(part, _pair(root), _pair(tip), max(1.0, thick * palm), level)


def _cap(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw a crown over the hair and a brim down to the brows."""
    level = rng.uniform(0, 255)
    brim = rng.uniform(0.08, 0.27)
    side = rng.normal(0, 0.08)
    draw_ellipse(part, _at(box, 0.5 + side / 2, brim - 0.18), _sides(box, 0.62, 0.38), level)
    shade = level * rng.uniform(0.4, 0.9)
    middle = _at(box, 0.5 + side, brim + 0.03)
    draw_ellipse(part, middle, _sides(box, rng.uniform(0.5, 0.75), rng.uniform(0.05, 0.1)), shade)


def _hood(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw cloth around the face, whose opening leaves eyes, nose and mouth."""
    face = part.copy()
    level = rng.uniform(0, 255)
    draw_ellipse(part, _at(box, 0.5, 0.5), _sides(box, 0.85, 0.85), level)
    shoulders = _at(box, 0.5, 1.7)
    draw_ellipse(part, shoulders, _sides(box, 1.4, 0.8), level)
    opening = np.zeros(part.shape, dtype=np.uint8)
    size = rng.uniform(0.4, 0.5), rng.uniform(0.42, 0.52)
    draw_ellipse(opening, _at(box, 0.5, 0.52), _sides(box, *size), 255)
    seen = opening.astype(np.float32) / 255
    part[:] = np.rint(part * (1 - seen) + face * seen)


def _at(box: NDArray[np.float64], across: float, down: float) -> tuple[float, float]:
    """Return a point in pixels from its place in shares of a box."""
    return (
        float(box[0] + across * (box[2] - box[0])),
        float(box[1] + down * (box[3] - box[1])),
    )


def _sides(box: NDArray[np.float64], across: float, down: float) -> tuple[float, float]:
    """Return lengths in pixels from shares of a box's sides."""
    return float(across * (box[2] - box[0])), float(down * (box[3] - box[1]))


def _pair(point: NDArray[np.float64]) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _fill(
    part: Grey, box: NDArray[np.float64], edges: tuple[float, float, float, float], level: float
) -> None:
    _area(part, box, edges)[:] = round(level)


def _area(part: Grey, box: NDArray[np.float64], edges: tuple[float, float, float, float]) -> Grey:
    """Return the pixels of a part between edges in shares of a box."""
    left, top = _at(box, edges[0], edges[1])
    right, bottom = _at(box, edges[2], edges[3])
    rows = slice(max(0, round(top)), max(0, round(bottom) + 1))
    return part[rows, max(0, round(left)) : max(0, round(right) + 1)]
