"""Finds faces in a picture with a small CNN.

The graph itself decodes boxes and suppresses overlapping ones. This module resizes the picture for
it, scales its boxes back, and decides at how many sizes and which way up the picture is looked at.
docs/preprocessing.md gives the formulas.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from vibelux.errors import InvalidInput, ModelError
from vibelux.face.box import Box, merged, tilt_of
from vibelux.face.close_look import close_look
from vibelux.face.sampling import Grey, Window, sample
from vibelux.face.turn import upright
from vibelux.models import Model, load_model

TURNED_MARGIN = 0.07
"""Added to the card's score threshold for a face that is found only after the picture was turned,
since every turn is another chance to find one where there is none. With it, a face is found in
0.4 % of 754 pictures without people and in 69 % of portraits on their side (docs/face.md)."""


KNOWN_SHARE = 0.5
"""Of the score threshold from which on a face counts that is known to be there."""


class Detector(Protocol):
    """Finds the faces of a picture."""

    def detect(self, grey: Grey) -> list[Box]:
        """Return the faces of a picture [shape=(h, w), dtype=uint8], the most prominent first."""
        ...

    def closer(self, grey: Grey, face: Box, *, known: Box) -> Box:
        """Return one of a picture's faces as a closer look finds it, or as it is.

        Args:
            grey: the picture [shape=(h, w), dtype=uint8].
            face: one of `detect`.
            known: where it was in the frame before.

        """
        ...


class FaceDetector:
    """The detector's CNN with its card.

    Attributes:
        model: the loaded model.
        longer_side: length in pixels to which the picture's longer side is brought for the first
            look.
        multiple: the sides of the graph's input are multiples of this.
        looks: at how many sizes, each twice the last, faces are looked for at most: until one is
            found, and once more. One is right for a stream. More than one also find small faces in
            large pictures, and faces in pictures that lie on their side or upside down.

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
            threads: number of threads of ONNX Runtime.
            looks: see the class.

        Raises:
            ModelError: as `vibelux.models.load_model`, or a constant is missing from the card.

        """
        return cls(load_model("detector", path, threads=threads), looks=looks)

    def detect(self, grey: Grey) -> list[Box]:
        """Return the faces of a picture.

        Args:
            grey: [shape=(h, w), dtype=uint8].

        Returns:
            boxes in the picture's pixels, the most prominent first.

        Raises:
            InvalidInput: the picture has no pixels.
            ModelError: the model does not give what the card of a detector promises.

        """
        faces = self._merged([[upright(grey, box, self._found) for box in self._seen(grey)]])
        if self.looks == 1:
            return faces
        turns = [1, 2, 3] if not faces else [faces[0].turn]
        return self._merged([faces, *(self._seen_turned(grey, turn) for turn in turns if turn)])

    def closer(self, grey: Grey, face: Box, *, known: Box) -> Box:
        """Return one of a picture's faces as `close_look` finds it, or as it is.

        Args:
            grey: the picture [shape=(h, w), dtype=uint8].
            face: one of `detect`.
            known: where it was in the frame before.

        """
        return close_look(grey, face, known, self._suspected)

    def _suspected(self, small: Grey) -> list[Box]:
        return self._found(small, least=KNOWN_SHARE * self._threshold)

    def _seen_turned(self, grey: Grey, turn: int) -> list[Box]:
        """Return the faces that are upright after so many counter-clockwise quarter turns."""
        height, width = grey.shape
        turned = np.ascontiguousarray(np.rot90(grey, turn))
        least = self._threshold + TURNED_MARGIN
        return [
            box.turned_back(turn, width=width, height=height)
            for box in self._seen(turned)
            if box.score >= least and upright(turned, box, self._found) is box
        ]

    def _seen(self, grey: Grey) -> list[Box]:
        """Return the faces found at all sizes, which are taken to be upright."""
        found: list[list[Box]] = []
        for look in range(self.looks):
            side = self.longer_side << look
            if look and side >= 2 * max(grey.shape):
                break  # a larger size would show no more
            done = bool(found and found[-1])
            small, factor = reduced(grey, longer_side=side, multiple=self.multiple)
            found.append([box.scaled(factor) for box in self._found(small)])
            if done:
                break
        return self._merged(found)

    def _merged(self, looks: Sequence[Sequence[Box]]) -> list[Box]:
        return merged(looks, threshold=self._threshold)

    def _found(self, small: Grey, *, least: float | None = None) -> list[Box]:
        """Return the boxes in an input of the graph [shape=(h, w), dtype=uint8], in its pixels."""
        outputs = self.model.run(small[None])
        try:
            boxes, scores = outputs["boxes"][0], outputs["scores"][0]
        except KeyError as error:
            raise ModelError(f"{self.model.card.model_id} has no output {error}") from error
        kept = scores >= (self._threshold if least is None else least)
        rows = np.column_stack([boxes[kept], scores[kept]]).astype(float).tolist()
        found = [Box(*row) for row in rows]
        if "points" not in outputs:
            return found
        points = outputs["points"][0][kept].astype(float)
        return [replace(box, tilt=tilt_of(its)) for box, its in zip(found, points, strict=True)]


def reduced(grey: Grey, *, longer_side: int, multiple: int = 1) -> tuple[Grey, float]:
    """Return a picture resized for the graph.

    Its sides are multiples of ``multiple``: the border is repeated to the right and below.

    Args:
        grey: [shape=(h, w), dtype=uint8].
        longer_side: length in pixels to which the picture's longer side is brought.
        multiple: that of the card.

    Returns:
        the graph's input without its first axis [shape=(h', w'), dtype=uint8], and how many of the
        picture's pixels one of its pixels is wide.

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
