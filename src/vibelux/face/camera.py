"""Frames of a camera. It is opened when asked for, never otherwise, and always released."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from vibelux.errors import CameraError, InvalidInput
from vibelux.face.opencv import quiet

WARM_UP = 10
"""Frames that are thrown away while the camera finds its exposure and focus."""

BLACK_LEVEL = 16
"""Grey level that 99 % of a black frame's pixels stay below."""

BLACK_FRAMES = 30
"""Black frames in a row at the start after which the lens must be covered."""


class Camera:
    """A camera as a context manager.

    Args:
        device: the camera's number, 0 the first.

    Raises:
        InvalidInput: a negative number.
        CameraError: absent, busy or not permitted; the message says what to do.

    """

    def __init__(self, device: int = 0) -> None:
        if device < 0:
            raise InvalidInput(f"device={device} must be 0 or more; 0 is the first camera")
        self.device = device
        with quiet():
            self._capture = cv2.VideoCapture(device)
        if not self._capture.isOpened():
            self.close()
            raise CameraError(_why_not(device))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, 640)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, 480)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, not those piled up

    def frames(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Yield frames without end, after the warm-up.

        Yields:
            time in seconds on a monotonic clock, and the frame [shape=(h, w, 3), dtype=uint8] BGR.

        Raises:
            CameraError: the camera stops to deliver, or delivers black frames from the start.

        """
        for _ in range(WARM_UP):
            self._read()
        black = 0
        while _is_black(frame := self._read()):
            black += 1
            if black == BLACK_FRAMES:
                raise CameraError(
                    f"camera {self.device} shows only black; open its cover or shutter, and look "
                    "for a privacy key on the keyboard"
                )
        while True:
            yield time.monotonic(), frame
            frame = self._read()

    def _read(self) -> NDArray[np.uint8]:
        with quiet():
            delivered, frame = self._capture.read()
        if not delivered or frame is None:
            raise CameraError(
                f"camera {self.device} delivers no picture; another program may be using it: close "
                "that program, or plug the camera in again"
            )
        return np.asarray(frame, np.uint8)

    def close(self) -> None:
        """Release the camera; its light goes out."""
        self._capture.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _is_black(frame: NDArray[np.uint8]) -> bool:
    return bool(np.percentile(frame[::8, ::8], 99) < BLACK_LEVEL)


def _why_not(device: int) -> str:
    """Return why a camera could not be opened, as far as the system tells."""
    if sys.platform == "linux":
        node = Path(f"/dev/video{device}")
        others = sorted(other.name.removeprefix("video") for other in Path("/dev").glob("video*"))
        if not others:
            return (
                "no camera is connected (there is no /dev/video*); connect one, or use --image or "
                "--video"
            )
        if not node.exists():
            return f"there is no camera {device}; choose with --device from {', '.join(others)}"
        try:
            node.open("rb", buffering=0).close()
        except PermissionError:
            return f"camera {device} may not be used: add your user to the group that owns {node}"
        except OSError:
            pass
        return f"camera {device} is busy or not a camera; close the program that uses it"
    return (
        f"camera {device} cannot be opened: it is absent, used by another program, or not allowed; "
        "connect it, close that program, or allow the terminal to use the camera in the system's "
        "privacy settings"
    )
