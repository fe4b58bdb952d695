"""One audio file opened with FFmpeg: its sound in chunks from any point in time.

FFmpeg never learns the file's name and may open nothing by itself: names that look like addresses
(``http:…``, ``concat:…``), names that are not UTF-8 and playlists posing as songs are all harmless.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import av
import numpy as np
from av import AudioFrame, AudioLayout, Packet
from av.audio.frame import format_dtypes
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from vibelux.errors import AudioError
from vibelux.music.reading_errors import unreadable


@dataclass(frozen=True)
class Chunk:
    """A piece of sound as the file holds it.

    Attributes:
        samples: [shape=(channels, n), dtype=float32, 1 is full scale] finite; beyond 1 where a
            lossy decoder overshoots.
        rate: in Hz.
        channels: FFmpeg's names, such as ``FL`` and ``FR``.

    """

    samples: NDArray[np.float32]
    rate: int
    channels: tuple[str, ...]

    def mono(self) -> NDArray[np.float32]:
        """Return the mean over the channels [shape=(n,), dtype=float32, in [-1, 1]]."""
        mono: NDArray[np.float32] = self.samples[0].copy()
        for channel in self.samples[1:]:  # several times faster than mean(axis=0)
            mono += channel
        mono *= np.float32(1 / len(self.samples))
        np.clip(mono, -1.0, 1.0, out=mono)
        return mono


_LOUDEST = np.float32(8.0)
"""Full scales: samples beyond come from damaged files, not from decoders that overshoot."""

_PREROLL = 0.3
"""Seconds decoded and dropped before a point that was sought: MP3 frames borrow bits from earlier
ones, AAC and Vorbis overlap with the previous block, Opus needs 80 ms to converge."""

_LATE = 0.5
"""Seconds by which a seek may land after its target and still count as right."""

_CHUNK = 1 << 19
"""Samples gathered before they are passed on: bounds memory, saves calls."""

_RATES = range(1000, 6_000_001)
"""Sample rates, in Hz, that music has; others come from damaged headers."""

_PROTECTED_TAGS = {"drms", "enca", "aavd", "p608"}
"""Codec tags of FairPlay, Common Encryption, Audible and old iTunes streams."""

_MAGIC = (b"ID3", b"fLaC", b"OggS", b"RIFF", b"FORM", b"MAC ", b"wvpk", b"\x30\x26\xb2\x75\x8e\x66")


class SeekFailed(Exception):
    """The file cannot be sought to that time; read it from the start instead."""


class AudioFile:
    """The best audio stream of a file, at the stream's own sample rate.

    Use as a context manager. Tracks of video files count; cover art does not.

    Attributes:
        path: of the file.
        began: time stamp, in seconds, of the first sample that the last `read` gave. Some encoders
            stamp a song's first sound with more than 0.

    Args:
        path: a regular file of any name.

    Raises:
        AudioError: ``vanished``, ``no_permission``, ``unreachable``, ``empty``, ``not_audio``,
            ``damaged`` or ``protected``.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.began = 0.0
        self._file = _open(path)
        self._container: InputContainer | None = None
        try:
            self._start_over()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._container is not None:
            self._container.close()
            self._container = None
        self._file.close()

    @property
    def duration(self) -> float | None:
        """What the header claims, in seconds, or None; it may be wrong."""
        if self._stream.duration:
            seconds = self._stream.duration * self._time_base
        else:
            seconds = (self._opened.duration or 0) / av.time_base
        return seconds if seconds > 0 else None

    @property
    def goes_on(self) -> bool:
        """Whether sound follows after the duration that the header claims.

        Asked of the formats only whose duration, without a header, is guessed from the bit rate.
        """
        if self._opened.format.name not in {"mp3", "aac"} or self.duration is None:
            return False
        try:
            self._seek(self.duration + 1.0)
        except SeekFailed:
            return False
        packet = next(self._packets(), None)
        time = None if packet is None else self._time(packet.pts)
        return time is not None and time > self.duration + 0.5

    def measure(self) -> float | None:
        """Return the duration in seconds from a walk over all packets, or None if they don't say.

        Costs far less than decoding: about 40 ms for four minutes of MP3.
        """
        self._start_over()
        end = clock = 0.0
        for packet in self._packets():
            time = self._time(packet.pts)
            clock = (clock if time is None else time) + self._length(packet)
            end = max(end, clock)
        return end or None

    def read(
        self, start: float = 0.0, seconds: float | None = None, *, seek: bool = True
    ) -> Iterator[Chunk]:
        """Yield the sound from a point in time, decoding only what is asked for.

        Args:
            start: in seconds, ≥ 0.
            seconds: how much; None for all that follows. Less comes where the file ends.
            seek: jump to the start by the file's index; otherwise walk there over the packets,
                which always works.

        Raises:
            SeekFailed: with `seek`, when the jump fails or lands elsewhere.
            AudioError: ``damaged``, ``unreachable``.

        """
        gathered = _Gathered()
        left = float("inf") if seconds is None else seconds
        started = False
        for time, frame in self._frames(start, seek=seek and start > 0):
            rate = frame.sample_rate
            first = 0 if started else max(0, round((start - time) * rate))
            if first >= frame.samples:
                continue
            if not started:
                self.began = time + first / rate
            started = True  # from here on all counts, whatever later time stamps say
            last = frame.samples
            if left != float("inf"):
                last = min(last, first + round(left * rate))
            left -= (last - first) / rate
            yield from gathered.add(frame, first, last)
            if left * rate < 0.5:
                break
        if self._failed > self._decoded:
            raise self._error(
                "damaged",
                f"{self._failed} of {self._failed + self._decoded} packets are unreadable",
            )
        yield from gathered.flush()

    def _frames(self, start: float, *, seek: bool) -> Iterator[tuple[float, AudioFrame]]:
        """Yield decoded frames with their times, from shortly before a start."""
        if seek:
            self._seek(start - _PREROLL)
        else:
            self._start_over()
        self._failed = self._decoded = 0
        clock = None if seek else 0.0  # the next packet's time, for packets that don't say theirs
        shown: float | None = None  # the next frame's time
        for packet in self._packets():
            time = self._time(packet.pts)
            time = clock if time is None else time
            if time is None or (seek and self._decoded == 0 and time > start + _LATE):
                raise SeekFailed
            length = self._length(packet)
            clock = time + length
            if length and clock < start - _PREROLL:
                continue
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._failed += 1  # a torn packet: what follows may be sound again
                continue
            for frame in frames:
                self._check_rate(frame.sample_rate)
                self._decoded += 1
                stamp = self._time(frame.pts)
                shown = stamp if stamp is not None else time if shown is None else shown
                yield shown, frame
                shown += frame.samples / frame.sample_rate

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        """Yield the stream's packets up to the end or to where the container is torn."""
        try:
            with self._source.reading():
                yield from self._opened.demux(self._stream)
        except av.FFmpegError:
            return

    def _seek(self, seconds: float) -> None:
        try:
            offset = (max(0.0, seconds) + self._begin) / self._time_base
            with self._source.reading():
                self._opened.seek(int(offset), stream=self._stream)
        except (av.FFmpegError, OverflowError) as error:
            raise SeekFailed from error

    def _start_over(self) -> None:
        """Open the container afresh, which works where seeking back does not."""
        if self._container is not None:
            self._container.close()
        self._source = source = _Source(self._file, self.path)
        with source.reading():
            source.seek(0)
            head = source.read(16)
            source.seek(0)
        try:
            with source.reading():
                self._container = av.open(
                    source,
                    mode="r",
                    container_options={"protocol_whitelist": "none"},
                    metadata_errors="replace",
                )
        except av.FFmpegError as error:
            if head.startswith(_MAGIC) or head[4:8] == b"ftyp":
                raise self._error("damaged", "it starts like a song but cannot be read") from error
            raise self._error("not_audio", "it is no audio file") from error
        streams = self._container.streams
        if "ASF_Protection_Type" in self._container.metadata:
            raise self._error("protected", "it is protected against copying (DRM)")
        best = streams.best("audio") or next(iter(streams.audio), None)
        if not isinstance(best, AudioStream):
            raise self._error("not_audio", "it holds no sound")
        if best.codec_context is None:
            raise self._error("not_audio", "its audio codec is not known")
        if best.codec_context.codec_tag in _PROTECTED_TAGS:
            raise self._error("protected", "it is protected against copying (DRM)")
        if best.codec_context.sample_rate:
            self._check_rate(best.codec_context.sample_rate)
        best.codec_context.thread_count = 1
        self._stream = best
        self._time_base = float(best.time_base or 1 / av.time_base)
        self._begin = (best.start_time or 0) * self._time_base

    def _check_rate(self, rate: int) -> None:
        if rate not in _RATES:
            raise self._error("damaged", f"it claims {rate} samples a second")

    @property
    def _opened(self) -> InputContainer:
        if self._container is None:
            raise ValueError(f"{self.path} is closed")
        return self._container

    def _time(self, stamp: int | None) -> float | None:
        return None if stamp is None else stamp * self._time_base - self._begin

    def _length(self, packet: "Packet[AudioStream]") -> float:
        return (packet.duration or 0) * self._time_base

    def _error(self, code: str, what: str) -> AudioError:
        return AudioError(f"cannot analyse {self.path}: {what}", code=code)


