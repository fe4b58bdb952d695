"""How well a face model keeps its answers when pictures get worse.

Twelve corruptions at three severities, after Hendrycks & Dietterich (2019), Benchmarking neural
network robustness to common corruptions and perturbations, chosen for what webcams and boxes of a
face detector do. All are deterministic: the same faces give the same figures.
"""

from collections.abc import Callable, Iterator, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

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
    """Return how many times the faces are classified besides the clean round."""
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
    length = (3, 5, 7)[severity - 1]
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), rng.uniform(0, 180), 1)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return _filtered(image, kernel / kernel.sum())


def _defocus(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    radius = (1.0, 1.7, 2.5)[severity - 1]
    y, x = np.mgrid[-3:4, -3:4]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return _filtered(image, disc / disc.sum())


def _filtered(image: Face, kernel: NDArray[np.float32]) -> Face:
    return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE))


def _jpeg(image: Face, severity: int, _rng: np.random.Generator) -> Face:
    quality = (30, 15, 8)[severity - 1]
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def _rotation(image: Face, severity: int, rng: np.random.Generator) -> Face:
    return _warped(image, angle=(10, 20, 30)[severity - 1] * rng.choice([-1, 1]))


def _misplaced(image: Face, severity: int, rng: np.random.Generator) -> Face:
    amount = (0.08, 0.15, 0.22)[severity - 1]
    shift = rng.choice([-1, 1], size=2) * amount * len(image)
    return _warped(image, scale=1 + rng.choice([-1, 1]) * amount, shift=tuple(shift))


def _warped(
    image: Face, *, angle: float = 0, scale: float = 1, shift: tuple[float, ...] = (0, 0)
) -> Face:
    side = len(image)
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), float(angle), float(scale))
    matrix[:, 2] += np.asarray(shift)
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE))


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
