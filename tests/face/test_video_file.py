"""Video files that lead elsewhere, that cannot be read, and whose pixels are not square."""

import errno
import runpy
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import pytest

from vibelux.errors import VideoError
from vibelux.face.video import video_frames

_FILES = runpy.run_path(str(Path(__file__).parent / "video_files.py"))
_write, _levels, _joined = _FILES["write_video"], _FILES["levels"], _FILES["joined"]


@pytest.mark.parametrize("name", ["a.m3u8", "a.mp4", "a.ffconcat", "a.mpd", "a.sdp"])
def test_a_list_of_files_opens_nothing(
    tmp_path: Path, name: str, visited: tuple[str, list[object]]
) -> None:
    address, visitors = visited
    video = _write(tmp_path / "clip.ts", _levels(30), codec="libx264")
    for target in (address, str(video), video.name):
        (tmp_path / name).write_text(_list_of(name, target))
        with pytest.raises(VideoError, match=name):
            list(video_frames(tmp_path / name))
    assert visitors == []


def _list_of(name: str, target: str) -> str:
    if name.endswith("ffconcat"):
        return f"ffconcat version 1.0\nfile '{target}'\n"
    if name.endswith("sdp"):
        return "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"
    if name.endswith("mpd"):
        return (
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT30S"><Period><AdaptationSet mimeType="video/mp4">'
            f'<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation>'
            "</AdaptationSet></Period></MPD>"
        )
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"


class _FailingDisk:
    """A file whose disk gives up at some byte."""

    def __init__(self, file: BinaryIO, sound: int) -> None:
        self._file, self._sound = file, sound
        self.tell, self.seek, self.close = file.tell, file.seek, file.close

    def read(self, size: int) -> bytes:
        if self._file.tell() + size > self._sound:
            raise OSError(errno.EIO, "Input/output error")
        return self._file.read(size)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_disk_that_fails_is_not_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, share: float
) -> None:
    noise = np.random.default_rng(0)
    pictures = (noise.integers(0, 256, (96, 128), np.uint8) for _ in range(60))
    path = _write(tmp_path / f"clip.{suffix}", pictures)
    opened, size = Path.open, path.stat().st_size
    assert size > 300_000

    def failing(self: Path, *args: Any, **kinds: Any) -> Any:
        return _FailingDisk(opened(self, *args, **kinds), round(share * size))

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(VideoError, match=r"cannot be read at the moment \(Input/output error\)"):
        list(video_frames(path, rate=1000))


def test_tags_in_any_code_page_are_no_obstacle(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mkv", _levels(5), tags={"title": "Grusse"})
    path.write_bytes(path.read_bytes().replace(b"Grusse", "Grüße!"[:6].encode("latin-1")))
    assert len(list(video_frames(path, rate=1000))) == 5


def test_the_cover_of_a_song_is_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    with av.open(str(path), "w") as out:
        sound = out.add_stream("libmp3lame", rate=44100)
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 4410), np.float32), format="fltp")
        frame.sample_rate = 44100
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))
        out.mux([*sound.encode(frame), *sound.encode(None)])
        out.mux([*cover.encode(picture.reformat(format="yuvj420p")), *cover.encode(None)])
    with av.open(str(path)) as written:
        assert len(written.streams.video) == 1
    with pytest.raises(VideoError, match="no video in it"):
        list(video_frames(path))


@pytest.mark.parametrize(
    ("aspect", "width"), [("64/45", 91), ("16/11", 93), ("2/1", 128), ("1/2", 64), ("1/1", 64)]
)
@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "libx264"), ("mkv", "mpeg4"), ("ts", "libx264"), ("avi", "mpeg4")]
)
def test_pixels_become_square(
    tmp_path: Path, suffix: str, codec: str, aspect: str, width: int
) -> None:
    left = np.full((48, 64), 60, np.uint8)
    left[:, 32:] = 200
    path = _write(tmp_path / f"wide.{suffix}", [left] * 5, codec=codec, aspect=Fraction(aspect))
    (first, *_) = video_frames(path)
    height = 96 if aspect == "1/2" else 48
    assert first.grey.shape == (height, width)
    assert np.abs(first.grey[:, : width // 2 - 4].astype(int) - 60).mean() < 6
    assert np.abs(first.grey[:, width // 2 + 4 :].astype(int) - 200).mean() < 6


def test_what_the_container_says_of_pixels_counts_more(tmp_path: Path) -> None:
    path = _write(tmp_path / "wide.mp4", _levels(5), codec="libx264", aspect=Fraction(2))
    data = bytearray(path.read_bytes())
    at = data.index(b"pasp") + 4
    for numbers, width in (((3, 2), 96), ((0, 1), 128), ((1000, 1), 64)):
        data[at : at + 8] = b"".join(number.to_bytes(4, "big") for number in numbers)
        path.write_bytes(data)
        (first, *_) = video_frames(path)
        assert first.grey.shape == (48, width)


def test_pixels_may_change_within_a_video(tmp_path: Path) -> None:
    parts = [
        _write(tmp_path / f"{n}.ts", _levels(20), codec="mpeg2video", aspect=Fraction(n, 3))
        for n in (3, 4)
    ]
    frames = list(video_frames(_joined(tmp_path / "ab.ts", *parts), rate=1000))
    widths = [frame.grey.shape[1] for frame in frames]
    assert widths == sorted(widths)
    assert set(widths) == {64, 85}
    assert widths.count(85) == pytest.approx(20, abs=2)


def test_the_size_of_pictures_may_change_within_a_video(tmp_path: Path) -> None:
    parts = [
        _write(tmp_path / f"{n}.ts", _levels(20, width=64 * n, height=48 * n), codec="libx264")
        for n in (1, 2)
    ]
    frames = list(video_frames(_joined(tmp_path / "ab.ts", *parts), rate=1000))
    assert [frame.grey.shape for frame in frames] == [(48, 64)] * 20 + [(96, 128)] * 20


def test_pixels_are_made_square_before_the_picture_is_turned(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    _write(path, _levels(5), codec="libx264", aspect=Fraction(2), turn=90)
    (first, *_) = video_frames(path)
    assert first.grey.shape == (128, 48)
