import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from vibelux.emotions import EMOTIONS
from vibelux.errors import InvalidInput, NoFace
from vibelux.face.box import Box, distance
from vibelux.face.followed import Followed
from vibelux.face.reading import ADVICE, FaceReader, FaceReading, as_grey, sharpness
from vibelux.face.sampling import Window, sample

HAPPY = [0.1, 0.0, 0.0, 0.6, 0.2, 0.1, 0.0]
FRAME = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)


def test_reads_the_face(known_reader: FaceReader) -> None:
    reading = known_reader.read(FRAME)
    assert reading.state == "ok"
    assert reading.require() == pytest.approx(HAPPY)
    assert reading.face == Box(200, 150, 120, 120, 0.9)
    assert len(reading.faces) == 1
    assert reading.crop is not None
    assert reading.crop.shape == (48, 48)
    assert reading.model == "face-0-00000000"


def test_json_is_the_documented_one(known_reader: FaceReader, known_detector) -> None:
    known_detector.boxes = [[Box(200, 150, 120, 120, 0.9), Box(20, 30, 20, 20, 0.75)]]
    value = json.loads(json.dumps(known_reader.read(FRAME).as_json()))
    mood = {
        "angry": 0.1,
        "disgust": 0,
        "fear": 0,
        "happy": 0.6,
        "neutral": 0.2,
        "sad": 0.1,
        "surprise": 0,
    }
    face = {"x": 200, "y": 150, "w": 120, "h": 120, "score": 0.9}
    small = {"x": 20, "y": 30, "w": 20, "h": 20, "score": 0.75}
    assert value == {
        "mood": pytest.approx(mood),
        "state": "ok",
        "face": face,
        "faces": [{"box": face, "mood": pytest.approx(mood)}, {"box": small, "mood": None}],
        "model": "face-0-00000000",
    }
    assert tuple(value["mood"]) == EMOTIONS


def test_json_without_a_face(known_reader: FaceReader, known_detector) -> None:
    known_detector.boxes = [[]]
    assert known_reader.read(FRAME).as_json() == {
        "mood": None,
        "state": "no_face",
        "face": None,
        "faces": [],
        "model": "face-0-00000000",
    }


def _reading(reader: FaceReader, detector, *boxes: Box, frame: np.ndarray = FRAME) -> FaceReading:
    detector.boxes = [list(boxes)]
    return reader.read(frame)


