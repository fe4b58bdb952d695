"""Frames as players show them: turned, mirrored, before white, of every kind of pixel."""

import runpy
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from PIL import Image

from vibelux.face.sources import moments_of_video
from vibelux.face.video import video_frames

_FILES = runpy.run_path(str(Path(__file__).parent / "video_files.py"))
_write, _levels = _FILES["write_video"], _FILES["levels"]

EIGHT = [(1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1)]
EIGHT += [(0, 1, 1, 0), (0, 1, -1, 0), (0, -1, 1, 0), (0, -1, -1, 0)]
"""a, b, c, d of a display matrix: the stored point (x, y) is shown at (a·x + c·y, b·x + d·y)."""


def stored() -> np.ndarray:
    """A picture that looks different in each orientation."""
    grey = np.full((48, 64), 60, np.uint8)
    grey[:16] = 120
    grey[:16, :16] = 220
    return grey


def shown(grey: np.ndarray, matrix: tuple[int, int, int, int]) -> np.ndarray:
    """Where each pixel of a picture lies by the matrix's own definition."""
    a, b, c, d = matrix
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    across, down = a * x + c * y, b * x + d * y
    across, down = across - across.min(), down - down.min()
    picture = np.empty((down.max() + 1, across.max() + 1), np.uint8)
    picture[down, across] = grey
    return picture


def phone(path: Path, numbers: tuple[float, float, float, float]) -> Path:
    """A video whose header holds a display matrix, as phones write it."""
    data = bytearray(_write(path, [stored()] * 3).read_bytes())
    at = data.index(b"tkhd") + 44
    a, b, c, d = (round(number * 65536) for number in numbers)
    matrix = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data[at : at + 36] = b"".join(number.to_bytes(4, "big", signed=True) for number in matrix)
    path.write_bytes(data)
    return path


