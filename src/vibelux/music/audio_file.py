"""One audio file opened with FFmpeg: its sound in chunks from any point in time."""

import stat
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO

import av
from av import AudioFrame, Packet
from av.audio.stream import AudioStream
from av.format import Flags

from vibelux.errors import AudioError
from vibelux.media_file import FilePart, MediaSource, OpenFile, open_container
from vibelux.music.chunks import Chunk, Gathered
from vibelux.music.ogg_links import Link, links
from vibelux.music.reading_errors import unreadable
from vibelux.music.trailing_tags import end_of_sound
from vibelux.stream_clock import LONGEST_GAP, StreamClock

_PREROLL = 0.3
"""Seconds decoded and dropped after a seek: MP3 frames borrow bits from earlier ones, AAC and
Vorbis overlap with the previous block, and Opus needs 80 ms to converge."""

_LATE = 0.5
"""Seconds by which a seek may land after its target and still count as right."""

_OVERLAP = 1.0
"""Seconds by which a time stamp may lie before the previous one: some containers round them."""

_UNSURE = 0.5
"""Seconds by which what a header claims may differ from what is found."""

_RATES = range(1000, 6_000_001)
"""Sample rates of music in Hz; others come from damaged headers."""

_GUESSED = {"mp3", "aac", "ac3", "eac3", "dts"}
"""FFmpeg's names of formats whose duration may be a guess from the bit rate."""

_APPENDED = {"matroska,webm"}
"""Formats in which FFmpeg reads an appended second file, which the header's duration leaves out."""

_OF_CONTENT = {"not_audio", "damaged"}
"""Codes of errors for which one link of a chain is left out."""

_PROTECTED_TAGS = {"drms", "enca", "aavd", "p608"}
"""Codec tags of FairPlay, Common Encryption, Audible and old iTunes streams."""

_MAGIC = (b"ID3", b"fLaC", b"OggS", b"RIFF", b"FORM", b"MAC ", b"wvpk", b"\x30\x26\xb2\x75\x8e\x66")


class SeekFailed(Exception):
    """Seeking to that time is not possible; read the file from the start instead."""