def test_states(known_reader: FaceReader, known_detector, known_model) -> None:
    fine = Box(200, 150, 120, 120, 0.9)
    flat = (120 + FRAME // 16).astype(np.uint8)
    black = np.zeros_like(FRAME)

    def state(*boxes: Box, frame: np.ndarray = FRAME) -> str:
        reading = _reading(known_reader, known_detector, *boxes, frame=frame)
        assert (reading.mood is not None) == (reading.state == "ok")
        return reading.state

    assert state(fine) == "ok"
    assert state() == "no_face"
    assert state(frame=black) == "too_dark"
    assert state(fine, frame=black) == "too_dark"
    assert state(fine, frame=flat) == "too_dark"
    assert state(Box(200, 150, 25, 31, 0.9)) == "too_small"
    assert state(Box(200, 150, 26, 32, 0.9)) == "ok"
    assert state(Box(200, 150, 120, 120, 0.9, turn=2)) == "upside_down"
    assert state(Box(200, 150, 120, 120, 0.9, turn=1)) == "ok"
    masked = FRAME.copy()
    masked[215:290, 190:330] = 90
    assert state(fine, frame=masked) == "covered"
    for mood, seen in (
        (np.full(7, 1 / 7), "unsure"),
        (np.array([0.2, 0, 0.2, 0, 0.2, 0.2, 0.2]), "unsure"),
        (np.array([0.3, 0, 0, 0, 0.4, 0.3, 0]), "ok"),
    ):
        known_model.moods = [mood]
        assert state(fine) == seen


@pytest.mark.parametrize("direction", [(0, 35), (35, 0), (35, 35)])
def test_blurred_faces_are_not_read(
    known_reader: FaceReader, draw_frame: Callable[..., np.ndarray], direction: tuple[int, int]
) -> None:
    """Blur in one direction, as of motion, is blur too."""
    frame = draw_frame((200, 150, 120))
    assert known_reader.read(frame).state == "ok"
    blurred = Image.fromarray(frame).filter(ImageFilter.BoxBlur(direction))
    assert known_reader.read(np.array(blurred)).state == "too_blurred"


def test_sharpness_ignores_light_contrast_and_direction() -> None:
    crop = sample(FRAME, Window(0, 0, 12, 12), width=48, height=48)
    soft = np.array(Image.fromarray(crop).filter(ImageFilter.GaussianBlur(3)))
    assert sharpness(crop // 2 + 40) == pytest.approx(sharpness(crop), rel=0.05)
    assert sharpness(np.rot90(crop)) == pytest.approx(sharpness(crop), rel=0.05)
    assert sharpness(soft) < sharpness(crop) / 2
    stripes = np.tile(np.arange(48, dtype=np.uint8) % 2 * 255, (48, 1))
    assert sharpness(stripes) == pytest.approx(0, abs=1e-6)
    assert sharpness(np.full((48, 48), 9, np.uint8)) == 0


def test_group_is_the_average_of_the_faces_that_can_be_read(
    known_reader: FaceReader, known_detector, known_model
) -> None:
    boxes = [Box(20, 30, 20, 20, 0.9), Box(200, 150, 120, 120, 0.9), Box(400, 150, 80, 80, 0.9)]
    known_detector.boxes = [boxes]
    reading = known_reader.read(FRAME)
    assert reading.state == "too_small"
    moods = (None, np.eye(7, dtype=np.float32)[3], np.eye(7, dtype=np.float32)[5])
    group = replace(reading, faces=tuple(zip(boxes, moods, strict=True))).grouped()
    assert group.state == "ok"
    assert group.require()[[3, 5]] == pytest.approx([0.5, 0.5])
    assert group.face == boxes[0]
    assert [mood is None for _, mood in group.faces] == [True, False, False]


def test_group_without_a_face_that_can_be_read(known_reader: FaceReader, known_detector) -> None:
    known_detector.boxes = [[Box(20, 30, 20, 20, 0.9)]]
    assert known_reader.read(FRAME).grouped().state == "too_small"


def test_dark_but_full_of_contrast_is_read(
    known_reader: FaceReader, draw_frame: Callable[..., np.ndarray]
) -> None:
    """Contrast decides, not brightness: dark skin in good light is fine."""
    frame = draw_frame((200, 150, 120)) // 4
    reading = known_reader.read(frame)
    assert reading.crop is not None
    assert reading.crop.mean() < 40
    assert reading.state == "ok"


@pytest.mark.parametrize("state", ADVICE)
def test_require_says_what_to_do(state: str) -> None:
    reading = FaceReading(state, None, None, (), None, "face")
    with pytest.raises(NoFace, match=";") as caught:
        reading.require()
    assert caught.value.state == state


def test_the_nearest_face_is_followed(known_reader: FaceReader, known_detector) -> None:
    large, near = Box(0, 0, 200, 200, 0.9), Box(400, 300, 80, 80, 0.9)
    known_detector.boxes = [[large, near]]
    assert known_reader.read(FRAME).face == large
    known = Followed.begin(Box(390, 310, 84, 84, 0.9), 0.0)
    reading = known_reader.read(FRAME, known=known, time=0.1)
    assert reading.followed is not None
    assert reading.face == reading.followed.box
    assert distance(near, reading.face) < 0.1
    assert [box for box, _ in reading.faces] == [reading.face, large]


def test_colour_and_grey_frames_read_alike(known_reader: FaceReader) -> None:
    colour = np.dstack([FRAME] * 3)
    assert np.array_equal(as_grey(colour), FRAME)
    assert np.array_equal(known_reader.read(colour).crop, known_reader.read(FRAME).crop)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((4, 4), np.float32),
        np.zeros((0, 4), np.uint8),
        np.zeros(9, np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((1, 4, 4, 3), np.uint8),
    ],
)
def test_refuses_other_arrays(known_reader: FaceReader, frame: np.ndarray) -> None:
    with pytest.raises(InvalidInput, match="a frame is"):
        known_reader.read(frame)


def test_scaled_moves_every_box(known_reader: FaceReader) -> None:
    reading = known_reader.read(FRAME).scaled(2)
    assert reading.face == Box(400, 300, 240, 240, 0.9)
    assert reading.faces[0][0] == reading.face


def test_shipped_model_reads_a_drawn_face(draw_frame: Callable[..., np.ndarray]) -> None:
    reading = FaceReader.load().read(draw_frame((200, 100, 220)))
    assert reading.state == "ok"
    assert reading.require().sum() == pytest.approx(1, abs=1e-5)
    assert reading.crop is not None
    assert reading.crop[11, 24] > reading.crop[17, 15]  # the forehead is brighter than an eye
