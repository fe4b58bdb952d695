"""What light, lens, sensor and file format do to a frame, and what hides a part of a face."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_NOISE = np.random.default_rng(0).normal(0, 1, (512, 512)).astype(np.float32)


def tinted(part: Grey, rng: np.random.Generator) -> Grey:
    """Return a rectangle of a frame under another light, or as it is."""
    return _relit(part, rng) if rng.random() < 0.4 else part


def photographed(grey: Grey, rng: np.random.Generator) -> Grey:
    """Return a frame as a camera would have taken it.

    Args:
        grey: [shape=(h, w), dtype=uint8]; may be changed.
        rng: where all chance comes from.

    """
    if rng.random() < 0.2:
        grey = _shaded(grey, rng)
    if rng.random() < 0.5:
        grey = _relit(grey, rng)
    if rng.random() < 0.15:
        factor = rng.uniform(0.35, 0.8)
        small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        grey = _uint8(cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_LINEAR))
    if rng.random() < 0.15:
        grey = _blurred(grey, rng)
    elif rng.random() < 0.15:
        soft = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.7, 1.5))
        amount = rng.uniform(0.3, 1.2)
        grey = _uint8(cv2.addWeighted(grey, 1 + amount, soft, -amount, 0))  # sharpened
    if rng.random() < 0.3:
        y, x = rng.integers(0, 512 - np.array(grey.shape) + 1)
        noise = _NOISE[y : y + grey.shape[0], x : x + grey.shape[1]]
        grey = _uint8(cv2.add(grey.astype(np.float32), noise * rng.uniform(1, 16)).clip(0, 255))
    if rng.random() < 0.2:
        quality = int(rng.uniform(15, 80))
        packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        grey = _uint8(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))
    return grey


def face_hidden(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Hide a face's eyes behind dark glasses, its mouth behind a cloth, or any part of it.

    Args:
        part: drawn on.
        box: the face's edges in pixels.
        rng: where all chance comes from.

    """
    width, height = box[2] - box[0], box[3] - box[1]
    level = int(rng.uniform(0, 255))
    which = rng.random()
    if which < 0.3:
        eyes = box[1] + rng.uniform(0.33, 0.42) * height
        axes = (max(1, round(0.17 * width)), max(1, round(rng.uniform(0.07, 0.13) * height)))
        for side in (0.3, 0.7):
            centre = (round(box[0] + side * width), round(eyes))
            cv2.ellipse(part, centre, axes, 0, 0, 360, level // 4, -1)
        return
    top, bottom, left, right = 0.58, 1.05, -0.05, 1.05
    if which < 0.5:
        top, bottom, left, right = 0.28, rng.uniform(0.4, 0.5), 0.0, 1.0
        level //= 4
    elif which > 0.8:
        left, top = rng.uniform(-0.1, 0.7), rng.uniform(-0.1, 0.7)
        right, bottom = left + rng.uniform(0.2, 0.45), top + rng.uniform(0.2, 0.45)
    corner = (round(box[0] + left * width), round(box[1] + top * height))
    opposite = (round(box[0] + right * width), round(box[1] + bottom * height))
    cv2.rectangle(part, corner, opposite, level, -1)


def _relit(grey: Grey, rng: np.random.Generator) -> Grey:
    """Change gamma, contrast and brightness; now and then so far that little light is left."""
    gamma = math.exp(rng.normal(0, 0.35))
    gain = math.exp(rng.uniform(math.log(0.2), 0)) if rng.random() < 0.3 else rng.uniform(0.6, 1.4)
    offset = rng.uniform(-30, 30) if rng.random() < 0.5 else 0.0
    levels = 255 * (np.arange(256) / 255) ** gamma * gain + offset
    return _uint8(cv2.LUT(grey, levels.clip(0, 255).astype(np.uint8)))


def _shaded(grey: Grey, rng: np.random.Generator) -> Grey:
    """Light a frame from one side."""
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.ogrid[-0.5 : 0.5 : grey.shape[0] * 1j, -0.5 : 0.5 : grey.shape[1] * 1j]
    light = 1 + rng.uniform(0.3, 1.0) * (math.cos(angle) * x + math.sin(angle) * y)
    return _uint8((grey * light.astype(np.float32)).clip(0, 255))


def _blurred(grey: Grey, rng: np.random.Generator) -> Grey:
    if rng.random() < 0.5:
        return _uint8(cv2.GaussianBlur(grey, (0, 0), math.exp(rng.uniform(-0.7, 1.3))))
    length = int(rng.integers(3, 9))
    kernel = np.zeros((length, length), dtype=np.float32)
    angle = rng.uniform(0, math.pi)
    reach = np.array([math.cos(angle), math.sin(angle)]) * (length - 1) / 2
    middle = (length - 1) / 2
    start, end = np.rint(middle - reach).astype(int), np.rint(middle + reach).astype(int)
    cv2.line(kernel, start.tolist(), end.tolist(), 1.0)
    return _uint8(cv2.filter2D(grey, -1, kernel / kernel.sum()))


def _uint8(values: object) -> Grey:
    return np.asarray(values, dtype=np.uint8)
