import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from av.device import DeviceInfo

from vibelux.errors import CameraError, InvalidInput
from vibelux.face import camera as camera_module
from vibelux.face.camera import BLACK_FRAMES, WARM_UP, Camera

BLACK = np.zeros((480, 640, 3), np.uint8)


def _frame(level: int) -> np.ndarray:
    return np.full((480, 640, 3), level, np.uint8)


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "newest frames"]


def test_absent_camera_is_said_and_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CameraError, match=r"camera"):
        Camera(97)
    assert capfd.readouterr().err == ""


def test_refuses_a_negative_number() -> None:
    with pytest.raises(InvalidInput, match="device=-1"):
        Camera(-1)


def test_frames_after_the_warm_up(camera) -> None:
    camera.frames, camera.interval = [_frame(40 + n) for n in range(WARM_UP + 90)], 0.02
    with Camera(2) as opened:
        frames = opened.frames()
        (first, a), (second, b) = (next(frames) for _ in range(2))
    assert 40 + WARM_UP <= a[0, 0, 0] < b[0, 0, 0]
    assert second > first
    assert a.shape == (480, 640, 3)
    assert camera.made[0].device == 2
    assert camera.made[0].released
    assert not _threads()


def test_whoever_is_slow_gets_the_newest_frame(camera) -> None:
    camera.frames, camera.interval = [_frame(40 + n) for n in range(200)], 0.01
    with Camera() as opened:
        frames = opened.frames()
        _, before = next(frames)
        seen = camera.made[0].delivered
        while camera.made[0].delivered < seen + 20:
            time.sleep(0.01)
        _, after = next(frames)
    assert after[0, 0, 0] > before[0, 0, 0] + 10


def test_released_after_an_error(camera) -> None:
    camera.frames, camera.interval = [_frame(90)] * 1000, 0.01
    with pytest.raises(ZeroDivisionError), Camera() as opened:
        next(opened.frames())
        raise ZeroDivisionError
    assert camera.made[0].released


def test_black_frames_are_said(camera) -> None:
    camera.frames, camera.interval = [BLACK] * 1000, 0.001
    with pytest.raises(CameraError, match="only black; open its cover"), Camera() as opened:
        next(opened.frames())
    assert camera.made[0].released


def test_slow_exposure_is_waited_for(camera) -> None:
    camera.frames = [BLACK] * (WARM_UP + BLACK_FRAMES - 1) + [_frame(90)] * 1000
    camera.interval = 0.002
    with Camera() as opened:
        assert next(opened.frames())[1].max() == 90


@pytest.mark.parametrize("delivered", [0, WARM_UP + 1])
def test_camera_that_stops_is_said(camera, delivered: int) -> None:
    camera.frames, camera.interval = [_frame(90)] * delivered, 0.02
    with pytest.raises(CameraError, match="delivers no picture"), Camera() as opened:
        list(opened.frames())
    assert camera.made[0].released


class _Troubled:
    """A camera whose every other picture is not there yet, or broken; unplugged at the end."""

    def __init__(self, device: int) -> None:
        self.decoders = 0
        self.released = False

    def __enter__(self) -> "_Troubled":
        return self

    def __exit__(self, *_: object) -> None:
        self.released = True

    def decode(self, *, video: int) -> Iterator[av.VideoFrame]:
        self.decoders += 1
        time.sleep(0.002)
        yield av.VideoFrame.from_ndarray(_frame(90), format="bgr24")
        if self.decoders > 50:
            raise av.OSError(19, "No such device")
        if self.decoders % 2:
            raise av.BlockingIOError(11, "Resource temporarily unavailable")
        raise av.InvalidDataError(1094995529, "Invalid data found when processing input")


def test_late_and_broken_pictures_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[_Troubled] = []
    monkeypatch.setattr(
        camera_module, "_opened", lambda device: made.append(_Troubled(device)) or made[0]
    )
    with pytest.raises(CameraError, match="delivers no picture"), Camera() as opened:
        list(opened.frames())
    assert made[0].decoders > 50
    assert made[0].released


def test_a_camera_that_hangs_is_given_up(camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "PATIENCE", 0.2)
    monkeypatch.setattr("vibelux.face.newest_frames._FAREWELL", 0.1)
    camera.frames, camera.interval = [_frame(90)], 1.0
    with pytest.raises(CameraError, match="delivers no picture"):
        Camera()
    while _threads():  # it would disturb other tests
        time.sleep(0.05)


