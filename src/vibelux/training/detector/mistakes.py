"""Which pictures a detector still gets wrong, so that a training shows them more often.

Learning most from what is mistaken is the bootstrapping of Sung & Poggio (1998), with which the
first neural face detectors were trained; here it decides how often a picture is drawn.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.errors import DatasetError
from vibelux.evaluation.detector import match, predict_boxes
from vibelux.face.detector import FaceDetector

SMALLEST_SIDE = 20.0
"""Root of the area of a face, the picture's longer side brought to 640 pixels, below which missing
it is not a mistake."""


def mistaken(detector: Path, images: Sequence[BoxImage]) -> NDArray[np.bool_]:
    """Say in which pictures a face is missed or something else is taken for one [shape=(n,)].

    Args:
        detector: an ONNX file with its card beside it.
        images: the pictures.

    Raises:
        ModelError: the model cannot be used.
        DatasetError: a picture cannot be read.

    """
    predictions = predict_boxes(FaceDetector.load(detector), BoxData(tuple(images)))
    for name, reason in predictions.failed:
        raise DatasetError(f"{name}: {reason}")
    found = match(predictions)
    missed = ~found.found_50 & (found.sides >= SMALLEST_SIDE)
    of_picture = np.repeat(np.arange(len(images)), [len(image.faces) for image in images])
    return (np.bincount(of_picture[missed], minlength=len(images)) + found.false) > 0
