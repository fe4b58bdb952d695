"""Draws a face of shaded ellipses that face detectors find, so that no photo is needed."""

import cv2
import numpy as np
from numpy.typing import NDArray

_DRAWN_AT = 400


def draw_face(side: int) -> NDArray[np.uint8]:
    """Return a frontal face [shape=(side, side), dtype=uint8]; hair and chin touch the edges."""
    y, x = np.mgrid[-1 : 1 : _DRAWN_AT * 1j, -1 : 1 : _DRAWN_AT * 1j]
    grey = np.full(x.shape, 120.0)

    def paint(
        level: float, cx: float, cy: float, rx: float, ry: float, soft: float, ink: float = 1
    ) -> None:
        """Blend an ellipse into the picture; ``soft`` is the width of its edge."""
        away = np.hypot((x - cx) / rx, (y - cy) / ry)
        cover = ink / (1 + np.exp((away - 1) / soft))
        grey[:] = grey * (1 - cover) + level * cover

    paint(45, 0, -0.1, 0.82, 0.98, 0.03)  # hair
    paint(185, 0, 0.08, 0.68, 0.86, 0.03)  # skin
    paint(225, 0, -0.35, 0.45, 0.2, 0.3, 0.45)  # forehead
    for side_of_face in (-1, 1):
        eye = side_of_face * 0.29
        paint(105, eye, -0.14, 0.22, 0.12, 0.25, 0.8)  # socket
        paint(60, eye, -0.30, 0.2, 0.04, 0.2, 0.95)  # brow
        paint(215, eye, -0.13, 0.12, 0.05, 0.15, 0.9)  # white of the eye
        paint(25, eye, -0.13, 0.055, 0.055, 0.1)  # iris
        paint(215, side_of_face * 0.38, 0.22, 0.2, 0.16, 0.4, 0.5)  # cheek
        paint(80, side_of_face * 0.09, 0.24, 0.05, 0.03, 0.2, 0.7)  # nostril
    paint(225, 0, 0.05, 0.07, 0.22, 0.3, 0.5)  # ridge of the nose
    paint(130, 0, 0.28, 0.14, 0.04, 0.3, 0.5)  # its shadow
    paint(95, 0, 0.5, 0.26, 0.06, 0.2, 0.9)  # lips
    paint(50, 0, 0.5, 0.2, 0.012, 0.2, 0.5)  # mouth
    paint(150, 0, 0.64, 0.16, 0.04, 0.3, 0.4)  # shadow below
    paint(110, 0, 0.95, 0.4, 0.1, 0.3, 0.35)  # chin
    how = cv2.INTER_AREA if side < _DRAWN_AT else cv2.INTER_LINEAR
    whole = np.clip(grey, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(whole, (side, side), interpolation=how), np.uint8)


def draw_frame(
    *faces: tuple[int, int, int], width: int = 640, height: int = 480
) -> NDArray[np.uint8]:
    """Return a grey frame with faces at (left, top, side), cut off where they reach beyond it."""
    frame = np.full((3 * height, 3 * width), 120, np.uint8)  # room around, for what is cut off
    for left, top, side in faces:
        frame[height + top :, width + left :][:side, :side] = draw_face(side)
    return np.ascontiguousarray(frame[height : 2 * height, width : 2 * width])
