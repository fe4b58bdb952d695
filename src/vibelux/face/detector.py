"""Finds faces in a picture with a small CNN of ours.

The graph decodes and suppresses overlapping boxes itself; here is only what lies around it: the
picture's size on the way in, the boxes' on the way out. docs/preprocessing.md gives the formulas.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self

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
