"""Sound of any rate and layout becomes stereo: for the sound device and for browsers."""

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vibelux.music.audio_file import AudioFile
from vibelux.music.stereo import stereo

RATE = 48_000

tone = runpy.run_path(str(Path(__file__).parents[1] / "players" / "conftest.py"))["write_tone"]


def pieces_of(path: Path, start: float = 0.0) -> list[np.ndarray]:
    with AudioFile(path) as audio:
        return list(stereo(audio, start, rate=RATE))


def sound_of(path: Path, start: float = 0.0) -> np.ndarray:
    return np.concatenate(pieces_of(path, start))


@pytest.mark.parametrize(
    ("name", "rate", "layout"),
    [
        ("a.flac", 44100, "stereo"),
        ("a.wav", 48000, "mono"),
        ("a.wav", 22050, "5.1"),
        ("a.mp3", 32000, "stereo"),
        ("a.opus", 48000, "mono"),
    ],
)
def test_any_rate_and_layout_becomes_stereo_at_one_rate(
    tmp_path: Path, name: str, rate: int, layout: str
) -> None:
    tone(tmp_path / name, 1.5, hertz=500, rate=rate, layout=layout)
    sound = sound_of(tmp_path / name)
    assert sound.dtype == np.float32
    assert sound.shape == (pytest.approx(1.5 * RATE, abs=0.06 * RATE), 2)
    assert np.abs(sound).max() <= 1
    for side in sound[RATE // 2 : RATE].T:
        spectrum = np.abs(np.fft.rfft(side))
        assert np.fft.rfftfreq(side.size, 1 / RATE)[spectrum.argmax()] == pytest.approx(500, abs=2)


@pytest.mark.parametrize("name", ["a.flac", "a.mp3"])
def test_begins_where_it_is_told(tmp_path: Path, name: str) -> None:
    tone(tmp_path / name, 3.0)
    whole = sound_of(tmp_path / name)
    rest = sound_of(tmp_path / name, 2.0)
    assert len(rest) == pytest.approx(len(whole) - 2 * RATE, abs=0.06 * RATE)
    assert pieces_of(tmp_path / name, 60) == []


@pytest.mark.parametrize(
    ("channel", "left", "right"),
    [("FL", 0.5, 0.0), ("FR", 0.0, 0.5), ("FC", 0.35, 0.35), ("BL", 0.35, 0.0)],
)
def test_many_channels_stay_on_their_side(
    tmp_path: Path, write_audio: Callable[..., Path], channel: str, left: float, right: float
) -> None:
    samples = np.zeros((6, RATE), np.float32)
    samples[["FL", "FR", "FC", "LFE", "BL", "BR"].index(channel)] = 0.5 * np.sin(
        2 * np.pi * 500 * np.arange(RATE) / RATE
    )
    path = write_audio(
        tmp_path / "a.wav", samples, codec="pcm_f32le", rate=RATE, layout="5.1", container="wav"
    )
    peaks = np.abs(sound_of(path)).max(axis=0)
    assert peaks == pytest.approx([left, right], abs=0.01)


@pytest.mark.parametrize("layouts", [("mono", "stereo"), ("5.1", "mono"), ("stereo", "stereo")])
def test_all_links_of_a_chain_are_played(tmp_path: Path, layouts: tuple[str, str]) -> None:
    """Songs of a recorded radio station, one after another in one Ogg file."""
    data = b""
    for hertz, layout in zip((500, 700), layouts, strict=True):
        tone(tmp_path / "a.opus", 2.0, hertz=hertz, rate=48000, layout=layout)
        data += (tmp_path / "a.opus").read_bytes()
    (tmp_path / "chain.opus").write_bytes(data)
    for start, heard in ((0.0, [500, 500, 700, 700]), (1.0, [500, 700, 700]), (3.0, [700])):
        sound = sound_of(tmp_path / "chain.opus", start)
        assert len(sound) == pytest.approx(len(heard) * RATE, abs=0.05 * RATE)
        seconds = np.resize(sound[:, 0], (len(heard), RATE))
        peaks = np.abs(np.fft.rfft(seconds * np.hanning(RATE))).argmax(axis=1)
        assert peaks == pytest.approx(heard, abs=3)