def test_reads_a_device_of_ffmpeg(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its generator of test pictures is opened and read as cameras are."""
    monkeypatch.setattr(camera_module, "_FORMATS", {sys.platform: "lavfi"})
    source = "testsrc=size=640x480:rate=50,realtime"
    monkeypatch.setattr(camera_module, "_address", lambda device, kind: source)
    with Camera() as opened:
        (first, a), (second, b) = (frame for frame, _ in zip(opened.frames(), "ab", strict=False))
    assert a.shape == b.shape == (480, 640, 3)
    assert second > first
    assert capfd.readouterr().err == ""
    assert not _threads()


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux's /dev")
def test_what_is_not_a_camera_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "_address", lambda device, kind: "/dev/null")
    with pytest.raises(CameraError, match="camera 0 is busy or not a camera"):
        Camera()


def test_ffmpeg_without_devices_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "_FORMATS", {sys.platform: "none"})
    monkeypatch.setattr(camera_module, "_address", lambda device, kind: "0")
    with pytest.raises(CameraError, match="PyAV cannot use cameras here"):
        Camera()


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch):
    """Return a function that sets the numbers of /dev/video* and what opening one raises."""

    def given(numbers: tuple[int, ...], error: Exception) -> None:
        found = [Path(f"/dev/video{number}") for number in numbers] + [Path("/dev/video-x")] * 2
        monkeypatch.setattr(camera_module.sys, "platform", "linux")
        monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(found if numbers else ()))

        def opened(address: str, *_: object, **__: object) -> object:
            assert address == "/dev/video2"
            raise error

        monkeypatch.setattr(av, "open", opened)

    return given


@pytest.mark.parametrize(
    ("numbers", "error", "message"),
    [
        ((), av.OSError(16, "busy"), "no camera is connected"),
        ((10, 4), av.OSError(16, "busy"), "no camera 2; choose with --device from 4, 10"),
        ((0, 2), av.PermissionError(13, "denied"), "add your user to the group .* /dev/video2"),
        ((0, 2), av.OSError(16, "busy"), "busy"),
    ],
)
def test_says_why_it_cannot_open(
    nodes, numbers: tuple[int, ...], error: Exception, message: str
) -> None:
    nodes(numbers, error)
    with pytest.raises(CameraError, match=message):
        Camera(2)


DEVICES = {
    "avfoundation": [
        DeviceInfo("0", "FaceTime HD Camera", False, ["video"]),
        DeviceInfo("1", "Desk View", False, ["video"]),
        DeviceInfo("2", "Capture screen 0", False, ["video"]),
        DeviceInfo("0", "Microphone", False, ["audio"]),
    ],
    "dshow": [
        DeviceInfo("@sound", "Microphone", False, ["audio"]),
        DeviceInfo("@one", "FaceTime HD Camera", False, ["video"]),
        DeviceInfo("@two", "Desk View", False, []),
    ],
}


@pytest.mark.parametrize(
    ("platform", "kind", "address"),
    [("darwin", "avfoundation", "1"), ("win32", "dshow", "video=@two")],
)
def test_finds_cameras_elsewhere(
    monkeypatch: pytest.MonkeyPatch, platform: str, kind: str, address: str
) -> None:
    asked: list[dict[str, str]] = []

    def opened(name: str, mode: str, *, format: str, container_options: dict[str, str]) -> object:
        assert (name, mode, format) == (address, "r", kind)
        asked.append(container_options)
        raise av.OSError(5, "Input/output error")

    monkeypatch.setattr(camera_module.sys, "platform", platform)
    monkeypatch.setattr(av, "enumerate_input_devices", lambda name: DEVICES[name])
    monkeypatch.setattr(av, "open", opened)
    with pytest.raises(CameraError, match="privacy settings"):
        Camera(1)
    assert asked[0]["video_size"] == "640x480"
    assert "video_size" not in asked[-1]
    choice = r"from 0 \(FaceTime HD Camera\), 1 \(Desk View\)$"
    with pytest.raises(CameraError, match="no camera 2; choose with --device " + choice):
        Camera(2)
    monkeypatch.setattr(av, "enumerate_input_devices", lambda name: [])
    with pytest.raises(CameraError, match="no camera is connected; connect one"):
        Camera(0)
