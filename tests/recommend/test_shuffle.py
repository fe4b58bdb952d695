import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vibelux.errors import InvalidInput
from vibelux.recommend.shuffle import Traits, freshness_of, mood_shuffle, spaced

CHI2_999 = {361: 451.8, 19: 43.82}
"""Chi-square's 99.9th percentile by degrees of freedom."""


def orders(times: int, scores: np.ndarray, **values: object) -> np.ndarray:
    return np.array([mood_shuffle(scores, seed=seed, **values) for seed in range(times)])


def test_strength_0_is_a_plain_shuffle_over_all_positions():
    songs, times = 20, 2000
    traits = Traits(artists=np.arange(songs), works=np.arange(songs), embeddings=np.eye(songs))
    found = orders(times, np.linspace(1, 0, songs), strength=0, traits=traits, diversity=0.3)
    table = np.zeros((songs, songs))
    for order in found:
        table[order, np.arange(songs)] += 1
    expected = times / songs
    # Rows and columns both sum to `times`: 19 · 19 degrees of freedom.
    assert ((table - expected) ** 2 / expected).sum() < CHI2_999[361]
    # Neighbours are independent too: how often a song that fits better comes directly before.
    better = (np.diff(found, axis=1) > 0).mean()
    assert better == pytest.approx(0.5, abs=0.01)


def test_strength_1_is_the_strict_ranking():
    rng = np.random.default_rng(0)
    scores = rng.random(5000).astype(np.float32)
    ranking = np.argsort(-scores, kind="stable")
    np.testing.assert_array_equal(mood_shuffle(scores, strength=1, seed=3), ranking)
    np.testing.assert_array_equal(mood_shuffle(scores, 40, strength=1, seed=4), ranking[:40])
    close = np.r_[1.0, 0.5 + np.linspace(0, 1e-6, 300)].astype(np.float32)
    np.testing.assert_array_equal(
        mood_shuffle(close, 20, strength=1, seed=0), np.argsort(-close, kind="stable")[:20]
    )


def test_the_odds_are_those_that_the_documents_state():
    songs, times = 20, 3000
    first = orders(times, np.linspace(1, 0, songs), n=1, strength=0.5)[:, 0]
    # One over the rank, which begins at a half, and less the worse a song fits than the best one.
    odds = np.exp(-4 * np.linspace(0, 1, songs)) / (np.arange(songs) + 0.5)
    expected = times * odds / odds.sum()
    counts = np.bincount(first, minlength=songs)
    assert ((counts - expected) ** 2 / expected).sum() < CHI2_999[19]


def test_the_odds_hold_where_songs_share_ranks_because_they_are_many():
    songs, times = 40_000, 1000
    odds = np.exp(-4 * np.linspace(0, 1, songs)) / (np.arange(songs) + 0.5)
    shares = odds.cumsum() / odds.sum()
    edges = np.unique(np.searchsorted(shares, np.linspace(0.2, 0.95, 16)))  # about equal odds
    expected = times * np.add.reduceat(odds, np.r_[0, edges]) / odds.sum()
    first = orders(times, np.linspace(1, 0, songs), n=1, strength=0.5)[:, 0]
    counts = np.bincount(np.searchsorted(edges, first, side="right"), minlength=expected.size)
    assert ((counts - expected) ** 2 / expected).sum() < CHI2_999[19]


def test_what_does_not_fit_waits_where_few_songs_fit():
    scores = np.array([0.9, 0.85, 0.8] + [0.25] * 18)
    level = np.array([0.9, 0.85, 0.8] + [0.78] * 18)
    apart, alike = ((orders(300, s, n=3, strength=0.5) < 3).mean() for s in (scores, level))
    assert apart > 0.85 > 0.7 > alike


def test_a_greater_strength_brings_better_songs_earlier():
    scores = np.random.default_rng(0).random(400)
    means = [
        scores[orders(40, scores, n=20, strength=strength)].mean()
        for strength in (0, 0.2, 0.4, 0.6, 0.8, 1)
    ]
    assert means == sorted(means) and means[0] < 0.6 and means[-1] > 0.95


