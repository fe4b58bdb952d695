"""Small video files of drawn pictures, and what makes them difficult."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    fps: int = 25,
    codec: str = "mpeg4",
    kind: str = "yuv420p",
    container: str | None = None,
    turn: int = 0,
    matrix: list[int] | None = None,
    keyframes: int = 12,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    stamps: Iterable[int] | None = None,
    source: str = "bgr24",
    codec_options: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
) -> Path:
    """Encode grey pictures (h, w), or others in the format `source`, with PyAV."""
    times = None if stamps is None else list(stamps)
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        out.metadata.update(tags or {})
        stream = out.add_stream(codec, rate=fps)
        stream.pix_fmt = kind
        stream.bit_rate = 4_000_000
        stream.codec_context.gop_size = keyframes
        stream.codec_context.options = codec_options or {}
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for number, picture in enumerate(frames):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
                if turn:
                    stream.set_display_rotation(turn)
                if matrix is not None:
                    stream.set_display_matrix(matrix)
            shown = np.dstack([picture] * 3) if picture.ndim == 2 else picture
            frame = av.VideoFrame.from_ndarray(shown, format=source)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            for packet in stream.encode(frame):
                _mux(out, packet, times, fps)
        for packet in stream.encode(None):
            _mux(out, packet, times, fps)
    return path


def _mux(out, packet, times: list[int] | None, fps: int) -> None:
    if times is not None:  # in frames, of a codec that does not reorder
        number = round(packet.pts * packet.time_base * fps)
        unit = round(1 / (fps * packet.time_base))
        packet.pts = packet.dts = times[number] * unit
    out.mux(packet)


def levels(count: int, *, width: int = 64, height: int = 48) -> Iterable[np.ndarray]:
    """Frames whose grey level tells their number: 20 + 2 × number, at most 240."""
    for number in range(count):
        yield np.full((height, width), min(20 + 2 * number, 240), np.uint8)


def joined(path: Path, *parts: Path) -> Path:
    """One file after another in one file, as `cat` writes them."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path
