"""The synthesiser's instruments: one note or drum stroke in, its waveform out.

A tone is read from two wavetables, the bright spectrum of its onset and the mellow one that it
fades to, as plucked, struck and blown instruments do; phase modulation adds bells and brass.
Everything is mono float32 at `RATE`; spectra are cut below the Nyquist frequency, so that nothing
aliases.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]

RATE = 44100
"""Samples a second."""

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
        drive: gain into a soft clipper, 0 for none.

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
    drive: float = 0.0


INSTRUMENTS: dict[str, Timbre] = {
    "piano": Timbre(1.1, 16, mellow=1.2, fade=0.35, decay=0.9, detune=1.5, release=0.12),
    "harp": Timbre(1.3, 12, mellow=1.6, fade=0.15, decay=0.7, release=0.3),
    "guitar": Timbre(1.0, 14, even=0.8, mellow=1.4, fade=0.12, decay=0.5, release=0.1),
    "marimba": Timbre(3.0, 2, decay=0.22, release=0.1, ratio=4.0, index=1.0, fade=0.03),
    "celesta": Timbre(3.0, 2, decay=0.6, release=0.3, ratio=3.0, index=1.2, fade=0.12),
    "bells": Timbre(3.0, 2, decay=1.2, release=0.6, ratio=3.53, index=1.8, fade=0.5),
    "epiano": Timbre(2.2, 4, decay=1.1, release=0.15, ratio=1.0, index=1.1, fade=0.3, detune=2),
    "strings": Timbre(
        1.3, 14, attack=0.16, decay=1.0, sustain=0.9, release=0.25, vibrato=9, detune=7
    ),
    "spiccato": Timbre(1.0, 14, mellow=1.0, fade=0.08, decay=0.16, release=0.06, detune=6),
    "shiver": Timbre(
        1.0, 16, attack=0.05, decay=1.0, sustain=0.9, release=0.1, tremolo=13, detune=11
    ),
    "cello": Timbre(1.5, 12, attack=0.11, decay=0.8, sustain=0.85, release=0.2, vibrato=13),
    "flute": Timbre(
        2.4, 5, attack=0.06, decay=0.6, sustain=0.9, release=0.1, vibrato=11, breath=0.05
    ),
    "clarinet": Timbre(
        1.4, 9, even=0.12, attack=0.05, decay=0.5, sustain=0.9, release=0.09, vibrato=3
    ),
    "organ": Timbre(1.7, 6, attack=0.02, decay=1.0, sustain=1.0, release=0.06),
    "brass": Timbre(
        1.6, 8, attack=0.035, decay=0.4, sustain=0.75, release=0.08, index=2.2, fade=0.4
    ),
    "overdrive": Timbre(
        0.9, 24, attack=0.003, decay=1.4, sustain=0.5, release=0.04, detune=9, drive=5.0
    ),
    "screech": Timbre(
        0.7, 28, attack=0.01, decay=0.5, sustain=0.8, release=0.05, detune=14, drive=2.5
    ),
    "murk": Timbre(
        0.8,
        26,
        attack=0.2,
        decay=1.0,
        sustain=0.9,
        release=0.3,
        vibrato=26,
        detune=31,
        ratio=0.5,
        index=0.7,
        fade=4.0,
    ),
    "gurgle": Timbre(
        1.0, 22, attack=0.05, decay=0.5, sustain=0.4, release=0.15, detune=24, ratio=1.41, index=2.5
    ),
    "bass": Timbre(1.6, 6, mellow=1.0, fade=0.2, decay=0.9, release=0.06),
    "contrabass": Timbre(1.4, 8, attack=0.09, decay=1.0, sustain=0.9, release=0.2, vibrato=4),
}

DRUMS: tuple[str, ...] = ("kick", "snare", "hat", "shaker", "tom", "crash", "click")


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
    wave = _voice(timbre, frequency, time)
    if timbre.detune:
        wave += _voice(timbre, frequency * 2 ** (timbre.detune / 1200), time)
        wave *= np.float32(0.6)
    if timbre.breath:
        wave += np.float32(timbre.breath) * _noise(n, low=frequency, high=6 * frequency)
    if timbre.drive:
        wave = np.tanh(np.float32(timbre.drive) * wave)
        wave -= wave.mean()
    level = velocity * _envelope(timbre, time, seconds)
    if timbre.tremolo:
        level *= 0.62 + 0.38 * np.sin(2 * np.pi * timbre.tremolo * time)
    return wave * level.astype(np.float32)


def drum(name: str, *, velocity: float) -> Wave:
    """Return one stroke.

    Args:
        name: one of `DRUMS`.
        velocity: loudness in [0, 1].

    Returns:
        samples [shape=(n,), dtype=float32].

    """
    return np.float32(velocity) * _stroke(name)


@lru_cache(maxsize=len(DRUMS))
def _stroke(name: str) -> Wave:
    def fading(seconds: float, constant: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        time = np.arange(round(seconds * RATE)) / RATE
        return time, np.exp(-time / constant)

    wave: NDArray[np.floating]
    match name:
        case "kick":  # a membrane whose pitch falls from 150 to 50 Hz
            time, fade = fading(0.4, 0.11)
            wave = fade * np.sin(2 * np.pi * (50 * time + 100 * 0.03 * (1 - np.exp(-time / 0.03))))
        case "tom":
            time, fade = fading(0.6, 0.16)
            wave = fade * np.sin(2 * np.pi * (85 * time + 55 * 0.05 * (1 - np.exp(-time / 0.05))))
        case "snare":
            time, fade = fading(0.3, 0.07)
            rattle = _noise(time.size, low=1200, high=9000)
            wave = fade * (0.65 * rattle + 0.5 * np.sin(2 * np.pi * 190 * time))
        case "hat":
            time, fade = fading(0.09, 0.02)
            wave = 0.6 * fade * _noise(time.size, low=7000, high=16000)
        case "shaker":
            time, fade = fading(0.12, 0.035)
            rise = np.minimum(time / 0.02, 1.0)
            wave = 0.4 * rise * fade * _noise(time.size, low=4500, high=12000)
        case "crash":
            time, fade = fading(2.0, 0.5)
            wave = 0.6 * fade * _noise(time.size, low=3000, high=15000)
        case "click":  # a wood block
            time, fade = fading(0.08, 0.012)
            wave = fade * np.sin(2 * np.pi * 1150 * time)
        case _:
            raise KeyError(name)
    return wave.astype(np.float32)


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
    # The highest frequency that a partial reaches: modulation spreads it, clipping adds to it.
    reach = frequency * (1 + timbre.ratio * (timbre.index + 0.5) * (timbre.index > 0))
    audible = int((0.2 if timbre.drive else 0.45) * RATE / reach)
    partials = max(min(timbre.partials, audible), 1)
    bright: Wave = _table(round(timbre.slope, 2), partials, timbre.even, not timbre.index)[place]
    if not timbre.mellow:
        return bright
    mellow: Wave = _table(
        round(timbre.slope + timbre.mellow, 2), partials, timbre.even, not timbre.index
    )[place]
    mellow += (bright - mellow) * fading.astype(np.float32)
    return mellow


@lru_cache(maxsize=4096)
def _table(slope: float, partials: int, even: float, spread: bool) -> Wave:
    """Return one period of a tone [shape=(_TABLE,)] with the energy of a sine."""
    number = np.arange(1, partials + 1)
    amplitude = number**-slope * np.where(number % 2 == 0, even, 1.0)
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


def _noise(n: int, *, low: float, high: float) -> Wave:
    """Return seeded noise [shape=(n,)] between two frequencies in hertz, peak 1."""
    size = 1 << (n - 1).bit_length()  # a power of two; other lengths can be slow to transform
    spectrum = np.fft.rfft(np.random.default_rng(n).standard_normal(size))
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    band = np.clip((frequency - 0.7 * low) / (0.3 * low), 0, 1)
    band *= np.clip((1.3 * high - frequency) / (0.3 * high), 0, 1)
    wave = np.fft.irfft(spectrum * band, n=size)[:n]
    peak = np.abs(wave).max()
    return (wave / peak).astype(np.float32) if peak else wave.astype(np.float32)
