"""What every sound of the synthesiser is made with: the sample rate, and seeded noise."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]

RATE = 44100
"""Samples a second."""

_LOOP = 1 << 17
"""Samples of noise that are made; longer noise repeats them."""


def noise(n: int, *, low: float, high: float) -> Wave:
    """Return seeded noise [shape=(n,)] between two frequencies in hertz, peak 1."""
    return np.resize(_loop(round(low), round(high)), n)


@lru_cache(maxsize=256)
def _loop(low: int, high: int) -> Wave:
    """Return three seconds of noise that can be repeated without a seam."""
    frequency = np.fft.rfftfreq(_LOOP, 1 / RATE).astype(np.float32)
    band = np.clip((frequency - 0.7 * low) / (0.3 * low), 0, 1)
    band *= np.clip((1.3 * high - frequency) / (0.3 * high), 0, 1)
    wave = np.fft.irfft(white_spectrum(_LOOP) * band, n=_LOOP).astype(np.float32)
    peak = np.abs(wave).max()
    return wave / peak if peak else wave


@lru_cache(maxsize=4)
def white_spectrum(n: int) -> NDArray[np.complex64]:
    """Return the spectrum [shape=(n // 2 + 1,)] of seeded white noise of n samples."""
    noise = np.random.default_rng(11).standard_normal(n, dtype=np.float32)
    return np.fft.rfft(noise).astype(np.complex64)


@lru_cache(maxsize=64)
def flutter(n: int) -> NDArray[np.float64]:
    """Return slow seeded noise [shape=(n,)] up to some 15 Hz, deviation 0.5, at most 1."""
    points = np.random.default_rng(n).standard_normal(n * 30 // RATE + 2)
    wave = np.interp(np.arange(n) * (30 / RATE), np.arange(points.size), points)
    steady: NDArray[np.float64] = np.clip(0.6 * wave, -1.0, 1.0)
    return steady
