"""How long a video really is and how it can be searched, found without decoding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from av import FFmpegError

from vibelux.errors import VideoError
from vibelux.face.video_file import VideoFile
from vibelux.stream_clock import LONGEST_GAP, StreamClock

_OVERLAP = 1.0
"""Seconds by which a time stamp may lie before the previous one: frames are not stored in the order
in which they are shown."""

_REST = 4096
"""Bytes after the last frame, plus twice the largest frame, that need not be another part."""

_MOST_PARTS = 50
"""Most recordings in one file; only malicious files have more."""


@dataclass(frozen=True)
class VideoPart:
    """A part of a video file that can be read from its first to its last frame.

    Most files are one part; some that were joined from several are more.

    Attributes:
        start: its first byte.
        seconds: how long it lasts.
        keyframe_gap: seconds between two keyframes, at most.
        indexed: whether its frames are listed in the file, so that it can be sought.

    """

    start: int
    seconds: float
    keyframe_gap: float
    indexed: bool


def video_parts(path: Path) -> list[VideoPart]:
    """Return the parts of a video file in their order.

    The length that a file claims is not believed: it is taken from the list of all frames where
    there is one, as in MP4, and else from a walk over all packets.

    Raises:
        VideoError: as `VideoFile`.

    """
    with VideoFile(path) as file:
        listed = _listed(file) if file.has_index else None
        if listed is not None:
            return [listed]
        part, end = _walked(file, 0)
        joined = file.may_start_anew
    parts = [part]
    # The next part may number its streams differently: FFmpeg finds them when it begins there.
    while joined and end is not None and len(parts) < _MOST_PARTS:
        start = end
        try:
            with VideoFile(path, start=start) as file:
                part, end = _walked(file, start)
        except VideoError as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and not isinstance(cause, FFmpegError):
                raise  # the disk fails: nothing is known of what follows
            break
        if part.seconds > 0:
            parts.append(part)
    return parts


def _listed(file: VideoFile) -> VideoPart | None:
    """Return the whole file as one part, or None where its time stamps jump."""
    stamps, keys = [], []
    for entry in file.stream.index_entries:
        stamps.append(entry.timestamp)
        if entry.is_keyframe:
            keys.append(entry.timestamp)
    base = float(file.stream.time_base or 0)
    if _widest(sorted(stamps)) * base > LONGEST_GAP:
        return None
    gap = _widest([min(stamps), *keys, max(stamps)]) * base
    length = (max(stamps) - min(stamps)) * base + file.frame_length
    return VideoPart(0, length, gap, indexed=True)


def _walked(file: VideoFile, start: int) -> tuple[VideoPart, int | None]:
    """Return a part, and the byte after it where another one may begin."""
    clock = StreamClock(overlap=_OVERLAP, begin=0.0)
    times: list[float] = []  # of the first frame and of keyframes
    end, last, largest = 0.0, -1, 0
    for packet in file.packets():
        if packet.size == 0:
            continue
        stamp = packet.pts if packet.dts is None else packet.dts
        length = file.length(packet)
        time = clock.time(file.seconds(stamp), length)
        time = 0.0 if time is None else time
        end = max(end, time + length) if times else time + length
        if packet.is_keyframe or not times:
            times.append(time)
        last, largest = max(last, packet.pos or 0), max(largest, packet.size)
    seconds = end - times[0] if times else 0.0
    part = VideoPart(start, seconds, _widest([*times, end]), indexed=False)
    more = last >= 0 and file.size - last > _REST + 2 * largest
    return part, start + last + 1 if more else None


def _widest(times: Sequence[float]) -> float:
    return max((after - before for before, after in pairwise(times)), default=0.0)
