"""Which faces are found in pictures, and which is taken for the main one.

    python research/picture_faces.py

On the held-back scenes of the research data (wild.csv). Looks: the share of the faces found at an
overlap of 0.35, and false boxes per picture, after the first look that finds anything, and after
one more. Main face: three rules are compared. `false` puts each picture with a face beside 20
pictures without people in which something is taken for a face: how often the main face is a true
one. `groups` are pictures of several people: how often the main face has at least 0.8 of the width
of the widest.
"""

import json
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from data import DATA
from vibelux.datasets.face_box_split import split_boxes
from vibelux.datasets.face_boxes import BoxImage, read_face_boxes
from vibelux.evaluation.detector import ious
from vibelux.face.box import Box
from vibelux.face.detector import FaceDetector
from vibelux.face.image import read_image
from vibelux.face.sources import PICTURE_LOOKS
from vibelux.models import read_card

BESIDE = 20

THRESHOLD = read_card("detector").constant("score_threshold")

RULES: dict[str, Callable[[Box], float]] = {
    "width_times_score": lambda box: box.across * box.score,
    "prominence": lambda box: box.prominence(threshold=THRESHOLD),
    "before": lambda box: box.across / (1 + math.exp(-40 * (box.score - 0.8))),
    "score": lambda box: box.score,
}


class Seen(NamedTuple):
    """A picture's boxes, scaled to a picture with sides of 1, and whether each is a true face."""

    boxes: list[Box]
    true: list[bool]
    faces: int
    found: int


class FirstLook(FaceDetector):
    """Stops at the first look that finds anything."""

    def _seen(self, grey: np.ndarray) -> list[Box]:
        once = FaceDetector(self.model)
        for _ in range(self.looks):
            if found := once._seen(grey):
                return found
            once.longer_side *= 2
            if once.longer_side >= 2 * max(grey.shape):
                break
        return []


def measure() -> dict[str, float]:
    """Return the shares, empty without the data."""
    path = DATA / "facedet" / "wild.csv"
    if not path.exists():
        return {}
    images = split_boxes(read_face_boxes(path)).held
    figures: dict[str, float] = {}
    for name, kind in (("first_look", FirstLook), ("one_more", FaceDetector)):
        detector = kind.load(looks=PICTURE_LOOKS)
        seen = [_seen(detector, image) for image in images]
        figures |= {
            f"{name}_found": sum(s.found for s in seen) / sum(s.faces for s in seen),
            f"{name}_false": sum(s.true.count(False) for s in seen) / len(seen),
        }
    false = [s.boxes for s in seen if s.boxes and not any(s.true)]
    people = [s for s in seen if any(s.true)]
    rng = np.random.default_rng(0)
    beside = [[false[i] for i in rng.choice(len(false), BESIDE)] for _ in people]
    for name, rule in RULES.items():
        right = [
            max((*zip(s.boxes, s.true, strict=True), *((b, False) for b in boxes)),
                key=lambda pair: rule(pair[0]))[1]
            for s, group in zip(people, beside, strict=True)
            for boxes in group
        ]  # fmt: skip
        groups = [[b for b, true in zip(s.boxes, s.true, strict=True) if true] for s in people]
        wide = [
            max(group, key=rule).across >= 0.8 * max(box.across for box in group)
            for group in groups
            if len(group) > 1
        ]
        figures |= {f"{name}_false": np.mean(right), f"{name}_groups": np.mean(wide)}
    return {name: round(float(value), 4) for name, value in figures.items()}


def _seen(detector: FaceDetector, image: BoxImage) -> Seen:
    grey = read_image(image.path).grey
    boxes = detector.detect(grey)
    rows = np.array([(box.x, box.y, box.w, box.h) for box in boxes]).reshape(-1, 4)
    known = np.concatenate([image.faces, image.ignored])
    true = ious(rows, known).max(axis=1, initial=0) >= 0.35
    found = ious(rows, image.faces).max(axis=0, initial=0) >= 0.35
    scaled = [box.scaled(1 / max(grey.shape)) for box in boxes]
    return Seen(scaled, true.tolist(), len(image.faces), int(found.sum()))


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
