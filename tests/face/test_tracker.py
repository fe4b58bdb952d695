import math

import numpy as np
import pytest

from vibelux.errors import InvalidInput
from vibelux.face.box import Box, distance
from vibelux.face.followed import Followed
from vibelux.face.reading import FaceReader
from vibelux.face.tracker import FaceTracker, MainFace

FRAME = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
HAPPY = np.eye(7)[3]
SAD = np.eye(7)[5]
HERE = Box(200, 150, 120, 120, 0.9)
THERE = Box(480, 300, 60, 60, 0.9)


@pytest.mark.parametrize("rate", [5, 30, 120])
def test_delay_is_the_same_at_any_frame_rate(
    known_reader: FaceReader, known_model, rate: int
) -> None:
    """The closed form: two exponential filters of half the time constant in a row."""
    tracker = FaceTracker(known_reader, time_constant=0.4)
    known_model.moods = [HAPPY]
    for frame in range(rate):
        tracker.read(FRAME, time=frame / rate)
    known_model.moods = [SAD]
    begun = (rate - 1) / rate
    for step in range(1, round(0.4 * rate) + 1):
        reading = tracker.read(FRAME, time=begun + step / rate).reading
    assert reading.require()[5] == pytest.approx(1 - 3 * math.exp(-2), abs=1e-5)
    assert reading.require()[3] == pytest.approx(3 * math.exp(-2), abs=1e-5)
    assert reading.faces[0][1] is reading.mood


def test_a_change_is_followed_within_a_second(known_reader: FaceReader, known_model) -> None:
    tracker = FaceTracker(known_reader)
    known_model.moods = [HAPPY]
    tracker.read(FRAME, time=0.0)
    known_model.moods = [SAD]
    for time in np.arange(0.1, 1.05, 0.1):
        moment = tracker.read(FRAME, time=float(time))
    assert moment.own is not None
    assert moment.own[5] == 1
    assert 0.9 < moment.reading.require()[5] < 1


def test_flicker_is_calmed(known_reader: FaceReader, known_model) -> None:
    """A wrong answer on every third frame never becomes the strongest emotion."""
    tracker = FaceTracker(known_reader)
    known_model.moods = [HAPPY, HAPPY, SAD] * 20
    moods = [tracker.read(FRAME, time=n / 15).reading.require() for n in range(60)]
    assert {int(mood.argmax()) for mood in moods} == {3}


def test_group_is_smoothed_whoever_comes_and_goes(
    known_reader: FaceReader, known_detector, known_model
) -> None:
    tracker = FaceTracker(known_reader, group=True)
    known_model.moods = [HAPPY]
    first = tracker.read(FRAME, time=0.0)
    assert first.reading.require()[3] == 1
    known_detector.boxes, known_model.moods = [[THERE]], [SAD]
    second = tracker.read(FRAME, time=0.25).reading
    assert second.require()[3] == pytest.approx(2 * math.exp(-1), abs=1e-5)
    assert second.faces[0][1] is not None
    assert second.faces[0][1][5] == 1  # the face's own, not the group's
    known_detector.boxes = [[]]
    assert tracker.read(FRAME, time=1.0).held
    assert tracker.read(FRAME, time=1.5).reading.state == "no_face"


def test_unreadable_states_are_withheld_and_named(known_reader: FaceReader, known_model) -> None:
    tracker = FaceTracker(known_reader)
    tracker.read(FRAME, time=0.0)
    known_model.moods = [np.full(7, 1 / 7)]
    moment = tracker.read(FRAME, time=0.5)
    assert (moment.held, moment.own, moment.frame.state) == (True, None, "unsure")
    late = tracker.read(FRAME, time=1.5)
    assert (late.held, late.reading.state, late.reading.mood) == (False, "unsure", None)


def test_json_has_the_time_and_the_smoothed_mood(known_reader: FaceReader) -> None:
    moment = FaceTracker(known_reader).read(FRAME, time=0.1234)
    assert moment.as_json() == {"time": 0.123, **moment.reading.as_json()}
    assert (moment.width, moment.height) == (640, 480)


def test_first_frame_is_taken_as_it_is(known_reader: FaceReader) -> None:
    assert FaceTracker(known_reader).read(FRAME, time=100.0).reading.require()[3] == pytest.approx(
        0.6
    )


def test_short_loss_keeps_the_mood_long_loss_does_not(
    known_reader: FaceReader, known_detector
) -> None:
    tracker = FaceTracker(known_reader, patience=1.0)
    before = tracker.read(FRAME, time=0.0).reading
    known_detector.boxes = [[]]
    held = tracker.read(FRAME, time=0.9).reading
    assert held.state == "ok"
    assert np.array_equal(held.require(), before.require())
    assert held.faces == ()
    assert tracker.read(FRAME, time=1.1).reading.state == "no_face"
    assert tracker.read(FRAME, time=1.2).reading.mood is None


def test_somebody_else_starts_afresh(known_reader: FaceReader, known_detector, known_model) -> None:
    tracker = FaceTracker(known_reader, patience=1.0)
    known_model.moods = [HAPPY]
    tracker.read(FRAME, time=0.0)
    known_detector.boxes, known_model.moods = [[THERE]], [SAD]
    held = tracker.read(FRAME, time=0.5).reading
    assert held.face == HERE
    assert held.require()[3] == 1
    fresh = tracker.read(FRAME, time=1.5).reading
    assert fresh.face == THERE
    assert fresh.require()[5] == 1


def test_a_larger_face_does_not_take_over(known_reader: FaceReader, known_detector) -> None:
    tracker = FaceTracker(known_reader)
    assert tracker.read(FRAME, time=0.0).reading.face == HERE
    near = Box(210, 155, 118, 118, 0.9)
    known_detector.boxes = [[Box(400, 0, 240, 240, 1.0), near]]
    face = tracker.read(FRAME, time=0.1).reading.face
    assert face is not None
    assert distance(near, face) < 0.05


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
    assert main.known(0.0) is None
    assert not main.follow(known_reader.read(FRAME), 0.0)
    assert main.known(1.0) == Followed.begin(HERE, 0.0)
    assert main.known(1.01) is None
