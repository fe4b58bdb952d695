"""Finds faces in a picture.

`Detector` is what the reader needs; `HaarDetector` is one that needs no trained weights of ours:
the boosted cascade of Viola & Jones (2001), as OpenCV ships it.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vibelux.errors import ModelError

Grey = NDArray[np.uint8]

FLAT_RANGE = 100
"""Grey levels between the 1st and 99th percentile below which a picture counts as flat."""


@dataclass(frozen=True)
class Box:
    """A face's place in a picture.

    Attributes:
        x: left edge in pixels; may lie outside the picture for a face at its edge.
        y: upper edge, as x.
        w: width in pixels.
        h: height in pixels.
        score: how sure the detector is, in [0, 1].

    """

    x: int
    y: int
    w: int
    h: int
    score: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle (x, y) in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    def scaled(self, factor: float) -> "Box":
        """Return the box in a picture that is ``factor`` times as large."""
        x, y, w, h = (round(value * factor) for value in (self.x, self.y, self.w, self.h))
        return Box(x, y, w, h, self.score)

    def as_json(self) -> dict[str, int | float]:
        """Return ``{"x", "y", "w", "h", "score"}``."""
        return {"x": self.x, "y": self.y, "w": self.w, "h": self.h, "score": round(self.score, 4)}


class Detector(Protocol):
    """Finds the faces of a picture.

    Attributes:
        crop_constant: the name in the face card's ``preprocessing`` of the ratio between the side
            of the expression model's crop and the side of this detector's boxes.

    """

    crop_constant: str

    def detect(self, grey: Grey) -> list[Box]:
        """Return the faces of a picture [shape=(h, w), dtype=uint8], the most prominent first."""
        ...


class HaarDetector:
    """OpenCV's frontal-face cascade on a reduced grey picture.

    The picture is not equalised: the cascade normalises every window's contrast itself. On 750
    pictures (some with another detector's labels) equalising found as many faces (493, 492
    without it) with more false alarms (92, 67), and on 51 unlabelled webcam frames it found a
    face in 17, without it in 45. Only flat pictures are stretched, since the cascade rejects
    windows with a standard deviation below 10.

    Attributes:
        working_side: the picture's longer side is reduced to this many pixels first; at 320, a
            640×480 frame is searched at half its size, for faces from 48 pixels on.
        patient: look again, enlarged and with a border around, where nothing was found: finds
            faces that fill the picture, such as those of data sets. For single pictures.

    """

    crop_constant = "haar_crop_scale"

    SCALE_STEP = 1.1
    MIN_NEIGHBOURS = 3
    MIN_SIDE = 24  # the cascade's window

    SCORE_SLOPE = 0.740
    SCORE_OFFSET = -1.323
    """Logistic fit of "is a face" on the cascade's last stage, to those 492 faces and 67 false
    alarms: a rank of the boxes, no calibrated probability, as the two overlap widely."""

    BORDER = 0.2

    def __init__(self, *, working_side: int = 320, patient: bool = False) -> None:
        self.working_side = working_side
        self.patient = patient
        # Read here and not by OpenCV, which cannot open every name on Windows.
        path = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ModelError(
                f"OpenCV's face cascade is missing at {path}; reinstall opencv-python-headless, "
                "version 4"
            ) from error
        storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
        self._cascade = cv2.CascadeClassifier()
        self._cascade.read(storage.getFirstTopLevelNode())

    def detect(self, grey: Grey) -> list[Box]:
        """Return the faces of a picture.

        Args:
            grey: [shape=(h, w), dtype=uint8].

        Returns:
            square boxes in the picture's pixels, the most prominent (width × score) first.

        """
        longest = max(grey.shape)
        boxes = self._search(grey, min(1.0, self.working_side / longest))
        if not boxes and self.patient:
            scale = self.working_side / (longest * (1 + 2 * self.BORDER))
            boxes = self._search(grey, min(2.0, scale), border=self.BORDER)
        return sorted(boxes, key=lambda box: box.w * box.score, reverse=True)

    def _search(self, grey: Grey, scale: float, *, border: float = 0.0) -> list[Box]:
        """Return the faces found in a picture resized by ``scale``, with a border around it."""
        size = [max(1, round(side * scale)) for side in grey.shape[::-1]]
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)
        edge = math.ceil(border * max(size))
        if edge:
            framed = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
            small = np.asarray(framed, np.uint8)
        if min(small.shape) < self.MIN_SIDE:
            return []
        found, _, stages = self._cascade.detectMultiScale3(
            stretched(small),
            scaleFactor=self.SCALE_STEP,
            minNeighbors=self.MIN_NEIGHBOURS,
            minSize=(self.MIN_SIDE, self.MIN_SIDE),
            outputRejectLevels=True,
        )
        return [
            Box(int(x) - edge, int(y) - edge, int(w), int(h), self._score(float(stage))).scaled(
                1 / scale
            )
            for (x, y, w, h), stage in zip(found, np.ravel(stages), strict=True)
        ]

    def _score(self, stage: float) -> float:
        return 1 / (1 + math.exp(-(self.SCORE_OFFSET + self.SCORE_SLOPE * stage)))


def stretched(grey: Grey) -> Grey:
    """Return a flat picture spread over all grey levels, any other one as it is.

    Args:
        grey: [shape=(h, w), dtype=uint8].

    """
    low, high = np.percentile(grey[::4, ::4], (1, 99))
    if high - low >= FLAT_RANGE or high <= low:
        return grey
    levels = (np.arange(256) - low) * (255 / (high - low))
    return np.asarray(cv2.LUT(grey, np.clip(np.rint(levels), 0, 255).astype(np.uint8)), np.uint8)
