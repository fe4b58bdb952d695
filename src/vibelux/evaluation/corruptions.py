"""How well a face model's answers hold up when pictures get worse.

Twelve corruptions at three severities, after Hendrycks & Dietterich (2019), Benchmarking neural
network robustness to common corruptions and perturbations, chosen after what webcams and the boxes
of a face detector do. All are deterministic: the same faces give the same figures.
"""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from math import cos, radians, sin
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vibelux.datasets.faces import FaceData
from vibelux.errors import InvalidInput
from vibelux.evaluation import metrics
from vibelux.evaluation.faces import predict_faces
from vibelux.models import Model

Face = NDArray[np.uint8]
Corruption = Callable[[Face, int, np.random.Generator], Face]

SEVERITIES = (1, 2, 3)


def corrupt(images: Face, name: str, *, severity: int) -> Face:
    """Return corrupted copies of faces.

    Args:
        images: [shape=(N, 48, 48), dtype=uint8].
        name: one of `CORRUPTIONS`.
        severity: 1 (mild) to 3 (strong).

    Raises:
        InvalidInput: an unknown name or severity.

    """
    if name not in CORRUPTIONS:
        raise InvalidInput(f"unknown corruption {name!r}; choose from {', '.join(CORRUPTIONS)}")
    if severity not in SEVERITIES:
        raise InvalidInput(f"severity={severity} must be one of 1, 2, 3")
    rng = np.random.default_rng(severity)
    return np.stack([CORRUPTIONS[name](image, severity, rng) for image in images])


def evaluate_corruptions(
    model: Model, data: FaceData, *, on_progress: Callable[[int], None] | None = None
) -> dict[str, float]:
    """Measure the label's accuracy under every corruption and severity.

    Args:
        model: a face model.
        data: N labelled faces, at least one.
        on_progress: called with the number of the 36 rounds done.

    Returns:
        ``clean``; ``<corruption>_<severity>``; ``mean_<severity>`` over the corruptions; and
        ``kept_<severity>``, that mean divided by ``clean``. All are accuracies in [0, 1].

    """

    def accuracy(images: Face) -> float:
        return metrics.accuracy(data.label, predict_faces(model, images).label.argmax(axis=1))

    figures = {"clean": accuracy(data.images)}
    for done, (name, severity) in enumerate(_rounds(), start=1):
        figures[f"{name}_{severity}"] = accuracy(corrupt(data.images, name, severity=severity))
        if on_progress is not None:
            on_progress(done)
    for severity in SEVERITIES:
        mean = float(np.mean([figures[f"{name}_{severity}"] for name in CORRUPTIONS]))
        figures[f"mean_{severity}"] = mean
        figures[f"kept_{severity}"] = mean / figures["clean"] if figures["clean"] else 0.0
    return figures


def rounds() -> int:
    """Return how many times the faces are classified, not counting the clean round."""
    return len(CORRUPTIONS) * len(SEVERITIES)


def _rounds() -> Iterator[tuple[str, int]]:
    return ((name, severity) for name in CORRUPTIONS for severity in SEVERITIES)


def _clipped(image: NDArray[np.floating]) -> Face:
    return np.asarray(np.clip(np.rint(image), 0, 255), dtype=np.uint8)


