import numpy as np
import pytest

from vibelux.face.box import Box, distance, merged


def test_arithmetic() -> None:
    box = Box(10, 20, 30, 40, 0.123456)
    assert box.centre == (25, 40)
    assert box.scaled(0.5) == Box(5, 10, 15, 20, 0.123456)
    rounded = {"x": 10, "y": 20.3, "w": 30, "h": 40, "score": 0.1235}
    assert Box(10, 20.26, 30, 40, 0.123456).as_json() == rounded
    assert Box(10, 20.26, 30, 40, 0.123456, 2).as_json() == {**rounded, "turn": 2}
    assert distance(Box(13, 24, 30, 40, 1), box) == 5 / 30


def test_a_face_on_its_side_is_as_wide_as_its_box_is_high() -> None:
    assert [Box(0, 0, 40, 30, 1, turn).across for turn in range(4)] == [40, 30, 40, 30]
    assert distance(Box(0, 60, 40, 30, 1), Box(0, 0, 40, 30, 1, 1)) == 2


@pytest.mark.parametrize("turn", range(4))
def test_boxes_of_a_turned_picture_come_back(turn: int) -> None:
    picture = np.zeros((50, 80), np.uint8)
    picture[10:17, 20:33] = 1
    turned = np.rot90(picture, turn)
    rows, columns = np.nonzero(turned)
    x, y = columns.min(), rows.min()
    box = Box(x, y, columns.max() + 1 - x, rows.max() + 1 - y, 0.9)
    assert box.turned_back(turn, width=80, height=50) == Box(20, 10, 13, 7, 0.9, turn)


FROM = 0.54
"""Score from which on boxes count."""


def test_what_is_doubtful_does_not_come_before_what_is_certain() -> None:
    blur, man = Box(0, 0, 300, 300, 0.68), Box(400, 50, 90, 110, 0.9)
    assert merged([[blur, man]], threshold=FROM) == [man, blur]
    wheel, child = Box(0, 0, 200, 200, 0.6), Box(300, 0, 30, 40, 0.75)
    assert merged([[wheel], [child]], threshold=FROM) == [child, wheel]
    assert merged([[wheel], [child]], threshold=0.4) == [wheel, child]  # of a detector less sure


@pytest.mark.parametrize(("large", "small"), [(0.76, 0.98), (0.84, 0.95), (0.85, 0.83)])
def test_of_certain_faces_the_largest_is_the_main_one(large: float, small: float) -> None:
    poster, person = Box(0, 0, 60, 80, small), Box(100, 0, 90, 120, large)
    assert merged([[poster, person]], threshold=FROM) == [person, poster]


def test_of_the_same_face_one_box_stays() -> None:
    first, again = Box(100, 100, 100, 120, 0.8), Box(102, 98, 96, 118, 0.95)
    mouth = Box(130, 180, 40, 20, 0.66)
    assert merged([[first], [again, mouth]], threshold=FROM) == [again]
    apart = merged([[first, mouth], []], threshold=FROM)
    assert apart == [first, mouth]  # one look tells them apart by itself
    beside = Box(160, 100, 100, 120, 0.9)
    assert merged([[first], [beside]], threshold=FROM) == [beside, first]
    assert merged([], threshold=FROM) == merged([[], []], threshold=FROM) == []
