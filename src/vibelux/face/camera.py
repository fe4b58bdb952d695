"""Frames of a camera, which is opened only when it is asked for and always released."""

import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from vibelux.errors import CameraError, InvalidInput
from vibelux.face.newest_frames import newest_frames

WARM_UP = 10
"""Frames that are thrown away while the camera finds its exposure and focus."""

BLACK_LEVEL = 16
"""Grey level that 99 % of a black frame's pixels stay below."""

BLACK_FRAMES = 30
"""Black frames in a row at the start after which the lens must be covered."""

PATIENCE = 10.0
"""Seconds without a picture after which the camera counts as stopped."""

_FORMATS = {"darwin": "avfoundation", "win32": "dshow"}  # of FFmpeg's devices; v4l2 elsewhere

_OPTIONS = {
    "fflags": "nobuffer",  # what is read to probe the stream is not kept
    "rtbufsize": "64M",  # dshow's 3 MB do not hold one raw frame of a large camera
}

# v4l2 takes the nearest size and rate, dshow and avfoundation refuse what they cannot do.
_WISHES: tuple[dict[str, str], ...] = (
    {"video_size": "640x480", "framerate": "30"},
    {"video_size": "640x480"},
    {"framerate": "30"},
    {},
)

_NONE = "connect one, or use --image or --video"

BGR = NDArray[np.uint8]


class Camera:
    """A camera as a context manager.

    A thread opens, reads and releases the camera. A caller that is slower than the camera gets the
    newest frame next; the frames in between are dropped.

    Args:
        device: number of the camera, 0 for the first.

    Raises:
        InvalidInput: a negative number.
        CameraError: absent, busy or not permitted; the message says what to do.

    """

    def __init__(self, device: int = 0) -> None:
        if device < 0:
            raise InvalidInput(f"device={device} must be 0 or more; 0 is the first camera")
        self.device = device
        self._newest = newest_frames(_pictures(device), patience=PATIENCE)
        self._read()

    def frames(self) -> Iterator[tuple[float, BGR]]:
        """Yield frames without end, after the warm-up.

        Yields:
            time in seconds on a monotonic clock, and the frame [shape=(h, w, 3), dtype=uint8] BGR.

        Raises:
            CameraError: the camera stops delivering, or has delivered nothing but black frames.

        """
        for _ in range(WARM_UP - 1):  # the first was read when it was opened
            self._read()
        found = self._read()
        black = 0
        while _is_black(found[1]):
            black += 1
            if black == BLACK_FRAMES:
                raise CameraError(
                    f"camera {self.device} shows only black; open its cover or shutter, and look "
                    "for a privacy key on the keyboard"
                )
            found = self._read()
        while True:
            yield found
            found = self._read()

    def _read(self) -> tuple[float, BGR]:
        try:
            return next(self._newest)
        except (StopIteration, TimeoutError) as error:
            raise _stopped(self.device) from error

    def close(self) -> None:
        """Release the camera; its light goes out."""
        self._newest.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _pictures(device: int) -> Generator[tuple[float, BGR], None, None]:
    """Yield what a camera delivers, with the time of its arrival; release it at the end."""
    with _opened(device) as container:
        decoded = container.decode(video=0)
        arrived = time.monotonic()
        while True:
            try:
                frame = next(decoded)
            except (BlockingIOError, av.InvalidDataError) as error:
                # avfoundation has no frame yet, or a picture was broken on its way through USB.
                if time.monotonic() - arrived > PATIENCE:
                    raise _stopped(device) from error
                time.sleep(0.005)
                decoded = container.decode(video=0)  # an error ends the one before
                continue
            except (StopIteration, av.FFmpegError) as error:
                raise _stopped(device) from error
            arrived = time.monotonic()
            yield arrived, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _opened(device: int) -> InputContainer:
    kind = _FORMATS.get(sys.platform, "v4l2")
    address = _address(device, kind)
    failed: Exception | None = None
    for wish in _WISHES:
        try:
            return av.open(address, "r", format=kind, container_options={**_OPTIONS, **wish})
        except (av.FFmpegError, OSError, ValueError) as error:
            failed = error
    if not isinstance(failed, av.FFmpegError):
        raise CameraError(f"PyAV cannot use cameras here ({failed}); install av from PyPI again")
    raise CameraError(_why_not(device, address, failed)) from failed


def _address(device: int, kind: str) -> str:
    """Return what FFmpeg calls a camera.

    Raises:
        CameraError: there is none, or none of this number.

    """
    if kind == "v4l2":
        nodes = {
            int(node.name.removeprefix("video")): str(node)
            for node in Path("/dev").glob("video*")
            if node.name.removeprefix("video").isdigit()
        }
        if not nodes:
            raise CameraError(f"no camera is connected (there is no /dev/video*); {_NONE}")
        names = {number: str(number) for number in sorted(nodes)}
    else:
        nodes, names = {}, {}
        for camera in av.enumerate_input_devices(kind):
            screen = camera.description.startswith("Capture screen")  # avfoundation's, not a camera
            if "audio" not in camera.media_types and not screen:
                names[len(nodes)] = f"{len(nodes)} ({camera.description})"
                nodes[len(nodes)] = camera.name if kind != "dshow" else f"video={camera.name}"
        if not nodes:
            raise CameraError(f"no camera is connected; {_NONE}")
    if device not in nodes:
        choice = ", ".join(names.values())
        raise CameraError(f"there is no camera {device}; choose with --device from {choice}")
    return nodes[device]


def _why_not(device: int, address: str, error: Exception) -> str:
    """Return why a camera could not be opened, as far as the system says."""
    if not address.startswith("/dev/"):
        return (
            f"camera {device} cannot be opened: it is used by another program, or not allowed; "
            "close that program, or allow the terminal to use the camera in the system's privacy "
            "settings"
        )
    if isinstance(error, PermissionError):
        return f"camera {device} may not be used: add your user to the group that owns {address}"
    return f"camera {device} is busy or not a camera; close the program that uses it"


def _stopped(device: int) -> CameraError:
    return CameraError(
        f"camera {device} delivers no picture; another program may be using it: close that "
        "program, or plug the camera in again"
    )


def _is_black(frame: BGR) -> bool:
    return bool(np.percentile(frame[::8, ::8], 99) < BLACK_LEVEL)
