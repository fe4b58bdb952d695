"""Songs made into WAV while they are sent: their length is told before, and must be right."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vibelux.service.sound import FileSound, WavSound, sound_of

_MUSIC = runpy.run_path(str(Path(__file__).parents[1] / "music" / "conftest.py"))
_write, _staircase, _heard = (
    _MUSIC[name] for name in ("_write_audio", "_staircase", "_seconds_heard")
)

VORBIS = {"codec": "vorbis", "rate": 44100, "layout": "stereo", "container": "ogg"}
OPUS = {"codec": "libopus", "rate": 48000, "container": "ogg"}
FLAC = {"codec": "flac", "rate": 96000, "container": "ogg"}
OPUS_MATROSKA = {"codec": "libopus", "rate": 48000, "container": "matroska"}
AAC_STREAM = {"codec": "aac", "rate": 44100, "container": "mpegts"}
WMA = {"codec": "wmav2", "rate": 44100, "container": "asf", "bit_rate": 96000}


def joined(path: Path, *settings: dict[str, Any]) -> Path:
    """A staircase of 6 + 4 (+ 4) seconds, each part encoded by itself."""
    data, begin = b"", 0
    for one, length in zip(settings, (6, 4, 4), strict=False):
        samples = _staircase(begin + length, one["rate"])[begin * one["rate"] :]
        part = _write(path.with_name("part"), samples, **one)
        data, begin = data + part.read_bytes(), begin + length
    path.write_bytes(data)
    return path


def samples_of(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<i2").reshape(-1, 2)[:, 0] / 32768


@pytest.mark.parametrize(
    ("name", "settings", "rate"),
    [
        ("a.ogg", (VORBIS, VORBIS), 44100),
        ("a.ogg", (VORBIS, {**VORBIS, "rate": 22050}), 44100),
        ("a.opus", (OPUS, {**OPUS, "layout": "stereo"}), 48000),
        ("a.oga", (FLAC, {**FLAC, "rate": 22050}, OPUS), 48000),
        ("a.mka", (OPUS_MATROSKA, OPUS_MATROSKA), 48000),
        ("a.ts", (AAC_STREAM, AAC_STREAM), 44100),
        ("a.wma", (WMA,), 44100),
    ],
)
def test_all_parts_of_a_song_are_sent(
    tmp_path: Path, name: str, settings: tuple[dict[str, Any], ...], rate: int
) -> None:
    path = joined(tmp_path / name, *settings)
    sound = WavSound(path, path.stat(), duration=None)
    seconds = sum((6, 4, 4)[: len(settings)])
    try:
        assert sound.size == pytest.approx(44 + 4 * rate * seconds, abs=4 * rate * 0.12)
        whole = b"".join(sound.read(0, sound.size))
        assert len(whole) == sound.size
        heard = _heard(samples_of(whole[44:]), rate)
        assert heard[: seconds - 1] == list(range(seconds - 1))
        for start in range(0, seconds - 2, 3):
            at = 44 + 4 * rate * start
            part = b"".join(sound.read(at, at + 4 * rate * 2))
            assert len(part) == 4 * rate * 2
            assert _heard(samples_of(part), rate) == [start, start + 1]
    finally:
        sound.close()


def test_many_channels_are_mixed_down_to_two_sides(tmp_path: Path) -> None:
    samples = np.zeros((6, 48000), np.float32)
    samples[0] = _staircase(1.0, 48000)
    path = _write(
        tmp_path / "a.wv", samples, codec="wavpack", rate=48000, layout="5.1", container="wv"
    )
    sound = WavSound(path, path.stat(), duration=None)
    sides = np.frombuffer(b"".join(sound.read(44, sound.size)), "<i2").reshape(-1, 2) / 32768
    sound.close()
    assert np.abs(sides).max(axis=0) == pytest.approx([0.3, 0.0], abs=0.01)


def test_a_length_that_the_header_invents_is_not_promised(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mka", _staircase(5.0, 48000), **OPUS_MATROSKA)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3  # Duration, a number of eight bytes, in milliseconds
    for claimed in (1000.0, 3_600_000.0):
        data[at : at + 8] = np.array([claimed], ">f8").tobytes()
        path.write_bytes(data)
        sound = WavSound(path, path.stat(), duration=None)
        assert sound.size == pytest.approx(44 + 4 * 48000 * 5, abs=4 * 48000 * 0.1)
        sound.close()


def test_browsers_get_a_chain_as_wav(tmp_path: Path, song_at: Callable[[Path], Any]) -> None:
    """Of a chained Ogg file, they would play the first link."""
    one = _write(tmp_path / "one.ogg", _staircase(3.0, 48000), **OPUS)
    chain = joined(tmp_path / "chain.ogg", OPUS, OPUS)
    for path, kind in ((one, FileSound), (chain, WavSound)):
        sound = sound_of(song_at(path))
        assert type(sound) is kind
        sound.close()


@pytest.fixture
def song_at() -> Callable[[Path], Any]:
    class Song:
        def __init__(self, path: Path) -> None:
            self.path, self.server, self.title, self.duration = path, None, "a song", 3.0

    return Song
