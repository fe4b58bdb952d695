import threading
import time

import numpy as np
import pytest

from vibelux.emotions import as_mood, parse_mood
from vibelux.errors import CameraError, InvalidInput, NoFace
from vibelux.face.box import Box
from vibelux.face.reading import FaceReading
from vibelux.face.tracker import Moment
from vibelux.players.following import EVERY, TIME_CONSTANT, MoodFollower, SlowMood

HAPPY, SAD = parse_mood("happy"), parse_mood("sad")


def test_a_grimace_hardly_moves_it():
    slow = SlowMood(HAPPY)
    slow.see(SAD, seconds=5)
    assert slow.mood[3] == pytest.approx(np.exp(-5 / TIME_CONSTANT), abs=1e-6)
    assert slow.mood[5] < 0.03


def test_minutes_move_it_the_same_at_any_pace():
    often, seldom = SlowMood(HAPPY), SlowMood(HAPPY)
    for _ in range(180):
        often.see(SAD, seconds=1)
    for _ in range(30):
        seldom.see(SAD, seconds=6)
    assert often.mood[5] == pytest.approx(1 - np.exp(-1), abs=1e-5)
    np.testing.assert_allclose(often.mood, seldom.mood, atol=1e-5)
    before = often.mood
    often.see(HAPPY, seconds=-60)  # a clock that jumped
    np.testing.assert_array_equal(often.mood, before)


def test_refuses_a_time_constant_of_nothing():
    with pytest.raises(InvalidInput, match="time_constant=0"):
        SlowMood(HAPPY, time_constant=0)


class Watched:
    """Moments as of a camera: each mood for ever so long, None for no face."""

    def __init__(self, *moods, error=None, step=1.0):
        self.moods, self.error, self.step = moods, error, step
        self.released = False
        self.done = threading.Event()

    def __call__(self):
        try:
            for number, mood in enumerate(self.moods):
                state = "no_face" if mood is None else "ok"
                face = None if mood is None else Box(0, 0, 100, 100, 1.0)
                reading = FaceReading(
                    state=state,
                    mood=None if mood is None else as_mood(mood),
                    face=face,
                    faces=() if face is None else ((face, mood),),
                    crop=None,
                    model="m",
                )
                yield Moment(self.step * number, reading, reading, 640, 480)
            self.done.set()
            if self.error:
                raise self.error
            while True:
                time.sleep(0.01)
                yield Moment(self.step * len(self.moods), reading, reading, 640, 480)
        finally:
            self.released = True


def test_follows_the_face_slowly_and_turns_the_camera_off():
    watched = Watched(HAPPY, HAPPY, HAPPY, SAD, SAD)
    with MoodFollower(watched(), every=0.02) as follower:
        assert watched.done.wait(10)
        assert not watched.released
    assert watched.released
    assert follower.error is None and follower.state == "ok"
    assert 0 < follower.mood[5] < 0.01
    assert follower.mood[3] > 0.99


def test_no_face_keeps_the_mood():
    watched = Watched(HAPPY, HAPPY, HAPPY, None, None)
    with MoodFollower(watched(), every=0.01) as follower:
        assert watched.done.wait(10)
    np.testing.assert_array_equal(follower.mood, HAPPY)
    assert follower.state == "no_face"


def test_a_long_absence_counts_as_no_time_of_another_mood():
    watched = Watched(HAPPY, HAPPY, HAPPY, SAD, SAD, step=100_000.0)
    with MoodFollower(watched(), every=0.02) as follower:
        assert watched.done.wait(10)
    assert follower.mood[5] < 0.01


def test_begins_with_a_face_or_not_at_all():
    watched = Watched(None, None, None)
    with pytest.raises(NoFace, match="no face was found"):
        MoodFollower(watched())
    assert watched.released


def test_says_why_the_camera_is_off():
    watched = Watched(HAPPY, HAPPY, HAPPY, error=CameraError("unplugged"))
    with MoodFollower(watched(), every=0.01) as follower:
        while not follower.error:
            time.sleep(0.01)
        assert str(follower.error) == "unplugged"
    assert watched.released
    assert EVERY > 1
