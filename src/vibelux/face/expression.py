"""The face's CNN: from a grey crop to the seven probabilities."""

from pathlib import Path
from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from vibelux.errors import InvalidInput, ModelError
from vibelux.face.detector import Box, Grey
from vibelux.models import Model, load_model


class Expressions(NamedTuple):
    """What the model says about k faces.

    Attributes:
        moods: [shape=(k, 7), dtype=float32] calibrated probabilities, as annotators' votes.
        labels: [shape=(k, 7), dtype=float32] probabilities of the single label of FER2013.
        embeddings: [shape=(k, d), dtype=float32] unit vectors.

    """

    moods: NDArray[np.float32]
    labels: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def crop_face(grey: Grey, box: Box, *, scale: float, size: int = 48) -> Grey:
    """Cut a face out with the geometry of the training data.

    The crop is a square around the box's centre, its side ``scale`` times the box's. Beyond the
    picture's edge its border pixels are repeated.

    Args:
        grey: [shape=(h, w), dtype=uint8] the picture.
        box: the face.
        scale: from the model's card, for the detector at hand.
        size: side of the result in pixels.

    Returns:
        crop [shape=(size, size), dtype=uint8].

    Raises:
        InvalidInput: the box or the picture is empty.

    """
    side = round(scale * max(box.w, box.h))
    if side < 1 or grey.size == 0:
        raise InvalidInput(f"cannot cut {box} out of a picture of shape {grey.shape}")
    left, top = (round(centre - side / 2) for centre in box.centre)
    rows = np.clip(np.arange(top, top + side), 0, grey.shape[0] - 1)
    columns = np.clip(np.arange(left, left + side), 0, grey.shape[1] - 1)
    how = cv2.INTER_AREA if side >= size else cv2.INTER_LINEAR
    crop = cv2.resize(grey[np.ix_(rows, columns)], (size, size), interpolation=how)
    return np.asarray(crop, np.uint8)


class ExpressionModel:
    """The face's CNN with its card.

    Attributes:
        model: the loaded model.
        size: side of a crop in pixels.

    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.size = int(self.constant("size"))

    @classmethod
    def load(cls, path: Path | None = None, *, threads: int = 1) -> Self:
        """Load the shipped model, or the one at ``path``.

        Raises:
            ModelError: as `vibelux.models.load_model`.

        """
        return cls(load_model("face", path, threads=threads))

    def constant(self, name: str) -> float:
        """Return a number of the card's preprocessing.

        Raises:
            ModelError: the card does not have it.

        """
        value = self.model.card.preprocessing.get(name)
        if not isinstance(value, int | float) or not value > 0:
            raise ModelError(
                f"the card of {self.model.card.model_id} gives {name}={value!r} in its "
                "preprocessing; a positive number is needed"
            )
        return value

    def predict(self, crops: Grey) -> Expressions:
        """Classify faces.

        Args:
            crops: [shape=(k, 48, 48), dtype=uint8], as of `crop_face`.

        Raises:
            ModelError: another shape or type.

        """
        outputs = self.model.run(crops)
        try:
            return Expressions(outputs["mood"], outputs["label"], outputs["embedding"])
        except KeyError as error:
            raise ModelError(f"{self.model.card.model_id} has no output {error}") from error
