"""What the fixed measurements measure."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.music.spectrogram import MelSettings, log_mel, mel_frequencies
from vibelux.training.song.courses import RATES
from vibelux.training.song.measurements import CHORDS, TEMPI, SongMeasurements

SETTINGS = MelSettings()
RATE = SETTINGS.sample_rate
FRAMES = 313


@pytest.fixture(scope="module")
def measure():
    rate = RATE / SETTINGS.hop_length
    measurements = SongMeasurements(mel_frequencies(SETTINGS).tolist(), FRAMES, rate)

    def measure(samples: np.ndarray) -> dict[str, np.ndarray]:
        spectrum = log_mel(samples.astype(np.float32), SETTINGS)[:, :FRAMES]
        with torch.inference_mode():
            found = measurements(torch.from_numpy(spectrum)[None])
        return {name: values[0].numpy() for name, values in found.items()}

    return measure


def chords(*progression: tuple[int, ...], tonic: float = 220.0) -> np.ndarray:
    """Ten seconds of sawtooth-like chords in semitones above the tonic, 1.25 s each."""
    t = np.arange(10 * RATE) / RATE
    y = np.zeros_like(t)
    for place in range(8):
        inside = (t >= 1.25 * place) & (t < 1.25 * (place + 1))
        for note in progression[place % len(progression)]:
            pitch = tonic * 2 ** (note / 12)
            harmonics = range(1, int(7000 / pitch))
            y[inside] += sum(np.sin(2 * np.pi * pitch * h * t[inside]) / h**2 for h in harmonics)
    return 0.05 * y


def noise_pulses(per_minute: float) -> np.ndarray:
    t = np.arange(10 * RATE) / RATE
    beat = (t * per_minute / 60) % 1.0
    return np.random.default_rng(0).normal(0, 0.2, t.size) * np.exp(-12 * beat)


@pytest.mark.parametrize("tonic", [261.6, 311.1, 392.0])
def test_major_and_minor_are_told_apart_in_any_key(measure, tonic):
    major = measure(chords((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7), tonic=tonic))
    minor = measure(chords((0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7), tonic=tonic))
    best_major_less_minor = 17  # of the whole window, see `SongMeasurements._tonality`
    assert major["harmony"][best_major_less_minor] > minor["harmony"][best_major_less_minor] + 0.05
    share = 2 * len(CHORDS)  # of major chords
    assert major["chords"][share] > minor["chords"][share] + 0.1


def test_a_dissonance_is_measured(measure):
    cluster, fifth = measure(chords((0, 1, 2)))["harmony"], measure(chords((0, 7)))["harmony"]
    assert cluster[0] > fifth[0]  # notes a semitone apart
    assert fifth[4] > cluster[4]  # notes a fourth or a fifth apart


def test_a_cluster_is_rougher_than_a_fifth_in_the_register_where_it_sounds(measure):
    cluster, fifth = (
        measure(chords(notes, tonic=880.0))["roughness"] for notes in ((0, 1, 2), (0, 7))
    )
    assert cluster[0] > 1.05 * fifth[0]  # of all partials, by their loudness
    middle = 3  # 650 to 1,300 Hz, see `SongMeasurements._roughness`
    assert cluster[middle] > 1.5 * fifth[middle]


@pytest.mark.parametrize("tonic", [261.6, 392.0])
@pytest.mark.parametrize(("third", "kind"), [(4, 0), (3, 1)])
@pytest.mark.parametrize("step", [2, 5])
def test_steps_from_chord_to_chord_are_the_same_in_any_key(measure, tonic, third, kind, step):
    here = (0, third, 7)
    there = tuple(note + step for note in here)
    progressions = measure(chords(here, there, tonic=tonic))["progressions"]
    steps = progressions[24:72].reshape(2, 2, 12)[kind, kind]  # semitones from root to root
    stayed, *moved = np.argsort(steps)[::-1][:3]
    assert stayed == 0
    assert sorted(moved) == sorted([step, 12 - step])
    as_chords = progressions[:24].reshape(2, 12)
    assert as_chords[kind].sum() > as_chords[1 - kind].sum()


@pytest.mark.parametrize("per_minute", [60.0, 110.0, 170.0])
def test_the_tempo_of_pulses_is_found(measure, per_minute):
    tempi = np.geomspace(30, 360, TEMPI)
    of_all_bands = measure(noise_pulses(per_minute))["tempo"].reshape(4, TEMPI)[3]
    strongest = tempi[of_all_bands.argmax()]
    assert min(abs(strongest / per_minute - n) / n for n in (1, 2, 3)) < 0.06


def test_modulation_has_the_rate_of_the_pulses(measure):
    rates = np.geomspace(0.5, 12, RATES)
    strength = measure(noise_pulses(120))["pulsation"].reshape(12, RATES).mean(axis=0)
    assert strength[np.abs(rates - 2).argmin()] > strength[np.abs(rates - 1.4).argmin()] + 0.3


def test_bright_and_dark_swelling_and_steady(measure):
    rng = np.random.default_rng(1)
    white = rng.normal(0, 0.1, 10 * RATE)
    dark = np.convolve(white, np.ones(24) / 24, mode="same")
    assert measure(white)["brightness"][0] > measure(dark)["brightness"][0] + 0.2
    swell = white * np.linspace(0.01, 1, white.size)
    assert measure(swell)["dynamics"][0] > measure(white)["dynamics"][0] + 0.2


def test_nothing_depends_on_the_level(measure):
    y = chords((0, 4, 7), (5, 9, 12)) + noise_pulses(100) * 0.1
    quiet, loud = measure(0.05 * y), measure(y)
    for name in quiet:
        np.testing.assert_allclose(quiet[name], loud[name], atol=0.02, err_msg=name)
