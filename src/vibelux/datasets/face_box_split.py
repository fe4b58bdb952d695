"""Which pictures with boxes a detector learns from and which are held back: a fixed rule."""

import hashlib
import re
from dataclasses import dataclass, replace

import numpy as np

from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.errors import DatasetError

HELD_BACK, CHOOSING = 32, 64
"""Shares out of 256: below the first lie the persons and scenes that are held back, up to the
second those by which thresholds and weights are chosen."""

PSEUDO = "_pseudo"
"""End of the name of a collection whose boxes are another detector's: never evaluated on, unless
it is one of `SCENES` or `WHOLE`, whose boxes were looked through."""

SCENES = ("flickr8k_pseudo", "vocanimal_pseudo", "mask_pseudo", "scene_neg", "animal_neg")
"""Collections of scenes: each picture is one of its own, whatever numbers its name ends with."""

WHOLE = ("coco_pseudo", "wider_pseudo")
"""Collections of scenes of which every picture is held back: nothing of their kind is learnt."""

FLATTEST = 0.95
"""Height over width below which a box made from landmarks is taken for a mistake."""

MISTAKEN_HEIGHT = 1.6
"""Height over width of the doubtful box that replaces a mistaken one."""


@dataclass(frozen=True)
class BoxSplit:
    """Pictures to learn from, pictures to choose by, and pictures held back.

    Attributes:
        training: pictures to learn from.
        validation: pictures by which a threshold and weights are chosen.
        held: pictures that are only evaluated on.

    """

    training: tuple[BoxImage, ...]
    validation: tuple[BoxImage, ...]
    held: tuple[BoxImage, ...]


def split_boxes(data: BoxData) -> BoxSplit:
    """Hold back about one person or scene in eight, and whole collections of scenes.

    The rule is fixed, so that a figure on the held-back part means the same in every training: the
    first byte of the SHA-256 of `person` or `scene` says which part a picture is in. Another
    detector's boxes of a person who is not learnt are left out altogether. In all parts, a box
    flatter than `FLATTEST` becomes a doubtful one that reaches down to where the face must be.

    Raises:
        DatasetError: no face is left to learn from or held back.

    """
    training: list[BoxImage] = []
    validation: list[BoxImage] = []
    held: list[BoxImage] = []
    for image in map(_without_mistakes, data.images):
        place = _place(image)
        if place >= CHOOSING:
            training.append(image)
        elif image.dataset in SCENES + WHOLE or not image.dataset.endswith(PSEUDO):
            (held if place < HELD_BACK else validation).append(image)
    for name, side in (("to learn from", training), ("held back", held)):
        if not any(len(image.faces) for image in side):
            raise DatasetError(
                f"no face is left {name} among {len(data)} pictures; more of them are needed, of "
                "different persons (column source)"
            )
    return BoxSplit(training=tuple(training), validation=tuple(validation), held=tuple(held))


def _place(image: BoxImage) -> int:
    """Return a number from 0 to 255 that says which part a picture is in."""
    if image.dataset in WHOLE:
        return 0
    name = image.source or image.name
    whose = scene(name) if image.dataset in SCENES else person(name)
    return hashlib.sha256(whose.encode("utf-8", "replace")).digest()[0]


def scene(source: str) -> str:
    """Return the scene in a picture, its file name without the ending."""
    return re.split(r"[/\\]", source)[-1].rsplit(".", 1)[0]


def person(source: str) -> str:
    """Return the person in a picture by its file name: ``Ana_Ng_03.jpg`` -> ``Ana_Ng``."""
    return re.sub(r"(?<=.)(_\d+)+$", "", scene(source))


def _without_mistakes(image: BoxImage) -> BoxImage:
    flat = image.faces[:, 3] < FLATTEST * image.faces[:, 2]
    if not flat.any():
        return image
    mistaken = image.faces[flat]
    # The face itself lies lower than such a box says: the doubtful box reaches that far.
    mistaken[:, 3] = MISTAKEN_HEIGHT * mistaken[:, 2]
    ignored = np.concatenate([image.ignored, mistaken])
    return replace(image, faces=image.faces[~flat], ignored=ignored)
