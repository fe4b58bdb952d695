import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS, parse_mood
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.listener.profile import Event
from vibelux.recommend.listener.taste import SongFeatures, Taste, reward_of

MUSIC = ModelStatistics().songs

HAPPY, SAD, ANGRY = (parse_mood(name) for name in ("happy", "sad", "angry"))


def analysis(mood: np.ndarray) -> np.ndarray:
    return np.r_[mood, affect_of(mood, MUSIC.affect)].astype(np.float32)


def event(what: str, song: np.ndarray, at: np.ndarray, **values: object) -> Event:
    return Event(what, "k", b"/k", mood=at, analysis=analysis(song), **values)


def songs(*moods: str) -> SongFeatures:
    return SongFeatures(
        np.stack([SongFeatures.remembered(analysis(parse_mood(mood)), MUSIC) for mood in moods])
    )


MANY = songs(*(f"{a}=0.6,{b}=0.4" for a in EMOTIONS for b in EMOTIONS if a != b))
SAD_SONG = parse_mood("sad=0.5,neutral=0.3,fear=0.2")
PAIR = songs("sad=0.6,neutral=0.4", "happy=0.6,neutral=0.4")


def test_of_someone_unknown_nothing_is_expected():
    np.testing.assert_array_equal(Taste.learnt([], MUSIC).preference(MANY, HAPPY), 0)


def test_ten_skips_of_one_kind_are_enough_to_notice():
    taste = Taste.learnt([event("skipped", SAD_SONG, HAPPY, share=0.05) for _ in range(10)], MUSIC)
    sad, happy = taste.preference(PAIR, HAPPY)
    assert sad < -0.4 and happy > -0.1
    draws = [taste.preference(PAIR, HAPPY, np.random.default_rng(seed)) for seed in range(200)]
    assert np.mean([draw[0] < draw[1] for draw in draws]) > 0.99


def test_ten_likes_are_noticed_too_and_one_skip_is_not_the_end():
    liked = Taste.learnt([event("liked", SAD_SONG, SAD) for _ in range(10)], MUSIC)
    assert liked.preference(PAIR, SAD)[0] > 0.4
    once = Taste.learnt([event("skipped", SAD_SONG, HAPPY)], MUSIC)
    assert -0.4 < once.preference(PAIR, HAPPY)[0] < 0


def test_the_wrong_mood_counts_at_that_mood_only():
    wrong = Taste.learnt([event("wrong_mood", SAD_SONG, HAPPY) for _ in range(10)], MUSIC)
    skipped = Taste.learnt([event("skipped", SAD_SONG, HAPPY) for _ in range(10)], MUSIC)
    assert wrong.preference(PAIR, HAPPY)[0] < -0.3
    assert wrong.preference(PAIR, SAD)[0] == pytest.approx(0, abs=1e-6)
    assert skipped.preference(PAIR, SAD)[0] < -0.1


def test_tastes_change():
    then = [event("skipped", SAD_SONG, SAD) for _ in range(20)]
    lately = [event("liked", SAD_SONG, SAD) for _ in range(20)]
    assert Taste.learnt(then, MUSIC).preference(PAIR, SAD)[0] < -0.3
    between = [event("played", ANGRY, ANGRY) for _ in range(1500)]
    assert Taste.learnt([*then, *between, *lately], MUSIC).preference(PAIR, SAD)[0] > 0.3


def spread(taste: Taste) -> float:
    draws = [taste.preference(PAIR, HAPPY, np.random.default_rng(seed)) for seed in range(100)]
    return float(np.std(np.array(draws)[:, 0]))


def test_of_someone_unknown_nothing_is_tried():
    assert spread(Taste.learnt([], MUSIC)) == 0
    acquainted = Taste.learnt([event("played", ANGRY, ANGRY) for _ in range(100)], MUSIC)
    assert spread(acquainted) > 0.01


def test_exploration_lessens_with_what_is_known():
    known = Taste.learnt([event("played", SAD_SONG, HAPPY) for _ in range(100)], MUSIC)
    other = Taste.learnt([event("played", ANGRY, ANGRY) for _ in range(100)], MUSIC)
    assert spread(known) < 0.5 * spread(other)


def test_rewards():
    assert reward_of(event("liked", SAD, SAD)) == 1
    assert 0 < reward_of(event("played", SAD, SAD)) < 1
    skips = [
        reward_of(event("skipped", SAD, SAD, share=share)) for share in (0, 0.5, 0.6, 0.9, 1, None)
    ]
    assert skips == pytest.approx([-1, -1, -0.8, -0.2, -0.1, -1])


def test_events_without_mood_or_analysis_do_no_harm():
    bare = Event("skipped", "k", b"/k")
    moodless = Event("skipped", "k", b"/k", analysis=analysis(SAD_SONG))
    assert Taste.learnt([bare], MUSIC).preference(PAIR, SAD).tolist() == [0, 0]
    assert Taste.learnt([moodless] * 10, MUSIC).preference(PAIR, SAD)[0] < -0.2
