"""The pictures that the detector learns from, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.face_box_split import SCENES
from vibelux.datasets.face_boxes import BoxImage
from vibelux.datasets.face_points import FacePoints, points_of_faces
from vibelux.errors import DatasetError, ImageError
from vibelux.face.image import read_image
from vibelux.face.sampling import Window, sample
from vibelux.training.detector.targets import FACE, IGNORED, UNMEASURED

CROPS = "crops"
"""Name of the collection of `crop_pictures`."""

CROP_WIDTH, CROP_HEIGHT = 1 / 1.24, 1.25 / 1.24
"""Width and height of a face's box in sides of a crop in FER2013's geometry (docs/face.md)."""


@dataclass(frozen=True)
class Picture:
    """One picture at full, half and quarter size.

    Attributes:
        dataset: name of its collection.
        sizes: grey copies [shape=(h, w), dtype=uint8], each half as large as the one before.
        boxes: edges in pixels of the first copy [shape=(n, 4), dtype=float32].
        kinds: of the boxes, such as `FACE` [shape=(n,), dtype=int64].
        points: of the boxes' faces in pixels of the first copy, NaN where they are not known
            [shape=(n, 5, 2), dtype=float64].
        weight: how much more often it is shown than others of its collection.

    """

    dataset: str
    sizes: tuple[NDArray[np.uint8], ...]
    boxes: NDArray[np.float32]
    kinds: NDArray[np.int64]
    points: NDArray[np.float64]
    weight: float = 1.0

    @property
    def scene(self) -> bool:
        """Whether it shows people among things, in a composition that means something."""
        return self.dataset in SCENES

    @property
    def faces(self) -> NDArray[np.intp]:
        """Places of the faces among the boxes."""
        return np.flatnonzero(self.kinds != IGNORED)


def read_grey(image: BoxImage) -> NDArray[np.uint8]:
    """Read a picture as grey levels.

    Raises:
        DatasetError: unreadable, or its size is not the listed one.

    """
    try:
        grey = read_image(image.path).grey
    except ImageError as error:
        raise DatasetError(str(error)) from error
    if grey.shape != (image.height, image.width):
        raise DatasetError(
            f"{image.path} is {grey.shape[1]}×{grey.shape[0]} pixels, the list says "
            f"{image.width}×{image.height}"
        )
    return grey


def read_pictures(
    images: Iterable[BoxImage], points: FacePoints = MappingProxyType({})
) -> list[Picture]:
    """Read all pictures into memory, with the points of faces as far as these are known.

    Raises:
        DatasetError: one is unreadable, or its size is not the listed one.

    """
    return [_picture(image, points) for image in images]


def crop_pictures(crops: NDArray[np.uint8]) -> list[Picture]:
    """Return cut-out faces as pictures; they teach where a face is, not its sides.

    Args:
        crops: in the geometry of FER2013 [shape=(n, side, side), dtype=uint8].

    """
    side = crops.shape[1]
    half = side / 2 * np.array([CROP_WIDTH, CROP_HEIGHT])
    boxes = np.concatenate([side / 2 - half, side / 2 + half])[None].astype(np.float32)
    kinds = np.array([UNMEASURED], dtype=np.int64)
    none = np.full((1, 5, 2), np.nan)
    return [Picture(CROPS, _halved(crop), boxes, kinds, none) for crop in crops]


def _picture(image: BoxImage, points: FacePoints) -> Picture:
    boxes = np.concatenate([image.faces, image.ignored])
    boxes[:, 2:] += boxes[:, :2]
    kinds = [_kind(box, image) for box in boxes[: len(image.faces)]]
    kinds += [IGNORED] * len(image.ignored)
    return Picture(
        dataset=image.dataset,
        sizes=_halved(read_grey(image)),
        boxes=boxes,
        kinds=np.array(kinds, dtype=np.int64),
        points=np.concatenate(
            [points_of_faces(image, points), np.full((len(image.ignored), 5, 2), np.nan)]
        ),
    )


def _halved(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Return a picture at full, half and quarter size, as far as these are not too small."""
    sizes = [grey]
    while len(sizes) < 3 and min(sizes[-1].shape) >= 32:
        height, width = sizes[-1].shape
        whole = Window(0, 0, width, height)
        sizes.append(sample(sizes[-1], whole, width=width // 2, height=height // 2))
    return tuple(sizes)


def _kind(box: NDArray[np.float32], image: BoxImage) -> int:
    """Say whether a face's box can be learnt: a side at the picture's edge may have been cut."""
    left, top, right, bottom = box
    cut = left <= 0.5 or top <= 0.5 or right >= image.width - 0.5 or bottom >= image.height - 0.5
    return UNMEASURED if cut else FACE
