"""The log-mel spectrogram for the music model, on NumPy alone.

Follows ``librosa.feature.melspectrogram`` (Slaney's mel scale and normalisation, Hann window,
frames centred on their time with zeros beyond the ends, power spectrum) and then takes plain
decibels. Decibels are negative floats; nothing here rounds or casts them.

Source of the mel scale: M. Slaney, *Auditory Toolbox*, Technical Report 1998-010, Interval
Research.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import InvalidInput, ModelError
from vibelux.models import Card

_FRAMES_AT_ONCE = 128
"""Frames at a time, which stay in the processor's cache: ten times as fast as 1,024 at once."""


@dataclass(frozen=True, kw_only=True)
class MelSettings:
    """Constants of the log-mel spectrogram; the model's card holds them.

    Attributes:
        sample_rate: in Hz.
        n_fft: length of the analysis window, in samples, even.
        hop_length: step between frames, in samples.
        n_mels: number of mel bands.
        fmin: lower edge of the lowest band, in Hz.
        fmax: upper edge of the highest band, in Hz, at most half the sample rate.
        amin: smallest power that is distinguished, > 0; 1e-10 is −100 dB.

    Raises:
        InvalidInput: a constant outside these ranges.

    """

    sample_rate: int = 16000
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 192
    fmin: float = 30.0
    fmax: float = 7600.0
    amin: float = 1e-10

    def __post_init__(self) -> None:
        for name in ("sample_rate", "n_fft", "hop_length", "n_mels"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InvalidInput(f"{name}={value!r} must be a positive integer")
        if self.n_fft % 2:
            raise InvalidInput(f"n_fft={self.n_fft} must be even, so that frames can be centred")
        if not 0 <= self.fmin < self.fmax <= self.sample_rate / 2:
            raise InvalidInput(
                f"fmin={self.fmin} and fmax={self.fmax} must rise from 0 "
                f"to at most half the sample rate ({self.sample_rate / 2})"
            )
        if not 0 < self.amin < float("inf"):
            raise InvalidInput(f"amin={self.amin} must be a positive number")

    @classmethod
    def from_card(cls, card: Card) -> Self:
        """Read the constants from a model's card.

        Raises:
            ModelError: a constant is missing or cannot be used.

        """
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if name not in card.preprocessing]
        if missing:
            raise ModelError(f"the card of {card.model_id} lacks {', '.join(missing)}")
        try:
            return cls(**{name: card.preprocessing[name] for name in names})
        except InvalidInput as error:
            raise ModelError(f"the card of {card.model_id}: {error}") from error

    def frames(self, samples: int) -> int:
        """Return the number of frames in a number of samples."""
        return 1 + samples // self.hop_length

    def seconds(self, frames: int) -> float:
        """Return the time between the first frame and the one after the last, in seconds."""
        return frames * self.hop_length / self.sample_rate


def log_mel(samples: NDArray[np.float32], settings: MelSettings) -> NDArray[np.float32]:
    """Return the log-mel spectrogram in decibels.

    ``10·log10(max(power, amin))``: power 1 in a band is 0 dB, quiet bands are negative, down to
    ``10·log10(amin)``, and nothing is clipped above.

    Args:
        samples: [shape=(..., n), float, in [-1, 1]] mono, finite.
        settings: the constants.

    Returns:
        decibels [shape=(..., n_mels, 1 + n // hop_length), dtype=float32].

    Raises:
        InvalidInput: the samples are not floating-point numbers.

    """
    samples = np.asarray(samples)
    if samples.ndim < 1 or not np.issubdtype(samples.dtype, np.floating):
        raise InvalidInput(
            f"samples must be an array of floats in [-1, 1], got {samples.dtype} "
            f"of shape {samples.shape}"
        )
    lead, n = samples.shape[:-1], samples.shape[-1]
    edge = settings.n_fft // 2
    padded = np.zeros((int(np.prod(lead)), n + 2 * edge), dtype=np.float32)
    padded[:, edge : edge + n] = samples.reshape(-1, n)
    bank, window = _mel_blocks(settings), _hann(settings.n_fft)
    mels = np.empty((len(padded), settings.n_mels, settings.frames(n)), dtype=np.float32)
    for row, out in zip(padded, mels, strict=True):
        views = np.lib.stride_tricks.sliding_window_view(row, settings.n_fft)
        views = views[:: settings.hop_length][: out.shape[1]]
        for first in range(0, len(views), _FRAMES_AT_ONCE):
            spectra = np.fft.rfft(views[first : first + _FRAMES_AT_ONCE] * window)
            power = np.square(spectra.real) + np.square(spectra.imag)
            part = out[:, first : first + _FRAMES_AT_ONCE]
            for bands, bins, weights in bank:
                np.matmul(weights, power[:, bins].T, out=part[bands])
    np.maximum(mels, np.float32(settings.amin), out=mels)
    np.log10(mels, out=mels)
    mels *= np.float32(10)
    return mels.reshape(*lead, *mels.shape[1:])


@lru_cache(maxsize=4)
def mel_filterbank(settings: MelSettings) -> NDArray[np.float32]:
    """Return the triangular filters, each scaled to unit area (Slaney).

    Returns:
        weights [shape=(n_mels, 1 + n_fft // 2), dtype=float32, read-only].

    """
    bins = np.linspace(0.0, settings.sample_rate / 2, 1 + settings.n_fft // 2)
    ends = _hz_to_mel(np.array([settings.fmin, settings.fmax]))
    edges = _mel_to_hz(np.linspace(ends[0], ends[1], settings.n_mels + 2))
    widths = np.diff(edges)
    slopes = edges[:, None] - bins[None, :]
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    bank: NDArray[np.float32] = weights.astype(np.float32)
    bank.setflags(write=False)
    return bank


@lru_cache(maxsize=4)
def _mel_blocks(settings: MelSettings) -> tuple[tuple[slice, slice, NDArray[np.float32]], ...]:
    """Return the filters, sixteen at a time, without the bins that do not reach them."""
    bank = mel_filterbank(settings)
    blocks = []
    for first in range(0, settings.n_mels, 16):
        weights = bank[first : first + 16]
        used = np.flatnonzero(weights.any(axis=0))
        bins = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 1)
        bands = slice(first, first + len(weights))
        blocks.append((bands, bins, np.ascontiguousarray(weights[:, bins])))
    return tuple(blocks)


def mel_frequencies(settings: MelSettings) -> NDArray[np.float64]:
    """Return the centre of each band, in Hz [shape=(n_mels,), dtype=float64]."""
    ends = _hz_to_mel(np.array([settings.fmin, settings.fmax]))
    return _mel_to_hz(np.linspace(ends[0], ends[1], settings.n_mels + 2))[1:-1]


# Slaney's scale: linear up to 1 kHz (15 mel), from there 27 mel for each factor of 6.4.
_HZ_PER_MEL = 200.0 / 3
_LOG_START = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = np.log(np.maximum(hz, _LOG_START) / _LOG_START) / _LOG_STEP
    return np.where(hz < _LOG_START, hz / _HZ_PER_MEL, _LOG_START / _HZ_PER_MEL + above)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LOG_START / _HZ_PER_MEL
    above = _LOG_START * np.exp(_LOG_STEP * (np.maximum(mel, knee) - knee))
    return np.where(mel < knee, mel * _HZ_PER_MEL, above)


@lru_cache(maxsize=4)
def _hann(length: int) -> NDArray[np.float32]:
    """Return the periodic Hann window, for the short-time Fourier transform."""
    phase = 2 * np.pi * np.arange(length) / length
    window: NDArray[np.float32] = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
    window.setflags(write=False)
    return window
