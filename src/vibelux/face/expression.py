"""The expression model: from a grey crop of a face to seven probabilities."""

import math
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import ModelError
from vibelux.face.box import Box
from vibelux.face.sampling import Grey, Window, sample, sample_levelled
from vibelux.model_statistics import FaceStatistics
from vibelux.models import Model, load_model


class Expressions(NamedTuple):
    """What the model says about k faces.

    Attributes:
        moods: [shape=(k, 7), dtype=float32] calibrated probabilities of the annotators' votes.
        labels: [shape=(k, 7), dtype=float32] probabilities of FER2013's single label.
        embeddings: [shape=(k, d), dtype=float32] unit vectors.

    """

    moods: NDArray[np.float32]
    labels: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def crop_face(grey: Grey, box: Box, *, scale: float, size: int = 48) -> Grey:
    """Cut a face out with the geometry of the training data.

    The crop is a square around the box's centre, its side ``scale`` times the face's width (the
    height changes more with the hair and an open mouth), turned until the face is upright and its
    eyes are level. Beyond the picture's edge, the pixels of the border are repeated.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        box: the face.
        scale: ``box_crop_scale`` of the model's card.
        size: side of the crop in pixels.

    Returns:
        crop [shape=(size, size), dtype=uint8].

    Raises:
        InvalidInput: the box or the picture is empty.

    """
    side = _whole(scale * box.across)
    x, y = box.centre
    window = Window(_whole(x - side / 2), _whole(y - side / 2), side, side)
    if box.tilt:
        crop = sample_levelled(grey, window, size=size, degrees=box.tilt)
    else:
        crop = sample(grey, window, width=size, height=size)
    return np.ascontiguousarray(np.rot90(crop, box.turn))


def _whole(pixels: float) -> float:
    """Round down to sixteenths of a pixel: boxes that hardly differ have the same crop."""
    return math.floor(16 * pixels) / 16


class ExpressionModel:
    """The expression model's CNN with its card.

    Attributes:
        model: the loaded model.
        size: side of a crop in pixels.
        crop_scale: side of the square that is cut out, in widths of the face's box.
        statistics: what is usual for its answers.

    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.size = int(model.card.constant("size"))
        self.crop_scale = model.card.constant("box_crop_scale")
        self.statistics = FaceStatistics.of(model.card)

    @classmethod
    def load(cls, path: Path | None = None, *, threads: int = 1) -> Self:
        """Load the shipped model, or the one at ``path``.

        Raises:
            ModelError: as `vibelux.models.load_model`, or a constant or statistic is missing from
                the card.

        """
        return cls(load_model("face", path, threads=threads))

    def predict(self, crops: Grey) -> Expressions:
        """Classify faces.

        Args:
            crops: [shape=(k, 48, 48), dtype=uint8], as `crop_face` gives them.

        Raises:
            ModelError: the crops have another shape or type.

        """
        outputs = self.model.run(crops)
        try:
            return Expressions(outputs["mood"], outputs["label"], outputs["embedding"])
        except KeyError as error:
            raise ModelError(f"{self.model.card.model_id} has no output {error}") from error
