from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vibelux.errors import InvalidInput, VideoError
from vibelux.face.video import video_frames

WriteVideo = Callable[..., Path]


def _write(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    fps: int = 25,
    codec: str = "mpeg4",
    turn: int = 0,
    keyframes: int = 12,
) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 4_000_000
        stream.codec_context.gop_size = keyframes
        for number, grey in enumerate(frames):
            if number == 0:
                stream.height, stream.width = grey.shape
                if turn:
                    stream.set_display_rotation(turn)
            frame = av.VideoFrame.from_ndarray(np.dstack([grey] * 3), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _levels(count: int, *, width: int = 64, height: int = 48) -> Iterable[np.ndarray]:
    """Frames whose grey level tells their number: 20 + 2 × number, at most 240."""
    for number in range(count):
        yield np.full((height, width), min(20 + 2 * number, 240), np.uint8)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "avi", "mov"])
def test_frames_come_at_the_rate(tmp_path: Path, suffix: str) -> None:
    path = _write(tmp_path / f"clip.{suffix}", _levels(50))
    frames = list(video_frames(path, rate=5))
    times = [frame.time for frame in frames]
    assert times == pytest.approx(np.arange(10) / 5, abs=0.002)
    for frame in frames:
        assert frame.grey.shape == (48, 64)
        assert frame.grey.dtype == np.uint8
        assert abs(float(frame.grey.mean()) - (20 + 2 * round(frame.time * 25))) < 3


def test_a_high_rate_gives_every_frame(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mkv", _levels(30))
    assert len(list(video_frames(path, rate=1000))) == 30


def test_grey_spans_all_levels(tmp_path: Path) -> None:
    """Video stores 16 to 235; black and white come out as 0 and 255."""
    frame = np.zeros((48, 64), np.uint8)
    frame[:, 32:] = 255
    (first, *_) = video_frames(_write(tmp_path / "clip.mkv", [frame] * 5))
    assert first.grey[:, :24].mean() < 4
    assert first.grey[:, 40:].mean() > 251


def test_a_limit_spreads_over_the_whole_video(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mkv", _levels(100))
    times = [frame.time for frame in video_frames(path, rate=25, limit=10)]
    assert times == pytest.approx(np.arange(10) * 0.4, abs=0.05)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_long_videos_are_sought_through(tmp_path: Path, suffix: str) -> None:
    path = _write(tmp_path / f"long.{suffix}", _levels(600), fps=10, keyframes=10)
    frames = list(video_frames(path, limit=12))  # 60 s: one frame every 5 s
    assert [frame.time for frame in frames] == pytest.approx(np.arange(12) * 5.0, abs=1.01)
    assert all(a.time < b.time for a, b in pairwise(frames))


@pytest.mark.parametrize("turn", [90, -90, 180])
def test_turned_videos_come_upright(tmp_path: Path, turn: int) -> None:
    """Phones store their pictures lying and say how to turn them."""
    upright = np.full((96, 64), 60, np.uint8)
    upright[:32] = 200  # the sky
    stored = np.ascontiguousarray(np.rot90(upright, -turn // 90))
    path = _write(tmp_path / "phone.mp4", [stored] * 5, turn=turn)
    (first, *_) = video_frames(path)
    assert first.grey.shape == upright.shape
    assert np.abs(first.grey.astype(int) - upright).mean() < 6


def test_incomplete_video_gives_what_is_there(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    path = _write(
        tmp_path / "clip.mkv", (noise.integers(0, 256, (96, 128), np.uint8) for _ in range(50))
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert 3 <= len(list(video_frames(path, rate=5))) <= 7


def test_video_without_its_index_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mp4", _levels(50))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(VideoError, match="incomplete"):
        list(video_frames(path))


def test_video_of_rubbish_frames_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mp4", _levels(5))
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    with pytest.raises(VideoError, match="no frame"):
        list(video_frames(path))


@pytest.mark.parametrize("content", [b"no video at all\n" * 40, b"\x1aE\xdf\xa3", bytes(4096)])
def test_refuses_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoError, match=r"clip\.mp4"):
        list(video_frames(path))


def test_refuses_empty_folder_missing(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match="is empty"):
        list(video_frames(tmp_path / "empty.mp4"))
    with pytest.raises(VideoError, match="is a folder"):
        list(video_frames(tmp_path))
    with pytest.raises(VideoError, match="there is no file"):
        list(video_frames(tmp_path / "none.mp4"))


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_sends_pictures_to_image(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"face.{suffix}"
    Image.new("L", (64, 48), 90).save(path)
    with pytest.raises(VideoError, match="--image"):
        list(video_frames(path))


def test_refuses_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "song.mka"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="no video in it"):
        list(video_frames(path))


def test_name_may_have_any_character(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mkv", _levels(5))
    for name in ("Gesicht 😀 ä %03d #1?.mkv", "it's.mkv"):
        path = path.rename(tmp_path / name)
        assert len(list(video_frames(path))) == 1


@pytest.mark.parametrize("options", [{"rate": 0}, {"rate": -1}, {"limit": 0}])
def test_refuses_no_frames(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match="must be positive"):
        list(video_frames(tmp_path / "clip.mkv", **options))


def test_file_is_closed_when_reading_stops(tmp_path: Path) -> None:
    frames = video_frames(_write(tmp_path / "clip.mkv", _levels(50)))
    next(frames)
    frames.close()
    (tmp_path / "clip.mkv").unlink()
