import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vibelux.circumplex import affect_of
from vibelux.emotions import as_mood, parse_mood
from vibelux.errors import InvalidInput
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SongFit
from vibelux.recommend.policies import POLICIES, SAD, as_policy, spares_sadness, target_path

MUSIC = ModelStatistics().songs

moods = arrays(np.float64, 7, elements=st.floats(0, 1).map(lambda x: round(x, 3))).filter(np.any)
SAD_MOOD = parse_mood("sad=0.7,neutral=0.3")


@given(mood=moods, goal=moods, policy=st.sampled_from(POLICIES), n=st.integers(0, 15))
def test_every_place_of_every_path_is_a_mood(mood, goal, policy, n):
    path = target_path(mood, policy, n, goal=goal if policy == "journey" else None)
    assert path.shape == (n, 7) and path.dtype == np.float32
    assert (path >= 0).all()
    np.testing.assert_allclose(path.sum(axis=1), 1, atol=1e-5)


@given(mood=moods, goal=moods, n=st.integers(2, 15))
def test_a_journey_goes_from_the_mood_to_the_goal_in_equal_steps(mood, goal, n):
    path = target_path(mood, "journey", n, goal=goal).astype(float)
    np.testing.assert_allclose(path[0], as_mood(mood), atol=1e-5)
    np.testing.assert_allclose(path[-1], as_mood(goal), atol=1e-5)
    roots = np.sqrt(path)
    steps = 2 * np.arcsin(np.clip(np.linalg.norm(np.diff(roots, axis=0), axis=1) / 2, 0, 1))
    np.testing.assert_allclose(steps, steps.mean(), atol=2e-3)
    whole = 2 * np.arcsin(np.clip(np.linalg.norm(roots[-1] - roots[0]) / 2, 0, 1))
    assert steps.sum() == pytest.approx(whole, abs=2e-3)  # the shortest way


@given(mood=moods, policy=st.sampled_from(["match", "lift", "calm", "energise", "off"]))
def test_only_a_chosen_journey_raises_sadness(mood, policy):
    path = target_path(mood, policy, 3)
    assert (path[:, SAD] <= as_mood(mood)[SAD] + 1e-6).all()


@given(mood=moods)
def test_match_and_off_stay_with_the_mood(mood):
    for policy in ("match", "off"):
        np.testing.assert_array_equal(target_path(mood, policy, 4), [as_mood(mood)] * 4)


def places_of(mood, policy):
    """Return valence and arousal of a mood, of what a policy looks for, and of where it leads."""
    whole = {"lift": "happy", "calm": "neutral", "energise": "happy=0.7,surprise=0.3"}[policy]
    points = np.stack([as_mood(mood), target_path(mood, policy, 1)[0], parse_mood(whole)])
    return affect_of(points, MUSIC.affect).astype(float)


@given(mood=moods, policy=st.sampled_from(["lift", "calm", "energise"]))
def test_a_policy_goes_a_third_of_the_way(mood, policy):
    here, aim, there = places_of(mood, policy)
    np.testing.assert_allclose(aim - here, (there - here) / 3, atol=1e-5)


@given(mood=moods)
def test_lift_is_brighter_than_every_mood_but_happiness(mood):
    here, aim, there = places_of(mood, "lift")
    assume(there[0] - here[0] > 1e-4)
    assert here[0] < aim[0] < there[0]


@given(mood=moods, policy=st.sampled_from(["calm", "energise"]))
def test_calm_calms_and_energise_enlivens_what_is_not_so_already(mood, policy):
    (_, here), (_, aim), (_, there) = places_of(mood, policy)
    sign = {"calm": -1, "energise": 1}[policy]
    assume(sign * (there - here) > 1e-4)
    assert sign * (aim - here) > 0


def test_a_sad_mood_is_not_led_to_the_happiest_song_first():
    songs = np.stack([parse_mood(f"sad={10 - n},happy={n}") for n in range(11)])
    order = SongFit(songs, statistics=MUSIC).best(target_path(parse_mood("sad"), "lift", 1)[0], 11)
    assert order[0][0] in (3, 4)
    assert order[0][-1] == 10


def test_the_persons_choice_wins_also_where_it_is_sad():
    path = target_path(parse_mood("happy"), "journey", 5, goal=parse_mood("sad"))
    assert path[-1, SAD] == pytest.approx(1)


def test_which_faces_are_spared_sad_songs():
    assert spares_sadness(parse_mood("happy=0.6,sad=0.4"))
    assert spares_sadness(parse_mood("neutral=0.5,sad=0.3,angry=0.2"))
    assert not spares_sadness(parse_mood("sad=0.6,happy=0.4"))
    assert not spares_sadness(parse_mood("angry"))


def test_refuses_what_makes_no_sense():
    with pytest.raises(InvalidInput, match="unknown policy 'cheer'; choose from match, lift"):
        as_policy("cheer")
    with pytest.raises(InvalidInput, match="a journey needs a goal"):
        target_path(SAD_MOOD, "journey", 3)
    with pytest.raises(InvalidInput, match="only a journey has a goal; the policy is 'lift'"):
        target_path(SAD_MOOD, "lift", 3, goal=SAD_MOOD)
    with pytest.raises(InvalidInput, match="n=-1"):
        target_path(SAD_MOOD, "match", -1)
