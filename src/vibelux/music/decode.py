"""Decodes audio files of any format to mono samples, and only the parts that are analysed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av import AudioFrame, AudioResampler
from numpy.typing import NDArray

from vibelux.errors import AudioError
from vibelux.music.audio_file import AudioFile, SeekFailed
from vibelux.music.chunks import Chunk
from vibelux.music.loudness import Loudness, LoudnessMeter
from vibelux.music.windows import fit_window, window_starts

MIN_SECONDS = 0.9
"""Shorter files are refused: one second, less what an encoder may trim from it."""

SILENCE = 1e-4
"""A window whose samples all stay below this (−80 dB of full scale) is silent."""

_TOLERANCE = 0.5
"""Seconds by which a header's duration may be wrong and still be believed."""


@dataclass(frozen=True)
class Windows:
    """The analysed parts of a song.

    Attributes:
        samples: [shape=(k, n), dtype=float32, in [-1, 1]] mono, k ≥ 1.
        starts: [shape=(k,), dtype=float64] in seconds, rising.
        duration: of the whole song, in seconds.
        loudness: loudness of the windows together, measured on all channels of the file at its own
            sample rate.

    """

    samples: NDArray[np.float32]
    starts: NDArray[np.float64]
    duration: float
    loudness: Loudness


def decode(
    path: Path, *, sample_rate: int, start: float = 0.0, seconds: float | None = None
) -> NDArray[np.float32]:
    """Decode a part of an audio file, by default all of it.

    Channels are averaged; sample values that are not finite count as 0.

    Args:
        path: any format that FFmpeg reads.
        sample_rate: sample rate of the result in Hz.
        start: in seconds, ≥ 0.
        seconds: how much; None for all that follows. It is less where the song ends earlier.

    Returns:
        samples [shape=(n,), dtype=float32, in [-1, 1]], mono, n ≥ 1.

    Raises:
        AudioError: ``vanished``, ``no_permission``, ``unreachable``, ``empty``, ``not_audio``,
            ``damaged``, ``protected``, or ``too_short``: the song ends before ``start``.

    """
    with AudioFile(path) as audio:
        samples = _part(audio, sample_rate, start, seconds)
        if len(samples) == 0 and start == 0:
            raise AudioError(f"cannot analyse {path}: no sound can be decoded", code="damaged")
        if len(samples) == 0:
            raise AudioError(f"{path} ends before {start:g} s", code="too_short")
        return samples


def decode_windows(
    path: Path, *, sample_rate: int, window_seconds: float = 10.0, max_windows: int = 3
) -> Windows:
    """Decode the windows of `vibelux.music.windows.window_starts`, seeking from one to the next.

    A header's duration is checked against the sound. If it is wrong or missing, or if seeking
    fails, all packets are read instead, which is slower and always works. A damaged file is used as
    far as it can be read. Silent windows are left out.

    Args:
        path: any format that FFmpeg reads.
        sample_rate: of the result, in Hz.
        window_seconds: length of a window; shorter songs are repeated to fill it.
        max_windows: most windows.

    Raises:
        AudioError: as `decode`; ``too_short``: less than `MIN_SECONDS`; ``silent``: no window holds
            a sample above `SILENCE`.

    """
    with AudioFile(path) as audio:
        found = _by_header(audio, sample_rate, window_seconds, max_windows)
        duration, starts, parts, loudness = found or _by_walking(
            audio, sample_rate, window_seconds, max_windows
        )
    if not any(len(part) for part in parts):
        raise AudioError(f"cannot analyse {path}: no sound can be decoded", code="damaged")
    if duration < MIN_SECONDS:
        raise AudioError(
            f"cannot analyse {path}: it lasts {duration:.2f} s; "
            f"at least {MIN_SECONDS:g} s are needed",
            code="too_short",
        )
    loud = [i for i, part in enumerate(parts) if len(part) and np.abs(part).max() > SILENCE]
    if not loud:
        raise AudioError(f"cannot analyse {path}: it is silent", code="silent")
    length = round(window_seconds * sample_rate)
    return Windows(
        samples=np.stack([fit_window(parts[i], length) for i in loud]),
        starts=np.array([starts[i] for i in loud]),
        duration=duration,
        loudness=loudness,
    )


