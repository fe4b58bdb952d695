import numpy as np
import pytest

from vibelux.circumplex import affect_of, closeness, mood_at
from vibelux.emotions import parse_mood, strongest
from vibelux.errors import InvalidInput


def test_emotions_lie_in_their_quadrants():
    signs = {
        "happy": (1, 1),
        "angry": (-1, 1),
        "fear": (-1, 1),
        "sad": (-1, -1),
        "neutral": (1, -1),
    }
    for name, (valence, arousal) in signs.items():
        found = affect_of(parse_mood(name))
        assert found[0] * valence > 0 and found[1] * arousal > 0


def test_closeness_is_whole_at_the_point_and_nothing_in_the_opposite_corner():
    songs = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]], dtype=np.float32)
    near = closeness(songs, [0, 0])
    assert near[0] == 1 and near[1] == near[2] == pytest.approx(1 - np.sqrt(0.125) / 2)
    assert closeness(np.array([[1, 1]]), [-1, -1])[0] == pytest.approx(0)


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.6, 0.4), (-0.7, 0.6), (0.3, -0.8), (-0.6, -0.5)])
def test_the_mood_of_a_point_lies_there(point):
    assert affect_of(mood_at(*point)) == pytest.approx(point, abs=0.05)


def test_corners_stand_for_what_is_next_to_them():
    assert strongest(mood_at(1, 1)) == "happy"
    assert strongest(mood_at(-1, -1)) == "sad"
    assert strongest(mood_at(1, -1)) == "neutral"
    assert strongest(mood_at(-1, 1)) == "angry"
    assert mood_at(0, 0).max() < 0.3  # the middle claims nothing
    for point in ((1.1, 0), (0, np.nan)):
        with pytest.raises(InvalidInput, match="must lie within"):
            mood_at(*point)
