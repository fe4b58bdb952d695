"""The synthesiser's instruments: one note in, its waveform out.

A blown or bowed tone is read from two wavetables, the bright spectrum of its onset and the mellow
one that it fades to; phase modulation adds bells and brass. On strings that are plucked or struck
each partial dies away at its own pace.
Everything is mono float32 at `RATE`; spectra are cut below the Nyquist frequency, so that nothing
aliases.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibelux.samples.waves import RATE, Wave, flutter, noise

_TABLE = (
    8192  # samples of a wavetable; reading it without interpolation stays below -70 dB of noise
)


@dataclass(frozen=True)
class Timbre:
    """How an instrument sounds.

    Attributes:
        slope: partial k starts with amplitude k ** -slope; larger is darker.
        partials: number of partials.
        even: weight of the even partials, 0 (clarinet, square) to 1 (strings, saw).
        mellow: added to the slope once the onset has faded.
        fade: time constant of that, seconds.
        attack: seconds of rise.
        decay: time constant towards ``sustain``, seconds.
        sustain: level held until the note's end, 0 (struck) to 1 (bowed, blown).
        release: time constant after the note's end, seconds.
        vibrato: depth in cents.
        tremolo: strokes a second, 0 for none.
        detune: distance of a second voice, cents.
        breath: level of filtered noise.
        ratio: frequency of the modulator, as a multiple of the note's.
        index: depth of the modulation at the onset, radians.
        ring: seconds in which a string's partial of 440 Hz falls by 60 dB; 0: no string.
        damping: how much faster a string's higher partials die.
        pluck: where along the string it is plucked, 0 to 0.5.
        strike: level of the noise of finger, hammer or pick.
        formants: resonances of a throat, hertz.
        amplified: whether it plays through a guitar amplifier, together with its chord.

    """

    slope: float
    partials: int
    even: float = 1.0
    mellow: float = 0.0
    fade: float = 0.2
    attack: float = 0.004
    decay: float = 0.5
    sustain: float = 0.0
    release: float = 0.08
    vibrato: float = 0.0
    tremolo: float = 0.0
    detune: float = 0.0
    breath: float = 0.0
    ratio: float = 1.0
    index: float = 0.0
    ring: float = 0.0
    damping: float = 1.0
    pluck: float = 0.13
    strike: float = 0.0
    amplified: bool = False
    formants: tuple[float, ...] = ()


INSTRUMENTS: dict[str, Timbre] = {
    "piano": Timbre(
        0.9, 40, ring=7, damping=1.3, pluck=0.12, strike=0.05, detune=1.5, sustain=1, release=0.09
    ),
    "harp": Timbre(1.1, 30, ring=3.5, damping=1.6, pluck=0.3, strike=0.03, sustain=1, release=0.4),
    "guitar": Timbre(0.7, 40, ring=3, damping=1.1, strike=0.08, sustain=1, release=0.05),
    "steel": Timbre(
        0.4, 60, ring=4, damping=0.7, pluck=0.09, strike=0.12, detune=3, sustain=1, release=0.05
    ),
    "banjo": Timbre(
        0.3, 50, ring=1.1, damping=0.8, pluck=0.07, strike=0.2, sustain=1, release=0.04
    ),
    "celesta": Timbre(3.0, 2, decay=0.6, release=0.3, ratio=3.0, index=1.2, fade=0.12),
    "bells": Timbre(3.0, 2, decay=1.2, release=0.6, ratio=3.53, index=1.8, fade=0.5),
    "epiano": Timbre(2.2, 4, decay=1.4, release=0.2, ratio=1.0, index=1.1, fade=0.3, detune=2),
    "warm": Timbre(
        1.9, 16, attack=0.7, decay=2.0, sustain=0.95, release=0.8, vibrato=5, detune=6, breath=0.02
    ),
    "spiccato": Timbre(
        1.0, 24, mellow=1.0, fade=0.08, decay=0.16, release=0.06, detune=6, strike=0.1
    ),
    "shiver": Timbre(
        0.8, 40, attack=0.05, decay=1.0, sustain=0.9, release=0.1, tremolo=13, detune=11, breath=0.1
    ),
    "scrape": Timbre(
        0.5, 60, attack=0.3, decay=2.0, sustain=0.9, release=0.4, tremolo=9, detune=37, breath=0.3
    ),
    "cello": Timbre(
        1.4, 24, attack=0.11, decay=0.8, sustain=0.85, release=0.2, vibrato=16, breath=0.04
    ),
    "flute": Timbre(
        2.2, 6, attack=0.06, decay=0.6, sustain=0.9, release=0.1, vibrato=11, breath=0.12
    ),
    "clarinet": Timbre(
        1.2, 20, even=0.2, attack=0.03, decay=0.5, sustain=0.9, release=0.07, vibrato=6, breath=0.05
    ),
    "brass": Timbre(
        1.4, 12, attack=0.03, decay=0.4, sustain=0.75, release=0.07, index=2.0, fade=0.4,
        breath=0.02,
    ),
    "overdrive": Timbre(
        0.5, 40, ring=6, damping=0.8, pluck=0.07, strike=0.3, detune=6, sustain=1, release=0.03,
        amplified=True,
    ),
    "voice": Timbre(
        1.3, 40, attack=0.07, decay=0.5, sustain=0.8, release=0.09, vibrato=45, breath=0.04,
        detune=4, formants=(560.0, 950.0, 2500.0, 3200.0),
    ),
    "growl": Timbre(
        0.6, 40, attack=0.02, decay=1.0, sustain=0.9, release=0.05, vibrato=35, tremolo=29,
        detune=23, breath=0.8, amplified=True,
    ),
    "murk": Timbre(
        1.2, 26, attack=0.2, decay=1.0, sustain=0.9, release=0.3, vibrato=26, detune=31, ratio=0.5,
        index=0.7, fade=4.0,
    ),
    "gurgle": Timbre(
        1.3, 22, attack=0.05, decay=0.5, sustain=0.4, release=0.15, detune=24, ratio=1.41, index=2.5
    ),
    "bass": Timbre(
        1.0, 30, ring=5, damping=1.6, pluck=0.2, strike=0.04, sustain=1, release=0.06
    ),
    "contrabass": Timbre(
        1.3, 20, attack=0.09, decay=1.0, sustain=0.9, release=0.2, vibrato=4, breath=0.03
    ),
}  # fmt: skip


def tone(
    instrument: str, pitch: float, seconds: float, *, velocity: float, brightness: float = 0.0
) -> Wave:
    """Return one note, ringing on after its length until it has faded.

    Args:
        instrument: a key of `INSTRUMENTS`.
        pitch: MIDI note number; 69 is A4, 440 Hz; fractions are quarter tones and finer.
        seconds: from onset to release, > 0.
        velocity: loudness of the stroke in [0, 1]; louder is also brighter, as on real ones.
        brightness: subtracted from the spectrum's slope; negative is darker.

    Returns:
        samples [shape=(n,), dtype=float32], about in [-1, 1].

    """
    timbre = INSTRUMENTS[instrument]
    timbre = replace(timbre, slope=max(timbre.slope - brightness - 0.5 * (velocity - 0.6), 0.3))
    n = round((seconds + min(5 * timbre.release, 1.2)) * RATE)
    time = np.arange(n, dtype=np.float64) / RATE
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    voice = _string if timbre.ring else _voice
    wave = voice(timbre, frequency, time)
    if timbre.detune:
        wave += voice(timbre, frequency * 2 ** (timbre.detune / 1200), time)
        wave *= np.float32(0.6)
    if timbre.strike:
        fade = np.exp(-time / 0.012).astype(np.float32)
        wave += np.float32(4 * timbre.strike * velocity) * fade * noise(n, low=900, high=6000)
    if timbre.breath:
        wave += np.float32(timbre.breath) * noise(n, low=frequency, high=6 * frequency)
    level = velocity * _envelope(timbre, time, seconds)
    if timbre.attack > 0.01:  # bow and breath are never quite steady
        level *= 1 + 0.5 * flutter(n)
    if timbre.tremolo:
        level *= 0.62 + 0.38 * np.sin(2 * np.pi * timbre.tremolo * time)
    return wave * level.astype(np.float32)


def _voice(timbre: Timbre, frequency: float, time: NDArray[np.float64]) -> Wave:
    phase = frequency * time
    fading = np.exp(-time / timbre.fade)
    if timbre.vibrato:  # the integral of a sine in frequency; it sets in after the attack
        rate = 5.4
        depth = frequency * (2 ** (timbre.vibrato / 1200) - 1)
        onset = np.minimum(time / 0.4, 1.0)
        phase = phase - depth * onset * np.cos(2 * np.pi * rate * time) / (2 * np.pi * rate)
    if timbre.index:
        modulator = np.sin(2 * np.pi * timbre.ratio * frequency * time)
        phase = phase + timbre.index * fading * modulator / (2 * np.pi)
    place = (phase * _TABLE).astype(np.int64) & (_TABLE - 1)
    # The highest frequency that a partial reaches: modulation spreads it.
    reach = frequency * (1 + timbre.ratio * (timbre.index + 0.5) * (timbre.index > 0))
    audible = int(0.45 * RATE / reach)
    partials = max(min(timbre.partials, audible), 1)
    throat = (round(frequency), timbre.formants) if timbre.formants else (0, ())
    shape = (partials, timbre.even, not timbre.index, *throat)
    bright: Wave = _table(round(timbre.slope, 2), *shape)[place]
    if not timbre.mellow:
        return bright
    mellow: Wave = _table(round(timbre.slope + timbre.mellow, 2), *shape)[place]
    mellow += (bright - mellow) * fading.astype(np.float32)
    return mellow


def _string(timbre: Timbre, frequency: float, time: NDArray[np.float64]) -> Wave:
    """Return a plucked or struck string: its partials fade one by one, the high ones first.

    Periods are computed in rows and read one after the other, as Karplus and Strong (1983) did.
    """
    partials = max(min(timbre.partials, int(0.4 * RATE / frequency)), 1)
    number = np.arange(1, partials + 1)
    amplitude = number**-timbre.slope * np.abs(np.sin(np.pi * timbre.pluck * number)).clip(0.05)
    ratio = number * frequency / 440
    fading = 6.9 / timbre.ring * ratio**0.5 * (1 + 0.12 * timbre.damping * ratio)
    moments = np.arange(int(frequency * time[-1]) + 2)[:, None] / frequency
    rows = moments.shape[0]
    # A string swings in two planes, which differ a little: each partial beats.
    beats = 7 * np.modf(number * 0.618)[0] ** 2
    decay = np.exp(-moments * fading) * (1 + 0.5 * np.cos(2 * np.pi * (moments * beats + beats)))
    size = 1024
    spectrum = np.zeros((rows, size // 2 + 1), dtype=np.complex64)
    phase = np.exp(-1j * np.pi * number**2 / partials)
    spectrum[:, 1 : partials + 1] = amplitude * phase * decay
    periods = np.fft.irfft(spectrum, axis=1) * (size / np.sqrt(2 * np.sum(amplitude**2)) / 2)
    periods *= 1.4
    wave: Wave = periods.astype(np.float32).ravel()[(frequency * time * size).astype(np.int64)]
    return wave


@lru_cache(maxsize=4096)
def _table(
    slope: float,
    partials: int,
    even: float,
    spread: bool,
    frequency: int,
    formants: tuple[float, ...],
) -> Wave:
    """Return one period of a tone [shape=(_TABLE,)] with the energy of a sine."""
    number = np.arange(1, partials + 1)
    amplitude = number**-slope * np.where(number % 2 == 0, even, 1.0)
    if formants:
        distance = (number[:, None] * frequency - np.array(formants)) / (
            60 + np.array(formants) / 12
        )
        amplitude *= 0.06 + (1 / (1 + distance**2)).sum(axis=1)
    spectrum = np.zeros(_TABLE // 2 + 1, dtype=np.complex128)
    # Quadratic phases (Schroeder 1970) keep the peak low for the same loudness; under modulation
    # only sines leave no constant behind.
    phase = np.pi * number**2 / partials if spread else np.pi / 2
    spectrum[1 : partials + 1] = amplitude * np.exp(-1j * phase)
    wave = np.fft.irfft(spectrum, n=_TABLE)
    wave *= np.sqrt(0.5 / np.mean(wave**2))
    return wave.astype(np.float32)


def _envelope(timbre: Timbre, time: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    level = timbre.sustain + (1 - timbre.sustain) * np.exp(-time / timbre.decay)
    level *= np.minimum(time / timbre.attack, 1.0)
    level *= np.exp(-np.maximum(time - seconds, 0.0) / timbre.release)
    edge = min(256, time.size)
    level[-edge:] *= np.linspace(1.0, 0.0, edge)  # no click where the tail is cut
    return level