class _Source:
    """What FFmpeg sees of the file: reading, seeking and a name that means nothing to it."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        suffix = path.suffix.lower()
        self.name = "song" + (suffix if suffix[1:].isascii() and suffix[1:].isalnum() else "")
        self.tell = file.tell
        self._path = path
        self._read = file.read
        self._seek = file.seek
        self._error: OSError | None = None

    def read(self, size: int) -> bytes:
        """Read; FFmpeg may take an error for the file's end, so it is kept."""
        try:
            return self._read(size)
        except OSError as error:
            self._error = error
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tell when the system could not read the file inside, whatever FFmpeg made of that.

        Raises:
            AudioError: as of `vibelux.music.reading_errors.unreadable`.

        """
        try:
            yield
        except (OSError, av.FFmpegError):
            if self._error is None:
                raise
        if self._error is not None:
            raise unreadable(self._path, self._error) from self._error

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Seek; answer an impossible place, which damaged headers ask for, as FFmpeg does."""
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError):
            return -errno.EINVAL


_USUAL_LAYOUTS = ("mono", "stereo", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1")
"""FFmpeg's own choice for one channel and more, where a file does not say where each belongs."""


def _speakers(layout: AudioLayout) -> tuple[str, ...]:
    """Return FFmpeg's names of the channels; ``NONE`` only for more than eight unnamed ones."""
    names = tuple(channel.name for channel in layout.channels)
    if "NONE" in names and len(names) <= len(_USUAL_LAYOUTS):
        usual = AudioLayout(_USUAL_LAYOUTS[len(names) - 1])
        return tuple(channel.name for channel in usual.channels)
    return names


class _Gathered:
    """Frames of one kind, gathered to be converted together."""

    def __init__(self) -> None:
        self._kind: tuple[str, str, int] | None = None
        self._channels: tuple[str, ...] = ()
        self._parts: list[list[NDArray[Any]]] = []  # of each frame, its channels
        self._count = 0

    def add(self, frame: AudioFrame, first: int, last: int) -> Iterator[Chunk]:
        """Take samples first to last of a frame; yield what was gathered when it is enough."""
        layout = frame.layout
        kind = (frame.format.name, layout.name, frame.sample_rate)
        if kind != self._kind:
            yield from self.flush()
            self._kind = kind
            self._channels = _speakers(layout)
        elif self._count >= _CHUNK:
            yield from self.flush()
        dtype, count = np.dtype(format_dtypes[kind[0]]), len(self._channels)
        planes: tuple[Any, ...] = frame.planes
        # Views of FFmpeg's memory: to_ndarray() takes five times as long.
        if frame.format.is_packed:
            values = np.frombuffer(planes[0], dtype, frame.samples * count)
            parts = list(values.reshape(-1, count)[first:last].T)
        else:
            parts = [np.frombuffer(plane, dtype, last)[first:] for plane in planes]
        self._parts.append(parts)
        self._count += last - first

    def flush(self) -> Iterator[Chunk]:
        """Yield what was gathered."""
        if self._kind is not None and self._count:
            samples = np.empty((len(self._channels), self._count), np.float32)
            for row, parts in zip(samples, zip(*self._parts, strict=True), strict=True):
                np.concatenate(parts, out=row, casting="unsafe")
            yield Chunk(_scaled(samples, self._parts[0][0].dtype), self._kind[2], self._channels)
        self._parts.clear()
        self._count = 0


def _scaled(samples: NDArray[np.float32], dtype: "np.dtype[Any]") -> NDArray[np.float32]:
    """Bring samples that came as another type to full scale 1, in place."""
    if dtype.kind == "u":
        samples -= np.float32(128)  # FFmpeg's only unsigned type has 8 bits
        samples /= np.float32(128)
    elif dtype.kind == "i":
        samples *= np.float32(2.0 ** (1 - 8 * dtype.itemsize))
    elif not -_LOUDEST <= samples.min() <= samples.max() <= _LOUDEST:  # also if it is no number
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -_LOUDEST, _LOUDEST, out=samples)
    return samples


def _open(path: Path) -> BinaryIO:
    """Open a regular file that is not empty."""

    def refuse(code: str, what: str) -> AudioError:
        return AudioError(f"cannot analyse {path}: {what}", code=code)

    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise refuse("not_audio", "it is a folder; give a file, or scan the folder")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device could block for ever
            raise refuse("not_audio", "it is not a regular file")
        if status.st_size == 0:
            raise refuse("empty", "the file is empty")
        return path.open("rb", buffering=0)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise refuse("vanished", f"there can be no such file: {error}") from error
