import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.errors import InvalidInput
from vibelux.recommend.matching import KINSHIP, kinship, matching_of, space, standing_out
from vibelux.recommend.similarity import MoodIndex

moods = arrays(np.float64, 7, elements=st.floats(0, 1)).filter(lambda mood: mood.sum() > 0.01)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(MoodIndex([as_mood(one)]).similarities(other)[0])


def test_kin_are_of_one_quadrant():
    akin = kinship()
    np.testing.assert_array_equal(akin, akin.T)
    families = {frozenset(EMOTIONS[place] for place in np.flatnonzero(row)) for row in akin}
    assert families == {
        frozenset({"angry", "disgust", "fear"}),
        frozenset({"happy", "surprise"}),
        frozenset({"neutral"}),
        frozenset({"sad"}),
    }
    assert np.linalg.eigvalsh(akin).min() > 0  # else it were no scalar product
    np.testing.assert_allclose(space("kinship") @ space("kinship").T, akin, atol=1e-12)


def test_kin_answer_for_each_other():
    assert alike(parse_mood("angry"), parse_mood("fear")) == pytest.approx(KINSHIP, abs=1e-6)
    assert alike(parse_mood("angry"), parse_mood("happy")) == 0


@given(one=moods, other=moods)
def test_likeness_is_symmetric_and_whole_only_for_the_same_mixture(one, other):
    assert alike(one, other) == pytest.approx(alike(other, one), abs=1e-5)
    assert alike(one, one) == pytest.approx(1, abs=1e-5)
    assert 0 <= alike(one, other) <= 1
    if np.abs(as_mood(one) - as_mood(other)).max() > 0.1:
        assert alike(one, other) < 0.9999


def test_a_pure_mood_stands_out_as_it_is():
    for emotion in np.eye(7):
        np.testing.assert_allclose(standing_out(emotion), emotion)


def test_rare_emotions_tell_more_than_the_usual_ones():
    told = standing_out(parse_mood("neutral=0.5,sad=0.3,happy=0.2"))
    assert told[EMOTIONS.index("sad")] > told[EMOTIONS.index("neutral")]
    assert told.sum() == pytest.approx(1, abs=1e-6)


def test_a_trace_of_disgust_is_no_disgusted_face():
    told = standing_out(parse_mood("neutral=0.85,sad=0.1,disgust=0.05"))
    assert EMOTIONS[int(told.argmax())] == "neutral"


def test_a_matching_is_called_by_its_name():
    assert matching_of("cosine") == "cosine"
    with pytest.raises(InvalidInput, match="matching='euclid' must be one of kinship, cosine"):
        matching_of("euclid")
