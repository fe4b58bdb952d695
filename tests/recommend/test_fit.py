"""The one formula: against its definition in double precision, and what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vibelux.circumplex import affect_of, closeness
from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.errors import InvalidInput, InvalidMood
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SHIPPED, Formula, SongFit, kinship, space, standing_out

MUSIC = ModelStatistics().songs
FACES = ModelStatistics().faces

HAPPY = np.eye(7)[3]
FORMULAS = {
    "shipped": SHIPPED,
    "moods alone": Formula(circumplex=0),
    "plain cosine": Formula(kinship=0, circumplex=0),
    "circumplex alone": Formula(circumplex=1),
}
every_formula = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
some_moods = arrays(np.float64, 7, elements=st.floats(0, 1)).filter(lambda mood: mood.sum() > 0.01)


def by_definition(moods, affect, mood, formula) -> np.ndarray:
    """Fits in double precision; of unusable moods 0."""
    moods, mood = np.asarray(moods, float), as_mood(mood).astype(float)
    product = kinship(formula.kinship)
    usable = moods.any(axis=1)
    safe = np.where(usable[:, None], moods, 1)
    alike = safe @ product @ mood
    alike /= np.sqrt(np.einsum("ni,ij,nj->n", safe, product, safe) * (mood @ product @ mood))
    near = closeness(np.asarray(affect, np.float64), affect_of(mood, MUSIC.affect).astype(float))
    return np.where(usable, (1 - formula.circumplex) * alike + formula.circumplex * near, 0)


def drawn(songs: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    moods = rng.dirichlet(np.full(7, 0.4), songs).astype(np.float32)
    return moods, rng.uniform(-1, 1, (songs, 2)).astype(np.float32)


@every_formula
def test_finds_what_sorting_everything_finds(formula):
    moods, affect = drawn(20_000, 1)
    mood = np.random.default_rng(2).dirichlet(np.ones(7))
    songs = SongFit(moods, affect, formula=formula, statistics=MUSIC)
    exact = by_definition(moods, affect, mood, formula)
    fits = songs.to(mood)
    np.testing.assert_allclose(fits, exact, atol=2e-6)
    assert fits.dtype == np.float32 and fits.min() >= 0 and fits.max() <= 1
    rows, best = songs.best(mood, 50)
    assert rows.dtype == np.int64 and best.dtype == np.float32
    np.testing.assert_allclose(best, np.sort(exact)[::-1][:50], atol=2e-6)
    np.testing.assert_allclose(best, exact[rows], atol=2e-6)
    assert np.all(np.diff(best) <= 0)
    np.testing.assert_allclose(songs.to(mood, rows=rows), best, atol=1e-6)


@given(
    moods=arrays(np.float32, st.tuples(st.integers(0, 60), st.just(7)), elements=st.integers(0, 3)),
    mood=arrays(np.float64, 7, elements=st.integers(0, 3)).filter(np.any),
    n=st.integers(0, 70),
    formula=st.sampled_from(list(FORMULAS.values())),
)
def test_agrees_with_the_definition_for_any_moods_also_with_many_ties(moods, mood, n, formula):
    affect = np.clip(affect_of(moods, MUSIC.affect), -1, 1)
    songs = SongFit(moods, affect, formula=formula, statistics=MUSIC)
    exact = by_definition(moods, affect, mood, formula)
    np.testing.assert_allclose(songs.to(mood), exact, atol=2e-6)
    rows, best = songs.best(mood, n)
    usable = np.flatnonzero(moods.any(axis=1))
    assert len(set(rows.tolist())) == len(rows) == min(n, len(usable))
    assert set(rows) <= set(usable)
    np.testing.assert_allclose(best, np.sort(exact[usable])[::-1][:n], atol=2e-6)


def test_equal_songs_keep_their_order_wherever_they_lie():
    row, place = drawn(1, 5)
    songs = SongFit(np.tile(row, (100_003, 1)), np.tile(place, (100_003, 1)), statistics=MUSIC)
    rows, fits = songs.best(HAPPY, 30)
    np.testing.assert_array_equal(rows, np.arange(30))
    assert np.unique(fits).size == 1


def test_the_same_mixture_fits_wholly_whatever_its_scale():
    mood = as_mood([0, 0, 0, 1, 0, 2, 0])
    place = affect_of(mood, MUSIC.affect)
    (fit,) = SongFit([[0, 0, 0, 1e-30, 0, 2e-30, 0]], [place], statistics=MUSIC).to(mood)
    assert fit == pytest.approx(1.0, abs=1e-6) and fit <= 1


def test_songs_without_a_mood_fit_nothing_and_are_never_found():
    moods = np.zeros((4, 7))
    moods[1] = np.eye(7)[5]
    moods[2] = np.nan
    moods[3, 3] = np.inf
    songs = SongFit(moods, np.zeros((4, 2)), statistics=MUSIC)
    rows, _ = songs.best(HAPPY, 4)
    assert rows.tolist() == [1]
    assert (songs.to(HAPPY) > 0).tolist() == [False, True, False, False]
    assert (songs.to(HAPPY, rows=np.array([3, 1])) > 0).tolist() == [False, True]


@pytest.mark.parametrize("empty", [[], np.empty((0, 7)), np.zeros((3, 7))])
def test_an_empty_catalogue_gives_nothing(empty):
    rows, fits = SongFit(empty, statistics=MUSIC).best(HAPPY, 5)
    assert rows.shape == fits.shape == (0,)


def test_more_songs_wanted_than_there_are():
    rows, _ = SongFit(np.eye(7), formula=FORMULAS["moods alone"], statistics=MUSIC).best(HAPPY, 100)
    assert rows.tolist() == [3, 6, 0, 1, 2, 4, 5]  # surprise is akin to happy


def test_without_valence_and_arousal_those_of_the_mood_count():
    moods, _ = drawn(10, 3)
    np.testing.assert_array_equal(
        SongFit(moods, statistics=MUSIC).to(HAPPY),
        SongFit(moods, affect_of(moods, MUSIC.affect), statistics=MUSIC).to(HAPPY),
    )


def test_does_not_change_its_arguments():
    moods, affect = drawn(10, 2)
    before = moods.copy(), affect.copy()
    SongFit(moods, affect, statistics=MUSIC).best(HAPPY, 3)
    np.testing.assert_array_equal(moods, before[0])
    np.testing.assert_array_equal(affect, before[1])


def test_refuses_what_makes_no_sense():
    with pytest.raises(InvalidInput, match=r"shape \(n, 7\), got \(2, 6\)"):
        SongFit(np.ones((2, 6)), statistics=MUSIC)
    with pytest.raises(InvalidInput, match=r"shape \(7, 2\), got \(6, 2\)"):
        SongFit(np.eye(7), np.zeros((6, 2)), statistics=MUSIC)
    songs = SongFit(np.eye(7), statistics=MUSIC)
    with pytest.raises(InvalidInput, match="n=-1"):
        songs.best(HAPPY, -1)
    with pytest.raises(InvalidMood, match="all seven numbers are zero"):
        songs.best(np.zeros(7), 1)


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
    np.testing.assert_allclose(space() @ space().T, akin, atol=1e-12)


@given(one=some_moods, other=some_moods)
def test_the_fit_is_symmetric_and_whole_only_for_the_same_mixture(one, other):
    def fit(mood, song):
        return float(SongFit([as_mood(song)], statistics=MUSIC).to(mood)[0])

    assert fit(one, other) == pytest.approx(fit(other, one), abs=1e-5)
    assert fit(one, one) == pytest.approx(1, abs=1e-5)
    assert 0 <= fit(one, other) <= 1
    if np.abs(as_mood(one) - as_mood(other)).max() > 0.1:
        assert fit(one, other) < 0.9999


def test_a_pure_mood_stands_out_as_it_is():
    for emotion in np.eye(7):
        np.testing.assert_allclose(standing_out(emotion, FACES), emotion)


def test_rare_emotions_tell_more_than_the_usual_ones():
    told = standing_out(parse_mood("neutral=0.5,sad=0.3,happy=0.2"), FACES)
    assert told[EMOTIONS.index("sad")] > told[EMOTIONS.index("neutral")]
    assert told.sum() == pytest.approx(1, abs=1e-6)


def test_a_trace_of_disgust_is_not_a_disgusted_face():
    told = standing_out(parse_mood("neutral=0.85,sad=0.1,disgust=0.05"), FACES)
    assert EMOTIONS[int(told.argmax())] == "neutral"


def test_songs_with_other_moods_fit_as_if_all_were_prepared_anew():
    rng = np.random.default_rng(5)
    moods, affect = rng.dirichlet(np.ones(7), 50), rng.uniform(-1, 1, (50, 2))
    songs = SongFit(moods, affect, statistics=MUSIC)
    before = songs.to(moods[0]).copy()
    rows = np.array([3, 17, 49])
    moods[rows], affect[rows] = rng.dirichlet(np.ones(7), 3), rng.uniform(-1, 1, (3, 2))
    moods[17] = 0  # one that fits nothing any more
    changed = songs.updated(rows, moods[rows], affect[rows])
    anew = SongFit(moods, affect, statistics=MUSIC)
    np.testing.assert_allclose(changed.to(moods[1]), anew.to(moods[1]), atol=1e-6)
    assert changed.to(moods[1])[17] == 0
    np.testing.assert_array_equal(songs.to(moods[0]), before)
