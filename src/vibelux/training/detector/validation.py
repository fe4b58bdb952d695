"""Figures of a detector in training on the pictures to choose by."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.face_boxes import BoxImage
from vibelux.evaluation.detector import DetectorPredictions, evaluate_boxes
from vibelux.evaluation.faces import Figures
from vibelux.face.detector import reduced
from vibelux.training.detector.pictures import read_grey

LONGER_SIDE = 320
"""Pixels of a frame's longer side."""

THRESHOLDS = (0.2, 0.9)
"""Lowest and highest score that can be chosen as the threshold."""

DEFAULT_THRESHOLD = 0.4
"""Where there is no picture without people."""

FALSE_GOAL = 0.01
"""False faces an image without people that the threshold aims at."""

MISTAKEN = ("animal_neg",)
"""Collections of what another detector took for faces: far harder than pictures without people are,
so they do not count for the threshold."""

REPORTED = ("recall_50", "recall_50_large", "recall_35_large", "false_per_image", "false_per_empty")
"""Figures of `evaluate_boxes` that a training follows."""


def frame_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture as the detector will see it: its longer side has `LONGER_SIDE` pixels."""
    return reduced(grey, longer_side=LONGER_SIDE)[0]


def with_parts(images: Sequence[BoxImage]) -> list[tuple[BoxImage, NDArray[np.uint8]]]:
    """Return the pictures, and four overlapping parts of each of those without any face."""
    found = []
    for image in images:
        grey = read_grey(image)
        found.append((image, grey))
        if not image.empty:
            continue
        height, width = (round(side * 0.6) for side in grey.shape)
        for name, rows, columns in (
            ("upper left", slice(None, height), slice(None, width)),
            ("upper right", slice(None, height), slice(-width, None)),
            ("lower left", slice(-height, None), slice(None, width)),
            ("lower right", slice(-height, None), slice(-width, None)),
        ):
            part = replace(image, name=f"{image.name}, {name}", width=width, height=height)
            found.append((part, np.ascontiguousarray(grey[rows, columns])))
    return found


def figures_at(
    images: Sequence[BoxImage], detections: Sequence[NDArray[np.float64]], threshold: float
) -> Figures:
    """Return recall of faces and false faces an image, of pictures with and without people.

    Args:
        images: the pictures.
        detections: x, y, w, h in pixels of the picture and score of each [shape=(k, 5)].
        threshold: score from which on a box counts.

    """
    predictions = DetectorPredictions(
        images=tuple(images),
        detections=tuple(rows[rows[:, 4] >= threshold] for rows in detections),
        sizes=np.array([(image.width, image.height) for image in images]).reshape(-1, 2),
        milliseconds=np.zeros(len(images)),
        failed=(),
    )
    figures = evaluate_boxes(predictions)
    return {name: figures[name] for name in REPORTED}


def best_threshold(images: Sequence[BoxImage], detections: Sequence[NDArray[np.float64]]) -> float:
    """Return the lowest score with at most `FALSE_GOAL` false faces a picture without people.

    Args:
        images: the pictures.
        detections: as in `figures_at`.

    """
    empty = [
        rows[:, 4]
        for image, rows in zip(images, detections, strict=True)
        if image.empty and image.dataset not in MISTAKEN
    ]
    if not empty:
        return DEFAULT_THRESHOLD
    allowed = int(FALSE_GOAL * len(empty))
    scores = np.sort(np.concatenate([*empty, np.zeros(allowed + 1)]))[::-1]
    return float(np.clip(np.floor(scores[allowed] * 100 + 1) / 100, *THRESHOLDS))
