"""Draws faces that detectors find, so that no photo is needed.

A face is a landscape of hills (head, nose, brow, lips, cheeks, chin) lit from one side, painted
with skin, hair, eyes and lips.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """How a face looks.

    Attributes:
        skin: share of the light that the skin reflects.
        hair: share that the hair reflects.
        light: brightness of everything, 1 in a lit room.
        from_left: how far the light comes from the left, -1 to 1.
        tilt: degrees by which the head is turned in the picture, clockwise.
        aside: how far the head looks to the right of the picture, -1 to 1 for a half profile.
        open_mouth: 0 closed to 1 wide open.
        smile: how far the corners of the mouth are up.
        glasses: with or without.
        beard: with or without.

    """

    skin: float = 0.75
    hair: float = 0.16
    light: float = 1.0
    from_left: float = 0.35
    tilt: float = 0.0
    aside: float = 0.0
    open_mouth: float = 0.0
    smile: float = 0.3
    glasses: bool = False
    beard: bool = False


PLAIN = Look()


def draw_face(side: int, look: Look = PLAIN) -> NDArray[np.uint8]:
    """Return a face [shape=(side, side), dtype=uint8]; hair and chin touch the edges."""
    return draw_frame((0, 0, side), width=side, height=side, look=look)


def draw_frame(
    *faces: tuple[int, int, int], width: int = 640, height: int = 480, look: Look = PLAIN
) -> NDArray[np.uint8]:
    """Return a grey frame with faces at (left, top, side), cut off where they reach beyond it."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    level = look.light * (0.42 + 0.12 * np.sin(2.1 * x / width + 0.6) - 0.14 * y / height)
    turn = np.deg2rad(look.tilt)
    # No body before another's head. Beyond these edges nothing of either is seen.
    for paint, wide, low in ((_body, 1.8, 3.4), (_head, 1.4, 1.5)):
        for left, top, side in faces:
            across, down = (x - left) / (side / 2) - 1, (y - top) / (side / 2) - 1
            u = np.cos(turn) * across + np.sin(turn) * down
            v = np.cos(turn) * down - np.sin(turn) * across
            rows, columns = np.nonzero((np.abs(u) < wide) & (v > -1.4) & (v < low))
            if len(rows):
                part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
                level[part] = paint(level[part], u[part], v[part], 2 / side, look)
    return np.clip(255 * level, 0, 255).astype(np.uint8)


def _inside(u: Map, v: Map, ru: float, rv: float, soft: float) -> Map:
    """Return 1 inside an ellipse around the origin, 0 outside; its edge is ``soft`` wide."""
    away = (np.hypot(u / ru, v / rv) - 1) * min(ru, rv)
    return 1 / (1 + np.exp(np.clip(3 * away / soft, -40, 40)))


def _body(ground: Map, u: Map, v: Map, pixel: float, look: Look) -> Map:
    """Return a part of a frame with shoulders and neck on it."""
    neck = _inside(u, v - 1.05, 0.36, 0.6, 0.06)
    shoulders = _inside(u, v - 2.1, 1.5, 1.0, 0.06)
    level = ground * (1 - shoulders) + look.light * 0.3 * (1 - 0.15 * u) * shoulders
    return level * (1 - neck) + look.light * 0.55 * look.skin * neck


