"""What the browser's camera shows: a clip of people, or a drawn face, as Y4M.

Y4M is what Chromium's camera of files reads: a line, then frames of planar YUV 4:2:0.
"""

import runpy
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

_TESTS = Path(__file__).resolve().parents[1]

_DRAWN = runpy.run_path(str(_TESTS / "face" / "drawn_face.py"))

draw_frame = _DRAWN["draw_frame"]

FPS = 30


def write_y4m(path: Path, frames: Iterable[av.VideoFrame], *, width: int = 640) -> Path:
    """Write frames as high as 480."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H480 F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            planes = frame.reformat(width, 480, "yuv420p").to_ndarray()
            file.write(b"FRAME\n" + np.ascontiguousarray(planes).tobytes())
    return path


def clip(path: Path, source: Path, *, frames: int = 60) -> Path:
    """Write the first frames of a clip."""
    with av.open(str(source)) as container:
        first = (frame for _, frame in zip(range(frames), container.decode(video=0), strict=False))
        return write_y4m(path, first)


def drawn(
    path: Path, *, smile: float = 0.9, tint: tuple[float, float, float] | None = None
) -> Path:
    """Write two seconds of a drawn face that sways a little.

    Args:
        path: to write.
        smile: how far the corners of its mouth are up.
        tint: red, green and blue of the light, so that a picture of it is not grey.

    """
    look = _DRAWN["Look"](smile=smile)
    shots = []
    for number in range(2 * FPS):
        sway = round(10 * np.sin(2 * np.pi * number / (2 * FPS)))
        if number < FPS or number % 2 == 0:
            grey = draw_frame((200 + sway, 110, 230), look=look)
        colour = np.asarray(tint or (1.0, 1.0, 1.0))
        rgb = np.clip(grey[..., None] * colour, 0, 255).astype(np.uint8)
        shots.append(av.VideoFrame.from_ndarray(rgb, format="rgb24"))
    return write_y4m(path, shots)


def two_expressions(path: Path) -> Path:
    """Write four seconds of a face that keeps still, beside the same face with another expression.

    With a sensor's noise, as of tests/data/still_face.py; 1280×480.
    """
    still = runpy.run_path(str(_TESTS / "data" / "still_face.py"))
    fps, frames = still["FPS"], still["frames"]
    count = 4 * fps
    both = zip(frames(count), frames(count, start=fps * still["STILL_SECONDS"]), strict=True)
    shots = [av.VideoFrame.from_ndarray(np.hstack(pair), format="gray8") for pair in both]
    return write_y4m(path, (shot for shot in shots for _ in range(FPS // fps)), width=1280)


def empty(path: Path) -> Path:
    """Write a room with nobody in it."""
    grey = draw_frame()
    return write_y4m(path, [av.VideoFrame.from_ndarray(grey, format="gray8")] * FPS)
