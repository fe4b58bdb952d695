import math

import numpy as np
import pytest

from vibelux.errors import InvalidInput
from vibelux.face.detector import Box
from vibelux.face.reading import FaceReader
from vibelux.face.tracker import FaceTracker, MainFace

FRAME = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
HAPPY = np.eye(7)[3]
SAD = np.eye(7)[5]
HERE = Box(200, 150, 120, 120, 0.9)
THERE = Box(480, 300, 60, 60, 0.9)


@pytest.mark.parametrize("rate", [5, 30, 120])
def test_time_constant_holds_at_any_frame_rate(
    known_reader: FaceReader, known_model, rate: int
) -> None:
    tracker = FaceTracker(known_reader, time_constant=0.4)
    known_model.moods = [HAPPY]
    for frame in range(rate):
        tracker.read(FRAME, time=frame / rate)
    known_model.moods = [SAD]
    begun = (rate - 1) / rate
    steps = round(0.4 * rate)
    for step in range(1, steps + 1):
        reading = tracker.read(FRAME, time=begun + step / rate)
    assert reading.require()[5] == pytest.approx(1 - math.exp(-1), abs=1e-5)
    assert reading.require()[3] == pytest.approx(math.exp(-1), abs=1e-5)
    assert reading.faces[0][1] is reading.mood


def test_first_frame_is_taken_as_it_is(known_reader: FaceReader) -> None:
    assert FaceTracker(known_reader).read(FRAME, time=100.0).require()[3] == pytest.approx(0.6)


def test_short_loss_keeps_the_mood_long_loss_does_not(
    known_reader: FaceReader, known_detector
) -> None:
    tracker = FaceTracker(known_reader, patience=1.0)
    before = tracker.read(FRAME, time=0.0)
    known_detector.boxes = [[]]
    held = tracker.read(FRAME, time=0.9)
    assert held.state == "ok"
    assert np.array_equal(held.require(), before.require())
    assert held.faces == ()
    assert tracker.read(FRAME, time=1.1).state == "no_face"
    assert tracker.read(FRAME, time=1.2).mood is None


def test_somebody_else_starts_afresh(known_reader: FaceReader, known_detector, known_model) -> None:
    tracker = FaceTracker(known_reader, patience=1.0)
    known_model.moods = [HAPPY]
    tracker.read(FRAME, time=0.0)
    known_detector.boxes, known_model.moods = [[THERE]], [SAD]
    held = tracker.read(FRAME, time=0.5)
    assert held.face == HERE
    assert held.require()[3] == 1
    fresh = tracker.read(FRAME, time=1.5)
    assert fresh.face == THERE
    assert fresh.require()[5] == 1


def test_a_larger_face_does_not_take_over(known_reader: FaceReader, known_detector) -> None:
    tracker = FaceTracker(known_reader)
    assert tracker.read(FRAME, time=0.0).face == HERE
    near = Box(210, 155, 118, 118, 0.9)
    known_detector.boxes = [[Box(400, 0, 240, 240, 1.0), near]]
    assert tracker.read(FRAME, time=0.1).face == near


def test_time_does_not_go_back(known_reader: FaceReader) -> None:
    tracker = FaceTracker(known_reader)
    tracker.read(FRAME, time=2.0)
    with pytest.raises(InvalidInput, match="lies before"):
        tracker.read(FRAME, time=1.0)


@pytest.mark.parametrize("constant", [0, -1, math.inf, math.nan])
def test_refuses_other_time_constants(known_reader: FaceReader, constant: float) -> None:
    with pytest.raises(InvalidInput, match="time_constant="):
        FaceTracker(known_reader, time_constant=constant)


def test_main_face_is_forgotten(known_reader: FaceReader) -> None:
    main = MainFace(patience=1.0)
    assert main.box(0.0) is None
    assert not main.follow(known_reader.read(FRAME), 0.0)
    assert main.box(1.0) == HERE
    assert main.box(1.01) is None
