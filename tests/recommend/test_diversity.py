import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.errors import InvalidInput
from vibelux.recommend.diversity import coverage, diversified, intra_list_diversity, units


def vectors(n: int, seed: int = 0) -> np.ndarray:
    return units(np.random.default_rng(seed).normal(size=(n, 5)), np.arange(n))


@given(songs=st.integers(0, 30), n=st.integers(0, 40), knob=st.floats(0, 1))
def test_chooses_each_song_once(songs, n, knob):
    chosen = diversified(n, vectors(songs).reshape(songs, 5), knob=knob)
    assert len(chosen) == len(set(chosen.tolist())) == min(n, songs)


def test_the_knob_turns_from_the_given_order_to_variety():
    moods = np.random.default_rng(0).dirichlet(np.ones(7), 200)
    rows = units(moods, np.argsort(-moods[:, 3]))  # as ranked for one emotion
    lists = [diversified(20, rows, knob=knob) for knob in (0, 0.3, 0.6, 0.95)]
    assert lists[0].tolist() == list(range(20))
    spread = [intra_list_diversity(rows[chosen]) for chosen in lists]
    assert spread == sorted(spread) and spread[-1] > spread[0] + 0.05
    assert all(chosen[0] == 0 for chosen in lists)


def test_a_copy_of_what_was_chosen_waits():
    rows = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert diversified(2, rows, knob=0.5).tolist() == [0, 2]


def test_no_song_passes_one_that_fits_far_better():
    rows = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    fits = np.array([0.97, 0.92, 0.9, 0.85, 0.3], dtype=np.float32)
    assert diversified(5, rows, knob=0.5).tolist() == [0, 3, 4, 1, 2]
    assert diversified(5, rows, knob=0.5, fits=fits).tolist() == [0, 3, 1, 2, 4]
    assert diversified(5, rows, knob=1, fits=fits).tolist() == [0, 3, 4, 1, 2]


@given(n=st.integers(0, 12), seed=st.integers(0, 5))
def test_diversity_is_the_mean_over_all_pairs(n, seed):
    rows = vectors(n, seed).reshape(n, 5).astype(float)
    pairs = [1 - rows[i] @ rows[j] for i in range(n) for j in range(i)]
    expected = max(0.0, float(np.mean(pairs))) if pairs else 0.0
    assert intra_list_diversity(3 * rows) == pytest.approx(expected, abs=1e-6)


def test_diversity_of_little_or_nothing():
    assert intra_list_diversity([]) == 0
    assert intra_list_diversity([[0, 0], [1, 0]]) == 0
    assert intra_list_diversity([[1, 0], [0, 1], [0, 0]]) == pytest.approx(1)


def test_coverage():
    assert coverage([[1, 2], [2, 3]], 10) == 0.3
    assert coverage([], 10) == coverage([[]], 0) == 0


def test_refuses_a_knob_out_of_range():
    with pytest.raises(InvalidInput, match=r"knob=1\.5"):
        diversified(1, np.eye(2, dtype=np.float32), knob=1.5)