class AudioFile(OpenFile):
    """The best audio stream of a file, at the stream's own sample rate.

    A context manager. Tracks of video files count; cover art does not. The links of a chained Ogg
    file follow one another, each at its own rate. So do recordings that were appended to each
    other, if the format allows that (MPEG streams, MP3, ADTS, AC-3, Matroska): times go on where
    time stamps start anew.

    Attributes:
        path: the file.
        began: time stamp, in seconds, of the first sample that the last `read` gave. Some encoders
            stamp a song's first sound with more than 0.

    Args:
        path: a regular file of any name.

    Raises:
        AudioError: ``vanished``, ``no_permission``, ``unreachable``, ``empty``, ``not_audio``,
            ``damaged`` or ``protected``.

    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, _open(path))
        self.began = 0.0
        self._file: BinaryIO | FilePart = self._whole
        self._parts: list[tuple[Link, float]] = []
        try:
            self._find_parts()
        except BaseException:
            self.close()
            raise

    @property
    def duration(self) -> float | None:
        """The duration that the header claims, in seconds, or None; it may be wrong."""
        if self._parts:
            return sum(seconds for _, seconds in self._parts)
        return self._claimed()

    @cached_property
    def goes_on(self) -> bool:
        """Whether sound follows after the duration that the header claims.

        Checked only for formats whose duration is guessed from the bit rate if there is no header,
        and for those to which more may have been appended.
        """
        kind, duration = self._opened.format.name, self.duration
        if self._parts or duration is None:
            return False
        if kind in _GUESSED:
            for packet in self._packets_from(duration + 1.0):
                time = self._time(packet.pts)
                return time is not None and time > duration + _UNSURE
        elif kind in _APPENDED:
            clock = StreamClock(overlap=_OVERLAP)
            self._start_over()  # Matroska cannot be read on after its end
            for packet in self._packets_from(duration - 1.0):
                time = clock.time(self._time(packet.pts), self._length(packet))
                if time is not None and time > duration + _UNSURE:
                    return True
        return False

    @property
    def proven_duration(self) -> float | None:
        """The duration in seconds that the header claims, or None if it proves wrong.

        If it is a guess, the end that was found takes its place.
        """
        return self.duration if self._parts else self._proven()

    def measure(self) -> float | None:
        """Return the duration in seconds by reading all packets, or None if they do not say.

        Costs far less than decoding: about 40 ms for four minutes of MP3.
        """
        return self.duration if self._parts else self._walked()[0]

    def read(
        self, start: float = 0.0, seconds: float | None = None, *, seek: bool = True
    ) -> Iterator[Chunk]:
        """Yield the sound from a point in time, decoding only as much as is asked for.

        Args:
            start: in seconds, ≥ 0.
            seconds: how much; None for all that follows. It is less where the file ends.
            seek: jump to the start by the file's index; otherwise read all packets up to it, which
                always works.

        Raises:
            SeekFailed: with ``seek``, if the jump fails or lands elsewhere.
            AudioError: ``damaged``, ``unreachable``.

        """
        gathered = Gathered()
        left = float("inf") if seconds is None else seconds
        started = False
        for time, frame in self._frames(start, seek=seek and start > 0):
            rate = frame.sample_rate
            first = 0 if started else max(0, round((start - time) * rate))
            if first >= frame.samples:
                continue
            if not started:
                self.began = time + first / rate
            started = True  # from here on everything counts, whatever later time stamps say
            last = frame.samples
            if left != float("inf"):
                last = min(last, first + round(left * rate))
            left -= (last - first) / rate
            yield from gathered.add(frame, first, last)
            if left * rate < 0.5:
                break
        if seek and start > 0 and not started:
            raise SeekFailed
        if self._failed > self._decoded:
            raise self._error(
                "damaged",
                f"{self._failed} of {self._failed + self._decoded} packets are unreadable",
            )
        yield from gathered.flush()

    def _frames(self, start: float, *, seek: bool) -> Iterator[tuple[float, AudioFrame]]:
        """Yield decoded frames with their times, from shortly before a start."""
        self._failed = self._decoded = 0
        if not self._parts:
            yield from self._frames_of_part(start, seek=seek)
        offset = 0.0
        for number, (link, seconds) in enumerate(self._parts, 1):
            if start < offset + seconds or number == len(self._parts):
                within = max(0.0, start - offset)
                self._file = FilePart(self._whole, link.start, link.end)
                if seek and within > 0:
                    self._start_over()
                for time, frame in self._frames_of_part(within, seek=seek and within > 0):
                    yield offset + time, frame
            offset += seconds

    def _frames_of_part(self, start: float, *, seek: bool) -> Iterator[tuple[float, AudioFrame]]:
        if seek and not self._seekable:
            raise SeekFailed
        if seek:
            self._seek(start - _PREROLL)
        else:
            self._start_over()
        before = self._decoded
        clock = StreamClock(overlap=_OVERLAP, begin=None if seek else 0.0)
        shown: float | None = None  # the next frame's time
        for packet in self._packets():
            length = self._length(packet)
            time = clock.time(self._time(packet.pts), length)
            if time is None or (seek and self._decoded == before and time > start + _LATE):
                raise SeekFailed
            if length and time + length < start - _PREROLL:
                continue
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._failed += 1  # a torn packet: the next ones may be intact
                continue
            for frame in frames:
                self._check_rate(frame.sample_rate)
                self._decoded += 1
                stamp = self._time(frame.pts)
                if stamp is not None:
                    stamp += clock.shift  # unless it belongs to a packet before the jump
                    shown = stamp if abs(stamp - time) < _OVERLAP else time
                elif shown is None:
                    shown = time
                yield shown, frame
                shown += frame.samples / frame.sample_rate

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        """Yield the stream's packets up to the end, or to where the container is torn."""
        try:
            with self._source.reading():
                yield from self._opened.demux(self._stream)
        except (av.FFmpegError, IndexError):  # IndexError: a stream that begins later
            return

    def _seek(self, seconds: float) -> None:
        try:
            offset = (max(0.0, seconds) + self._begin) / self._time_base
            with self._source.reading():
                self._opened.seek(int(offset), stream=self._stream)
        except (av.FFmpegError, OverflowError) as error:
            raise SeekFailed from error

    def _packets_from(self, seconds: float) -> "Iterator[Packet[AudioStream]]":
        """Yield the packets from a point in time; none if the file cannot seek."""
        try:
            self._seek(seconds)
        except SeekFailed:
            return
        yield from self._packets()

    def _claimed(self) -> float | None:
        if self._stream.duration:
            seconds = self._stream.duration * self._time_base
        else:
            seconds = (self._opened.duration or 0) / av.time_base
        return seconds if seconds > 0 else None

    def _proven(self) -> float | None:
        claimed = self._claimed()
        end = None if claimed is None else self._end_near(claimed)
        if claimed is None or end is None or not self._sounds_at(claimed / 2) or self.goes_on:
            return None
        return end if self._opened.format.name in _GUESSED else claimed

    def _end_near(self, seconds: float) -> float | None:
        """Return where the last packet ends, unless that is earlier than a point in time."""
        if not self._seekable:
            return None
        end = 0.0
        for packet in self._packets_from(seconds - 1.0):
            time = self._time(packet.pts)
            end = max(end, 0.0 if time is None else time + self._length(packet))
        return end if end > seconds - _UNSURE else None

    def _sounds_at(self, seconds: float) -> bool:
        """Return whether there is sound around a point in time, not a jump in time."""
        for packet in self._packets_from(seconds):
            time = self._time(packet.pts)
            return time is None or abs(time - seconds) < LONGEST_GAP
        return False

    @property
    def _seekable(self) -> bool:
        """Whether times can be sought, which fails where time stamps start anew within the file."""
        kind = self._opened.format
        if kind.name in _APPENDED:
            return not self.goes_on
        if kind.name == "ogg":  # for FLAC, FFmpeg invents the time stamps of the last page
            return self._stream.codec_context.name != "flac"
        return not Flags(kind.flags) & Flags.ts_discont or not self._jumps

    @cached_property
    def _jumps(self) -> bool:
        return self._walked()[1]

    def _walked(self) -> tuple[float | None, bool]:
        """Return the length in seconds and whether time stamps jump, by reading all packets."""
        self._start_over()
        clock = StreamClock(overlap=_OVERLAP, begin=0.0)
        end = 0.0
        for packet in self._packets():
            length = self._length(packet)
            time = clock.time(self._time(packet.pts), length)
            end = max(end, (time or 0.0) + length)
        return end or None, clock.shift != 0

    def _find_parts(self) -> None:
        """Open the file, or each link of a chained one except those without sound."""
        try:
            found = links(self._whole)
            end = end_of_sound(self._whole)
        except OSError as error:
            raise unreadable(self.path, error) from error
        if len(found) == 1:
            self._open_part(Link(0, end))
            return
        refused: AudioError | None = None
        for link in found:
            try:
                self._open_part(link)
                seconds = self._proven() or self._walked()[0]
            except AudioError as error:
                if error.code not in _OF_CONTENT:
                    raise
                refused = refused or error
                continue
            if seconds:
                self._parts.append((link, seconds))
        if not self._parts:
            raise refused or self._error("damaged", "no sound can be decoded")
        self._open_part(self._parts[0][0])

    def _open_part(self, link: Link) -> None:
        self._file = FilePart(self._whole, link.start, link.end)
        self._start_over()

    def _start_over(self) -> None:
        """Open the container anew, which works where seeking back does not."""
        self._close_container()
        self._source = source = MediaSource(self._file, self.path, partial(unreadable, self.path))
        with source.reading():
            source.seek(0)
            head = source.read(16)
            source.seek(0)
        try:
            with source.reading():
                self._container = open_container(source)
        except av.FFmpegError as error:
            if head.startswith(_MAGIC) or head[4:8] == b"ftyp":
                raise self._error("damaged", "it starts like a song but cannot be read") from error
            raise self._error("not_audio", "it is not an audio file") from error
        streams = self._container.streams
        if "ASF_Protection_Type" in self._container.metadata:
            raise self._error("protected", "it is protected against copying (DRM)")
        best = streams.best("audio") or next(iter(streams.audio), None)
        if not isinstance(best, AudioStream):
            raise self._error("not_audio", "it holds no sound")
        if best.codec_context is None:
            raise self._error("not_audio", "its audio codec is unknown")
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

    def _time(self, stamp: int | None) -> float | None:
        return None if stamp is None else stamp * self._time_base - self._begin

    def _length(self, packet: "Packet[AudioStream]") -> float:
        seconds = (packet.duration or 0) * self._time_base
        return seconds if seconds < LONGEST_GAP else 0.0

    def _error(self, code: str, what: str) -> AudioError:
        return AudioError(f"cannot analyse {self.path}: {what}", code=code)


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
