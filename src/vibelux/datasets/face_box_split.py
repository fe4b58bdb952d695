"""Which pictures with boxes a detector learns from and which are held back: a fixed rule."""

import hashlib
import re
from dataclasses import dataclass, replace

import numpy as np

from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.errors import DatasetError

HELD_BACK = 32
"""Share of persons held back, out of 256."""

PSEUDO = "_pseudo"
"""End of the name of a collection whose boxes are another detector's: never evaluated on."""

FLATTEST = 0.95
"""Height over width below which a box made from landmarks is taken for a mistake."""

MISTAKEN_HEIGHT = 1.6
"""Height over width of the doubtful box that replaces a mistaken one."""


@dataclass(frozen=True)
class BoxSplit:
    """Pictures to learn from and pictures held back.

    Attributes:
        training: pictures whose person is not held back.
        held: the others; none with another detector's boxes.

    """

    training: tuple[BoxImage, ...]
    held: tuple[BoxImage, ...]


def split_boxes(data: BoxData) -> BoxSplit:
    """Hold back about one person in eight, in every collection that shows them.

    The rule is fixed, so that a figure on the held-back part means the same in every training: a
    person is held back if the first byte of the SHA-256 of `person` is below `HELD_BACK`. Another
    detector's boxes of such a person are left out altogether. In both parts, a box flatter than
    `FLATTEST` becomes a doubtful one that reaches down to where the face must be.

    Raises:
        DatasetError: one part would have no face.

    """
    training, held = [], []
    for image in map(_without_mistakes, data.images):
        first = hashlib.sha256(person(image.source or image.name).encode("utf-8", "replace"))
        if first.digest()[0] >= HELD_BACK:
            training.append(image)
        elif not image.dataset.endswith(PSEUDO):
            held.append(image)
    for name, side in (("to learn from", training), ("held back", held)):
        if not any(len(image.faces) for image in side):
            raise DatasetError(
                f"no face is left {name} among {len(data)} pictures; more of them are needed, of "
                "different persons (column source)"
            )
    return BoxSplit(training=tuple(training), held=tuple(held))


def person(source: str) -> str:
    """Return the person in a picture by its file name: ``Ana_Ng_03.jpg`` -> ``Ana_Ng``."""
    stem = re.split(r"[/\\]", source)[-1].rsplit(".", 1)[0]
    return re.sub(r"(?<=.)(_\d+)+$", "", stem)


def _without_mistakes(image: BoxImage) -> BoxImage:
    flat = image.faces[:, 3] < FLATTEST * image.faces[:, 2]
    if not flat.any():
        return image
    mistaken = image.faces[flat]
    # The face itself lies lower than such a box says: the doubtful box reaches that far.
    mistaken[:, 3] = MISTAKEN_HEIGHT * mistaken[:, 2]
    ignored = np.concatenate([image.ignored, mistaken])
    return replace(image, faces=image.faces[~flat], ignored=ignored)
