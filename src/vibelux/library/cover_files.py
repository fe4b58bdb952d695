"""Where a song's cover is: a picture inside its file, or one beside it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vibelux.media_file import open_media

MAX_BYTES = 20 * 2**20
"""Largest picture that is read."""

_NAMES = ("cover", "folder", "front", "album", "albumart")
"""Names of a cover beside songs, without suffix and in any case; the first that is there counts."""

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".avif")

_PACKETS = 100
"""Packets that are looked at: attached pictures come before the sound."""


@dataclass(frozen=True)
class CoverSource:
    """A song's file and the picture beside it, in the state in which they are now.

    Attributes:
        song: the song's file.
        beside: the picture beside it, or None.
        state: changes when either does.

    """

    song: Path
    beside: Path | None
    state: tuple[int, ...]

    def readers(self) -> tuple[Callable[[], bytes | None], ...]:
        """Return what reads each picture that the cover may be, the best first.

        Each returns a picture file's bytes, whatever they are, or None where there is none, and
        raises OSError where the disk fails.
        """
        return (lambda: _embedded(self.song), lambda: _beside(self.beside))


def cover_source(song: Path) -> CoverSource:
    """Look for what may hold a song's cover; nothing is opened.

    Raises:
        OSError: the file is not there, or its disk fails.

    """
    beside = _picture_of(song.parent)
    state = tuple(
        number
        for path in (song, beside)
        if path is not None
        for status in (path.stat(),)
        for number in (status.st_size, status.st_mtime_ns)
    )
    return CoverSource(song, beside, state)


def _picture_of(folder: Path) -> Path | None:
    """Return the picture of a folder, or None."""
    found: dict[str, Path] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            name, suffix = os.path.splitext(entry.name.lower())  # noqa: PTH122 - faster by far
            if suffix in _SUFFIXES and name in _NAMES and entry.is_file():
                path = Path(entry.path)
                found[name] = min(path, found.get(name, path))
    return next((found[name] for name in _NAMES if name in found), None)


def _embedded(song: Path) -> bytes | None:
    """Return the picture inside of a song's file: the front cover, or else the first one."""
    import av
    from av.stream import Disposition

    try:
        with open_media(song) as container:
            pictures = [
                stream
                for stream in container.streams.video
                if stream.disposition & Disposition.attached_pic
            ]
            if not pictures:
                return None
            # FFmpeg says the type of ID3's, FLAC's and Ogg's pictures as a comment.
            front = (s for s in pictures if "front" in s.metadata.get("comment", "").lower())
            wanted = next(front, pictures[0])
            for _, packet in zip(range(_PACKETS), container.demux(), strict=False):
                if packet.stream.index == wanted.index and packet.size:
                    return bytes(packet) if packet.size <= MAX_BYTES else None
    except av.FFmpegError:  # some of these are OSErrors as well
        return None
    except OSError:
        raise
    except Exception:  # whatever a damaged file makes its parser do
        return None
    return None


def _beside(picture: Path | None) -> bytes | None:
    """Return the bytes of a picture file."""
    if picture is None:
        return None
    try:
        with picture.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    return data if 0 < len(data) <= MAX_BYTES else None
