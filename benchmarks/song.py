"""Time of one core to analyse a song, stage by stage: ``python benchmarks/song.py``.

The songs are synthesised four-minute stereo MP3s: chords, a bass, drums and noise, so that the
encoder spends its bits as on music. Processor time is measured rather than wall time, because that
is what a scan divides among its workers.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in a scan's workers: waiting threads burn time

import av
import numpy as np
from numpy.typing import NDArray

from vibelux.music.audio_file import AudioFile
from vibelux.music.decode import decode_windows
from vibelux.music.emotion import MusicModel
from vibelux.music.spectrogram import log_mel
from vibelux.music.windows import window_starts

RATE = 44100
SECONDS = 240
ROUNDS = 7


def synthesise(seed: int) -> NDArray[np.float32]:
    """Return ten seconds of stereo music [shape=(2, n), dtype=float32] at `RATE`."""
    rng = np.random.default_rng(seed)
    time_ = np.arange(10 * RATE) / RATE
    beat = time_ * 2.0 % 1.0
    chord = int(rng.integers(40, 60)) + np.array([12, 16, 19, 24])
    song = np.zeros((2, len(time_)))
    for number, pitch in enumerate([chord[0] - 12, *chord]):
        hz = 440 * 2 ** ((pitch - 69) / 12)
        for partial in range(1, 9):
            wave = np.sin(2 * np.pi * hz * partial * time_ + rng.uniform(0, 6))
            pan = np.array([[0.5 + 0.1 * number], [0.9 - 0.1 * number]])
            song += 0.05 / partial * pan * wave * np.exp(-2 * beat)
    drums = rng.standard_normal((2, len(time_))) * np.exp(-30 * beat)
    return (0.8 * (song + 0.15 * drums + 0.002 * rng.standard_normal(song.shape))).astype("f4")


def write_mp3(path: Path, *, seed: int = 0, seconds: int = SECONDS, bit_rate: int = 192000) -> None:
    """Write a stereo MP3 of a length in seconds."""
    pieces = [synthesise(seed + number) for number in range(3)]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libmp3lame", rate=RATE, layout="stereo", bit_rate=bit_rate)
        for first in range(0, seconds, 10):
            part = pieces[first // 10 % 3][:, : (seconds - first) * RATE]
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(part), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts = RATE, first * RATE
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def measure() -> dict[str, float]:
    """Return milliseconds of processor time, medians over `ROUNDS`, for one four-minute MP3.

    ``open_ms`` opens the file, ``seek_ms`` finds the windows, ``decode_ms`` opens, seeks, decodes
    and resamples, ``log_mel_ms`` and ``network_ms`` follow, ``song_ms`` is all of it;
    ``songs_per_minute_per_core`` follows from that.
    """
    music = MusicModel.load()
    rate = music.settings.sample_rate
    starts = window_starts(
        float(SECONDS), window_seconds=music.window_seconds, max_windows=music.max_windows
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.mp3"
        write_mp3(path)

        def open_only() -> None:
            AudioFile(path).close()

        def seek_only() -> None:
            with AudioFile(path) as audio:
                for start in starts:
                    next(audio.read(start, 0.01))

        def decode_only() -> NDArray[np.float32]:
            return decode_windows(
                path,
                sample_rate=rate,
                window_seconds=music.window_seconds,
                max_windows=music.max_windows,
            ).samples

        samples = decode_only()
        decibels = log_mel(samples, music.settings)
        opened = _milliseconds(open_only)
        times = {
            "windows": float(len(samples)),
            "open_ms": opened,
            "seek_ms": _milliseconds(seek_only) - opened,
            "decode_ms": _milliseconds(decode_only),
            "log_mel_ms": _milliseconds(lambda: log_mel(samples, music.settings)),
            "network_ms": _milliseconds(
                lambda: music.analyse_log_mel(decibels, list(starts), float(SECONDS))
            ),
            "song_ms": _milliseconds(lambda: music.analyse(path)),
        }
    whole = times.pop("song_ms")
    return {"song_ms": whole, "songs_per_minute_per_core": 60_000 / whole, **times}


def _milliseconds(work: Callable[[], Any]) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * median(times)


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:<26} {value:8.1f}")
