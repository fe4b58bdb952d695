import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from vibelux.errors import InvalidInput
from vibelux.face.sampling import UNIT, Window, sample


def _by_the_formulas(grey: np.ndarray, window: Window, width: int, height: int) -> np.ndarray:
    """What docs/preprocessing.md says, one pixel after the other."""

    def weights(length: int, start: float, span: float, size: int) -> np.ndarray:
        step = span / size
        reach = max(1.0, step)
        rows = np.zeros((size, length), np.int64)
        for j in range(size):
            begin = start + (j + 0.5) * step - reach / 2
            shares = [min(1.0, max(0.0, (i - begin) / reach)) for i in range(1, length)]
            inner = [math.floor(2048 * share + 0.5) for share in shares]
            rows[j] = np.diff([0, *inner, 2048])
        return rows

    down = weights(grey.shape[0], window.y, window.h, height)
    across = weights(grey.shape[1], window.x, window.w, width)
    return ((down @ grey.astype(np.int64) @ across.T + 2**21) // 2**22).astype(np.uint8)


@given(
    seed=st.integers(0, 1000),
    shape=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    place=st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
    extent=st.tuples(st.floats(0.05, 200), st.floats(0.05, 200)),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
)
def test_is_the_formula_to_the_last_bit(seed, shape, place, extent, size) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    window = Window(*place, *extent)
    width, height = size
    expected = _by_the_formulas(grey, window, width, height)
    assert np.array_equal(sample(grey, window, width=width, height=height), expected)


def test_halving_is_the_rounded_mean_of_four() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
    four = grey.reshape(240, 2, 320, 2).astype(int).sum(axis=(1, 3))
    half = sample(grey, Window(0, 0, 640, 480), width=320, height=240)
    assert np.array_equal(half, (four + 2) // 4)


def test_its_own_size_is_the_picture_itself() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (31, 47), np.uint8)
    assert np.array_equal(sample(grey, Window(0, 0, 47, 31), width=47, height=31), grey)
    assert np.array_equal(sample(grey, Window(5, 3, 20, 10), width=20, height=10), grey[3:13, 5:25])


def test_reduced_is_the_mean_of_the_area_to_one_level() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (101, 137), np.uint8)
    ours = sample(grey, Window(0, 0, 137, 101), width=51, height=37)
    exact = grey.astype(np.float64)
    for length, size in ((101, 37), (137, 51)):  # the integral between each output's edges
        integral = np.vstack([np.zeros((1, exact.shape[1])), exact.cumsum(axis=0)])
        edges = np.linspace(0, length, size + 1)
        at = [np.interp(edges, np.arange(length + 1), line) for line in integral.T]
        exact = np.diff(at, axis=1) * size / length
    assert np.abs(ours - exact).max() <= 1


def test_enlarged_agrees_with_pillow_to_one_level() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (101, 137), np.uint8)
    picture = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(1.5))
    ours = sample(np.array(picture), Window(0, 0, 137, 101), width=315, height=232)
    theirs = np.array(picture.resize((315, 232), Image.Resampling.BILINEAR))
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_beyond_the_picture_its_border_is_repeated() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)
    framed = sample(grey, Window(-5, -7, 45, 40), width=45, height=40)
    assert np.array_equal(framed, np.pad(grey, ((7, 13), (5, 10)), mode="edge"))
    far = sample(grey, Window(1e6, -1e6, 3, 3), width=2, height=2)
    assert np.all(far == grey[0, -1])


@pytest.mark.parametrize("level", [0, 1, 254, 255])
def test_an_even_picture_stays_as_it_is(level: int) -> None:
    """Weights sum to `UNIT` exactly, however small each is."""
    grey = np.full((3000, 50), level, np.uint8)
    assert UNIT < 3000
    assert np.all(sample(grey, Window(-3.3, 0.1, 60.7, 2999), width=7, height=1) == level)


@pytest.mark.parametrize(
    ("shape", "window"),
    [((4, 4), Window(0, 0, 0, 4)), ((4, 4), Window(0, 0, 4, -1)), ((0, 4), Window(0, 0, 4, 4)),
     ((4, 4), Window(0, 0, math.nan, 4))],
)  # fmt: skip
def test_refuses_emptiness(shape: tuple[int, int], window: Window) -> None:
    with pytest.raises(InvalidInput, match="cannot sample"):
        sample(np.zeros(shape, np.uint8), window, width=4, height=4)
