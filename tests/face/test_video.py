import runpy
import struct
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vibelux.errors import InvalidInput, VideoError
from vibelux.face.video import Frame, video_frames
from vibelux.face.video_file import VideoFile

_FILES = runpy.run_path(str(Path(__file__).parent / "video_files.py"))
_write, _levels, _joined = _FILES["write_video"], _FILES["levels"], _FILES["joined"]


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
def test_refuses_what_is_not_a_video(tmp_path: Path, content: bytes) -> None:
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


def _numbers(frames: Iterable[Frame]) -> list[int]:
    """The numbers of the frames of _levels that were looked at."""
    return [round((float(frame.grey.mean()) - 20) / 2) for frame in frames]


# How long a video is


def _stated(path: Path, seconds: float) -> Path:
    """Make a Matroska file claim a length."""
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3  # Duration, a number of eight bytes, in milliseconds
    data[at : at + 8] = struct.pack(">d", seconds * 1000)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", ["webm", "mkv"])
def test_a_video_without_a_stored_length_is_watched_to_its_end(tmp_path: Path, suffix: str) -> None:
    """As MediaRecorder and live streams write it."""
    codec = "libvpx" if suffix == "webm" else "mpeg4"
    path = tmp_path / f"live.{suffix}"
    _write(path, _levels(100), codec=codec, options={"live": "1"})
    with av.open(str(path)) as container:
        assert container.duration is None
    times = [frame.time for frame in video_frames(path, rate=25, limit=10)]
    assert times == pytest.approx(np.arange(10) * 0.4, abs=0.05)


def test_a_long_video_without_a_stored_length_is_watched_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "live.mkv"
    _write(path, _levels(600), fps=10, keyframes=10, options={"live": "1"})
    times = [frame.time for frame in video_frames(path, limit=12)]
    assert times == pytest.approx(np.arange(12) * 5.0, abs=1.01)


@pytest.mark.parametrize("claimed", [0.0, 0.5, 3.0, 36_000.0])
def test_a_wrong_length_is_not_believed(tmp_path: Path, claimed: float) -> None:
    path = _stated(_write(tmp_path / "clip.mkv", _levels(100)), claimed)
    times = [frame.time for frame in video_frames(path, rate=25, limit=10)]
    assert times == pytest.approx(np.arange(10) * 0.4, abs=0.05)
    assert len(list(video_frames(path, rate=5, limit=600))) == 20


@pytest.mark.parametrize("claimed", [0, 1000, 36_000_000])
def test_a_wrong_length_of_an_mp4_is_not_believed(tmp_path: Path, claimed: int) -> None:
    data = bytearray(_write(tmp_path / "clip.mp4", _levels(100)).read_bytes())
    for box, at in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):  # version 0
        at += data.index(box)
        data[at : at + 4] = claimed.to_bytes(4, "big")
    path = tmp_path / "wrong.mp4"
    path.write_bytes(data)
    times = [frame.time for frame in video_frames(path, rate=25, limit=10)]
    assert times == pytest.approx(np.arange(10) * 0.4, abs=0.05)


def test_a_fragmented_mp4_is_watched_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "parts.mp4"
    _write(path, _levels(100), options={"movflags": "frag_keyframe+empty_moov"})
    times = [frame.time for frame in video_frames(path, rate=25, limit=10)]
    assert times == pytest.approx(np.arange(10) * 0.4, abs=0.05)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_long_video_with_few_keyframes_is_sampled_evenly(tmp_path: Path, suffix: str) -> None:
    path = _write(tmp_path / f"long.{suffix}", _levels(300), fps=5, keyframes=600)
    times = [frame.time for frame in video_frames(path, limit=12)]  # 60 s: one every 5 s
    assert times == pytest.approx(np.arange(12) * 5.0, abs=0.21)


def test_a_long_video_whose_keyframes_are_damaged_is_still_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path / "long.mkv", _levels(600), fps=10, keyframes=10)
    monkeypatch.setattr(VideoFile, "decode_alone", lambda self, packet: None)
    times = [frame.time for frame in video_frames(path, limit=12)]
    assert times == pytest.approx(np.arange(12) * 5.0, abs=0.11)


