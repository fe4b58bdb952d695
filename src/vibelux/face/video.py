"""Frames of video files at the rate that an analysis needs, upright and grey."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vibelux.errors import InvalidInput, VideoError

SPARSE = 1.0
"""Seconds between two analysed frames from which on it is cheaper to seek than to decode all."""

MAX_PIXELS = 8192 * 8192
"""Largest frame that is decoded."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture with its time.

    Attributes:
        time: seconds since the video's start.
        grey: [shape=(h, w), dtype=uint8] upright.

    """

    time: float
    grey: NDArray[np.uint8]


def video_frames(path: Path, *, rate: float = 5.0, limit: int = 300) -> Iterator[Frame]:
    """Yield a video's frames at an analysis rate.

    A video too long for ``limit`` frames at this rate is sampled evenly over its whole length.
    Damaged parts are left out, as players do.

    Args:
        path: a video file of any kind that FFmpeg reads.
        rate: frames per second at most.
        limit: frames in total at most.

    Yields:
        frames in the order of time.

    Raises:
        InvalidInput: rate or limit is not positive.
        VideoError: missing, not permitted, no video, or without a frame that can be decoded.

    """
    if not rate > 0 or limit < 1:
        raise InvalidInput(f"rate={rate} and limit={limit} must be positive")
    with _opened(path) as container:
        stream = _stream(container, path)
        stream.thread_type = "AUTO"
        length = _seconds(container, stream)
        interval = max(1 / rate, length / limit)
        dense = interval < SPARSE
        found = _all(container, stream) if dense else _seeking(container, stream, interval, length)
        count, due = 0, -np.inf
        for time, frame in found:
            if time < due - 1e-6:
                continue
            yield Frame(time, _upright_grey(frame))
            count += 1
            if count == limit:
                return
            due = max(due, time) + interval if dense else np.nextafter(time, np.inf)
    if count == 0:
        raise VideoError(f"no frame of {path} can be decoded; the file is damaged or incomplete")


def _opened(path: Path) -> InputContainer:
    try:
        if path.is_dir():
            raise VideoError(f"{path} is a folder; give one video file")
        if path.exists() and not path.is_file():
            raise VideoError(f"{path} is not a regular file; give a video file")
        if path.stat().st_size == 0:
            raise VideoError(f"{path} is empty (0 bytes)")
        # The prefix keeps FFmpeg from taking a name with a colon for a protocol.
        return av.open(f"file:{path}", mode="r")
    except FileNotFoundError as error:
        raise VideoError(f"there is no file {path}") from error
    except PermissionError as error:
        raise VideoError(f"{path} may not be read: permission denied") from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(
            f"{path} is not a video that can be read, or it is incomplete ({error}); try to play "
            "it, and save it again, for example as mp4"
        ) from error


def _stream(container: InputContainer, path: Path) -> VideoStream:
    name = container.format.name
    if name == "image2" or name.endswith("_pipe"):
        raise VideoError(f"{path} is a picture, not a video; give it to --image")
    for stream in container.streams.video:
        # The cover of a song is a video stream of one picture.
        if not stream.disposition & av.stream.Disposition.attached_pic:
            if stream.width * stream.height > MAX_PIXELS:
                raise VideoError(
                    f"{path} has {stream.width:,}×{stream.height:,} pixels; at most 8,192×8,192 "
                    "are read"
                )
            return stream
    raise VideoError(f"{path} has no video in it, only sound or data")


def _seconds(container: InputContainer, stream: VideoStream) -> float:
    """Return the video's length in seconds, 0 if the file does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0


def _all(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield every frame that can be decoded with its time in seconds."""
    start = _start(stream)
    time = 0.0
    with suppress(av.FFmpegError):  # an incomplete file ends with an error instead of an end
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                if isinstance(frame, av.VideoFrame):
                    time = frame.time - start if frame.time is not None else time + 1 / 25
                    yield time, frame


def _seeking(
    container: InputContainer, stream: VideoStream, interval: float, length: float
) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield the keyframe before each multiple of the interval."""
    stream.codec_context.skip_frame = "NONKEY"
    start, base = _start(stream), float(stream.time_base or 1 / av.time_base)
    for target in np.arange(0, length, interval):
        with suppress(av.FFmpegError):
            container.seek(round((target + start) / base), stream=stream, backward=True)
        yield from _first(_all(container, stream))


def _first(
    frames: Iterator[tuple[float, av.VideoFrame]],
) -> Iterator[tuple[float, av.VideoFrame]]:
    for found in frames:
        yield found
        return


def _start(stream: VideoStream) -> float:
    """Return the time in seconds that the file gives to its first frame."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def _upright_grey(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Return a frame as grey with square pixels, turned as its file says (phones' videos are)."""
    grey = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    turns = round(frame.rotation / 90) % 4  # counter-clockwise, as np.rot90 counts
    return np.ascontiguousarray(np.rot90(grey, turns)) if turns else grey