_Found = tuple[float, Sequence[float], list[NDArray[np.float32]], Loudness]
"""Duration in seconds, starts in seconds, samples from each start, loudness."""


def _by_header(audio: AudioFile, rate: int, seconds: float, most: int) -> _Found | None:
    """Seek to the windows that the header's duration suggests; None if it is wrong."""
    duration = audio.duration
    if duration is None:
        return None
    starts = window_starts(duration, window_seconds=seconds, max_windows=most)
    parts = []
    meter = LoudnessMeter()
    for start in starts:
        try:
            samples = _window(audio, rate, start, seconds, meter, seek=True)
        except SeekFailed:
            return None
        if abs(len(samples) / rate - min(seconds, duration - start)) > _TOLERANCE:
            return None
        parts.append(samples)
    if audio.goes_on:
        return None
    if duration < seconds:
        duration = len(parts[0]) / rate
    return duration, starts, parts, meter.loudness()


def _by_walking(audio: AudioFile, rate: int, seconds: float, most: int) -> _Found:
    """Measure the song, then read its packets up to each window."""
    duration = audio.measure()
    starts = window_starts(duration or 0.0, window_seconds=seconds, max_windows=most)
    meter = LoudnessMeter()
    parts = [_window(audio, rate, start, seconds, meter, seek=False) for start in starts]
    if duration is None or duration < seconds:
        duration = len(parts[0]) / rate
    return duration, starts, parts, meter.loudness()


def _window(
    audio: AudioFile, rate: int, start: float, seconds: float, meter: LoudnessMeter, *, seek: bool
) -> NDArray[np.float32]:
    """Return a window, empty if the file is too damaged there: others may be intact."""
    meter.cut()
    try:
        return resampled(_metered(audio.read(start, seconds, seek=seek), meter), rate)
    except AudioError as error:
        if error.code in AudioError.TRANSIENT:
            raise
        return np.empty(0, np.float32)


def _metered(chunks: Iterable[Chunk], meter: LoudnessMeter) -> Iterator[Chunk]:
    for chunk in chunks:
        meter.add(chunk.samples, rate=chunk.rate, channels=chunk.channels)
        yield chunk


def _part(audio: AudioFile, rate: int, start: float, seconds: float | None) -> NDArray[np.float32]:
    try:
        samples = resampled(audio.read(start, seconds), rate)
    except SeekFailed:
        samples = np.empty(0, np.float32)
    if len(samples) == 0 and start > 0:
        return resampled(audio.read(start, seconds, seek=False), rate)
    return samples


def resampled(chunks: Iterable[Chunk], sample_rate: int) -> NDArray[np.float32]:
    """Mix chunks, each at its own rate, to mono at one rate (libswresample, band-limited).

    Returns:
        samples [shape=(n,), dtype=float32, in [-1, 1]], empty without chunks.

    """
    parts: list[NDArray[np.float32]] = []
    resampler: AudioResampler | None = None
    before = sample_rate
    for chunk in chunks:
        rate, mono = chunk.rate, chunk.mono()
        if rate != before and resampler is not None:
            parts += (frame.to_ndarray()[0] for frame in resampler.resample(None))
            resampler = None
        before = rate
        if rate == sample_rate:
            parts.append(mono)
            continue
        if resampler is None:
            resampler = AudioResampler(format="fltp", layout="mono", rate=sample_rate)
        frame = AudioFrame.from_ndarray(mono[None, :], format="fltp", layout="mono")
        frame.sample_rate = rate
        parts += (frame.to_ndarray()[0] for frame in resampler.resample(frame))
    if resampler is not None:
        parts += (frame.to_ndarray()[0] for frame in resampler.resample(None))
    if not parts:
        return np.empty(0, np.float32)
    return np.clip(np.concatenate(parts), -1.0, 1.0)
