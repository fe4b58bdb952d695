"""Which parts of a song are analysed."""

import math

import numpy as np
from numpy.typing import NDArray


def window_starts(duration: float, *, window_seconds: float, max_windows: int) -> tuple[float, ...]:
    """Return where the windows of a song begin, in seconds.

    A song that fits into one window has one, from 0. A longer song has as many as it takes to cover
    it, at most ``max_windows``, spread evenly: each is the middle of an equal share of the song, so
    that a few windows avoid the fade-in and the fade-out, which say least.

    >>> window_starts(240.0, window_seconds=10.0, max_windows=3)
    (35.0, 115.0, 195.0)
    >>> window_starts(15.0, window_seconds=10.0, max_windows=3)
    (0.0, 5.0)

    """
    last = duration - window_seconds
    if last <= 0:
        return (0.0,)
    count = min(max_windows, math.ceil(duration / window_seconds))
    share = duration / count
    middles = ((index + 0.5) * share - window_seconds / 2 for index in range(count))
    return tuple(min(max(0.0, middle), last) for middle in middles)


def fit_window(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Cut or repeat samples to fill a window.

    A short song is repeated: with silence after it, the model would take it for a quiet song.

    Args:
        samples: [shape=(n,), dtype=float32] n ≥ 1.
        length: length of the window in samples.

    Returns:
        samples [shape=(length,), dtype=float32].

    """
    if len(samples) >= length:
        return samples[:length]
    return np.resize(samples, length)