@settings(max_examples=60)
@given(
    songs=st.integers(0, 40),
    n=st.none() | st.integers(0, 50),
    strength=st.floats(0, 1),
    diversity=st.floats(0, 1),
    kinds=st.integers(1, 6),
    steps=st.integers(1, 5),
    seed=st.integers(0, 2**32),
)
def test_every_song_once_none_left_out_and_the_same_seed_again(
    songs, n, strength, diversity, kinds, steps, seed
):
    rng = np.random.default_rng(seed)
    traits = Traits(
        artists=rng.integers(-1, kinds, songs),
        albums=rng.integers(-1, kinds, songs),
        works=rng.integers(-1, kinds, songs),
        embeddings=rng.integers(0, 2, (songs, 2)).astype(np.float16),
        moods=rng.random((songs, 7)),
    )
    scores = rng.integers(0, 3, (steps, songs)).astype(float)
    out = rng.random(songs) < 0.2

    def order() -> list[int]:
        return mood_shuffle(
            scores,
            n,
            strength=strength,
            seed=seed,
            freshness=rng.random(songs) * 0 + 0.5,
            traits=traits,
            diversity=diversity,
            left_out=out,
        ).tolist()

    found = order()
    may_come = np.flatnonzero(~out)
    assert len(found) == len(set(found)) == min(len(may_come), 99 if n is None else n)
    assert set(found) <= set(may_come.tolist())
    assert order() == found


@settings(max_examples=80)
@given(
    groups=st.lists(st.integers(0, 6), min_size=1, max_size=24),
    strength=st.floats(0, 1),
    by_sound=st.booleans(),
    seed=st.integers(0, 999),
)
def test_near_duplicates_never_follow_each_other_where_any_order_can_help(
    groups, strength, by_sound, seed
):
    group = np.array(groups)
    traits = (
        Traits(embeddings=np.eye(7)[group], near_duplicate=0.99)
        if by_sound
        else Traits(works=group)
    )
    scores = np.random.default_rng(seed).random(len(group))
    order = mood_shuffle(scores, strength=strength, seed=seed, traits=traits)
    together = int((np.diff(group[order]) == 0).sum())
    most = np.bincount(group).max()
    assert together == max(0, 2 * most - len(group) - 1)


def test_what_is_a_near_duplicate_is_said_by_the_statistics():
    angles = np.deg2rad([0, 10, 90, 100])
    sounds, scores = np.stack([np.cos(angles), np.sin(angles)], axis=1), np.array([4.0, 3, 2, 1])
    for least, expected in ((0.98, [0, 2, 1, 3]), (0.99, [0, 1, 2, 3])):
        traits = Traits(embeddings=sounds, near_duplicate=least)
        assert mood_shuffle(scores, strength=1, seed=0, traits=traits).tolist() == expected
    order = mood_shuffle(scores, strength=1, seed=0, traits=Traits(embeddings=sounds))
    assert order.tolist() == [0, 1, 2, 3]


def test_a_pool_of_copies_is_no_reason_to_play_them_in_a_row():
    group = np.r_[np.zeros(500, dtype=np.int64), np.arange(1, 101)]
    scores = np.r_[np.ones(500), np.zeros(100)]
    order = mood_shuffle(scores, 10, strength=1, seed=0, traits=Traits(works=group))
    assert (np.diff(group[order]) != 0).all()


def test_duplicates_are_kept_apart_from_what_was_played_before():
    order = mood_shuffle(
        [1.0, 0.9, 0.1], 1, strength=1, seed=0, traits=Traits(works=np.array([5, 5, 6])),
        left_out=[True, False, False], before=[0],
    )  # fmt: skip
    assert order.tolist() == [2]


def test_artists_and_albums_are_spread():
    rng = np.random.default_rng(1)
    artists, albums = rng.integers(0, 30, 600), rng.integers(0, 60, 600)
    order = mood_shuffle(
        rng.random(600), 100, strength=0.7, seed=0, traits=Traits(artists=artists, albums=albums)
    )
    for column, gap in ((artists, 6), (albums, 12)):
        for at in range(100):
            assert column[order[at]] not in column[order[max(0, at - gap + 1) : at]]


