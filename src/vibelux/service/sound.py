"""A song's sound for browsers: the file itself, or a WAV that is made while it is sent.

Every second of a WAV file has the same number of bytes, so its length is known before the first
sample is decoded, and any range of it can be made by seeking in the song.
"""

import os
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from vibelux.errors import AudioError
from vibelux.library.catalogue import Song
from vibelux.library.scan_files import AUDIO_SUFFIXES
from vibelux.media_file import open_media
from vibelux.music.audio_file import AudioFile
from vibelux.music.ogg_links import links
from vibelux.music.stereo import stereo

_BLOCK = 1 << 18
"""Number of bytes that are read at once."""

_PLAYABLE: dict[str, tuple[str, frozenset[str]]] = {
    ".mp3": ("audio/mpeg", frozenset({"mp3", "mp3float"})),
    ".flac": ("audio/flac", frozenset({"flac"})),
    ".m4a": ("audio/mp4", frozenset({"aac", "mp3", "mp3float", "flac", "opus"})),
    ".m4b": ("audio/mp4", frozenset({"aac"})),
    ".aac": ("audio/aac", frozenset({"aac"})),
    ".ogg": ("audio/ogg", frozenset({"vorbis", "opus", "libopus", "flac"})),
    ".oga": ("audio/ogg", frozenset({"vorbis", "opus", "libopus", "flac"})),
    ".opus": ("audio/ogg", frozenset({"opus", "libopus"})),
    ".wav": ("audio/wav", frozenset({"pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"})),
    ".weba": ("audio/webm", frozenset({"opus", "libopus", "vorbis"})),
}
"""What common browsers play: suffix -> type and codecs; everything else becomes WAV."""

_HIGHEST = 48_000
"""Highest sample rate in Hz; music at a higher rate is resampled to it."""

_HEADER = 44
_FRAME = 4  # bytes of a stereo sample
_LONGEST = (1 << 32) - 1 - _HEADER
"""Most bytes that the header of a WAV file can count: more than six hours."""


