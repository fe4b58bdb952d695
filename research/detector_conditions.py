"""What makes the detector miss a face: held-back faces turned, darkened, hidden, cut and shrunk.

    python research/detector_conditions.py boxes.csv

Each held-back picture whose face is completely inside it is shown as it is, and once under each
condition; a face counts as found at an intersection over union of 0.5. Shrunk pictures are put on
held-back pictures without people.
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from vibelux.datasets.face_box_split import split_boxes
from vibelux.datasets.face_boxes import BoxImage, read_face_boxes
from vibelux.evaluation.detector import ious
from vibelux.face.detector import FaceDetector
from vibelux.face.image import read_image
from vibelux.face.sampling import Window, sample

Grey = NDArray[np.uint8]
Change = Callable[[Grey, NDArray[np.float64]], tuple[Grey, NDArray[np.float64]]]

COLLECTIONS = ("helen", "ytfaces")


def lit(factor: float) -> Change:
    """Return the picture with its levels multiplied."""
    return lambda grey, box: ((grey * factor).clip(0, 255).astype(np.uint8), box)


def turned(degrees: float) -> Change:
    """Return the picture turned about the face's centre; the border is repeated."""

    def change(grey: Grey, box: NDArray[np.float64]) -> tuple[Grey, NDArray[np.float64]]:
        centre = box[:2] + box[2:] / 2
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        back = np.array([[cos, sin], [-sin, cos]])  # rows and columns of a counter-clockwise turn
        middle = centre[::-1] - 0.5  # SciPy's pixels have their places in their middle
        start = middle - back @ middle
        out = ndimage.affine_transform(grey, back, start, order=1, mode="nearest")
        # A face is nearly an ellipse: its extent after a turn is the ellipse's.
        w, h = box[2:]
        sides = np.array([math.hypot(w * cos, h * sin), math.hypot(w * sin, h * cos)])
        return np.asarray(out, np.uint8), np.concatenate([centre - sides / 2, sides])

    return change


def hidden(top: float, bottom: float, level: int) -> Change:
    """Return the picture with a band across the face, between two shares of its height."""

    def change(grey: Grey, box: NDArray[np.float64]) -> tuple[Grey, NDArray[np.float64]]:
        x, y, w, h = box
        out = grey.copy()
        rows = slice(max(0, round(y + top * h)), round(y + bottom * h))
        out[rows, max(0, round(x)) : round(x + w)] = level
        return out, box

    return change


def cut(share: float) -> Change:
    """Return the picture cut off at a share of the face's width."""

    def change(grey: Grey, box: NDArray[np.float64]) -> tuple[Grey, NDArray[np.float64]]:
        left = max(0, round(box[0] + share * box[2]))
        return np.ascontiguousarray(grey[:, left:]), box - np.array([left, 0, 0, 0])

    return change


def blurred(sigma: float) -> Change:
    """Return the picture out of focus, `sigma` being a share of the face's width."""
    return lambda grey, box: (
        ndimage.gaussian_filter(grey, sigma * box[2]),
        box,
    )


def shrunk(size: float, grounds: list[Grey]) -> Change:
    """Return the picture on another one, its face `size` pixels wide and high in 320."""

    def change(grey: Grey, box: NDArray[np.float64]) -> tuple[Grey, NDArray[np.float64]]:
        scale = size / math.sqrt(box[2] * box[3])
        height, width = (round(side * scale) for side in grey.shape)
        small = _resized(grey, width=width, height=height)[:240, :320]
        ground = _resized(grounds[grey.size % len(grounds)], width=320, height=240)
        y, x = (side // 3 for side in np.subtract(ground.shape, small.shape))
        ground[y : y + small.shape[0], x : x + small.shape[1]] = small
        return np.asarray(ground, np.uint8), box * scale + np.array([x, y, 0, 0])

    return change


def _resized(grey: Grey, *, width: int, height: int) -> Grey:
    return sample(grey, Window(0, 0, *grey.shape[::-1]), width=width, height=height)


def main() -> None:
    """Print the share of the faces found under each condition."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("boxes", type=Path, help="list of boxes that the detector was trained on")
    held = split_boxes(read_face_boxes(parser.parse_args().boxes)).held
    detector = FaceDetector.load()
    faces = [image for image in held if image.dataset in COLLECTIONS and _inside(image)]
    pictures = [(read_image(i.path).grey, i.faces[0].astype(np.float64)) for i in faces]
    empty = [i for i in held if not len(i.faces) and not len(i.ignored)]
    grounds = [read_image(image.path).grey for image in empty]
    conditions: dict[str, Change] = {
        "as it is": lambda grey, box: (grey, box),
        "turned by 15°": turned(15),
        "turned by 30°": turned(-30),
        "turned by 45°": turned(45),
        "light × 0.3": lit(0.3),
        "light × 0.1": lit(0.1),
        "light × 2": lit(2.0),
        "dark band over the eyes": hidden(0.25, 0.47, 20),
        "light band over nose and mouth": hidden(0.55, 1.0, 200),
        "defocus, 3 % of the width": blurred(0.03),
        "defocus, 8 % of the width": blurred(0.08),
        "a quarter cut off": cut(0.25),
        "four tenths cut off": cut(0.4),
        **{f"{size} px in a frame of 320": shrunk(size, grounds) for size in (64, 40, 24, 16, 12)},
    }
    print(f"{detector.model.card.model_id}, {len(pictures)} faces")
    for name, change in conditions.items():
        found = sum(_found(detector, *change(grey, box)) for grey, box in pictures)
        print(f"{name:<32}{100 * found / len(pictures):6.1f} %")


def _inside(image: BoxImage) -> bool:
    if len(image.faces) != 1:
        return False
    x, y, w, h = image.faces[0]
    return bool(x > 0 and y > 0 and x + w < image.width and y + h < image.height)


def _found(detector: FaceDetector, grey: Grey, box: NDArray[np.float64]) -> bool:
    boxes = np.array([(b.x, b.y, b.w, b.h) for b in detector.detect(grey)]).reshape(-1, 4)
    return bool((ious(boxes, box[None]) >= 0.5).any())


if __name__ == "__main__":
    main()