def seen(path: Path) -> np.ndarray:
    (first, *_) = video_frames(path)
    return first.grey


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.parametrize("matrix", EIGHT)
def test_all_eight_orientations_come_upright(
    tmp_path: Path, suffix: str, matrix: tuple[int, int, int, int]
) -> None:
    grey, wanted = seen(phone(tmp_path / f"phone.{suffix}", matrix)), shown(stored(), matrix)
    assert grey.shape == wanted.shape
    assert np.abs(grey.astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("degrees", [10, -10, 80, 100, 190, -100, 44])
@pytest.mark.parametrize("mirrored", [1, -1])
def test_of_odd_angles_the_nearest_orientation_is_taken(
    tmp_path: Path, degrees: float, mirrored: int
) -> None:
    angle = np.radians(degrees)
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    odd = np.diag([mirrored, 1]) @ turned
    straight = np.radians(round(degrees / 90) * 90)
    near = np.array([[np.cos(straight), np.sin(straight)], [-np.sin(straight), np.cos(straight)]])
    near = np.rint(np.diag([mirrored, 1]) @ near).astype(int)
    grey, wanted = seen(phone(tmp_path / "phone.mp4", odd.ravel())), shown(stored(), near.ravel())
    assert grey.shape == wanted.shape
    assert np.abs(grey.astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("matrix", [(0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1)])
def test_a_matrix_without_a_sense_turns_nothing(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    grey = seen(phone(tmp_path / "phone.mp4", matrix))
    assert np.abs(grey.astype(int) - stored()).mean() < 6


@pytest.mark.parametrize("matrix", EIGHT)
def test_matroska_tells_the_orientation_too(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    a, b, c, d = (number << 16 for number in matrix)
    path = tmp_path / "phone.mkv"
    _write(path, [stored()] * 3, matrix=[a, b, 0, c, d, 0, 0, 0, 1 << 30])
    wanted = shown(stored(), matrix)
    assert seen(path).shape == wanted.shape
    assert np.abs(seen(path).astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("flip", ["", ":flip=horizontal", ":flip=vertical"])
def test_a_stream_of_h264_tells_the_orientation_too(tmp_path: Path, flip: str) -> None:
    plain = _write(tmp_path / "plain.mp4", [stored()] * 10, codec="libx264")
    with av.open(str(plain)) as source, av.open(str(tmp_path / "a.ts"), "w") as out:
        stream = source.streams.video[0]
        copy = out.add_stream_from_template(stream)
        note = BitStreamFilterContext(
            f"h264_metadata=display_orientation=insert:rotate=90{flip}", stream, copy
        )
        for packet in list(source.demux(stream))[:-1]:
            for noted in note.filter(packet):
                noted.stream = copy
                out.mux(noted)
    with av.open(str(tmp_path / "a.ts")) as told:
        frame = next(told.decode(video=0))
        numbers = np.frombuffer(bytes(frame.side_data["DISPLAYMATRIX"]), np.int32) >> 16
    wanted = shown(stored(), (numbers[0], numbers[1], numbers[3], numbers[4]))
    assert wanted.shape == (64, 48)
    assert np.abs(seen(tmp_path / "a.ts").astype(int) - wanted).mean() < 6


def test_a_mirrored_video_shows_its_face(
    tmp_path: Path, draw_frame: Callable[..., np.ndarray]
) -> None:
    grey = draw_frame((200, 100, 220))
    path = _write(tmp_path / "a.mp4", [np.ascontiguousarray(grey[::-1])] * 3, codec="libx264")
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44 + 16
    data[at : at + 4] = (-65536).to_bytes(4, "big", signed=True)  # vflip
    path.write_bytes(data)
    assert [moment.frame.state for moment in moments_of_video(path)] == ["ok"]


def test_what_is_transparent_lies_before_white(tmp_path: Path) -> None:
    picture = np.full((48, 64, 4), 40, np.uint8)
    picture[:, :32, 3] = 255
    picture[:, 32:, 3] = 0
    for name, codec, kind in (
        ("a.mov", "qtrle", "argb"),
        ("a.mkv", "ffv1", "bgra"),
        ("a.apng", "apng", "rgba"),
        ("a.webm", "libvpx-vp9", "yuva420p"),
    ):
        path = _write(tmp_path / name, [picture] * 3, codec=codec, kind=kind, source="rgba")
        grey = seen(path)
        assert grey[:, :28].mean() == pytest.approx(40, abs=4), name
        assert grey[:, 36:].mean() == pytest.approx(255, abs=4), name


def test_animations_are_videos(tmp_path: Path) -> None:
    pictures = [Image.fromarray(grey) for grey in _levels(20)]
    for name in ("a.gif", "a.png"):
        path = tmp_path / name
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100)
        assert len(list(video_frames(path, rate=1000))) >= 19, name


@pytest.mark.parametrize(
    ("codec", "kind"),
    [
        ("ffv1", "gray"),
        ("ffv1", "gray16le"),
        ("ffv1", "yuv444p"),
        ("ffv1", "yuv420p10le"),
        ("libx264rgb", "rgb24"),
        ("libx264", "yuv422p10le"),
        ("libx265", "yuv420p10le"),
        ("gif", "rgb8"),
        ("png", "monob"),
        ("png", "gray16be"),
        ("rawvideo", "yuyv422"),
        ("prores_ks", "yuv422p10le"),
    ],
)
def test_pixels_of_every_kind_become_grey(tmp_path: Path, codec: str, kind: str) -> None:
    grey = np.zeros((48, 64), np.uint8)
    grey[:, 32:] = 255
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = tmp_path / {"prores_ks": "a.mov", "png": "a.mov", "gif": "a.gif"}.get(codec, "a.mkv")
    _write(path, [grey] * 3, codec=codec, kind=kind, codec_options=quiet)
    picture = seen(path)
    assert picture[:, :28].mean() < 8
    assert picture[:, 36:].mean() > 247


@pytest.mark.parametrize(("width", "height"), [(2, 48), (64, 1), (63, 47), (2, 1)])
def test_odd_sizes_are_read(tmp_path: Path, width: int, height: int) -> None:
    grey = np.full((height, width), 120, np.uint8)
    path = _write(tmp_path / "a.mkv", [grey] * 3, codec="ffv1", kind="gray")
    assert seen(path).shape == (height, width)
    assert len(list(moments_of_video(path))) == 1


def test_side_data_of_a_kind_that_is_not_known_are_no_obstacle(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pictures = []
    for _ in range(3):
        path = tmp_path / "a.jpg"
        Image.fromarray(stored()).save(path, exif=exif, quality=95)
        pictures.append(path.read_bytes())
    (tmp_path / "a.mjpeg").write_bytes(b"".join(pictures))
    grey, turned = seen(tmp_path / "a.mjpeg"), np.rot90(stored(), -1)
    wanted = turned if grey.shape == turned.shape else stored()  # by FFmpeg's age
    assert np.abs(grey.astype(int) - wanted).mean() < 6
