"""What happens to the mood when a face is tilted, levelled before it is read and not.

    python research/tilted_faces.py

Held-back pictures of the detector's research data in which one face is found; each as it is, and
turned about the face's middle by 10, 20 and 30° to either side. For each angle: the share of the
faces that are still found, and of these the mean total variation between the mood and the one of
the picture as it is, with eyes levelled as the reading does it (`levelled`) and without (`plain`).
Also how much levelling changes the pictures as they are.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from data import DATA
from vibelux.datasets.face_box_split import split_boxes
from vibelux.datasets.face_boxes import read_face_boxes
from vibelux.face.box import Box, distance
from vibelux.face.detector import FaceDetector
from vibelux.face.expression import ExpressionModel, crop_face
from vibelux.face.image import read_image

EACH = 60
"""Pictures of each collection."""

ANGLES = (-30, -20, -10, 10, 20, 30)
"""Degrees, clockwise."""

NARROWEST = 40
"""Width of a face in pixels from which on it counts."""

Grey = NDArray[np.uint8]


def measure() -> dict[str, float]:
    """Return the figures, empty without the data."""
    detector, expression = FaceDetector.load(), ExpressionModel.load()

    def mood(grey: Grey, box: Box) -> NDArray[np.float32]:
        crop = crop_face(grey, box, scale=expression.crop_scale)
        return expression.predict(crop[None]).moods[0]

    pairs = [
        (grey, boxes[0])
        for grey in _pictures()
        if len(boxes := detector.detect(grey)) == 1 and boxes[0].across >= NARROWEST
    ]
    if not pairs:
        return {}
    kinds = {"levelled": lambda box: box, "plain": lambda box: replace(box, tilt=0.0)}
    as_is = {kind: [mood(grey, seen(box)) for grey, box in pairs] for kind, seen in kinds.items()}
    figures = {
        "faces": len(pairs),
        "levelled_as_it_is": np.mean([box.tilt != 0 for _, box in pairs]),
        "changed_as_it_is": _variation(as_is["levelled"], as_is["plain"]),
    }
    for angle in ANGLES:
        turned = [(_turned(grey, box, angle), box) for grey, box in pairs]
        found = [_same(detector.detect(grey), box) for grey, box in turned]
        figures[f"{angle}_found"] = np.mean([box is not None for box in found])
        for kind, seen in kinds.items():
            moods = [
                (mood(grey, seen(box)), before)
                for (grey, _), box, before in zip(turned, found, as_is[kind], strict=True)
                if box is not None
            ]
            figures[f"{angle}_{kind}"] = _variation(*zip(*moods, strict=True))
    return {name: round(float(value), 4) for name, value in figures.items()}


def _variation(moods: list[NDArray[np.float32]], others: list[NDArray[np.float32]]) -> float:
    return float(np.abs(np.array(moods) - np.array(others)).sum(axis=1).mean() / 2)


def _same(boxes: list[Box], box: Box) -> Box | None:
    near = [found for found in boxes if distance(found, box) < 0.3]
    return min(near, key=lambda found: distance(found, box)) if near else None


def _turned(grey: Grey, box: Box, degrees: float) -> Grey:
    """Return a picture turned clockwise about a face's middle; its border is repeated."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    back = np.array([[cos, -sin], [sin, cos]])  # of rows and columns
    middle = np.array(box.centre[::-1]) - 0.5  # SciPy's pixels have their places in their middle
    out = ndimage.affine_transform(grey, back, middle - back @ middle, order=1, mode="nearest")
    return np.asarray(out, np.uint8)


def _pictures() -> Iterator[Grey]:
    lists = [DATA / "facedet" / name for name in ("boxes.csv", "wild.csv")]
    if not all(path.exists() for path in lists):
        return
    taken: dict[str, int] = {}
    for image in split_boxes(read_face_boxes(*lists)).held:
        large = min(image.width, image.height) >= 120
        if len(image.faces) and large and taken.get(image.dataset, 0) < EACH:
            taken[image.dataset] = taken.get(image.dataset, 0) + 1
            yield read_image(image.path).grey


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
