"""Fixtures of the face tests: drawn faces, a model and a detector with known answers, a camera."""

import runpy
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.errors import CameraError
from vibelux.face.box import Box
from vibelux.face.expression import ExpressionModel
from vibelux.face.reading import FaceReader
from vibelux.models import Card

_DRAWN = runpy.run_path(str(Path(__file__).parent / "drawn_face.py"))


@pytest.fixture(scope="session")
def draw_face() -> Callable[[int], np.ndarray]:
    return _DRAWN["draw_face"]


@pytest.fixture(scope="session")
def draw_frame() -> Callable[..., np.ndarray]:
    return _DRAWN["draw_frame"]


@pytest.fixture(scope="session")
def draw_look() -> Callable[..., object]:
    return _DRAWN["Look"]


class KnownModel:
    """Answers with `mood` for every crop, or with one mood a call if there are several."""

    def __init__(self) -> None:
        self.card = Card(
            name="face",
            kind="face",
            version="0",
            sha256="0" * 64,
            labels=EMOTIONS,
            input={"name": "crops"},
            outputs={},
            preprocessing={"size": 48, "box_crop_scale": 1.24},
            # The mood's entropy is the doubt.
            statistics={"usual_mood": [1 / 7] * 7, "doubt": [0] * 7 + [1], "unsure": 1.5},
        )
        self.moods: list[Sequence[float]] = [[0.1, 0.0, 0.0, 0.6, 0.2, 0.1, 0.0]]

    def run(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
        moods = np.tile(np.asarray(mood, np.float32), (len(crops), 1))
        return {"mood": moods, "label": moods, "embedding": moods}


class KnownDetector:
    """Finds the boxes it was told, one list a call; the last one from then on."""

    def __init__(self) -> None:
        self.boxes: list[list[Box]] = [[Box(200, 150, 120, 120, 0.9)]]

    def detect(self, grey: np.ndarray) -> list[Box]:
        return list(self.boxes.pop(0) if len(self.boxes) > 1 else self.boxes[0])

    def closer(self, grey: np.ndarray, face: Box, *, known: Box) -> Box:
        return face


@pytest.fixture
def known_model() -> KnownModel:
    return KnownModel()


@pytest.fixture
def known_detector() -> KnownDetector:
    return KnownDetector()


@pytest.fixture
def known_reader(known_model: KnownModel, known_detector: KnownDetector) -> FaceReader:
    return FaceReader(ExpressionModel(known_model), known_detector)


class KnownCapture:
    """Stands in for an opened camera: delivers `frames`, one an interval, then nothing."""

    frames: Sequence[np.ndarray] = ()
    interval = 0.0
    opens = True
    made: list["KnownCapture"] = []  # noqa: RUF012

    def __init__(self, device: int) -> None:
        self.device, self.released, self.delivered = device, False, 0
        self._left: Iterator[np.ndarray] = iter(self.frames)
        if not self.opens:
            raise CameraError(f"camera {device} is busy")
        KnownCapture.made.append(self)

    def __enter__(self) -> "KnownCapture":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def decode(self, *, video: int) -> Iterator[av.VideoFrame]:
        for frame in self._left:
            time.sleep(self.interval)
            self.delivered += 1
            yield av.VideoFrame.from_ndarray(frame, format="bgr24")

    def release(self) -> None:
        self.released = True


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> type[KnownCapture]:
    """A camera whose ``frames`` the test sets; ``made`` lists what was opened."""
    monkeypatch.setattr("vibelux.face.camera._opened", KnownCapture)
    monkeypatch.setattr(KnownCapture, "frames", ())
    monkeypatch.setattr(KnownCapture, "interval", 0.0)
    monkeypatch.setattr(KnownCapture, "opens", True)
    monkeypatch.setattr(KnownCapture, "made", [])
    return KnownCapture
