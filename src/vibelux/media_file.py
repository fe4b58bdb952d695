"""Sound and video files as FFmpeg sees them: bytes with an ending, and nothing else.

FFmpeg never learns a file's name and may open nothing by itself: names that look like addresses
(``http:…``, ``concat:…``), names that are not UTF-8 and playlists that pose as songs or videos are
all harmless.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    from av.container import InputContainer


class FilePart:
    """A part of a file, read as a file of its own.

    Args:
        file: open for reading; its position belongs to the part that was used last.
        start: first byte of the part.
        end: the byte behind its last one.

    """

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._start, self._end = file, start, end

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self._end - self._start

    def read(self, size: int = -1) -> bytes:
        """Read at most this many bytes, or all that follow."""
        left = max(0, self._end - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def tell(self) -> int:
        """Return the position in bytes from the part's start."""
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position; return it in bytes from the part's start."""
        base = {
            os.SEEK_SET: self._start,
            os.SEEK_CUR: self._file.tell(),
            os.SEEK_END: self._end,
        }[whence]
        if base + offset < self._start:
            raise ValueError(f"offset={offset} lies before the part")
        return self._file.seek(base + offset) - self._start


class MediaSource:
    """What FFmpeg reads a file through.

    Args:
        file: open for reading; the position is where FFmpeg begins.
        path: of the file; of its name FFmpeg gets the ending, which helps to tell the format.
        unreadable: makes what `reading` raises of an error of the system. Must not hold who opens
            the file: in a circle of references, what was decoded stays in memory for long.

    """

    def __init__(
        self,
        file: "BinaryIO | FilePart",
        path: Path,
        unreadable: Callable[[OSError], Exception],
    ) -> None:
        suffix = path.suffix.lower()
        self.name = "media" + (suffix if suffix[1:].isascii() and suffix[1:].isalnum() else "")
        self.tell = file.tell
        self._read = file.read
        self._seek = file.seek
        self._unreadable = unreadable
        self._error: OSError | None = None

    def read(self, size: int) -> bytes:
        """Read; FFmpeg may take an error for the file's end, so it is kept."""
        try:
            return self._read(size)
        except OSError as error:
            self._error = error
            raise

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Seek; answer an impossible place, which damaged headers ask for, as FFmpeg does."""
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError):
            return -errno.EINVAL

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tell when the system could not read the file inside, whatever FFmpeg made of that.

        Raises:
            Exception: what ``unreadable`` makes of the system's error.

        """
        try:
            yield
        except Exception:
            if self._error is None:
                raise
        if self._error is not None:
            raise self._unreadable(self._error) from self._error


def open_container(
    source: MediaSource,
    *,
    options: Mapping[str, str] | None = None,
    metadata_errors: str = "replace",
) -> "InputContainer":
    """Open the container that a source holds.

    Args:
        source: of the file.
        options: for the decoders, as of FFmpeg.
        metadata_errors: what bytes of tags become that are not UTF-8, as in `bytes.decode`.

    Raises:
        av.FFmpegError, OSError, ValueError: it cannot be read.

    """
    import av  # the command line reads no file before it is asked to

    return av.open(
        source,
        mode="r",
        options=dict(options or {}),
        container_options={"protocol_whitelist": "none"},
        metadata_errors=metadata_errors,
    )


class OpenFile:
    """A file and the container that FFmpeg reads it as; a context manager that closes both.

    Attributes:
        path: of the file.

    Args:
        path: of the file.
        file: opened.

    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._whole = file
        self._container: InputContainer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._close_container()
        self._whole.close()

    def _close_container(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None

    @property
    def _opened(self) -> "InputContainer":
        if self._container is None:
            raise ValueError(f"{self.path} is closed")
        return self._container


@contextmanager
def open_media(path: Path) -> "Iterator[InputContainer]":
    """Open a file for its tags, its streams and its packets; closed at the end of the block.

    Bytes of its tags that are not UTF-8 are surrogates there, as in names of files.

    Raises:
        av.FFmpegError, OSError, ValueError: it cannot be read.

    """
    with path.open("rb") as file:
        source = MediaSource(file, path, lambda error: error)
        with open_container(source, metadata_errors="surrogateescape") as container:
            yield container
