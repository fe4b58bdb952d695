"""Figures of a face detector on pictures with boxes.

Conventions:

- A detection is what the detector returns, so it is above the score threshold of its card.
- A face is found at an IoU (intersection over union) if a detection overlaps it at least that much.
In the order of their scores, each detection is assigned to the face that it overlaps most among
those that are still free.
- A face is large if the square root of its box's area is more than `LARGE` pixels after the
  picture's longer side is brought to `LONGER_SIDE` pixels.
- A detection is false if it overlaps no face with an IoU of at least `LOOSE` and less than
`COVERED` of its area lies in an ignored box.
- False detections are counted in all pictures, with and without faces.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.errors import ImageError
from vibelux.evaluation.faces import Figures, defined, mean
from vibelux.face.detector import Detector
from vibelux.face.image import read_image

STRICT, LOOSE = 0.5, 0.35
"""Intersection over union from which on a face counts as found, for two figures."""

COVERED = 0.5
"""Share of a detection inside an ignored box from which on it is not false."""

LARGE = 80.0
LONGER_SIDE = 640


@dataclass(frozen=True, eq=False)
class DetectorPredictions:
    """What a detector finds in the pictures that can be read.

    Attributes:
        images: the pictures, in input order.
        detections: for each picture x, y, w, h in its pixels and the score [shape=(k, 5),
            dtype=float64], the highest score first.
        sizes: width and height of each picture's file [shape=(n, 2), dtype=int64].
        milliseconds: time for each picture, without reading its file [shape=(n,), dtype=float64].
        failed: name and reason of each picture that cannot be read.
        levels: mean grey level in each face's box, and of its whole picture, for the faces of all
            pictures [shape=(faces, 2), dtype=float64]; NaN where it was not measured.

    """

    images: tuple[BoxImage, ...]
    detections: tuple[NDArray[np.float64], ...]
    sizes: NDArray[np.int64]
    milliseconds: NDArray[np.float64]
    failed: tuple[tuple[str, str], ...]
    levels: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True, eq=False)
class Matches:
    """Detections against labels.

    Attributes:
        dataset: collection of each face [shape=(n,)].
        found_50: which faces are found at an IoU of 0.5 [shape=(n,), dtype=bool].
        found_35: the same at 0.35.
        sides: root of the area of each face's box in pixels, the picture's longer side brought to
            `LONGER_SIDE` [shape=(n,), dtype=float64].
        false: false detections in each picture [shape=(m,), dtype=int64].
        empty: which pictures show no face, not even a doubtful one [shape=(m,), dtype=bool].

    """

    dataset: NDArray[np.str_]
    found_50: NDArray[np.bool_]
    found_35: NDArray[np.bool_]
    sides: NDArray[np.float64]
    false: NDArray[np.int64]
    empty: NDArray[np.bool_]

    @property
    def large(self) -> NDArray[np.bool_]:
        """Which faces are large [shape=(n,)]."""
        return self.sides > LARGE


def predict_boxes(
    detector: Detector, data: BoxData, *, on_progress: Callable[[int], None] | None = None
) -> DetectorPredictions:
    """Run a detector over pictures; those that cannot be read are listed and left out.

    Args:
        detector: finds the faces.
        data: the pictures.
        on_progress: called with the number of pictures done so far.

    """
    images, detections, sizes, milliseconds, failed = [], [], [], [], []
    levels = [np.zeros((0, 2))]
    for done, image in enumerate(data.images):
        if on_progress is not None:
            on_progress(done)
        try:
            picture = read_image(image.path)
        except ImageError as error:
            failed.append((image.name, str(error)))
            continue
        begun = time.perf_counter()
        boxes = detector.detect(picture.grey)
        milliseconds.append(1000 * (time.perf_counter() - begun))
        height, width = (side * picture.reduction for side in picture.grey.shape)
        rows = [
            (box.x, box.y, box.w, box.h, box.score)
            for box in (box.scaled(picture.reduction) for box in boxes)
        ]
        rows.sort(key=lambda row: -row[-1])
        images.append(image)
        detections.append(np.array(rows, dtype=np.float64).reshape(-1, 5))
        sizes.append((width, height))
        levels.append(_levels(picture.grey, image.faces / picture.reduction))
    return DetectorPredictions(
        images=tuple(images),
        detections=tuple(detections),
        sizes=np.array(sizes, dtype=np.int64).reshape(-1, 2),
        milliseconds=np.array(milliseconds),
        failed=tuple(failed),
        levels=np.concatenate(levels),
    )


def match(predictions: DetectorPredictions) -> Matches:
    """Compare detections with the labels of their pictures."""
    dataset: list[str] = []
    found: dict[float, list[NDArray[np.bool_]]] = {STRICT: [], LOOSE: []}
    sides, false = [np.zeros(0)], []
    for image, rows, size in zip(
        predictions.images, predictions.detections, predictions.sizes, strict=True
    ):
        faces, boxes = image.faces.astype(np.float64), rows[:, :4]
        overlaps = ious(boxes, faces)
        for least, each in found.items():
            each.append(_found(overlaps, least))
        sides.append(np.sqrt(faces[:, 2] * faces[:, 3]) * LONGER_SIDE / size.max())
        of_a_face = (overlaps >= LOOSE).any(axis=1)
        excused = (_covered(boxes, image.ignored.astype(np.float64)) >= COVERED).any(axis=1)
        false.append(int((~of_a_face & ~excused).sum()))
        dataset += [image.dataset] * len(faces)
    none = np.zeros(0, dtype=np.bool_)
    return Matches(
        dataset=np.array(dataset, dtype=np.str_),
        found_50=np.concatenate([none, *found[STRICT]]),
        found_35=np.concatenate([none, *found[LOOSE]]),
        sides=np.concatenate(sides),
        false=np.array(false, dtype=np.int64),
        empty=np.array([image.empty for image in predictions.images], dtype=np.bool_),
    )


def evaluate_boxes(predictions: DetectorPredictions) -> Figures:
    """Return the figures of `vibelux evaluate detector --json`.

    | key | meaning |
    | --- | --- |
    | images, faces | pictures that could be read; faces in them that are to be found |
    | recall_50, recall_35 | share of the faces found at an IoU of 0.5, of 0.35 |
    | recall_50_large, recall_35_large | the same for large faces only |
    | false_per_image | false detections / images |
    | images_empty | pictures without any face |
    | false_per_empty | the false detections in these / images_empty |
    | ms_median | milliseconds to find the faces of a picture, reading its file excluded |

    A recall without faces is None, as is every figure without pictures.
    """
    found, taken = match(predictions), predictions.milliseconds
    return defined(
        {
            "images": len(predictions.images),
            "faces": len(found.sides),
            "recall_50": mean(found.found_50),
            "recall_35": mean(found.found_35),
            "recall_50_large": mean(found.found_50[found.large]),
            "recall_35_large": mean(found.found_35[found.large]),
            "false_per_image": mean(found.false),
            "images_empty": int(found.empty.sum()),
            "false_per_empty": mean(found.false[found.empty]),
            "ms_median": float(np.median(taken)) if len(taken) else math.nan,
        }
    )


def _levels(grey: NDArray[np.uint8], faces: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean level in each box x, y, w, h and in the whole picture [shape=(n, 2)]."""
    corners = np.concatenate([faces[:, :2], faces[:, :2] + faces[:, 2:]], axis=1)
    left, top, right, bottom = corners.clip(0, [*grey.shape[::-1]] * 2).round().astype(int).T
    boxes = [
        grey[rows, columns]
        for rows, columns in zip(map(slice, top, bottom), map(slice, left, right), strict=True)
    ]
    means = [float(box.mean()) if box.size else math.nan for box in boxes]
    return np.column_stack([means, np.full(len(means), grey.mean())]).reshape(-1, 2)


