"""The expression on the main face of one frame, or why it cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import Mood, as_mood, mood_dict
from vibelux.errors import InvalidInput, NoFace
from vibelux.face.box import Box, distance
from vibelux.face.detector import Detector, FaceDetector
from vibelux.face.expression import ExpressionModel, crop_face
from vibelux.face.followed import Followed
from vibelux.face.sampling import Grey
from vibelux.model_statistics import FaceStatistics

State = Literal[
    "ok", "no_face", "upside_down", "too_small", "too_dark", "too_blurred", "covered", "unsure"
]

MIN_FACE = 26
"""Least width of a face in pixels, 32 of its crop. FER2013 faces reduced to 32 pixels lose about a
point of accuracy, to 24 three, to 16 fifteen (docs/face.md)."""

MIN_CONTRAST = 24
"""Least number of grey levels between the 5th and 95th percentile of a crop. Contrast rather than
brightness: dark skin in good light has plenty, any face in bad light has little."""

MIN_SHARPNESS = 0.018
"""Least `sharpness` of a crop. Of FER2013 faces blurred in many ways and degrees, those below it
are classified correctly in half of the cases, unblurred faces in 84 % (docs/face.md)."""

MIN_MOUTH = 0.05
"""Least variance of the levels where the mouth is, in that of the whole crop. Of clear faces one in
two hundred lies below, of those with a mask drawn on nine in ten (docs/face.md)."""

DARK_FRAME = 40
"""Grey level that 99 % of a picture stay below when it is too dark to find a face in."""

_MOUTH = slice(31, 43), slice(16, 32)  # rows and columns of a crop of 48×48

_LUMA = np.array([3735, 19235, 9798], np.float32) / 32768  # of blue, green and red

ADVICE: Mapping[State, str] = {
    "no_face": "no face was found; show one face from the front, upright and uncovered",
    "too_small": f"the face is less than {MIN_FACE} pixels wide; come closer or give a larger "
    "picture",
    "too_dark": "there is too little light or contrast to see an expression; turn on a light in "
    "front of the face",
    "too_blurred": "the face is blurred; hold still, clean the lens, or come nearer",
    "upside_down": "the face is upside down; turn the picture",
    "covered": "the mouth cannot be seen; face the camera, with nothing in front of the face",
    "unsure": "the expression is hard to tell; face the camera, or give another picture",
}
"""For every state but ``ok``: what was wrong and what to do."""


@dataclass(frozen=True, eq=False)
class FaceReading:
    """What one frame (or the average of several) shows.

    Attributes:
        state: ``ok``, or why there is no mood.
        mood: [shape=(7,), dtype=float32] of the main face, or of the group, if the state is
            ``ok``, else None.
        face: the main face, even if it cannot be read; None if there is no face.
        faces: every face with its mood (None where it cannot be read), the main face first.
        crop: [shape=(48, 48), dtype=uint8] what the model saw of the main face, or None.
        model: the model's name, version and hash.
        followed: the main face as it is followed; None if it is the first frame that shows it.

    """

    state: State
    mood: Mood | None
    face: Box | None
    faces: tuple[tuple[Box, Mood | None], ...]
    crop: Grey | None
    model: str
    followed: Followed | None = None

    def require(self) -> Mood:
        """Return the mood.

        Raises:
            NoFace: the state is not ``ok``; the message says what to do.

        """
        if self.mood is None:
            raise NoFace(ADVICE[self.state], state=self.state)
        return self.mood

    def scaled(self, factor: float) -> Self:
        """Return the reading for a picture that is ``factor`` times as large."""
        return replace(
            self,
            face=self.face and self.face.scaled(factor),
            faces=tuple((box.scaled(factor), mood) for box, mood in self.faces),
        )

    def with_mood(self, mood: Mood, *, group: bool = False) -> Self:
        """Return the reading with another mood for the main face, or for the group."""
        if group:
            return replace(self, mood=mood)
        return replace(self, mood=mood, faces=((self.faces[0][0], mood), *self.faces[1:]))

    def grouped(self) -> Self:
        """Return the reading with the average mood of all faces that can be read.

        The state is ``ok`` if there is at least one such face, otherwise that of the main face.
        """
        moods = [mood for _, mood in self.faces if mood is not None]
        if not moods:
            return self
        return replace(self, state="ok", mood=as_mood(np.mean(moods, axis=0)))

    def as_json(self) -> dict[str, Any]:
        """Return the reading as the command line and the service print it."""
        return {
            "mood": None if self.mood is None else mood_dict(self.mood),
            "state": self.state,
            "face": self.face and self.face.as_json(),
            "faces": [
                {"box": box.as_json(), "mood": None if mood is None else mood_dict(mood)}
                for box, mood in self.faces
            ],
            "model": self.model,
        }


class FaceReader:
    """Reads frames: finds the faces, crops and classifies them, and judges the main one.

    Attributes:
        detector: finds the faces.
        expression: the CNN.

    """

    def __init__(self, expression: ExpressionModel, detector: Detector) -> None:
        self.expression = expression
        self.detector = detector

    @classmethod
    def load(cls, model_path: Path | None = None, *, detector: Detector | None = None) -> Self:
        """Load the shipped model, or the one at ``model_path``.

        Args:
            model_path: an ONNX file with its card beside it.
            detector: by default the shipped one, for frames of a camera or a video.

        Raises:
            ModelError: as `vibelux.models.load_model`.

        """
        return cls(ExpressionModel.load(model_path), detector or FaceDetector.load())

    @property
    def model(self) -> str:
        """The model's name, version and hash."""
        return self.expression.model.card.model_id

    def read(
        self, frame: NDArray[np.uint8], *, known: Followed | None = None, time: float = 0.0
    ) -> FaceReading:
        """Read one frame.

        Args:
            frame: [shape=(h, w, 3) BGR or (h, w) grey, dtype=uint8].
            known: the main face in the frame before: the face nearest to it is the main one now,
                and its place is smoothed. Without it, the most prominent face is.
            time: of the frame in seconds, if a face is known.

        Raises:
            InvalidInput: the frame has another shape or type, or no pixels.

        """
        grey = as_grey(frame)
        boxes = self.detector.detect(grey)
        if not boxes:
            dark = np.percentile(grey[::4, ::4], 99) < DARK_FRAME
            return FaceReading("too_dark" if dark else "no_face", None, None, (), None, self.model)
        followed = None
        if known is not None:
            boxes.remove(main := min(boxes, key=lambda box: distance(box, known.box)))
            followed = known.moved(self.detector.closer(grey, main, known=known.box), time)
            boxes.insert(0, main if followed is None else followed.box)
        size, scale = self.expression.size, self.expression.crop_scale
        crops = [crop_face(grey, box, scale=scale, size=size) for box in boxes]
        moods = self.expression.predict(np.stack(crops)).moods
        usual = self.expression.statistics
        states = [judge(*face, usual) for face in zip(boxes, crops, moods, strict=True)]
        seen = [mood if state == "ok" else None for mood, state in zip(moods, states, strict=True)]
        faces = tuple(zip(boxes, seen, strict=True))
        return FaceReading(states[0], seen[0], boxes[0], faces, crops[0], self.model, followed)


