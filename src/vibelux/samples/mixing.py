"""From single notes to a finished mix: amplifier, room, compressor, tonal balance, loudness."""

import numpy as np
from numpy.typing import NDArray

from vibelux.samples.waves import RATE, Wave, white_spectrum

CEILING = 0.84
"""-1.5 dBFS: lossy codecs overshoot by about 1 dB."""

OCTAVES = (62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
"""Hertz at which a tonal balance is stated."""

_MOST = 24.0  # dB by which the balance of an octave is corrected at most


def place(mix: NDArray[np.float32], wave: Wave, *, onset: float, level: float, pan: float) -> None:
    """Add a mono sound to a stereo mix [shape=(2, n)] at a time in seconds; pan is -1 to 1."""
    start = round(onset * RATE)
    part = wave[: max(mix.shape[1] - start, 0)]
    angle = (pan + 1) * np.pi / 4  # equal power
    for channel, gain in enumerate((np.cos(angle), np.sin(angle))):
        mix[channel, start : start + part.size] += np.float32(level * gain) * part


def amplifier(wave: Wave, gain: float) -> Wave:
    """Play a guitar [shape=(n,)] through a distorting amplifier and the loudspeaker's cabinet."""
    n, size = wave.size, fast_length(wave.size)
    frequency = np.fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    tight = frequency**2 / (frequency**2 + 110.0**2)  # flabby lows would drown in the clipping
    clean = np.fft.irfft(np.fft.rfft(wave, n=size) * tight, n=size)[:n]
    clean *= gain / max(float(np.sqrt(np.mean(clean**2))), 1e-9)
    clipped = np.tanh(clean + 0.25)  # valves clip one side first
    cabinet = frequency**2 / (frequency**2 + 75.0**2) / (1 + (frequency / 5200) ** 6)
    presence = np.log2(np.maximum(frequency, 1) / 2600)
    cabinet *= 1 + 1.2 * np.exp(-(presence**2) / 0.5)
    return np.fft.irfft(np.fft.rfft(clipped, n=size) * cabinet, n=size)[:n].astype(np.float32)


def room(mix: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """Return the reverberation of a room whose sound falls by 60 dB in a number of seconds."""
    n, length = mix.shape[1], round(1.2 * seconds * RATE)
    size = fast_length(n + length)
    time = np.arange(length) / RATE
    noise = np.random.default_rng(7).standard_normal((2, length)) * 10 ** (-3 * time / seconds)
    noise[:, : round(0.012 * RATE)] = 0.0  # the first reflection comes late
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    # Rooms swallow treble, and a reverberant bass would drown the rest.
    colour = frequency / (frequency + 250) / (1 + (frequency / 4500) ** 2)
    answer = np.fft.rfft(noise.astype(np.float32), n=size) * colour.astype(np.float32)
    answer /= np.sqrt(np.mean(np.abs(answer) ** 2))
    return np.fft.irfft(np.fft.rfft(mix, n=size) * answer, n=size)[:, :n].astype(np.float32)


def air(n: int, slope: float) -> NDArray[np.float32]:
    """Return the noise of a room and a tape [shape=(2, n)], falling by a number of dB an octave."""
    size = 1 << 18
    frequency = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 40.0)
    wave = np.fft.irfft(white_spectrum(size) * (frequency / 1000) ** (-slope / 6.02), n=size)
    wave /= np.sqrt(np.mean(wave**2))
    left = np.resize(wave.astype(np.float32), n)
    return np.stack([left, np.roll(left, size // 3)])  # the same noise, too late to be noticed


def compressed(mix: NDArray[np.float32], ratio: float) -> NDArray[np.float32]:
    """Even a mix out, as a bus compressor does: level differences shrink by the ratio.

    What is more than 30 dB below the mean is not lifted any further.
    """
    hop = RATE // 200
    blocks = -(-mix.shape[1] // hop)
    power = np.pad((mix**2).mean(axis=0), (0, blocks * hop - mix.shape[1])).reshape(-1, hop).mean(1)
    kernel = np.exp(-np.arange(40) / 12.0)  # a release of 60 ms
    level = np.convolve(power, kernel / kernel.sum())[: power.size]
    level = np.maximum(level, 1e-3 * level.mean() + 1e-12)
    gain = (level / level.mean()) ** ((1 / ratio - 1) / 2)
    gain = np.minimum(gain, np.append(gain[1:], gain[-1]))  # looks ahead, lest attacks jump out
    times = np.arange(mix.shape[1]) / hop - 0.5
    squeezed: NDArray[np.float32] = mix * np.interp(times, np.arange(blocks), gain).astype(
        np.float32
    )
    return squeezed


def balanced(mix: NDArray[np.float32], balance: tuple[float, ...]) -> NDArray[np.float32]:
    """Give a mix a tonal balance, as a mastering engineer's equaliser does.

    Args:
        mix: [shape=(2, n)].
        balance: dB of the power density at `OCTAVES`, up to a constant.

    """
    size = fast_length(mix.shape[1])
    spectrum = np.fft.rfft(mix, n=size)
    power = (spectrum.real**2 + spectrum.imag**2).mean(axis=0)
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    edges = np.searchsorted(frequency, [octave * 2**-0.5 for octave in (*OCTAVES, 32000.0)])
    edges[-1] = frequency.size
    found = 10 * np.log10(np.add.reduceat(power, edges[:-1]) / np.diff(edges) + 1e-12)
    change = np.array(balance) - found
    change -= np.median(change)
    change = np.clip(change, -_MOST, _MOST)
    gain = np.interp(np.log2(np.maximum(frequency, 1)), np.log2(OCTAVES), change)
    spectrum *= (10 ** (gain / 20)).astype(np.float32)
    return np.fft.irfft(spectrum, n=size)[:, : mix.shape[1]].astype(np.float32)


def at_loudness(mix: NDArray[np.float32], loudness: float) -> NDArray[np.float32]:
    """Bring a mix to a loudness; peaks are rounded off below the ceiling."""
    mix = _limited(mix * _gain(loudness - integrated_loudness(mix)))
    mix *= _gain(loudness - integrated_loudness(mix))  # what the rounding took
    return np.clip(mix, -CEILING, CEILING, out=mix)


def _gain(decibels: float) -> np.float32:
    return np.float32(10 ** (decibels / 20))


def _limited(mix: NDArray[np.float32]) -> NDArray[np.float32]:
    knee = 0.55 * CEILING
    room = CEILING - knee
    size = np.abs(mix)
    loud = size > knee
    peaks = np.sign(mix[loud]) * (knee + room * np.tanh((size[loud] - knee) / room))
    mix[loud] = peaks
    return mix


def integrated_loudness(samples: NDArray[np.float32], rate: int = RATE) -> float:
    """Return the programme loudness by ITU-R BS.1770-4, with both gates.

    The K-weighting is applied to the spectrum of each 0.1 s, with the magnitude of the
    recommendation's two filters.

    Args:
        samples: [shape=(channels, n)] at least 0.4 s.
        rate: samples a second.

    Returns:
        loudness in LUFS, -inf for silence.

    """
    hop = round(0.1 * rate)
    hops = samples.shape[1] // hop
    weight = _k_weighting(np.fft.rfftfreq(hop, 1 / rate)) ** 2
    weight *= 2 / hop**2  # Parseval: each bin but the first stands for two
    spectrum = np.fft.rfft(samples[:, : hops * hop].reshape(-1, hops, hop), axis=2)
    power = ((spectrum.real**2 + spectrum.imag**2).sum(axis=0) @ weight).astype(np.float64)
    power = np.convolve(power, np.full(4, 0.25), "valid")  # blocks of 0.4 s
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


def fast_length(n: int) -> int:
    """Return the next length of the form 2^a, 3*2^a or 5*2^a, which transforms quickly."""
    return min(factor << max((-(-n // factor) - 1).bit_length(), 0) for factor in (1, 3, 5))