# Time stamps that do not rise


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("ts", "libx264"),
        ("ts", "mpeg2video"),
        ("m2ts", "libx264"),
        ("vob", "mpeg2video"),
        ("mpg", "mpeg2video"),
        ("mkv", "mpeg4"),
        ("webm", "libvpx"),
        ("avi", "mpeg4"),
        ("h264", "libx264"),
        ("mjpeg", "mjpeg"),
    ],
)
def test_every_part_of_joined_recordings_is_watched(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    kind = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    first = _write(tmp_path / f"a.{suffix}", _levels(40), codec=codec, kind=kind)
    then = _write(tmp_path / f"b.{suffix}", list(_levels(65))[40:], codec=codec, kind=kind)
    frames = list(video_frames(_joined(tmp_path / f"ab.{suffix}", first, then), rate=1000))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(65) / 25, abs=0.05)
    assert _numbers(frames) == pytest.approx(np.arange(65), abs=2)
    few = list(video_frames(tmp_path / f"ab.{suffix}", rate=25, limit=13))
    assert [frame.time for frame in few] == pytest.approx(np.arange(13) / 5, abs=0.1)


def test_a_long_joined_recording_is_sampled_over_all_parts(tmp_path: Path) -> None:
    parts = [
        _write(tmp_path / f"{n}.ts", _levels(300), fps=10, keyframes=10, codec="libx264")
        for n in range(2)
    ]
    frames = list(video_frames(_joined(tmp_path / "ab.ts", *parts), limit=12))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(12) * 5.0, abs=1.01)


def test_a_second_part_with_other_stream_numbers_is_watched(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    first = _write(tmp_path / "a.ts", _levels(40), codec="libx264")
    then = _write(
        tmp_path / "b.ts",
        (noise.integers(0, 256, (48, 64), np.uint8) for _ in range(25)),
        codec="libx264",
        options={"mpegts_start_pid": "0x300", "mpegts_pmt_start_pid": "0x1100"},
    )
    frames = list(video_frames(_joined(tmp_path / "ab.ts", first, then), rate=1000))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(65) / 25, abs=0.05)


@pytest.mark.parametrize(
    "stamps",
    [
        [*range(30), *range(20)],
        [*range(30), *range(400_000, 400_020)],  # hours later
        [*range(400_000, 400_030), *range(20)],  # hours earlier
        [*range(2**33 // 3600 - 30, 2**33 // 3600 + 20)],  # MPEG's clock of 33 bits wraps
    ],
    ids=["again", "later", "earlier", "wrap"],
)
def test_time_stamps_may_jump(tmp_path: Path, stamps: list[int]) -> None:
    parts, jump = [], next((i for i in range(1, 50) if stamps[i] - stamps[i - 1] != 1), 50)
    for first, last in ((0, jump), (jump, 50)):
        path = tmp_path / f"{first}.ts"
        pictures = list(_levels(50))[first:last]
        if pictures:
            part = stamps[first:last]
            parts.append(_write(path, pictures, codec="mpeg2video", stamps=part))
    frames = list(video_frames(_joined(tmp_path / "clip.ts", *parts), rate=1000))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(50) / 25, abs=0.05)
    times = [frame.time for frame in video_frames(tmp_path / "clip.ts", rate=25, limit=5)]
    assert times == pytest.approx(np.arange(5) * 0.4, abs=0.05)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_jump_of_hours_is_not_a_length(tmp_path: Path, suffix: str) -> None:
    stamps = [*range(30), *range(400_000, 400_020)]
    path = _write(tmp_path / f"clip.{suffix}", _levels(50), stamps=stamps)
    assert _numbers(video_frames(path, rate=1000)) == pytest.approx(np.arange(50), abs=2)
    late = [frame for frame in video_frames(path, rate=25, limit=12) if frame.grey.mean() > 78]
    assert len(late) >= 3


def test_time_stamps_may_stand_still(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.mkv", _levels(50), stamps=[0] * 50)
    assert len(list(video_frames(path, rate=1000))) == 50
    assert _numbers(video_frames(path, rate=25, limit=5)) == pytest.approx(
        [0, 10, 20, 30, 40], abs=3
    )


def test_frames_that_cannot_be_decoded_are_left_out(tmp_path: Path) -> None:
    path = _write(tmp_path / "clip.avi", _levels(100))
    data = bytearray(path.read_bytes())
    first = data.index(b"movi") + 4
    data[first : first + (len(data) - first) // 4] = bytes((len(data) - first) // 4)
    path.write_bytes(data)
    frames = list(video_frames(path, rate=1000))
    assert 40 < len(frames) < 95
    assert _numbers(frames)[-1] == pytest.approx(99, abs=2)