def _darker(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    return _clipped(image * (0.7, 0.5, 0.3)[severity - 1])


def _brighter(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    return _clipped(image * (1.3, 1.6, 2.0)[severity - 1])


def _contrast(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    return _clipped((image - image.mean()) * (0.6, 0.35, 0.2)[severity - 1] + image.mean())


def _gamma(image: Face, severity: int, rng: np.random.Generator) -> Face:
    power = (1.4, 1.8, 2.4)[severity - 1]
    return _clipped(255 * (image / 255) ** (power if rng.random() < 0.5 else 1 / power))


def _noise(image: Face, severity: int, rng: np.random.Generator) -> Face:
    return _clipped(image + rng.normal(0, (8, 16, 28)[severity - 1], image.shape))


def _motion_blur(image: Face, severity: int, rng: np.random.Generator) -> Face:
    line = np.zeros((length := (3, 5, 7)[severity - 1], length))
    line[length // 2] = 1
    kernel = _turned(line, angle=rng.uniform(0, 180), beyond="constant")
    return _filtered(image, kernel / kernel.sum())


def _defocus(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    radius = (1.0, 1.7, 2.5)[severity - 1]
    y, x = np.mgrid[-3:4, -3:4]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return _filtered(image, disc / disc.sum())


def _filtered(image: Face, kernel: NDArray[np.float64]) -> Face:
    """Weigh the neighbours of every pixel; the border is repeated."""
    padded = np.pad(image, len(kernel) // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return _clipped(np.einsum("yxij,ij->yx", windows, kernel))


def _jpeg(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    coded = BytesIO()
    Image.fromarray(image).save(coded, "JPEG", quality=(30, 15, 8)[severity - 1])
    return np.array(Image.open(coded))


def _rotation(image: Face, severity: int, rng: np.random.Generator) -> Face:
    angle = (10, 20, 30)[severity - 1] * rng.choice([-1, 1])
    return _rounded(_turned(image, angle=float(angle), beyond="edge"))


def _misplaced(image: Face, severity: int, rng: np.random.Generator) -> Face:
    amount = (0.08, 0.15, 0.22)[severity - 1]
    shift = rng.choice([-1, 1], size=2) * amount * len(image)
    scale = float(1 + rng.choice([-1, 1]) * amount)
    return _rounded(_turned(image, scale=scale, shift=tuple(shift), beyond="edge"))


def _turned(
    image: NDArray[np.generic],
    *,
    angle: float = 0,
    scale: float = 1,
    shift: tuple[float, ...] = (0, 0),
    beyond: Literal["edge", "constant"],
) -> NDArray[np.float64]:
    """Turn a square counter-clockwise by degrees, enlarge and move it.

    Values are interpolated linearly between pixels, at places rounded to 1/32 of a pixel as by
    OpenCV's ``warpAffine``, so that the figures are comparable with those of others. Beyond the
    square, its border is repeated or everything is 0.
    """
    side = len(image)
    centre = np.full(2, (side - 1) / 2)
    a, b = scale * cos(radians(angle)), scale * sin(radians(angle))
    back = np.linalg.inv([[a, b], [-b, a]])
    start = centre - back @ (centre + shift)
    steps = np.arange(side)

    def place(axis: int) -> NDArray[np.int64]:
        across = np.rint(1024 * back[axis, 0] * steps)
        down = np.rint(1024 * (back[axis, 1] * steps + start[axis]))
        found: NDArray[np.float64] = (across + down[:, None] + 16) // 32
        return found.clip(-32, 32 * side).astype(np.int64)

    x, y = place(0), place(1)
    left, top = np.minimum(x // 32, side - 1), np.minimum(y // 32, side - 1)
    right, lower = x / 32 - left, y / 32 - top
    padded = np.pad(image.astype(np.float64), 1, mode=beyond)  # pixel i is at i + 1

    def row(at: NDArray[np.int64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (
            padded[at, left + 1] * (1 - right) + padded[at, left + 2] * right
        )
        return found

    return row(top + 1) * (1 - lower) + row(top + 2) * lower


def _rounded(image: NDArray[np.float64]) -> Face:
    """Round half up."""
    return np.floor(image + 0.5).astype(np.uint8)


def _lower_half(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    changed = image.copy()
    changed[round(len(image) * (0.8, 0.65, 0.5)[severity - 1]) :] = image.mean()
    return changed


def _eyes(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    changed = image.copy()
    half = len(image) * (0.04, 0.08, 0.12)[severity - 1]
    line = 0.39 * len(image)  # the eyes' height in FER2013's crops
    changed[round(line - half) : round(line + half)] = image.mean()
    return changed


CORRUPTIONS: Mapping[str, Corruption] = {
    "darker": _darker,
    "brighter": _brighter,
    "contrast": _contrast,
    "gamma": _gamma,
    "noise": _noise,
    "motion_blur": _motion_blur,
    "defocus": _defocus,
    "jpeg": _jpeg,
    "rotation": _rotation,
    "misplaced": _misplaced,
    "lower_half_hidden": _lower_half,
    "eyes_hidden": _eyes,
}
"""Name -> what is done to a face at a severity; severity 2 is ×0.5 and ×1.6 in brightness, ±20°
of rotation, ±15 % of shift and scale."""
