"""Reads damaged files in a process of its own, with little memory; prints what came of each.

Called with ``audio`` or ``video`` and a folder. A line for each file: its name and ``sound``,
``refused CODE`` or the name of an exception that ought not to come.
"""

import logging
import math
import resource
import sys
from pathlib import Path

import numpy as np

from vibelux.errors import AudioError, VideoError
from vibelux.face.video import video_frames
from vibelux.library.tags import read_tags
from vibelux.music.audio_file import AudioFile
from vibelux.music.decode import decode, decode_windows
from vibelux.music.stereo import stereo
from vibelux.service.sound import WavSound

MEMORY = 4 << 30
"""Bytes of address space, most of it the libraries' own."""

SECONDS = 60
"""Of processor time for one file at most, tens of times what a sound one takes."""


def listen(path: Path) -> None:
    """Do all that is done with a song's file."""
    read_tags(path)
    problems = []
    for use in (_analysed, _decoded, _played, _sent):
        try:
            use(path)
        except AudioError as error:
            problems.append(error)
    if problems:
        raise problems[0]


def _analysed(path: Path) -> None:
    windows = decode_windows(path, sample_rate=16000, window_seconds=2.0)
    assert np.isfinite(windows.samples).all()
    assert np.abs(windows.samples).max() <= 1
    assert 0 < windows.duration < math.inf
    assert math.isfinite(windows.loudness.integrated)
    assert math.isfinite(windows.loudness.peak)


def _decoded(path: Path) -> None:
    assert np.isfinite(decode(path, sample_rate=8000, start=1.0, seconds=1.0)).all()
    with AudioFile(path) as audio:
        audio.measure()


def _played(path: Path) -> None:
    with AudioFile(path) as audio:
        for block in stereo(audio, 2.0, rate=48_000):
            assert np.isfinite(block).all()


def _sent(path: Path) -> None:
    sound = WavSound(path, path.stat(), duration=None)
    try:
        for start, end in ((0, 100_000), (sound.size // 2, sound.size // 2 + 50_001)):
            end = min(end, sound.size)
            assert sum(map(len, sound.read(start, end))) == end - start
    finally:
        sound.close()


def watch(path: Path) -> None:
    """Look at a video as for its mood."""
    for limit in (4, 40):
        for frame in video_frames(path, rate=10, limit=limit):
            assert frame.grey.ndim == 2
            assert frame.grey.size
            assert 0 <= frame.time < math.inf


def main() -> None:
    logging.getLogger("libav").setLevel(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    use = {"audio": listen, "video": watch}[sys.argv[1]]
    for path in sorted(Path(sys.argv[2]).iterdir()):
        spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + SECONDS, resource.RLIM_INFINITY))
        print(path.name, end=" ", flush=True)
        try:
            use(path)
        except AudioError as error:
            print("refused", error.code, flush=True)
        except VideoError:
            print("refused", flush=True)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
        else:
            print("sound", flush=True)


if __name__ == "__main__":
    main()
