"""Finds faces in a picture with a small CNN of ours.

The graph decodes and suppresses overlapping boxes itself; here is only what lies around it: the
picture's size on the way in, the boxes' on the way out. docs/preprocessing.md gives the formulas.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self

import cv2
import numpy as np

from vibelux.errors import InvalidInput, ModelError
from vibelux.face.sampling import Grey, Window, sample
from vibelux.models import Model, load_model


@dataclass(frozen=True)
class Box:
    """A face's place in a picture, forehead to chin and cheek to cheek as in WIDER FACE.

    Attributes:
        x: left edge in pixels; may lie outside the picture for a face at its edge.
        y: upper edge, as x.
        w: width in pixels.
        h: height in pixels.
        score: how sure the detector is, in [0, 1].

    """

    x: float
    y: float
    w: float
    h: float
    score: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle (x, y) in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    def scaled(self, factor: float) -> "Box":
        """Return the box in a picture that is ``factor`` times as large."""
        x, y, w, h = (value * factor for value in (self.x, self.y, self.w, self.h))
        return replace(self, x=x, y=y, w=w, h=h)

    def as_json(self) -> dict[str, float]:
        """Return ``{"x", "y", "w", "h", "score"}``, pixels rounded to a tenth."""
        place = {"x": self.x, "y": self.y, "w": self.w, "h": self.h}
        return {
            **{name: round(value, 1) for name, value in place.items()},
            "score": round(self.score, 4),
        }


class Detector(Protocol):
    """Finds the faces of a picture."""

    def detect(self, grey: Grey) -> list[Box]:
        """Return the faces of a picture [shape=(h, w), dtype=uint8], the most prominent first."""
        ...


class FaceDetector:
    """The detector's CNN with its card.

    Attributes:
        model: the loaded model.
        longer_side: pixels to which the picture's longer side is brought first.
        multiple: of which the sides of the graph's input are multiples.
        looks: sizes that are tried, each twice the last, until a face is found. One is right for
            a stream; more find small faces in large pictures.

    """

    def __init__(self, model: Model, *, looks: int = 1) -> None:
        self.model = model
        self.looks = looks
        self.longer_side = int(model.card.constant("longer_side"))
        self.multiple = int(model.card.constant("multiple"))
        self._threshold = model.card.constant("score_threshold")

    @classmethod
    def load(cls, path: Path | None = None, *, threads: int = 1, looks: int = 1) -> Self:
        """Load the shipped detector, or the one at ``path``.

        Args:
            path: an ONNX file with its card beside it.
            threads: of ONNX Runtime.
            looks: as of the class.

        Raises:
            ModelError: as `vibelux.models.load_model`, or a constant is missing from the card.

        """
        return cls(load_model("detector", path, threads=threads), looks=looks)

    def detect(self, grey: Grey) -> list[Box]:
        """Return the faces of a picture.

        Args:
            grey: [shape=(h, w), dtype=uint8].

        Returns:
            boxes in the picture's pixels, the most prominent (width × score) first.

        Raises:
            InvalidInput: the picture has no pixels.
            ModelError: the model is not a detector as the card's contract says.

        """
        for look in range(self.looks):
            side = self.longer_side << look
            if look and side >= 2 * max(grey.shape):
                break  # no more to be seen
            if found := self._look(grey, side):
                return sorted(found, key=lambda box: box.w * box.score, reverse=True)
        return []

    def _look(self, grey: Grey, longer_side: int) -> list[Box]:
        """Return the faces of a picture whose longer side is brought to ``longer_side``."""
        small, factor = reduced(grey, longer_side=longer_side, multiple=self.multiple)
        outputs = self.model.run(small[None])
        try:
            boxes, scores = outputs["boxes"][0], outputs["scores"][0]
        except KeyError as error:
            raise ModelError(f"{self.model.card.model_id} has no output {error}") from error
        kept = scores >= self._threshold
        rows = np.column_stack([boxes[kept] * factor, scores[kept]]).astype(float).tolist()
        return [Box(*row) for row in rows]


def reduced(grey: Grey, *, longer_side: int, multiple: int = 1) -> tuple[Grey, float]:
    """Return a picture as the graph sees it.

    Its sides are multiples of ``multiple``: the border is repeated to the right and below.

    Args:
        grey: [shape=(h, w), dtype=uint8].
        longer_side: pixels to which the picture's longer side is brought.
        multiple: of the card.

    Returns:
        the graph's input without its first axis [shape=(h', w'), dtype=uint8], and the picture's
        pixels per pixel of it.

    Raises:
        InvalidInput: the picture has no pixels.

    """
    if not grey.size:
        raise InvalidInput(f"a picture of shape {grey.shape} has no pixels")
    longest = max(grey.shape)
    factor = longest / longer_side
    height, width = (
        -(-side * longer_side // (longest * multiple)) * multiple for side in grey.shape
    )
    window = Window(0, 0, width * factor, height * factor)
    return sample(grey, window, width=width, height=height), factor


FLAT_RANGE = 100


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
            _faces_box(int(x) - edge, int(y) - edge, int(w), self._score(float(stage))).scaled(
                1 / scale
            )
            for (x, y, w, _), stage in zip(found, np.ravel(stages), strict=True)
        ]

    def _score(self, stage: float) -> float:
        return 1 / (1 + math.exp(-(self.SCORE_OFFSET + self.SCORE_SLOPE * stage)))


def _faces_box(x: int, y: int, side: int, score: float) -> Box:
    """Return the face in a square of the cascade: 0.82 of its side wide, 1.25 times as high."""
    w = 1.02 / 1.24 * side
    h = 1.25 * w
    return Box(x + (side - w) / 2, y + (side - h) / 2, w, h, score)


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