def ious(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the intersection over union of each pair of boxes.

    Args:
        boxes: x, y, w, h [shape=(k, 4)].
        others: the same [shape=(n, 4)].

    Returns:
        [shape=(k, n)], 0 to 1.

    """
    both = _intersections(boxes, others)
    union = (boxes[:, 2] * boxes[:, 3])[:, None] + others[:, 2] * others[:, 3] - both
    return np.divide(both, union, out=np.zeros_like(both), where=union > 0)


def _covered(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each box that lies in each of the others [shape=(k, n)]."""
    both, area = _intersections(boxes, others), (boxes[:, 2] * boxes[:, 3])[:, None]
    return np.divide(both, area, out=np.zeros_like(both), where=area > 0)


def _intersections(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area that each pair of boxes has in common [shape=(k, n)]."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum((boxes[:, :2] + boxes[:, 2:])[:, None], (others[:, :2] + others[:, 2:])[None])
    area: NDArray[np.float64] = np.clip(high - low, 0, None).prod(axis=2)
    return area


def _found(overlaps: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """Return which faces are found [shape=(n,)], detections [shape=(k, n)] by falling score."""
    found = np.zeros(overlaps.shape[1], dtype=np.bool_)
    if not len(found):
        return found
    for row in overlaps:
        free = np.where(found, -1.0, row)
        best = int(free.argmax())
        found[best] |= free[best] >= least
    return found
