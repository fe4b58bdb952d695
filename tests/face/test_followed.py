import math

import numpy as np
import pytest

from vibelux.face.box import Box, distance
from vibelux.face.followed import Followed

HERE = Box(200, 150, 120, 150, 0.9)


def followed(boxes: list[Box], *, rate: float) -> list[Box]:
    known = Followed.begin(boxes[0], 0.0)
    places = [known.box]
    for number, box in enumerate(boxes[1:], 1):
        moved = known.moved(box, number / rate)
        assert moved is not None
        known = moved
        places.append(known.box)
    return places


@pytest.mark.parametrize(("rate", "calmer"), [(4, 0.95), (15, 0.7), (30, 0.6)])
def test_a_box_that_trembles_is_calmed(rate: float, calmer: float) -> None:
    rng = np.random.default_rng(0)
    boxes = [
        Box(200 + x, 150 + y, 120 * math.exp(size), 150 * math.exp(size), 0.9)
        for x, y, size in rng.normal(0, (1.2, 1.2, 0.01), (400, 3))
    ]
    places = followed(boxes, rate=rate)
    for value in (lambda box: box.centre[0], lambda box: box.centre[1], lambda box: box.w):
        before, after = (np.std([value(box) for box in found]) for found in (boxes, places))
        assert after < calmer * before


@pytest.mark.parametrize("rate", [5, 15, 60])
@pytest.mark.parametrize("speed", [0.05, 0.3, 1.0, 3.0])
def test_a_moving_face_is_followed_at_a_fiftieth_of_its_width(rate: float, speed: float) -> None:
    step = speed * HERE.w / rate
    boxes = [Box(HERE.x + n * step, HERE.y, HERE.w, HERE.h, 0.9) for n in range(round(3 * rate))]
    places = followed(boxes, rate=rate)
    late = [distance(box, place) for box, place in zip(boxes, places, strict=True)]
    assert late[-1] < 0.02


def test_a_face_that_comes_near_is_followed() -> None:
    boxes = [Box(200, 150, 120 * 1.02**n, 150 * 1.02**n, 0.9) for n in range(30)]
    assert followed(boxes, rate=15)[-1].w == pytest.approx(boxes[-1].w, rel=0.02)


def test_somebody_else_is_not_followed() -> None:
    assert Followed.begin(HERE, 0.0).moved(Box(330, 150, 120, 150, 0.9), 0.1) is None


def test_a_face_that_is_turned_otherwise_begins_anew() -> None:
    turned = Box(204, 150, 150, 120, 0.8, turn=1)
    assert Followed.begin(HERE, 0.0).moved(turned, 0.1) == Followed.begin(turned, 0.1)


def test_score_and_tilt_are_those_of_the_frame() -> None:
    found = Box(203, 150, 120, 150, 0.7, tilt=12.0)
    moved = Followed.begin(HERE, 0.0).moved(found, 0.1)
    assert moved is not None
    assert (moved.box.score, moved.box.tilt) == (0.7, 12.0)
