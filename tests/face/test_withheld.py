"""Faces whose expression is not read: drawn, found by the shipped models."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vibelux.face.detector import FaceDetector
from vibelux.face.reading import FaceReader
from vibelux.face.sources import PICTURE_LOOKS

DrawFrame = Callable[..., np.ndarray]


@pytest.fixture(scope="module", params=[1, PICTURE_LOOKS], ids=["stream", "picture"])
def reader(request: pytest.FixtureRequest) -> FaceReader:
    return FaceReader.load(detector=FaceDetector.load(looks=request.param))


def frame_with(
    draw_frame: DrawFrame, look: object, *shape: tuple[float, float], level: int
) -> np.ndarray:
    """Return a frame with a face and a polygon on it, whose points are in shares of the head."""
    picture = Image.fromarray(draw_frame((200, 100, 220), look=look))
    points = [(200 + 220 * x, 100 + 220 * y) for x, y in shape]
    ImageDraw.Draw(picture).polygon(points, fill=level)
    return np.array(picture)


MASK = ((0.2, 0.52), (0.5, 0.5), (0.8, 0.52), (0.76, 0.8), (0.5, 0.96), (0.24, 0.8))


@pytest.mark.parametrize("level", [30, 110, 235])
@pytest.mark.parametrize("smile", [-0.4, 0.8])
def test_a_mask_over_the_mouth(
    reader: FaceReader,
    draw_frame: DrawFrame,
    draw_look: Callable[..., object],
    level: int,
    smile: float,
) -> None:
    look = draw_look(smile=smile)
    assert reader.read(draw_frame((200, 100, 220), look=look)).state == "ok"
    masked = reader.read(frame_with(draw_frame, look, *MASK, level=level))
    assert masked.state in ("covered", "no_face")
    assert masked.mood is None


@pytest.mark.parametrize("look", [{}, {"smile": 0.8}, {"open_mouth": 1}])
def test_upside_down(
    reader: FaceReader, draw_frame: DrawFrame, draw_look: Callable[..., object], look: dict
) -> None:
    frame = draw_frame((200, 100, 220), look=draw_look(**look))
    reading = reader.read(np.ascontiguousarray(frame[::-1, ::-1]))
    assert reading.state in ("upside_down", "no_face")
    assert reading.mood is None


@pytest.mark.parametrize("skin", [120, 190])
def test_a_profile(reader: FaceReader, skin: int) -> None:
    picture = Image.new("L", (640, 480), 220)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((210, 60, 440, 330), fill=40)  # hair
    outline = [(300, 110), (262, 130), (250, 175), (252, 190), (225, 235), (248, 245), (242, 262),
               (252, 270), (245, 285), (258, 310), (300, 325), (360, 300), (370, 120)]  # fmt: skip
    pen.polygon(outline, fill=skin)
    pen.polygon([(262, 185), (285, 180), (285, 195)], fill=20)  # eye
    pen.line([(255, 168), (290, 165)], fill=30, width=6)
    pen.line([(246, 266), (272, 268)], fill=40, width=4)
    assert reader.read(np.array(picture)).mood is None


def test_a_cartoon(reader: FaceReader) -> None:
    picture = Image.new("L", (640, 480), 200)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((220, 100, 440, 340), fill=235, outline=10, width=6)
    for x in (280, 360):
        pen.ellipse((x, 180, x + 24, 210), fill=10)
    pen.arc((270, 200, 390, 300), 20, 160, fill=10, width=8)
    assert reader.read(np.array(picture)).mood is None
