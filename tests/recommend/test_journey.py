import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import parse_mood
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.journey import Journey, along, songs_of_steps

PLACES = ModelStatistics().songs.affect
SAD, HAPPY = parse_mood("sad"), parse_mood("happy")


def test_it_ends_at_the_goal_and_stays_there():
    journey = Journey(SAD, HAPPY, 4)
    np.testing.assert_allclose(journey.ahead(6)[[0, 3, 4, 5]], [SAD, HAPPY, HAPPY, HAPPY])
    journey.begun = 9
    np.testing.assert_allclose(journey.ahead(2), [HAPPY, HAPPY])
    assert journey.ahead(0).shape == (0, 7)


@pytest.mark.parametrize(("begun", "at"), [(0, 0), (1, 0), (2, 1), (4, 3), (5, 3), (40, 3)])
def test_the_way_tells_what_has_been_reached(begun, at):
    way = Journey(SAD, HAPPY, 4, begun=begun).way(PLACES)
    assert way.at == at
    assert way.places.shape == (4, 2)
    np.testing.assert_allclose(way.places[[0, -1]], affect_of([SAD, HAPPY], PLACES), atol=1e-5)


def test_songs_on_the_way_come_in_the_order_in_which_they_lie_there():
    way = np.array([[-1, 0], [-0.5, 0], [0, 0], [0.5, 0], [1, 0]], dtype=np.float32)
    places = np.array([[-0.9, 0.3], [0.8, 0], [-0.2, 0.9], [1, 1], [0.1, -1]], dtype=np.float32)
    assert along(way, places).tolist() == [0, 2, 4, 1, 3]
    # Those of one step stay as they were, and so do songs of which nothing is known.
    places[2] = np.nan
    assert along(way, places).tolist() == [0, 2, 4, 1, 3]
    assert along(way[[2, 2, 2]], places[:3]).tolist() == [0, 1, 2]


def test_steps_without_songs_are_left_out():
    journey = Journey(SAD, HAPPY, 5, steps=[0, 1, 4], begun=2)
    np.testing.assert_allclose(journey.moods, Journey(SAD, HAPPY, 5).moods[[0, 1, 4]])
    way = journey.way(PLACES)
    assert (len(way.places), way.at, way.asked) == (3, 1, 5)


def test_as_many_steps_as_possible_get_a_song_of_their_own():
    lying = np.array(
        [[1, 1, 0], [1, 0, 0], [0, 0, 0], [1, 1, 1]],
        dtype=bool,
    )
    assert songs_of_steps(lying).tolist() == [1, 0, -1, 2]
    # For want of songs those between go without: a journey begins and ends where it should.
    few = songs_of_steps(np.ones((4, 2), dtype=bool))
    assert (few >= 0).tolist() == [True, False, False, True]
    assert songs_of_steps(np.zeros((3, 0), dtype=bool)).tolist() == [-1, -1, -1]
