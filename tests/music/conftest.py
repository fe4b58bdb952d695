"""Real audio files in any format, whose sound tells its own time."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest


def _staircase(seconds: float, rate: int) -> np.ndarray:
    """A tone whose frequency tells the time: 300 Hz in the first second, 20 Hz more in each."""
    time = np.arange(round(seconds * rate)) / rate
    second = np.floor(time)
    # the phase is continuous: whole periods fit into each second
    return (0.3 * np.sin(2 * np.pi * (300 + 20 * second) * (time - second))).astype(np.float32)


def _seconds_heard(samples: np.ndarray, rate: int = 16000) -> list[int]:
    """The second that each full second of a staircase comes from, by its strongest frequency."""
    whole = samples[: len(samples) // rate * rate].reshape(-1, rate)
    peaks = np.abs(np.fft.rfft(whole * np.hanning(rate))).argmax(axis=1)  # bins of 1 Hz
    return [round((int(peak) - 300) / 20) for peak in peaks]


def _write_audio(
    path: Path,
    samples: np.ndarray,
    *,
    codec: str,
    rate: int,
    container: str | None = None,
    layout: str = "mono",
    streams: int = 1,
    options: dict[str, str] | None = None,
    **encoder: Any,
) -> Path:
    """Encode samples (n,) or (channels, n) with PyAV."""
    with (
        path.open("wb") as target,
        av.open(target, "w", format=container or path.suffix[1:], options=options or {}) as out,
    ):
        made = [out.add_stream(codec, rate=rate, layout=layout, **encoder) for _ in range(streams)]
        for stream in made:
            if codec == "vorbis":
                stream.codec_context.options = {"strict": "experimental"}
            channels = stream.codec_context.layout.nb_channels
            values = np.broadcast_to(np.atleast_2d(samples), (channels, samples.shape[-1]))
            for first in range(0, values.shape[1], rate):
                part = np.ascontiguousarray(values[:, first : first + rate], dtype=np.float32)
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
                frame.sample_rate, frame.pts = rate, first
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


FORMATS: dict[str, dict[str, Any]] = {
    "mp3": {"codec": "libmp3lame", "rate": 44100, "layout": "stereo", "bit_rate": 128000},
    "vbr.mp3": {"codec": "libmp3lame", "rate": 48000, "container": "mp3"},
    "bare.mp3": {
        "codec": "libmp3lame",
        "rate": 32000,
        "container": "mp3",
        "options": {"write_xing": "0", "id3v2_version": "0"},
    },
    "flac": {"codec": "flac", "rate": 44100, "layout": "stereo"},
    "hires.flac": {"codec": "flac", "rate": 88200, "layout": "5.1", "container": "flac"},
    "ogg": {"codec": "vorbis", "rate": 44100, "layout": "stereo"},
    "opus": {"codec": "libopus", "rate": 48000, "container": "ogg"},
    "m4a": {"codec": "aac", "rate": 44100, "layout": "stereo", "container": "ipod"},
    "alac.m4a": {"codec": "alac", "rate": 44100, "container": "ipod"},
    "aac": {"codec": "aac", "rate": 22050, "container": "adts"},
    "wma": {"codec": "wmav2", "rate": 44100, "container": "asf", "bit_rate": 96000},
    "aiff": {"codec": "pcm_s16be", "rate": 44100, "layout": "stereo"},
    "wav": {"codec": "pcm_s16le", "rate": 44100, "layout": "stereo"},
    "u8.wav": {"codec": "pcm_u8", "rate": 11025, "container": "wav"},
    "s24.wav": {"codec": "pcm_s24le", "rate": 16000, "container": "wav"},
    "f64.wav": {"codec": "pcm_f64le", "rate": 8000, "container": "wav"},
    "wv": {"codec": "wavpack", "rate": 44100, "layout": "stereo"},
    "tta": {"codec": "tta", "rate": 44100, "layout": "stereo"},
    "ac3": {"codec": "ac3", "rate": 48000, "layout": "5.1"},
    "webm": {"codec": "libopus", "rate": 48000, "layout": "stereo"},
    "live.mka": {
        "codec": "libopus",
        "rate": 48000,
        "container": "matroska",
        "options": {"live": "1"},
    },
}


@pytest.fixture(scope="session")
def staircase() -> Any:
    return _staircase


@pytest.fixture(scope="session")
def seconds_heard() -> Any:
    return _seconds_heard


@pytest.fixture(scope="session")
def write_audio() -> Any:
    return _write_audio


@pytest.fixture(scope="session")
def formats() -> dict[str, dict[str, Any]]:
    return FORMATS


@pytest.fixture(scope="session")
def song_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A staircase of 34.5 seconds in one of FORMATS, made once."""
    folder = tmp_path_factory.mktemp("songs")

    def made(name: str) -> Path:
        path = folder / f"song.{name}"
        if not path.exists():
            settings = FORMATS[name]
            _write_audio(path, _staircase(34.5, settings["rate"]), **settings)
        return path

    return made
