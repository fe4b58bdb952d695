import math
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.emotions import (
    ALIASES,
    EMOTIONS,
    as_mood,
    emotion_index,
    mood_dict,
    parse_mood,
    strongest,
    total_variation,
)
from vibelux.errors import InvalidMood

WEIGHTS = st.lists(
    st.floats(min_value=0, max_value=1e308, allow_subnormal=False), min_size=7, max_size=7
).filter(any)


def test_the_seven_are_in_the_order_of_the_models() -> None:
    assert EMOTIONS == ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


@pytest.mark.parametrize(
    ("name", "place"),
    [("angry", 0), (" Happy ", 3), ("joy", 3), ("Ekel", 1), ("SADNESS", 5), ("Überraschung", 6)],
)
def test_aliases_and_case_are_understood(name: str, place: int) -> None:
    assert emotion_index(name) == place
    assert emotion_index(unicodedata.normalize("NFD", name)) == place


def test_every_alias_is_lower_case_and_leads_to_one_of_the_seven() -> None:
    assert set(ALIASES.values()) <= set(EMOTIONS)
    assert all(alias == alias.lower() and alias not in EMOTIONS for alias in ALIASES)


def test_an_unknown_emotion_is_named_with_the_choices() -> None:
    with pytest.raises(InvalidMood, match="unknown emotion 'calm'; choose from angry, disgust"):
        emotion_index("calm")


@given(WEIGHTS)
def test_a_mood_sums_to_one_and_keeps_proportions(weights: list[float]) -> None:
    mood = as_mood(weights)
    assert mood.dtype == np.float32
    assert (mood >= 0).all()
    assert mood.sum() == pytest.approx(1, abs=1e-6)
    top = max(weights)
    np.testing.assert_allclose(mood / mood.max(), [w / top for w in weights], atol=1e-6)


@given(WEIGHTS)
def test_a_mood_survives_text_and_dict(weights: list[float]) -> None:
    mood = as_mood(weights)
    text = ",".join(f"{name}={value:.9g}" for name, value in zip(EMOTIONS, mood, strict=True))
    np.testing.assert_allclose(parse_mood(text), mood, atol=1e-6)
    np.testing.assert_allclose(list(mood_dict(mood).values()), mood, atol=1e-6)
    assert mood[EMOTIONS.index(strongest(mood))] == mood.max()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, 3], r"seven numbers, got shape \(3,\)"),
        ("happy", "seven numbers, got"),
        ([0] * 7, "all seven numbers are zero"),
        ([0, 0, -0.1, 0, 0, 0, 1], "fear=-0.1 must be a finite number that is not negative"),
        ([math.nan, 0, 0, 0, 0, 0, 1], "angry=nan"),
        ([0, 0, 0, 0, 0, 0, math.inf], "surprise=inf"),
    ],
)
def test_what_is_not_a_mood_is_refused(values: object, message: str) -> None:
    with pytest.raises(InvalidMood, match=message):
        as_mood(values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("happy=0.7,sad=0.3", {"happy": 0.7, "sad": 0.3}),
        (" Freude = 2 , trauer = 2 ,", {"happy": 0.5, "sad": 0.5}),
        ("0,0,0,1,0,1,0", {"happy": 0.5, "sad": 0.5}),
        ("surprised", {"surprise": 1.0}),
        ("happy=1e308,sad=1e308", {"happy": 0.5, "sad": 0.5}),
    ],
)
def test_moods_are_read_from_text(text: str, expected: dict[str, float]) -> None:
    wanted = [expected.get(name, 0.0) for name in EMOTIONS]
    np.testing.assert_allclose(parse_mood(text), wanted, atol=1e-7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the mood is empty"),
        (" , ", "the mood is empty"),
        ("calm=1", "unknown emotion 'calm'"),
        ("happy=1,joy=1", "happy is given twice"),
        ("happy=much", "'much' in 'happy=much' is not a number"),
        ("happy=nan", "happy=nan must be a finite number"),
        ("happy=-1", "happy=-1.0 must be"),
        ("happy=0", "all seven numbers are zero"),
        ("happy=1;sad=2", "cannot read 'happy=1;sad=2'"),
        ("0.5,0.5", "cannot read '0.5'"),
        ("1,2,3,4,5,6,x", "'x' in 'x' is not a number"),
    ],
)
def test_a_text_that_is_not_a_mood_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(InvalidMood, match=message):
        parse_mood(text)


def test_how_far_moods_lie_apart() -> None:
    sad, happy = parse_mood("sad"), parse_mood("happy")
    assert total_variation(sad, sad) == 0
    assert total_variation(sad, happy) == 1
    assert total_variation(sad, parse_mood("sad=0.75,happy=0.25")) == 0.25
    rows = total_variation(np.stack([sad, happy]), sad)
    assert rows.tolist() == [0, 1]


def test_a_mood_is_shown_in_order_with_six_decimals() -> None:
    shown = mood_dict(as_mood([1, 1, 1, 0, 0, 0, 0]))
    assert list(shown) == list(EMOTIONS)
    assert shown["angry"] == 0.333333
