import numpy as np
import pytest

from vibelux.face.box import Box
from vibelux.face.close_look import AROUND, SIDE, close_look

GREY = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
FACE = Box(200, 150, 112, 140, 0.9)


def finder(*boxes: Box):
    """Find boxes whatever is seen, and keep what was seen."""
    seen: list[np.ndarray] = []

    def find(small: np.ndarray) -> list[Box]:
        seen.append(small)
        return list(boxes)

    return find, seen


def test_the_face_is_where_the_closer_look_finds_it() -> None:
    known = Box(204, 148, 112, 140, 0.8)
    find, seen = finder(Box(29, 20, 56, 70, 0.7), Box(27, 22, 56, 70, 0.6))
    # The window begins at (148, 106) and is twice as large as its picture.
    assert close_look(GREY, FACE, known, find) == Box(206, 146, 112, 140, 0.9)
    assert seen[0].shape == (SIDE, SIDE)
    assert AROUND * known.w / SIDE == 2


@pytest.mark.parametrize(
    "found", [[], [Box(60, 20, 56, 70, 0.9)], [Box(28, 21, 20, 25, 0.9)]], ids=str
)
def test_what_is_not_the_face_leaves_it_as_it_is(found: list[Box]) -> None:
    find, _ = finder(*found)
    assert close_look(GREY, FACE, FACE, find) is FACE


def test_a_face_that_has_moved_is_looked_at_where_it_is_now() -> None:
    find, seen = finder()
    close_look(GREY, FACE, Box(100, 150, 112, 140, 0.9), find)
    close_look(GREY, FACE, FACE, find)
    assert np.array_equal(*seen)


def test_a_turned_face_is_not_looked_at() -> None:
    find, seen = finder()
    turned = Box(200, 150, 140, 112, 0.9, turn=1)
    assert close_look(GREY, turned, turned, find) is turned
    assert not seen
