"""The meter against EBU's test signals and against the standard's filters, sample by sample."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vibelux.music.decode import decode_windows
from vibelux.music.loudness import QUIETEST, Loudness, LoudnessMeter

# The filters at 48 kHz, from tables 1 and 2 of ITU-R BS.1770-4.
SHELF = (
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    [1, -1.69065929318241, 0.73248077421585],
)
HIGH_PASS = ([1, -2, 1], [1, -1.99004745483398, 0.99007225036621])


def loudness_of(samples: np.ndarray, *, rate: int, channels: list[str] | None = None) -> Loudness:
    meter = LoudnessMeter()
    meter.add(np.atleast_2d(samples), rate=rate, channels=channels)
    return meter.loudness()


def tones(*parts: tuple[float, float], rate: int = 48000, channels: int = 2) -> np.ndarray:
    """A 1 kHz sine in all channels; parts are (seconds, dBFS of the sine's peak)."""
    level = np.concatenate([np.full(round(s * rate), 10 ** (db / 20)) for s, db in parts])
    sine = np.sin(2 * np.pi * 1000 * np.arange(len(level)) / rate) * level
    return np.tile(sine.astype(np.float32), (channels, 1))


def music(seconds: float, rate: int, seed: int) -> np.ndarray:
    """Stereo: a bass, chords off the grid of any FFT, wide noise bursts, a slow swell."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    left = right = 0.2 * np.sin(2 * np.pi * rng.uniform(38, 90) * time)
    for _ in range(6):
        tone = np.sin(2 * np.pi * rng.uniform(120, 5000) * time) * rng.uniform(0.01, 0.1)
        pan = rng.uniform()
        left, right = left + pan * tone, right + (1 - pan) * tone
    hits = 0.3 * rng.standard_normal((2, len(time))) * np.exp(-25 * (time * 2.3 % 1))
    swell = 0.05 + 0.6 * np.sin(np.pi * time / seconds) ** 2
    return ((np.stack([left, right]) + hits) * swell).astype(np.float32)


def filtered_loudness(samples: np.ndarray, rate: int = 48000) -> float:
    """The standard to the letter: filter, square, blocks of 0.4 s every 0.1 s, both gates."""
    signal = pytest.importorskip("scipy.signal")
    weighted = signal.lfilter(*HIGH_PASS, signal.lfilter(*SHELF, samples.astype(np.float64)))
    step = rate // 10
    starts = range(0, samples.shape[1] - 4 * step + 1, step)
    blocks = np.array([np.square(weighted[:, i : i + 4 * step]).mean(1).sum() for i in starts])
    blocks = blocks[-0.691 + 10 * np.log10(blocks) > -70]
    gate = -0.691 + 10 * np.log10(blocks.mean()) - 10
    return float(-0.691 + 10 * np.log10(blocks[-0.691 + 10 * np.log10(blocks) > gate].mean()))


@pytest.mark.parametrize(
    ("case", "parts", "expected"),
    [
        (1, [(20, -23)], -23),
        (2, [(20, -33)], -33),
        (3, [(10, -36), (60, -23), (10, -36)], -23),
        (4, [(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23),
        (5, [(20, -26), (20.1, -20), (20, -26)], -23),
    ],
)
@pytest.mark.parametrize("rate", [48000, 44100])
def test_signals_of_ebu_tech_3341(
    case: int, parts: list[tuple[float, float]], expected: float, rate: int
) -> None:
    measured = loudness_of(tones(*parts, rate=rate), rate=rate)
    assert measured.integrated == pytest.approx(expected, abs=0.1)
    assert measured.peak == pytest.approx(max(level for _, level in parts), abs=0.05)


def test_surround_sound_of_ebu_tech_3341_case_6() -> None:
    levels = {"FL": -28, "FR": -28, "FC": -24, "BL": -30, "BR": -30}
    samples = np.concatenate([tones((20, level), channels=1) for level in levels.values()])
    assert loudness_of(samples, rate=48000, channels=list(levels)).integrated == pytest.approx(
        -23, abs=0.1
    )
    with_bass = np.concatenate([samples, tones((20, 0), channels=1)])
    heard = loudness_of(with_bass, rate=48000, channels=[*levels, "LFE"])
    assert heard.integrated == pytest.approx(-23, abs=0.1)
    assert heard.peak == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_music_reads_as_through_the_standards_filters(seed: int) -> None:
    samples = music(12.0, 48000, seed)
    assert loudness_of(samples, rate=48000).integrated == pytest.approx(
        filtered_loudness(samples), abs=0.1
    )


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 96000])
def test_the_sample_rate_does_not_matter_for_what_it_can_hold(rate: int) -> None:
    time = np.arange(10 * rate) / rate
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (61.3, 222.2, 997.0, 3111.1))
    heard = loudness_of(np.stack([chord, chord]).astype(np.float32) * 0.1, rate=rate)
    reference = np.arange(10 * 48000) / 48000
    chord = 0.1 * sum(np.sin(2 * np.pi * hz * reference) for hz in (61.3, 222.2, 997.0, 3111.1))
    assert heard.integrated == pytest.approx(filtered_loudness(np.stack([chord] * 2)), abs=0.1)


def test_it_does_not_matter_how_sound_comes() -> None:
    samples = music(7.3, 44100, 5)
    whole = loudness_of(samples, rate=44100)
    meter = LoudnessMeter()
    for part in np.array_split(samples, [3, 1000, 4410, 100_001, 100_002, 200_000], axis=1):
        meter.add(part, rate=44100)
    assert meter.loudness().integrated == pytest.approx(whole.integrated, abs=1e-4)
    assert meter.loudness().peak == whole.peak


def test_no_block_spans_a_gap() -> None:
    loud, quiet = tones((0.3, -10)), tones((1.0, -40))
    meter = LoudnessMeter()
    meter.add(loud, rate=48000)
    meter.cut()
    meter.add(quiet, rate=48000)
    assert meter.loudness().integrated == pytest.approx(-40, abs=0.1)  # 0.3 s are no block


def test_one_channel_is_played_by_two_speakers() -> None:
    mono = tones((5, -20), channels=1)
    expected = loudness_of(np.concatenate([mono, mono]), rate=48000).integrated
    assert loudness_of(mono[0], rate=48000).integrated == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("samples", [np.zeros((2, 96000)), tones((2, -80)), np.zeros((2, 100))])
def test_what_the_gate_keeps_out_has_the_gates_loudness(samples: np.ndarray) -> None:
    assert loudness_of(samples.astype(np.float32), rate=48000).integrated == QUIETEST


def test_ten_decibels_more_are_ten_units_more() -> None:
    samples = music(5.0, 48000, 1)
    quiet, loud = (loudness_of(samples * gain, rate=48000) for gain in (0.1, 1.0))
    assert loud.integrated - quiet.integrated == pytest.approx(20, abs=1e-3)
    assert loud.peak - quiet.peak == pytest.approx(20, abs=1e-3)


def test_a_file_is_measured_as_it_is_not_as_the_model_gets_it(
    tmp_path: Path, write_audio: Any
) -> None:
    """All channels and the highest notes count, though the model gets mono up to 8 kHz."""
    rng = np.random.default_rng(0)
    samples = (0.1 * rng.standard_normal((2, 12 * 44100))).astype(np.float32)
    path = write_audio(tmp_path / "a.flac", samples, codec="flac", rate=44100, layout="stereo")
    windows = decode_windows(path, sample_rate=16000, window_seconds=5.0)
    whole = loudness_of(samples, rate=44100)
    assert windows.loudness.integrated == pytest.approx(whole.integrated, abs=0.1)
    as_heard = loudness_of(windows.samples.reshape(1, -1), rate=16000)
    assert as_heard.integrated < whole.integrated - 6


def test_a_decoders_overshoot_is_seen(tmp_path: Path, write_audio: Any) -> None:
    loud = 1.2 * np.sin(2 * np.pi * 441 * np.arange(5 * 44100) / 44100)
    path = write_audio(tmp_path / "a.wav", loud, codec="pcm_f32le", rate=44100)
    windows = decode_windows(path, sample_rate=16000)
    assert windows.loudness.peak == pytest.approx(20 * np.log10(1.2), abs=0.01)
    assert np.abs(windows.samples).max() <= 1.0
