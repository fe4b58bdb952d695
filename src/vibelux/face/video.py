"""Frames of video files at the rate an analysis needs, upright and grey."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from vibelux.errors import InvalidInput, VideoError
from vibelux.face.video_file import MAX_PIXELS, VideoFile
from vibelux.face.video_picture import upright_grey
from vibelux.face.video_survey import VideoPart, video_parts
from vibelux.stream_clock import StreamClock

SPARSE = 1.0
"""Seconds between two analysed frames from which on only keyframes are decoded."""

KEYFRAME_GAP = 12.0
"""Most seconds between two keyframes for that: encoders leave ten by default."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture with its time.

    Attributes:
        time: seconds since the video's start.
        grey: [shape=(h, w), dtype=uint8] upright, with square pixels.

    """

    time: float
    grey: NDArray[np.uint8]


def video_frames(path: Path, *, rate: float = 5.0, limit: int = 300) -> Iterator[Frame]:
    """Yield a video's frames at an analysis rate.

    A video too long for ``limit`` frames at this rate is sampled evenly over its real length,
    whatever the file claims; only its keyframes are decoded where they are dense enough. Recordings
    joined into one file follow each other, even where their time stamps start anew. Damaged parts
    are left out, as players do.

    Args:
        path: a video file of any kind that FFmpeg reads.
        rate: most frames per second.
        limit: most frames in total.

    Yields:
        frames in the order of time.

    Raises:
        InvalidInput: rate or limit is not positive.
        VideoError: missing, not permitted, not a video, unreadable at the moment, or without a
            frame that can be decoded.

    """
    if not rate > 0 or limit < 1:
        raise InvalidInput(f"rate={rate} and limit={limit} must be positive")
    parts = video_parts(path)
    pace = _Pace(1 / rate, sum(part.seconds for part in parts) / limit)
    offset, count = 0.0, 0
    for part in parts:
        for frame in _frames(path, part, pace, offset):
            yield frame
            count += 1
            if count == limit:
                return
        offset += part.seconds
    if count == 0:
        raise VideoError(f"no frame of {path} can be decoded; the file is damaged or incomplete")


class _Pace:
    """When the next frame is due.

    Args:
        rarest: least seconds between two frames.
        spread: seconds between two frames that are spread over the whole video.

    """

    def __init__(self, rarest: float, spread: float) -> None:
        self.interval = max(rarest, spread)
        self._even = spread > rarest
        self._due = -np.inf

    def due(self, time: float) -> bool:
        """Return whether a frame of this time is to be taken."""
        return time >= self._due - 1e-6

    def taken(self, time: float) -> None:
        """Note that it was taken."""
        due = self._due + self.interval if self._even else time
        self._due = due if due > time else time + self.interval


_Found = Iterator[tuple[float, VideoFrame]]
"""Frames with their times in seconds, rising."""


def _frames(path: Path, part: VideoPart, pace: _Pace, offset: float) -> Iterator[Frame]:
    """Yield the frames of a part that are due; the part begins at the offset, in seconds."""
    ways: list[Callable[[VideoFile, VideoPart, _Pace, float], _Found]] = [_of_all]
    if pace.interval >= SPARSE and part.keyframe_gap <= max(KEYFRAME_GAP, 2 * pace.interval):
        ways.insert(0, _sought if part.indexed else _of_keyframes)
    for way in ways:
        looked = False
        with VideoFile(path, start=part.start) as file:
            for time, frame in way(file, part, pace, offset):
                looked = True
                grey = upright_grey(frame, pixel_aspect=file.pixel_aspect(), max_pixels=MAX_PIXELS)
                yield Frame(time, grey)
        if looked:  # else no keyframe can be decoded on its own
            return


def _of_all(file: VideoFile, _: VideoPart, pace: _Pace, offset: float) -> _Found:
    """Decode every frame; yield those that are due."""
    clock = StreamClock(begin=0.0)
    for packet in file.packets():
        length = file.length(packet)
        for frame in file.decode(packet):
            stamp = frame.dts if frame.pts is None else frame.pts
            time = offset + max(0.0, clock.time(file.seconds(stamp), length) or 0.0)
            if pace.due(time):
                yield time, frame
                pace.taken(time)


def _of_keyframes(file: VideoFile, _: VideoPart, pace: _Pace, offset: float) -> _Found:
    """Walk over all packets; decode the keyframes that are due."""
    clock = StreamClock(begin=0.0)
    for packet in file.packets():
        if packet.size == 0:
            continue
        stamp = packet.pts if packet.dts is None else packet.dts
        time = offset + max(0.0, clock.time(file.seconds(stamp), file.length(packet)) or 0.0)
        if packet.is_keyframe and pace.due(time):
            frame = file.decode_alone(packet)
            if frame is not None:
                yield time, frame
                pace.taken(time)


def _sought(file: VideoFile, part: VideoPart, pace: _Pace, offset: float) -> _Found:
    """Yield the keyframe before each multiple of the interval, or the next intact one."""
    before = -np.inf
    for target in np.arange(0, part.seconds, pace.interval):
        file.seek(float(target))
        for packet in file.packets():
            if not packet.is_keyframe:
                continue
            time = file.seconds(packet.pts if packet.pts is not None else packet.dts) or 0.0
            if time <= before or time > target + pace.interval:
                break
            frame = file.decode_alone(packet)
            if frame is not None:
                yield offset + time, frame
                before = time
                break
