import numpy as np
import pytest

from vibelux.evaluation.face_groups import by_light, by_pose, by_size


def test_a_face_is_in_one_group_of_sizes() -> None:
    groups = by_size(np.array([8.0, 32.0, 79.9, 80.0, 600.0]))
    assert np.sum(list(groups.values()), axis=0).tolist() == [1] * 5
    assert groups["48 to 80 px"].tolist() == [False, False, True, False, False]


def test_a_face_against_the_light_is_darker_than_its_picture() -> None:
    groups = by_light(np.array([[40.0, 100.0], [90.0, 100.0], [np.nan, 100.0]]))
    assert groups["darker than 60"].tolist() == [True, False, False]
    assert groups["half as bright as its picture"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("angle", "nose", "expected"),
    [
        (0, 0.0, ("tilted by up to 10°", "nose in the middle")),
        (-20, 0.3, ("by 10 to 25°", "turned to one side")),
        (60, -0.7, ("by more than 25°", "nearly a profile")),
    ],
)
def test_pose_is_read_from_the_points(angle: int, nose: float, expected: tuple[str, str]) -> None:
    upright = np.array([[-1, 0], [1, 0], [2 * nose, 1], [-0.6, 2], [0.6, 2]])
    turn = np.radians(angle)
    turned = upright @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    groups = by_pose(np.stack([turned * 7 + 50, np.full((5, 2), np.nan)]))
    assert [name for name, rows in groups.items() if rows[0]] == list(expected)
    assert not any(rows[1] for rows in groups.values())
