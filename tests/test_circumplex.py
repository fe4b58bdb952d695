import numpy as np
import pytest

from vibelux.circumplex import affect_of, closeness, mood_at, song_emotions
from vibelux.emotions import EMOTIONS, parse_mood, strongest
from vibelux.errors import InvalidInput

PLACES = np.array(
    [
        *([-1.0, 1.0], [-0.8, 0.35], [-0.88, 0.76], [0.99, 0.99]),
        *([0.46, -1.0], [-0.86, -1.0], [0.43, 0.74]),
    ],
    dtype=np.float32,
)


def test_a_mixture_lies_between_its_emotions():
    mixed = affect_of(parse_mood("happy=0.5,sad=0.5"), PLACES)
    np.testing.assert_allclose(mixed, (PLACES[3] + PLACES[5]) / 2)
    np.testing.assert_allclose(affect_of(np.eye(7), PLACES), PLACES)


def test_closeness_is_whole_at_the_point_and_nothing_in_the_opposite_corner():
    songs = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]], dtype=np.float32)
    near = closeness(songs, [0, 0])
    assert near[0] == 1 and near[1] == near[2] == pytest.approx(1 - np.sqrt(0.125) / 2)
    assert closeness(np.array([[1, 1]]), [-1, -1])[0] == pytest.approx(0)


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.6, 0.4), (-0.7, 0.6), (0.3, -0.8), (-0.6, -0.5)])
def test_the_mood_of_a_point_lies_there(point):
    assert affect_of(mood_at(*point, PLACES), PLACES) == pytest.approx(point, abs=0.05)


def test_corners_stand_for_what_is_next_to_them():
    assert strongest(mood_at(1, 1, PLACES)) == "happy"
    assert strongest(mood_at(-1, -1, PLACES)) == "sad"
    assert strongest(mood_at(1, -1, PLACES)) == "neutral"
    assert strongest(mood_at(-1, 1, PLACES)) == "angry"
    assert mood_at(0, 0, PLACES).max() < 0.3  # the middle claims nothing
    for point in ((1.1, 0), (0, np.nan)):
        with pytest.raises(InvalidInput, match="must lie within"):
            mood_at(*point, PLACES)


def test_a_song_counts_as_the_strongest_emotion_that_its_valence_does_not_contradict():
    metal = parse_mood("surprise=0.5,fear=0.3,angry=0.2")
    assert EMOTIONS[song_emotions(metal, 0.0)] == "surprise"
    assert EMOTIONS[song_emotions(metal, -0.5)] == "fear"
    assert EMOTIONS[song_emotions(metal, 0.5)] == "surprise"
    assert EMOTIONS[song_emotions(metal, np.nan)] == "surprise"
    two = np.stack([parse_mood("sad"), np.zeros(7)])
    assert song_emotions(two, [0.0, 0.0]).tolist() == [EMOTIONS.index("sad"), -1]