def as_grey(frame: NDArray[np.uint8]) -> Grey:
    """Return a frame [shape=(h, w, 3) BGR or (h, w) grey, dtype=uint8] as grey (h, w).

    Grey is (9798 R + 19235 G + 3735 B + 16384) >> 15, the luma of ITU-R BT.601.

    Raises:
        InvalidInput: another shape or type, or no pixels.

    """
    shape = frame.shape
    if frame.dtype != np.uint8 or frame.size == 0 or not (len(shape) == 2 or shape[2:] == (3,)):
        raise InvalidInput(
            f"a frame is (h, w, 3) BGR or (h, w) grey of uint8, got {shape} of {frame.dtype}"
        )
    if len(shape) == 2:
        return frame
    # Exact in float32: the weights are multiples of 2^-15, and the sum needs 23 bits.
    return (frame.astype(np.float32) @ _LUMA + np.float32(0.5)).astype(np.uint8)


def judge(box: Box, crop: Grey, mood: Mood, usual: FaceStatistics) -> State:
    """Return ``ok`` if a face can be read, otherwise why it cannot.

    Args:
        box: the face's place.
        crop: what the model saw of it.
        mood: what it says.
        usual: of the model.

    """
    if box.turn == 2:
        return "upside_down"
    if box.across < MIN_FACE:
        return "too_small"
    low, high = np.percentile(crop, (5, 95))
    if high - low < MIN_CONTRAST:
        return "too_dark"
    if sharpness(crop) < MIN_SHARPNESS:
        return "too_blurred"
    if mouth_shown(crop) < MIN_MOUTH:
        return "covered"
    if usual.is_unsure(mood):
        return "unsure"
    return "ok"


def sharpness(crop: Grey) -> float:
    """Return how steep a crop's edges are in the direction where they are least steep.

    It is the smaller eigenvalue of the mean structure tensor (Förstner & Gülch, 1987) over the
    variance of the pixels, 0 for a crop without contrast. Every direction counts, since motion
    blurs only one and hardly changes the variance of the Laplacian.

    Args:
        crop: [shape=(h, w), dtype=uint8], 2×2 pixels or more.

    """
    grey = crop.astype(np.float32)
    variance = float(grey.var())
    if variance == 0:
        return 0.0
    right, down = np.diff(grey, axis=1)[:-1], np.diff(grey, axis=0)[:, :-1]
    xx, yy, xy = (float((a * b).mean()) for a, b in ((right, right), (down, down), (right, down)))
    return ((xx + yy) / 2 - float(np.hypot((xx - yy) / 2, xy))) / variance


def mouth_shown(crop: Grey) -> float:
    """Return how much is to be seen where the mouth is.

    It is the variance of the levels there over that of the whole crop, 0 for a crop without
    contrast: lips, teeth and shade differ more than the cloth of a mask, or a cheek.

    Args:
        crop: [shape=(48, 48), dtype=uint8].

    """
    variance = float(crop.var(dtype=np.float64))
    return float(crop[_MOUTH].var(dtype=np.float64)) / variance if variance else 0.0