def _head(ground: Map, u: Map, v: Map, pixel: float, look: Look) -> Map:
    """Return a part of a frame with a head on it; u, v are -1 to 1 from edge to edge."""
    hair = _inside(u, v + 0.16, 0.78, 0.84, 0.05)
    skull = _inside(u, v - 0.08, 0.64, 0.9, 0.03) * (1 - _inside(u, v + 0.95, 0.62, 0.4, 0.08))
    strands = 0.8 + 0.25 * np.sin(23 * u + 4 * v)
    gloss = 0.7 + 0.5 * np.exp(-(((u + 0.2) / 0.4) ** 2) - ((v + 0.8) / 0.3) ** 2)
    hills = 0.75 * np.sqrt(np.clip(1 - (u / 0.72) ** 2 - ((v - 0.08) / 0.95) ** 2, 0.02, 1))
    u = u - 0.4 * look.aside * hills  # what stands out moves most when the head turns

    def blob(cu: float, cv: float, ru: float, rv: float) -> Map:
        return np.exp(-(((u - cu) / ru) ** 2 + ((v - cv) / rv) ** 2))

    def disc(cu: float, cv: float, ru: float, rv: float, soft: float = 0.02) -> Map:
        return _inside(u - cu, v - cv, ru, rv, max(soft, pixel))

    bend = 0.47 + 0.06 * look.open_mouth - look.smile * 1.2 * u**2
    ridge = np.clip((v + 0.16) / 0.36, 0, 1) / (1 + np.exp(np.clip((v - 0.25) / 0.015, -40, 40)))
    hills += 0.2 * ridge * np.exp(-((u / (0.055 + 0.05 * ridge)) ** 2))  # nose
    hills += 0.08 * blob(0, 0.78, 0.18, 0.12)  # chin
    for side in (-1, 1):
        hills += 0.05 * blob(side * 0.1, 0.2, 0.05, 0.045)  # nostril
        hills += 0.06 * blob(side * 0.34, 0.16, 0.16, 0.13)  # cheek
        hills += 0.05 * blob(side * 0.25, -0.27, 0.2, 0.06)  # brow
        hills -= 0.1 * blob(side * 0.25, -0.13, 0.15, 0.09)  # socket
        hills += 0.05 * blob(side * 0.25, -0.11, 0.09, 0.06)  # eyeball
    for away, high, wide, long in ((-0.05, 0.05, 0.2, 0.035), (0.06, 0.06, 0.17, 0.04),
                                   (0.14, -0.04, 0.15, 0.03)):  # fmt: skip
        hills += high * np.exp(-(((v - bend - away) / long) ** 2) - (u / wide) ** 2)  # lips

    down, across = np.gradient(hills, pixel)
    lamp = np.array([-0.6 * look.from_left, -0.45, 0.8])
    lamp /= np.linalg.norm(lamp)
    facing = (lamp[2] - across * lamp[0] - down * lamp[1]) / np.sqrt(1 + across**2 + down**2)
    shade = 0.32 + 0.68 * np.clip(facing, 0, 1)

    colour = np.full(u.shape, look.skin)

    def paint(level: float, cover: Map) -> None:
        colour[:] = colour * (1 - cover) + level * cover

    if look.beard:
        paint(look.hair, 0.85 * disc(0, 0.28, 0.62, 0.62, 0.12) / (1 + np.exp((0.3 - v) / 0.04)))
        paint(look.hair, 0.85 * disc(0, 0.36, 0.24, 0.06, 0.05))
    thick, gap = 0.055 + 0.05 * look.open_mouth, 0.012 + 0.07 * look.open_mouth
    paint(0.62 * look.skin, 0.9 * np.exp(-(((v - bend) / thick) ** 4) - (u / 0.21) ** 4))
    paint(0.12 * look.skin, np.exp(-(((v - bend) / gap) ** 2) - (u / 0.2) ** 6))
    for eye in (-0.25, 0.25):
        arch = -0.27 + 0.35 * (u - eye) ** 2
        paint(0.35 * look.skin, 0.8 * blob(0.3 * eye, 0.245, 0.035, 0.018))  # nostril
        paint(0.72 * look.skin, 0.6 * blob(eye, -0.13, 0.15, 0.075))  # socket
        paint(look.hair, 0.85 * np.exp(-(((v - arch) / 0.035) ** 2) - ((u - eye) / 0.15) ** 6))
        paint(0.3 * look.skin, 0.8 * disc(eye, -0.12, 0.115, 0.058, 0.03))  # lid
        paint(0.9, disc(eye, -0.115, 0.095, 0.04))  # white of the eye
        paint(0.1, disc(eye, -0.12, 0.042, 0.044, 0.015) * disc(eye, -0.115, 0.1, 0.045, 0.03))
        if look.glasses:
            paint(0.06, np.clip(disc(eye, -0.11, 0.2, 0.15) - disc(eye, -0.11, 0.17, 0.12), 0, 1))
            paint(0.06, disc(2.1 * eye, -0.14, 0.11, 0.018))
    if look.glasses:
        paint(0.06, disc(0, -0.13, 0.07, 0.02))

    level = ground * (1 - hair) + look.light * look.hair * strands * gloss * hair
    return level * (1 - skull) + look.light * colour * shade * skull
