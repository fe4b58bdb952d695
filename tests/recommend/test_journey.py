import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import parse_mood
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.journey import Journey

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
