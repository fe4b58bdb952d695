"""Sound and video files damaged in a thousand ways: they are read or refused, nothing else.

Each file is read in a process with bounded memory and processor time: one that crashes, hangs or
asks for more is found by its name, which is the last one that the process printed.
"""

import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("the limits of memory and time need a POSIX system", allow_module_level=True)

_TESTS = Path(__file__).parents[1]
_MUSIC = runpy.run_path(str(_TESTS / "music" / "conftest.py"))
_VIDEO = runpy.run_path(str(_TESTS / "face" / "video_files.py"))

SONGS: dict[str, dict[str, Any]] = {
    **{name: one for name, one in _MUSIC["FORMATS"].items() if name != "hires.flac"},
    "oga": {"codec": "flac", "rate": 44100, "container": "ogg"},
    "ts": {"codec": "aac", "rate": 44100, "container": "mpegts"},
    "mpg": {"codec": "mp2", "rate": 44100, "container": "mpeg"},
    "flv": {"codec": "aac", "rate": 44100},
    "caf": {"codec": "pcm_s16le", "rate": 22050},
    "au": {"codec": "pcm_mulaw", "rate": 8000},
    "w64": {"codec": "pcm_s16le", "rate": 22050},
    "avi": {"codec": "libmp3lame", "rate": 44100},
    "eac3": {"codec": "eac3", "rate": 48000},
    "adpcm.wav": {"codec": "adpcm_ms", "rate": 22050, "container": "wav"},
    "frag.m4a": {
        "codec": "aac",
        "rate": 44100,
        "container": "mp4",
        "options": {"movflags": "frag_keyframe+empty_moov", "frag_duration": "500000"},
    },
}
VIDEOS = {
    "mp4": "libx264",
    "mov": "mpeg4",
    "mkv": "libx264",
    "webm": "libvpx-vp9",
    "avi": "mpeg4",
    "ts": "libx264",
    "mpg": "mpeg2video",
    "flv": "flv",
    "wmv": "wmv2",
    "gif": "gif",
}
WAYS = ("bits", "cut", "zeros", "noise", "twice", "swapped", "inserted", "removed", "header")


def damaged(data: bytes, way: str, rng: np.random.Generator, other: bytes) -> bytes:
    """Damage a file in one way, its header as often as the rest."""
    size = len(data)
    begin = int(rng.integers(min(size, 600))) if rng.random() < 0.5 else int(rng.integers(size))
    length = int(rng.integers(1, 2 + min(size // 4, 20_000)))
    end = min(size, begin + length)
    changed = bytearray(data)
    if way == "bits":
        for at in begin + rng.integers(0, max(1, end - begin), rng.integers(1, 30)):
            changed[at] ^= 1 << int(rng.integers(8))
    elif way == "cut":
        del changed[max(1, begin) :]
    elif way == "zeros":
        changed[begin:end] = bytes(end - begin)
    elif way == "noise":
        changed[begin:end] = rng.bytes(end - begin)
    elif way == "twice":
        changed[end:end] = changed[begin:end]
    elif way == "swapped":
        middle = (begin + end) // 2
        changed[begin:end] = changed[middle:end] + changed[begin:middle]
    elif way == "inserted":
        changed[begin:begin] = rng.bytes(int(rng.integers(1, 300)))
    elif way == "removed":
        del changed[begin:end]
    else:  # another format's first bytes
        changed[: len(changed) and 200] = other[:200]
    return bytes(changed)


def mutants(whole: dict[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents, all formats and ways in turn."""
    rng = np.random.default_rng(seed)
    names = list(whole)
    for number in range(count):
        name, way = names[number % len(names)], WAYS[number // len(names) % len(WAYS)]
        data = damaged(whole[name], way, rng, whole[names[int(rng.integers(len(names)))]])
        if rng.random() < 0.3:
            data = damaged(data or b"x", str(rng.choice(WAYS)), rng, whole[names[0]])
        yield f"{number:05}-{way}.{name}", data


def outcomes(kind: str, folder: Path) -> dict[str, str]:
    """What became of each file in a folder."""
    result = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "damaged_media.py"), kind, str(folder)],
        capture_output=True,
        text=True,
        errors="replace",
    )
    lines = [line.partition(" ") for line in result.stdout.splitlines()]
    found = {name: outcome for name, _, outcome in lines}
    assert result.returncode == 0, f"{list(found)[-1:]} ended the process: {result.stderr[-2000:]}"
    return found


def check(found: dict[str, str], count: int) -> None:
    """Every file was read or refused, and most were read: damage costs a moment, not the whole."""
    assert len(found) == count
    strange = {
        name: outcome
        for name, outcome in found.items()
        if outcome != "sound" and not outcome.startswith("refused")
    }
    assert strange == {}
    assert sum(outcome == "sound" for outcome in found.values()) > count // 3


def test_damaged_songs_are_analysed_or_refused(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    whole = {}
    for name, settings in SONGS.items():
        path = tmp_path / f"song.{name}"
        _MUSIC["_write_audio"](path, _MUSIC["_staircase"](7.0, settings["rate"]), **settings)
        whole[name] = path.read_bytes()
    ogg = {"codec": "vorbis", "rate": 22050, "layout": "stereo"}
    _MUSIC["_write_audio"](tmp_path / "b.ogg", _MUSIC["_staircase"](3.0, 22050), **ogg)
    whole["chain.ogg"] = whole["ogg"] + (tmp_path / "b.ogg").read_bytes()
    folder = tmp_path / "damaged"
    folder.mkdir()
    count = rounds(64, 1000)
    for name, data in mutants(whole, count, seed=1):
        (folder / name).write_bytes(data)
    check(outcomes("audio", folder), count)


def test_damaged_videos_are_watched_or_refused(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    whole = {}
    rng = np.random.default_rng(0)
    for name, codec in VIDEOS.items():
        path = tmp_path / f"clip.{name}"
        kind = "rgb8" if name == "gif" else "yuv420p"
        pictures = [rng.integers(0, 256, (48, 64), np.uint8) for _ in range(30)]
        _VIDEO["write_video"](path, pictures, codec=codec, kind=kind)
        whole[name] = path.read_bytes()
    whole["joined.ts"] = whole["ts"] * 2
    folder = tmp_path / "damaged"
    folder.mkdir()
    count = rounds(33, 200)
    for name, data in mutants(whole, count, seed=2):
        (folder / name).write_bytes(data)
    check(outcomes("video", folder), count)
