"""One video file opened with FFmpeg: packets and frames of its picture, without damaged parts."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

import av
from av import CodecContext, Packet, VideoFrame
from av.codec.codec import UnknownCodecError
from av.container import InputContainer
from av.format import Flags
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from vibelux.errors import VideoError
from vibelux.media_file import FilePart, MediaSource, OpenFile, open_container
from vibelux.stream_clock import LONGEST_GAP

MAX_PIXELS = 8192 * 8192
"""Largest frame that is decoded."""

_NO_FILM = Disposition.attached_pic | Disposition.timed_thumbnails
"""Marks of a stream of pictures that is not the video, such as a song's cover or previews."""

_TRIES = 100
"""Number of errors in a row after which a damaged file is read no further."""

_USUAL_LENGTH = 1 / 25
"""Seconds that a frame lasts where the file does not say."""

_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that read transparency, for the codecs whose usual decoders do not."""


class VideoFile(OpenFile):
    """The video stream of a file, a context manager.

    Attributes:
        path: of the file.
        stream: the first stream of pictures that is not a cover.

    Args:
        path: a regular file of any name.
        start: first byte that is read, for formats that can be read from anywhere.

    Raises:
        VideoError: missing, not permitted, not a video, or with frames that are too large.

    """

    def __init__(self, path: Path, *, start: int = 0) -> None:
        super().__init__(path, _open(path))
        try:
            self._part = FilePart(self._whole, start, self._whole.seek(0, os.SEEK_END))
            self._part.seek(0)
            self._source = MediaSource(self._part, path, partial(_unreadable, path))
            self._container = self._understood()
            self.stream = self._chosen(self._container)
            self._decoder = _decoder(self.stream)
        except BaseException:
            self.close()
            raise

    @property
    def may_start_anew(self) -> bool:
        """Whether the format can be cut and joined anywhere, as those for broadcasts can."""
        return bool(Flags(self._opened.format.flags) & Flags.ts_discont)

    @property
    def has_index(self) -> bool:
        """Whether the file lists all its frames, so that they need not be counted."""
        frames = self.stream.frames
        return "mp4" in self._opened.format.name and 0 < frames == len(self.stream.index_entries)

    @property
    def frame_length(self) -> float:
        """How long a frame lasts where the file does not say, in seconds."""
        rate = self.stream.average_rate
        return float(1 / rate) if rate and 1 <= rate <= 1000 else _USUAL_LENGTH

    @property
    def size(self) -> int:
        """Number of bytes from the first that is read to the end of the file."""
        return self._part.size

    def length(self, packet: "Packet[VideoStream]") -> float:
        """Return how long a packet's frame lasts in seconds, not counting jumps of the clock."""
        stated = float((packet.duration or 0) * (self.stream.time_base or 0))
        return stated if 0 < stated <= LONGEST_GAP else self.frame_length

    def seconds(self, stamp: int | None) -> float | None:
        """Return a time stamp of the stream in seconds since the stream's beginning."""
        if stamp is None:
            return None
        return float((stamp - (self.stream.start_time or 0)) * (self.stream.time_base or 0))

    def packets(self) -> "Iterator[Packet[VideoStream]]":
        """Yield the stream's packets from here to the end of the file, past damage.

        The last one is empty: decoding it gives the frames that were held back.

        Raises:
            VideoError: the system cannot read the file.

        """
        tries = 0
        while tries < _TRIES:
            try:
                with self._source.reading():
                    for packet in self._opened.demux(self.stream):
                        tries = 0
                        yield packet
                return
            except (av.FFmpegError, IndexError):  # IndexError: a stream that begins later
                tries += 1

    def decode(self, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
        """Return the frames that a packet completes, none if it is damaged."""
        try:
            return self._decoder.decode(packet)
        except av.FFmpegError:
            return []

    def decode_alone(self, packet: "Packet[VideoStream]") -> VideoFrame | None:
        """Return the frame of a packet that can be decoded without others, such as a keyframe."""
        frames = [*self.decode(packet), *self.decode(None)]
        self._decoder.flush_buffers()
        return frames[0] if frames else None

    def seek(self, seconds: float) -> None:
        """Go to the last keyframe before a time; stay here if the file cannot seek.

        Raises:
            VideoError: the system cannot read the file.

        """
        base, start = self.stream.time_base or 1 / av.time_base, self.stream.start_time or 0
        with suppress(av.FFmpegError, OverflowError), self._source.reading():
            self._opened.seek(round(seconds / base) + start, stream=self.stream, backward=True)
        self._decoder.flush_buffers()

    def pixel_aspect(self) -> float:
        """Return the width of a pixel in the last decoded frame, in heights.

        As in players, the container counts more than the frames.
        """
        if self._container_aspect is not None:
            return self._container_aspect
        aspect = self._decoder.sample_aspect_ratio
        return float(aspect) if aspect else 1.0

    def _understood(self) -> InputContainer:
        try:
            with self._source.reading():
                return open_container(self._source, options={"max_pixels": str(MAX_PIXELS)})
        except (av.FFmpegError, OSError, ValueError) as error:
            raise VideoError(
                f"{self.path} is not a video that can be read, or it is incomplete "
                f"({getattr(error, 'strerror', None) or error}); try to play it, and save it "
                "again, for example as mp4"
            ) from error

    def _chosen(self, container: InputContainer) -> VideoStream:
        name = container.format.name
        if name == "image2" or name.endswith("_pipe"):
            raise VideoError(f"{self.path} is a picture, not a video; give it to --image")
        films = [stream for stream in container.streams.video if not stream.disposition & _NO_FILM]
        if not films:
            raise VideoError(f"{self.path} has no video in it, only sound or data")
        stream = next((film for film in films if film.codec_context is not None), None)
        if stream is None:
            raise VideoError(
                f"the video in {self.path} has a codec that is not known; save it again, for "
                "example as mp4"
            )
        if stream.width * stream.height > MAX_PIXELS:
            raise VideoError(
                f"{self.path} has {stream.width:,}×{stream.height:,} pixels; at most 8,192×8,192 "
                "are read"
            )
        aspect = stream.sample_aspect_ratio
        own = aspect is not None and aspect != stream.codec_context.sample_aspect_ratio
        self._container_aspect = float(aspect) if aspect is not None and own else None
        return stream


def _unreadable(path: Path, error: OSError) -> VideoError:
    said = error.strerror or error
    return VideoError(f"{path} cannot be read at the moment ({said}); check its disk and try again")


def _open(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise VideoError(f"{path} is a folder; give one video file")
        if path.exists() and not path.is_file():
            raise VideoError(f"{path} is not a regular file; give a video file")
        if path.stat().st_size == 0:
            raise VideoError(f"{path} is empty (0 bytes)")
        return path.open("rb", buffering=0)
    except FileNotFoundError as error:
        raise VideoError(f"there is no file {path}") from error
    except PermissionError as error:
        raise VideoError(f"{path} may not be read: permission denied") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        said = getattr(error, "strerror", None) or error
        raise VideoError(f"{path} cannot be read: {said}") from error


def _decoder(stream: VideoStream) -> VideoCodecContext:
    """Return the decoder of a stream, one that reads transparency if there is any."""
    codec = stream.codec_context
    if stream.metadata.get("alpha_mode") == "1" and codec.name in _WITH_ALPHA:
        with suppress(UnknownCodecError):
            other = CodecContext.create(_WITH_ALPHA[codec.name], "r")
            codec = other if isinstance(other, VideoCodecContext) else codec
    codec.thread_type = "AUTO"
    codec.options = {"max_pixels": str(MAX_PIXELS)}
    return codec
