"""What light, lens, sensor and file format do to a frame."""

import math
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from vibelux.face.sampling import Window, sample
from vibelux.training.detector.drawing import Grey, draw_line

_NOISE = np.random.default_rng(0).normal(0, 1, (512, 512)).astype(np.float32)


def tinted(part: Grey, rng: np.random.Generator) -> Grey:
    """Return a rectangle of a frame under another light, or as it is."""
    return _relit(part, rng) if rng.random() < 0.4 else part


def backlit(part: Grey, box: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Take the light from a person: the face, and what is around and below it.

    Args:
        part: changed.
        box: the face's edges in pixels.
        rng: where all chance comes from.

    """
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    width, height = box[2:] - box[:2]
    rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
    below = np.maximum(rows - y, 0) / rng.uniform(2, 5) + np.minimum(rows - y, 0)
    away = np.hypot((columns - x) / (rng.uniform(0.7, 1.5) * width), below / (0.75 * height))
    inside = 1 / (1 + np.exp((away - 1) * rng.uniform(5, 15)))
    part[:] = _uint8(part * (1 - inside * (1 - rng.uniform(0.3, 0.7))))


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
        factor = rng.uniform(0.5, 0.9)
        height, width = grey.shape
        size = {"width": round(factor * width), "height": round(factor * height)}
        small = sample(grey, Window(0, 0, width, height), **size)
        grey = sample(small, Window(0, 0, *size.values()), width=width, height=height)
    if rng.random() < 0.15:
        grey = _blurred(grey, rng)
    elif rng.random() < 0.15:
        soft = _soft(grey, rng.uniform(0.7, 1.5))
        grey = _uint8(grey + rng.uniform(0.3, 1.2) * (grey - soft))  # sharpened
    if rng.random() < 0.3:
        y, x = rng.integers(0, 512 - np.array(grey.shape) + 1)
        noise = _NOISE[y : y + grey.shape[0], x : x + grey.shape[1]]
        grey = _uint8(grey + noise * rng.uniform(1, 12))
    if rng.random() < 0.2:
        quality = int(rng.uniform(15, 80))
        packed = BytesIO()
        Image.fromarray(grey).save(packed, "JPEG", quality=quality)
        grey = np.array(Image.open(packed))
    return grey


def _relit(grey: Grey, rng: np.random.Generator) -> Grey:
    """Change gamma, contrast and brightness; now and then so far that little light is left."""
    gamma = math.exp(rng.normal(0, 0.35))
    gain = (
        math.exp(rng.uniform(math.log(0.25), 0)) if rng.random() < 0.12 else rng.uniform(0.6, 1.4)
    )
    offset = rng.uniform(-30, 30) if rng.random() < 0.5 else 0.0
    levels = 255 * (np.arange(256) / 255) ** gamma * gain + offset
    return np.asarray(_uint8(levels)[grey], dtype=np.uint8)


def _shaded(grey: Grey, rng: np.random.Generator) -> Grey:
    """Light a frame from one side."""
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.ogrid[-0.5 : 0.5 : grey.shape[0] * 1j, -0.5 : 0.5 : grey.shape[1] * 1j]
    light = 1 + rng.uniform(0.3, 1.0) * (math.cos(angle) * x + math.sin(angle) * y)
    return _uint8(grey * light.astype(np.float32))


def _blurred(grey: Grey, rng: np.random.Generator) -> Grey:
    if rng.random() < 0.5:
        return _uint8(_soft(grey, math.exp(rng.uniform(-0.7, 0.8))))
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), dtype=np.uint8)
    angle, middle = rng.uniform(0, math.pi), (length - 1) / 2
    x, y = middle * math.cos(angle), middle * math.sin(angle)
    draw_line(kernel, (middle - x, middle - y), (middle + x, middle + y), 1.0, 255)
    return _uint8(ndimage.correlate(grey.astype(np.float32), kernel / kernel.sum(), mode="mirror"))


def _soft(grey: Grey, sigma: float) -> NDArray[np.float32]:
    soft = ndimage.gaussian_filter(grey.astype(np.float32), sigma, mode="mirror", truncate=3.0)
    return np.asarray(soft, dtype=np.float32)


def _uint8(values: NDArray[Any]) -> Grey:
    return np.asarray(np.rint(values).clip(0, 255), dtype=np.uint8)
