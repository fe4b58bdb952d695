import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.music.windows import fit_window, window_starts


@pytest.mark.parametrize(
    ("duration", "starts"),
    [
        (240.0, (35.0, 115.0, 195.0)),
        (30.0, (0.0, 10.0, 20.0)),
        (15.0, (0.0, 5.0)),
        (10.0, (0.0,)),
        (2.4, (0.0,)),
        (0.0, (0.0,)),
    ],
)
def test_windows_are_spread_evenly(duration: float, starts: tuple[float, ...]) -> None:
    found = window_starts(duration, window_seconds=10.0, max_windows=3)
    assert found == pytest.approx(starts)


@given(
    duration=st.floats(0, 1e5),
    window=st.floats(0.5, 60),
    most=st.integers(1, 90),
)
def test_windows_rise_and_lie_within_the_song(duration: float, window: float, most: int) -> None:
    starts = window_starts(duration, window_seconds=window, max_windows=most)
    assert 1 <= len(starts) <= most
    assert list(starts) == sorted(starts)
    assert starts[0] >= 0
    assert starts[-1] <= max(0.0, duration - window) + 1e-9
    if most * window >= duration > window:  # enough windows cover all of the song
        assert starts[0] < 1e-6 * duration + 1e-9
        assert duration - (starts[-1] + window) < 1e-6 * duration + 1e-9
        assert np.diff(starts).max() <= window * (1 + 1e-9)


def test_a_short_song_is_repeated_and_a_long_one_cut() -> None:
    samples = np.arange(1, 4, dtype=np.float32)
    assert fit_window(samples, 7).tolist() == [1, 2, 3, 1, 2, 3, 1]
    assert fit_window(samples, 2).tolist() == [1, 2]
    assert fit_window(samples, 7).dtype == np.float32