def test_one_artist_only_is_played_all_the_same():
    traits = Traits(artists=np.zeros(50, dtype=np.int64))
    scores = np.linspace(1, 0, 50)
    order = mood_shuffle(scores, strength=1, seed=0, traits=traits)
    assert order.tolist() == list(range(50))


def test_songs_without_artist_are_no_group():
    scores = np.linspace(1, 0, 30)
    nobody = np.full(30, -1)
    traits = Traits(
        artists=nobody,
        albums=nobody,
        works=nobody,
        embeddings=np.zeros((30, 4)),
        near_duplicate=0.99,
    )
    assert mood_shuffle(scores, strength=1, seed=0, traits=traits).tolist() == list(range(30))


def test_what_was_heard_lately_comes_later_at_every_strength():
    fresh = np.ones(40)
    fresh[:10] = 0.01
    for strength in (0, 0.5, 1):
        found = orders(60, np.linspace(1, 0, 40), strength=strength, freshness=fresh)
        place = np.argsort(found, axis=1)[:, :10].mean()
        assert place > 22  # of 40: behind most of the others, though they fit best


def test_variety_is_found_where_it_is_asked_for():
    rng = np.random.default_rng(0)
    moods = rng.dirichlet(np.ones(7), 500)
    scores = moods[:, 3]
    plain, varied = (
        mood_shuffle(scores, 20, strength=1, seed=0, traits=Traits(moods=moods), diversity=knob)
        for knob in (0, 0.8)
    )
    assert moods[varied].std(axis=0).sum() > moods[plain].std(axis=0).sum()


def test_a_path_fills_each_place_by_its_own_scores():
    scores = np.eye(6)[:, ::-1]  # place i wants song 5 - i
    assert mood_shuffle(scores, strength=1, seed=0).tolist() == [5, 4, 3, 2, 1, 0]


@given(
    hours=st.floats(-1e9, 1e9) | st.just(np.nan),
    plays=st.integers(0, 10_000) | st.just(np.nan),
)
def test_freshness_is_a_share_whatever_the_clock_says(hours, plays):
    (fresh,) = freshness_of([hours], [plays])
    assert 0.001 <= fresh <= 1


def test_freshness_comes_back_with_time_and_songs():
    fresh = freshness_of([0, 72, 72, 1e6, np.nan], [0, 50, 1, 1e6, np.nan])
    np.testing.assert_allclose(fresh, [0.001, 0.5, 1 - 2 ** (-1 / 50), 1, 1], atol=1e-6)
    ahead = freshness_of([1e6], [0])  # the clock was put forward: played a moment ago
    back = freshness_of([-1e6, -1e6], [0, 500])  # and back: the songs since then decide
    assert ahead[0] == back[0] == pytest.approx(0.001) and back[1] > 0.99


def test_spacing_reports_whether_it_succeeded():
    works = Traits(works=np.array([1, 1, 2]))
    assert spaced([0, 1, 2], 3, works) == ([0, 2, 1], True)
    assert spaced([0, 1], 2, works) == ([0, 1], False)
    assert spaced([2, 0, 1], 3, works)[0] in ([0, 2, 1], [1, 2, 0])


def test_refuses_what_makes_no_sense():
    for values, message in (
        ({"strength": 1.1}, r"strength=1\.1 must be between 0 and 1"),
        ({"strength": float("nan")}, "strength=nan"),
        ({"strength": 0.5, "diversity": -1}, "diversity=-1"),
        ({"strength": 0.5, "n": -1}, "n=-1 must not be negative"),
    ):
        with pytest.raises(InvalidInput, match=message):
            mood_shuffle([1.0, 2.0], seed=0, **values)
    with pytest.raises(InvalidInput, match="not a finite number"):
        mood_shuffle([1.0, np.nan], strength=0, seed=0)
    with pytest.raises(InvalidInput, match=r"got \(1, 1, 1\)"):
        mood_shuffle(np.ones((1, 1, 1)), strength=0, seed=0)
