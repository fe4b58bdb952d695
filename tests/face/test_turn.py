from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.face_boxes import read_face_boxes
from vibelux.face.box import Box
from vibelux.face.detector import FaceDetector
from vibelux.face.image import read_image
from vibelux.face.reading import FaceReader
from vibelux.face.turn import upright

FACE = Box(100, 60, 50, 60, 0.8)
"""The window around it begins at 75, 40 and is 100 wide: 0.8 pixels of the 80 per pixel."""


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (240, 320), np.uint8)


def test_shows_what_is_around_the_face_four_ways(noise: np.ndarray) -> None:
    seen = []
    assert upright(noise, FACE, lambda grey: seen.append(grey) or []) is FACE
    (shown,) = seen
    assert shown.shape == (160, 160)
    first = shown[:80, :80]
    for turn, (top, left) in enumerate([(0, 0), (0, 80), (80, 0), (80, 80)]):
        part = shown[top : top + 80, left : left + 80]
        assert np.array_equal(part, np.rot90(first, turn))
    corner = noise[40:44, 75:79].mean()
    assert abs(first[:3, :3].mean() - corner) < 25


@pytest.mark.parametrize(
    ("turn", "found", "place"),
    [
        (1, Box(80 + 20, 10, 40, 50, 0.75), (75 + (80 - 10 - 50) / 0.8, 40 + 20 / 0.8, 62.5, 50)),
        (2, Box(20, 80 + 10, 40, 50, 0.75), (75 + 20 / 0.8, 40 + 20 / 0.8, 50, 62.5)),
        (3, Box(80 + 20, 80 + 10, 40, 50, 0.75), (75 + 10 / 0.8, 40 + 20 / 0.8, 62.5, 50)),
    ],
)
def test_the_strongest_turn_is_the_face_s(
    noise: np.ndarray, turn: int, found: Box, place: tuple[float, ...]
) -> None:
    weaker = Box(22, 12, 40, 50, 0.7)
    box = upright(noise, FACE, lambda _: [weaker, found])
    assert (box.turn, box.score) == (turn, FACE.score)
    assert (box.x, box.y, box.w, box.h) == pytest.approx(place)


@pytest.mark.parametrize(
    "found",
    [
        [],
        [Box(20, 10, 40, 50, 0.8), Box(20, 90, 40, 50, 0.79)],
        [Box(20, 90, 40, 50, 0.8), Box(20, 10, 40, 50, 0.8)],  # as strong upright
        [Box(45, 90, 40, 50, 0.9)],  # not in the middle
        [Box(33, 113, 14, 14, 0.9)],  # an eye
        [Box(-10, 70, 100, 100, 0.9)],  # more than the window shows
    ],
)
def test_else_it_stays_as_it_is(noise: np.ndarray, found: list[Box]) -> None:
    assert upright(noise, FACE, lambda _: found) is FACE


@pytest.mark.parametrize("looks", [1, 3])
@pytest.mark.parametrize("tilt", [-25, 0, 25])
def test_upright_and_tilted_faces_are_not_turned(
    draw_frame, draw_look, looks: int, tilt: float
) -> None:
    frame = draw_frame((210, 100, 240), look=draw_look(tilt=tilt))
    assert [box.turn for box in FaceDetector.load(looks=looks).detect(frame)] == [0]


@pytest.mark.parametrize("look", [{}, {"skin": 0.3, "hair": 0.06}, {"glasses": True}], ids=str)
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_pictures_are_read(draw_frame, draw_look, quarters: int, look: dict) -> None:
    frame = draw_frame((210, 100, 240), look=draw_look(**look))
    detector = FaceDetector.load(looks=3)
    (face,) = detector.detect(frame)
    (turned,) = detector.detect(np.ascontiguousarray(np.rot90(frame, quarters)))
    assert turned.turn == (4 - quarters) % 4
    assert turned.across == pytest.approx(face.across, rel=0.02)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_stream_never_takes_a_turned_face_for_an_upright_one(
    draw_frame, draw_look, quarters: int
) -> None:
    detector = FaceDetector.load()
    for look in ({}, {"beard": True}, {"open_mouth": 1}, {"aside": 0.6}, {"from_left": -1}):
        frame = draw_frame((210, 100, 240), look=draw_look(**look))
        faces = detector.detect(np.ascontiguousarray(np.rot90(frame, quarters)))
        assert [box.turn for box in faces if box.turn != (4 - quarters) % 4] == []


@pytest.mark.parametrize("looks", [1, 3])
def test_people_upside_down_get_no_mood(shared_data: Path, looks: int) -> None:
    path = shared_data / "facedet" / "boxes.csv"
    if not path.exists():
        pytest.skip(f"no pictures at {path}")
    images = [image for image in read_face_boxes(path).images if image.dataset == "helen"][::10]
    reader = FaceReader.load(detector=FaceDetector.load(looks=looks))
    given, taken_for_turned = 0, 0
    for image in images:
        grey = read_image(image.path).grey
        seen = reader.read(grey)
        if seen.face is None or seen.mood is None:
            continue
        taken_for_turned += seen.face.turn != 0
        given += reader.read(np.ascontiguousarray(grey[::-1, ::-1])).mood is not None
    assert given <= 5
    assert taken_for_turned <= 2
