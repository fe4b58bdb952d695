import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vibelux.errors import InvalidInput, InvalidMood
from vibelux.recommend.matching import kinship
from vibelux.recommend.similarity import MoodIndex

HAPPY = np.eye(7)[3]


SCALAR_PRODUCT = {"cosine": np.eye(7), "kinship": kinship()}
every_matching = pytest.mark.parametrize("matching", SCALAR_PRODUCT)


def likeness(moods: np.ndarray, mood: np.ndarray, matching: str) -> np.ndarray:
    """Cosines in double precision, from the definition."""
    moods, product = moods.astype(float), SCALAR_PRODUCT[matching]
    lengths = np.sqrt(np.einsum("ni,ij,nj->n", moods, product, moods))
    return moods @ product @ mood / lengths / np.sqrt(mood @ product @ mood)


def by_hand(
    moods: np.ndarray, mood: np.ndarray, n: int, matching: str
) -> tuple[np.ndarray, np.ndarray]:
    """Sorted by likeness, then by index."""
    usable = np.flatnonzero(moods.any(axis=1))
    cosines = likeness(moods[usable], mood, matching)
    order = np.lexsort((usable, -np.round(cosines, 9)))[:n]
    return usable[order], cosines[order]


@every_matching
def test_finds_what_sorting_everything_finds(matching):
    rng = np.random.default_rng(1)
    moods = rng.dirichlet(np.full(7, 0.4), 20_000).astype(np.float32)
    mood = rng.dirichlet(np.ones(7))
    indices, cosines = MoodIndex(moods, matching=matching).nearest(mood, 50)
    expected, exact = by_hand(moods, mood, 50, matching)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(cosines, exact, atol=1e-6)
    assert indices.dtype == np.int64
    assert cosines.dtype == np.float32
    assert np.all(np.diff(cosines) <= 0)
    everywhere = MoodIndex(moods, matching=matching).similarities(mood)
    np.testing.assert_allclose(everywhere, likeness(moods, mood, matching), atol=1e-6)
    assert everywhere.dtype == np.float32


@given(
    moods=arrays(np.float32, st.tuples(st.integers(0, 60), st.just(7)), elements=st.integers(0, 3)),
    mood=arrays(np.float64, 7, elements=st.integers(0, 3)).filter(np.any),
    n=st.integers(0, 70),
    matching=st.sampled_from(sorted(SCALAR_PRODUCT)),
)
def test_agrees_with_sorting_for_any_moods_also_with_many_ties(moods, mood, n, matching):
    index = MoodIndex(moods, matching=matching)
    indices, cosines = index.nearest(mood, n)
    _, exact = by_hand(moods, mood, n, matching)
    np.testing.assert_allclose(cosines, exact, atol=1e-6)
    assert len(set(indices.tolist())) == len(indices) == min(n, np.count_nonzero(moods.any(axis=1)))
    np.testing.assert_allclose(likeness(moods[indices], mood, matching), cosines, atol=1e-6)
    np.testing.assert_allclose(index.similarities(mood)[indices], cosines, atol=1e-6)
    assert not index.similarities(mood)[~moods.any(axis=1)].any()


def test_equal_songs_keep_their_order_wherever_they_lie():
    row = np.random.default_rng(5).dirichlet(np.ones(7)).astype(np.float32)
    moods = np.tile(row, (100_003, 1))
    index = MoodIndex(moods)
    indices, cosines = index.nearest(HAPPY, 30)
    np.testing.assert_array_equal(indices, np.arange(30))
    assert np.unique(cosines).size == 1
    np.testing.assert_array_equal(index.nearest(HAPPY, 30)[0], indices)


def test_the_same_mixture_scores_one_whatever_its_scale():
    _, cosines = MoodIndex([[0, 0, 0, 1e-30, 0, 2e-30, 0]]).nearest([0, 0, 0, 1, 0, 2, 0], 1)
    assert cosines[0] == pytest.approx(1.0, abs=1e-6)
    assert cosines[0] <= 1.0


def test_rows_without_direction_are_never_found():
    moods = np.zeros((4, 7))
    moods[1] = np.eye(7)[5]
    moods[2] = np.nan
    moods[3, 3] = np.inf
    index = MoodIndex(moods)
    assert len(index) == 1
    indices, cosines = index.nearest(HAPPY, 4)
    assert indices.tolist() == [1]
    assert cosines.tolist() == [0.0]


@pytest.mark.parametrize("empty", [[], np.empty((0, 7)), np.zeros((3, 7))])
def test_an_empty_catalogue_gives_nothing(empty):
    indices, cosines = MoodIndex(empty).nearest(HAPPY, 5)
    assert indices.shape == cosines.shape == (0,)


def test_more_songs_wanted_than_there_are():
    indices, _ = MoodIndex(np.eye(7)).nearest(HAPPY, 100)
    assert indices.tolist() == [3, 6, 0, 1, 2, 4, 5]  # surprise is akin to happy
    indices, _ = MoodIndex(np.eye(7), matching="cosine").nearest(HAPPY, 100)
    assert indices.tolist() == [3, 0, 1, 2, 4, 5, 6]


def test_does_not_change_its_arguments():
    moods = np.random.default_rng(2).dirichlet(np.ones(7), 10).astype(np.float32)
    mood = moods[0].copy()
    before = moods.copy()
    MoodIndex(moods).nearest(mood, 3)
    np.testing.assert_array_equal(moods, before)
    np.testing.assert_array_equal(mood, before[0])


def test_refuses_what_makes_no_sense():
    with pytest.raises(InvalidInput, match=r"shape \(n, 7\), got \(2, 6\)"):
        MoodIndex(np.ones((2, 6)))
    index = MoodIndex(np.eye(7))
    with pytest.raises(InvalidInput, match="n=-1"):
        index.nearest(HAPPY, -1)
    with pytest.raises(InvalidMood, match="all seven numbers are zero"):
        index.nearest(np.zeros(7), 1)
