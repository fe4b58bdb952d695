from pathlib import Path

import cv2
import numpy as np
import pytest

from vibelux.errors import CameraError, InvalidInput
from vibelux.face import camera as camera_module
from vibelux.face.camera import BLACK_FRAMES, WARM_UP, Camera

BLACK = np.zeros((480, 640, 3), np.uint8)


def _frame(level: int) -> np.ndarray:
    return np.full((480, 640, 3), level, np.uint8)


def test_absent_camera_is_said_and_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CameraError, match=r"camera"):
        Camera(97)
    assert capfd.readouterr().err == ""


def test_refuses_a_negative_number() -> None:
    with pytest.raises(InvalidInput, match="device=-1"):
        Camera(-1)


def test_frames_after_the_warm_up(camera) -> None:
    camera.frames = [_frame(40 + n) for n in range(WARM_UP + 3)]
    with Camera(2) as opened:
        frames = opened.frames()
        (first, a), (second, b), _ = (next(frames) for _ in range(3))
    assert (a[0, 0, 0], b[0, 0, 0]) == (40 + WARM_UP, 41 + WARM_UP)
    assert second >= first
    assert camera.made[0].device == 2
    assert camera.made[0].settings[cv2.CAP_PROP_FRAME_WIDTH] == 640
    assert camera.made[0].released


def test_released_after_an_error(camera) -> None:
    camera.frames = [_frame(90)] * (WARM_UP + 1)
    with pytest.raises(ZeroDivisionError), Camera() as opened:
        next(opened.frames())
        raise ZeroDivisionError
    assert camera.made[0].released


def test_black_frames_are_said(camera) -> None:
    camera.frames = [BLACK] * (WARM_UP + BLACK_FRAMES)
    with pytest.raises(CameraError, match="only black; open its cover"), Camera() as opened:
        next(opened.frames())
    assert camera.made[0].released


def test_slow_exposure_is_waited_for(camera) -> None:
    camera.frames = [BLACK] * (WARM_UP + BLACK_FRAMES - 1) + [_frame(90)]
    with Camera() as opened:
        assert next(opened.frames())[1].max() == 90


@pytest.mark.parametrize("delivered", [0, WARM_UP + 1])
def test_camera_that_stops_is_said(camera, delivered: int) -> None:
    camera.frames = [_frame(90)] * delivered
    with pytest.raises(CameraError, match="delivers no picture"), Camera() as opened:
        list(opened.frames())
    assert camera.made[0].released


class _Nodes:
    """What ``/dev`` looks like to the camera: its video nodes and what opening one does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *numbers: int, opens: Exception | None):
        nodes = [Path(f"/dev/video{number}") for number in numbers]
        monkeypatch.setattr(camera_module.sys, "platform", "linux")
        monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(nodes))
        monkeypatch.setattr(Path, "exists", lambda self: self in nodes)

        def opened(self: Path, *_: object, **__: object) -> object:
            raise opens or OSError(16, "Device or resource busy")

        monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize(
    ("numbers", "opens", "message"),
    [
        ((), None, "no camera is connected"),
        ((0, 4), None, "no camera 2; choose with --device from 0, 4"),
        ((0, 2), PermissionError(13, "denied"), "add your user to the group"),
        ((0, 2), None, "busy"),
    ],
)
def test_says_why_it_cannot_open(
    camera, monkeypatch: pytest.MonkeyPatch, numbers: tuple[int, ...], opens, message: str
) -> None:
    camera.opens = False
    _Nodes(monkeypatch, *numbers, opens=opens)
    with pytest.raises(CameraError, match=message):
        Camera(2)
    assert camera.made[0].released


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_says_what_to_try_elsewhere(camera, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    camera.opens = False
    monkeypatch.setattr(camera_module.sys, "platform", platform)
    with pytest.raises(CameraError, match="privacy settings"):
        Camera(0)
