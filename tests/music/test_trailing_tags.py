"""Tags behind the sound, in which bytes look like sound."""

import struct
from pathlib import Path
from typing import Any

import pytest

from vibelux.music.decode import decode_windows
from vibelux.music.trailing_tags import end_of_sound

SOUND = b"\xff\xfb\x90\x64" * 100
ID3V1 = b"TAG" + bytes(125)
COVER = b"\xff\xfb\x90\x64" + bytes(200)
"""The beginning of an MP3 frame."""


def ape(body: bytes, *, header: bool = True) -> bytes:
    """Return an APEv2 tag."""
    size = len(body) + 32
    fields = struct.pack("<III", 2000, size, 1)
    flags = 0x80000000 if header else 0
    head = b"APETAGEX" + fields + struct.pack("<I", flags | 0x20000000) + bytes(8)
    return (head if header else b"") + body + b"APETAGEX" + fields + struct.pack("<I8x", flags)


def lyrics(body: bytes) -> bytes:
    """Return a Lyrics3 v2.00 tag."""
    text = b"LYRICSBEGIN" + body
    return text + b"%06d" % len(text) + b"LYRICS200"


@pytest.mark.parametrize(
    "tags",
    [
        b"",
        ID3V1,
        ape(COVER),
        ape(COVER, header=False),
        ape(COVER) + ID3V1,
        lyrics(b"la la") + ID3V1,
        ape(COVER) + lyrics(b"la") + ID3V1,
    ],
)
def test_sound_ends_before_all_tags(tmp_path: Path, tags: bytes) -> None:
    (tmp_path / "a.mp3").write_bytes(SOUND + tags)
    with (tmp_path / "a.mp3").open("rb", buffering=0) as file:
        assert end_of_sound(file) == len(SOUND)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        ID3V1,  # a tag of nothing
        SOUND + ape(bytes(100))[:-1],
        SOUND + b"APETAGEX" + struct.pack("<III", 2000, 1 << 31, 1) + bytes(12),
        SOUND + b"APETAGEX" + bytes(24),
        SOUND + b"999999LYRICS200",
        SOUND + b"-00001LYRICS200",
        b"fLaC" + bytes(1000) + ID3V1,
        b"RIFF" + bytes(1000) + ape(COVER),
    ],
)
def test_what_is_not_a_tag_stays(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.mp3").write_bytes(data)
    with (tmp_path / "a.mp3").open("rb", buffering=0) as file:
        assert end_of_sound(file) == len(data)


def test_a_cover_behind_a_song_is_not_decoded(
    tmp_path: Path, staircase: Any, write_audio: Any
) -> None:
    options = {"write_xing": "0", "id3v2_version": "0"}
    path = write_audio(
        tmp_path / "a.mp3", staircase(12, 44100), codec="libmp3lame", rate=44100, options=options
    )
    path.write_bytes(path.read_bytes() + ape(COVER * 3000) + ID3V1)
    windows = decode_windows(path, sample_rate=16000, window_seconds=3.0, max_windows=3)
    assert windows.duration == pytest.approx(12.0, abs=0.1)
    assert len(windows.starts) == 3
