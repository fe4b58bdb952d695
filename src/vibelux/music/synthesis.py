"""The sample catalogue's music: 21 short pieces, synthesised from their scores.

So nobody's rights are touched, and every machine hears the same.

    piece ─ composition ─ notes ─ instruments ─ mix ─ room ─ loudness ─ (2, n) float32
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibelux.music.composition import compose
from vibelux.music.instruments import RATE, Wave, drum, tone
from vibelux.music.sample_pieces import PIECES, Piece

__all__ = ["PIECES", "RATE", "Piece", "integrated_loudness", "synthesise"]

VERSION = 1
"""Raised whenever a piece would sound different, so that rendered files are renewed."""

_LEVEL = {"lead": 1.0, "harmony": 0.42, "bass": 0.75, "drums": 0.55}
_PAN = {"lead": 0.12, "harmony": -0.3, "bass": 0.0, "drums": 0.05}  # -1 left to 1 right
_CEILING = 0.84  # -1.5 dBFS: lossy codecs overshoot by about 1 dB


def synthesise(piece: Piece) -> NDArray[np.float32]:
    """Return the sound of a piece.

    Args:
        piece: one of `PIECES`.

    Returns:
        samples [shape=(2, n), dtype=float32] in [-0.84, 0.84] at `RATE`, 20 to 30 s, with the
        loudness of the piece's character.

    """
    character = piece.character
    beat = 60.0 / piece.tempo
    rng = np.random.default_rng(VERSION + 1000 * piece.number)
    seconds = piece.bars * piece.beats * beat + 2.2
    mix = np.zeros((2, round(seconds * RATE)), dtype=np.float32)
    sound = lru_cache(maxsize=512)(tone)  # many notes recur
    for note in compose(piece):
        if note.pitch is None:
            wave = drum(note.instrument, velocity=note.velocity)
        else:
            wave = sound(
                note.instrument,
                note.pitch,
                note.length * beat,
                velocity=note.velocity,
                brightness=character.brightness,
            )
        onset = max(note.start * beat + 0.05 + character.timing * rng.standard_normal(), 0.0)
        _add(mix, wave, onset=onset, level=_LEVEL[note.part], pan=_PAN[note.part])
    wet = 0.10 + 0.09 * character.reverb
    mix += wet * _room(mix, character.reverb)
    _fade_out(mix, 1.2)
    return _at_loudness(mix, character.loudness)


def integrated_loudness(samples: NDArray[np.float32], rate: int = RATE) -> float:
    """Return the programme loudness by ITU-R BS.1770-4, with both gates.

    The K-weighting is applied to the spectrum of each block of 0.4 s, with the magnitude of the
    recommendation's two filters.

    Args:
        samples: [shape=(channels, n)] at least 0.4 s.
        rate: samples a second.

    Returns:
        loudness in LUFS, -inf for silence.

    """
    block, hop = round(0.4 * rate), round(0.1 * rate)
    weight = _k_weighting(np.fft.rfftfreq(block, 1 / rate)) ** 2
    weight *= 2 / block**2  # Parseval: each bin but the first stands for two
    power = np.zeros((samples.shape[1] - block) // hop + 1)
    for channel in samples:
        blocks = np.lib.stride_tricks.sliding_window_view(channel, block)[::hop]
        power += (np.abs(np.fft.rfft(blocks, axis=1)) ** 2) @ weight
    power = power[power > 10 ** ((-70 + 0.691) / 10)]
    if power.size:
        power = power[power > 0.1 * power.mean()]  # 10 LU below the mean of what is left
    return -0.691 + 10 * float(np.log10(power.mean())) if power.size else -np.inf


def _k_weighting(frequency: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the gain of the two K-weighting filters (BS.1770-4, tables 1 and 2, at 48 kHz)."""
    z = np.exp(-2j * np.pi * np.minimum(frequency, 24000) / 48000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    gain: NDArray[np.float64] = np.abs(shelf * high_pass)
    return gain


def _add(mix: NDArray[np.float32], wave: Wave, *, onset: float, level: float, pan: float) -> None:
    start = round(onset * RATE)
    part = wave[: max(mix.shape[1] - start, 0)]
    angle = (pan + 1) * np.pi / 4  # equal power
    for channel, gain in enumerate((np.cos(angle), np.sin(angle))):
        mix[channel, start : start + part.size] += np.float32(level * gain) * part


def _room(mix: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """Return the reverberation of a room whose sound falls by 60 dB in so many seconds."""
    n, length = mix.shape[1], round(1.2 * seconds * RATE)
    size = _fast_length(n + length)
    time = np.arange(length) / RATE
    noise = np.random.default_rng(7).standard_normal((2, length)) * 10 ** (-3 * time / seconds)
    noise[:, : round(0.012 * RATE)] = 0.0  # the first reflection comes late
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    # Rooms swallow treble, and a reverberant bass would drown the rest.
    colour = frequency / (frequency + 250) / (1 + (frequency / 4500) ** 2)
    answer = np.fft.rfft(noise.astype(np.float32), n=size) * colour.astype(np.float32)
    answer /= np.sqrt(np.mean(np.abs(answer) ** 2))
    return np.fft.irfft(np.fft.rfft(mix, n=size) * answer, n=size)[:, :n].astype(np.float32)


def _fade_out(mix: NDArray[np.float32], seconds: float) -> None:
    n = round(seconds * RATE)
    mix[:, -n:] *= (np.cos(np.linspace(0, np.pi, n)) / 2 + 0.5).astype(np.float32)


def _at_loudness(mix: NDArray[np.float32], loudness: float) -> NDArray[np.float32]:
    """Bring a mix to a loudness; peaks are rounded off below the ceiling."""
    mix = _limited(mix * _gain(loudness - integrated_loudness(mix)))
    mix *= _gain(loudness - integrated_loudness(mix))  # what the rounding took
    return np.clip(mix, -_CEILING, _CEILING, out=mix)


def _gain(decibels: float) -> np.float32:
    return np.float32(10 ** (decibels / 20))


def _limited(mix: NDArray[np.float32]) -> NDArray[np.float32]:
    knee = 0.55 * _CEILING
    room = _CEILING - knee
    size = np.abs(mix)
    loud = size > knee
    peaks = np.sign(mix[loud]) * (knee + room * np.tanh((size[loud] - knee) / room))
    mix[loud] = peaks
    return mix


def _fast_length(n: int) -> int:
    """Return the next length of the form 2^a, 3*2^a or 5*2^a, which transforms quickly."""
    return min(factor << max((-(-n // factor) - 1).bit_length(), 0) for factor in (1, 3, 5))
