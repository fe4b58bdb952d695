"""What the music network can and cannot distinguish, before any training."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.music.spectrogram import MelSettings, log_mel, mel_frequencies
from vibelux.training.song.courses import RATES
from vibelux.training.song.measurements import Loudness
from vibelux.training.song.network import (
    Bands,
    Descriptors,
    SongNetwork,
    SongNetworkConfig,
    Tonality,
)

SETTINGS = MelSettings()
BANDS = MelSettings(n_fft=1024, n_mels=96)  # what the CNN's own branches hear
RATE = SETTINGS.sample_rate
MAJOR_MINUS_MINOR = 17  # fit of the best major key to the whole window, less the best minor's


def chords(*semitones: float, seconds: float = 4.0) -> torch.Tensor:
    """Sawtooth-like notes above A3, as a normalised log-mel window."""
    t = np.arange(int(seconds * RATE)) / RATE
    tones = [220 * 2 ** (s / 12) * h for s in semitones for h in range(1, 16)]
    y = sum(np.sin(2 * np.pi * f * t) / (f / 220) for f in tones if f < 7000)
    decibels = log_mel((0.05 * y).astype(np.float32), BANDS)
    return Loudness()(torch.from_numpy(decibels)[None])


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return SongNetwork(SongNetworkConfig(channels=(4, 4, 8, 8), columns=16), SETTINGS).eval()


def test_the_heads_have_their_sizes(network):
    with torch.inference_mode():
        found = network(torch.randn(3, 192, 313) * 15 - 40)
    assert {name: tuple(values.shape) for name, values in found.items()} == {
        "mood": (3, 7), "quadrant": (3, 4), "affect": (3, 2), "gems": (3, 9), "words": (3, 215),
        "embedding": (3, 96),
    }  # fmt: skip


def test_level_does_not_matter(network):
    x = torch.randn(2, 192, 313) * 15 - 40
    with torch.inference_mode():
        quiet, loud = network(x), network(x + 25)
    for name, values in quiet.items():
        torch.testing.assert_close(values, loud[name], atol=1e-4, rtol=1e-4)


def test_a_silent_window_gives_finite_numbers(network):
    with torch.inference_mode():
        for output in network(torch.full((1, 192, 313), -100.0)).values():
            assert torch.isfinite(output).all()


def test_neighbouring_bands_are_pooled_by_power():
    x = torch.full((1, 4, 2), -20.0)
    x[0, 0] = -10.0
    pooled = Bands(2)(x)
    assert pooled[0, 0].tolist() == pytest.approx([10 * np.log10((0.1 + 0.01) / 2)] * 2, abs=1e-3)
    assert pooled[0, 1].tolist() == pytest.approx([-20.0] * 2, abs=1e-3)
    assert Bands(4)(x) is x


def test_tonality_tells_major_from_minor_in_any_key():
    tonality = Tonality(mel_frequencies(BANDS).tolist())
    for tonic in (3, 7, 12):
        heard = []
        for third in (4, 3):
            triads = [(root, root + third, root + 7) for root in (0, 5, 0)] + [(7, 11, 14)]
            parts = [chords(*(tonic + s for s in triad), seconds=1.5) for triad in triads]
            heard.append(float(tonality(torch.cat(parts, dim=2))[0, MAJOR_MINUS_MINOR]))
        assert heard[0] > heard[1] + 0.05


def test_tonality_measures_a_dissonance():
    tonality = Tonality(mel_frequencies(BANDS).tolist())
    cluster, fifth = tonality(chords(0, 1, 2))[0], tonality(chords(0, 7))[0]
    assert cluster[0] > fifth[0]  # notes a semitone apart
    assert fifth[4] > cluster[4]  # notes a fourth or a fifth apart


def test_descriptors_find_the_rate_of_a_pulse():
    descriptors = Descriptors(96, RATE / SETTINGS.hop_length)
    time = torch.arange(313) * SETTINGS.hop_length / RATE
    rates = torch.logspace(np.log10(0.5), np.log10(12.0), RATES)
    for rate in (1.0, 2.0, 6.0):
        window = torch.sin(2 * torch.pi * rate * time).expand(1, 96, -1)
        strength = descriptors(window)[0, 3 * 96 :].reshape(-1, RATES).mean(0)
        assert float(rates[strength.argmax()]) == pytest.approx(rate, rel=0.2)