class Sound(Protocol):
    """Sound whose bytes can be sent in part."""

    @property
    def size(self) -> int:
        """Number of bytes of the whole."""

    @property
    def content_type(self) -> str:
        """The MIME type."""

    @property
    def etag(self) -> str:
        """The ETag, which changes when the bytes do."""

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from start up to, not including, end."""

    def close(self) -> None:
        """Close what is open."""


def sound_of(song: Song) -> Sound:
    """Open a song's file for playing.

    Raises:
        AudioError: ``vanished``, ``no_permission``, ``not_audio``, ``damaged``, ``protected``,
            or ``remote``: it is on a server, not in a file.

    """
    if song.server is not None:
        raise AudioError(
            f"{song.title} is on {song.server}; play it with a client of that server", code="remote"
        )
    path = song.path
    file, status = _opened(path)
    suffix = path.suffix.lower()
    try:
        if suffix in _PLAYABLE:
            content_type, codecs = _PLAYABLE[suffix]
            if _codec(path, _etag(status, "")) in codecs:
                return FileSound(file, status, content_type)
        sound = WavSound(path, status, duration=song.duration)
    except BaseException:
        file.close()
        raise
    file.close()
    return sound


class FileSound:
    """A file's own bytes.

    Args:
        file: open for reading; closed with this.
        status: status of the open file.
        content_type: the MIME type.

    """

    def __init__(self, file: BinaryIO, status: os.stat_result, content_type: str) -> None:
        self._file = file
        self.size = status.st_size
        self.content_type = content_type
        self.etag = _etag(status, "")

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from start up to, not including, end.

        Raises:
            AudioError: ``vanished``: the file was cut short, or its disk is gone.

        """
        self._file.seek(start)
        left = end - start
        while left > 0:
            try:
                block = self._file.read(min(left, _BLOCK))
            except OSError as error:
                raise AudioError(f"cannot read the song on: {error}", code="vanished") from error
            if not block:
                raise AudioError("the song's file became shorter", code="vanished")
            left -= len(block)
            yield block

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class WavSound:
    """A song as 16-bit stereo WAV, decoded while it is read.

    Args:
        path: a file of any format that FFmpeg reads.
        status: status of the file.
        duration: in seconds, used if the file's header does not say or is wrong.

    Raises:
        AudioError: as `AudioFile`; ``damaged`` if it holds no sound.

    """

    content_type = "audio/wav"

    def __init__(self, path: Path, status: os.stat_result, *, duration: float | None) -> None:
        self._audio = AudioFile(path)
        try:
            rate = next((chunk.rate for chunk in self._audio.read(0.0, 0.05)), None)
            seconds = self._audio.proven_duration or duration or self._audio.measure()
        except BaseException:
            self.close()
            raise
        if rate is None or seconds is None:
            self.close()
            raise AudioError(f"cannot play {path}: no sound can be decoded", code="damaged")
        self._origin = self._audio.began  # the WAV begins with the first sound
        self._rate = min(rate, _HIGHEST)
        data = min(round(seconds * self._rate) * _FRAME, _LONGEST // _FRAME * _FRAME)
        self._header = _wav_header(self._rate, data)
        self.size = _HEADER + data
        self.etag = _etag(status, "-wav")

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from start up to, not including, end.

        Silence replaces what cannot be decoded, so that all promised bytes are sent.

        Raises:
            AudioError: as `AudioFile.read`.

        """
        if start < _HEADER:
            yield self._header[start : min(end, _HEADER)]
            start = _HEADER
        if start >= end:
            return
        first, skip = divmod(start - _HEADER, _FRAME)
        left = end - start
        for block in self._decoded(first / self._rate):
            piece = block[skip : skip + left]
            skip = max(0, skip - len(block))
            left -= len(piece)
            if piece:
                yield piece
            if left <= 0:
                return
        while left > 0:
            piece = bytes(min(left, _BLOCK))
            left -= len(piece)
            yield piece

    def close(self) -> None:
        """Close the file."""
        self._audio.close()

    def _decoded(self, start: float) -> Iterator[bytes]:
        """Yield the song from a point in time, as samples of the WAV."""
        start = start + self._origin if start > 0 else 0.0
        for piece in stereo(self._audio, start, rate=self._rate):
            yield np.clip(np.rint(piece * 32768), -32768, 32767).astype("<i2").tobytes()


def _wav_header(rate: int, data: int) -> bytes:
    """Return the header of 16-bit stereo PCM (RIFF WAVE, format 1)."""

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little")

    parts = (b"RIFF", number(data + 36, 4), b"WAVEfmt ", number(16, 4), number(1, 2), number(2, 2))
    rates = (number(rate, 4), number(rate * _FRAME, 4), number(_FRAME, 2), number(16, 2))
    return b"".join((*parts, *rates, b"data", number(data, 4)))


def _opened(path: Path) -> tuple[BinaryIO, os.stat_result]:
    """Open a song's file, following links, if it is a file."""
    try:
        real = path.resolve(strict=True)
        if real.suffix.lower() not in AUDIO_SUFFIXES or not stat.S_ISREG(real.stat().st_mode):
            raise AudioError(f"{path} is not an audio file any more; scan again", code="not_audio")
        file = real.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AudioError(
            f"the file {path} is gone; connect the disk that holds it, or scan again",
            code="vanished",
        ) from error
    except PermissionError as error:
        raise AudioError(
            f"reading {path} is not permitted; change its permissions", code="no_permission"
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise AudioError(f"cannot open {path}: {error}; scan again", code="damaged") from error
    return file, os.fstat(file.fileno())


@lru_cache(maxsize=4096)
def _codec(path: Path, _state: str) -> str | None:
    """Return the codec of a file in a state (remembered), or None if it is unknown.

    It is None for chained Ogg files, of which browsers play the first link at best.
    """
    import av

    try:
        with path.open("rb", buffering=0) as file:
            if len(links(file)) > 1:
                return None
        with open_media(path) as container:
            streams = container.streams.audio
            return streams[0].codec_context.name if streams else None
    except (av.FFmpegError, OSError, ValueError):
        return None


def _etag(status: os.stat_result, kind: str) -> str:
    return f'"{status.st_size:x}-{status.st_mtime_ns:x}{kind}"'
