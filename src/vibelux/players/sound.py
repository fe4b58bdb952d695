"""The sound of a song as stereo at one rate, in pieces, for a sound device."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av import AudioFrame, AudioResampler
from numpy.typing import NDArray

from vibelux.errors import AudioError
from vibelux.music.audio_file import AudioFile, SeekFailed
from vibelux.music.chunks import Chunk

RATE = 48_000
"""Hz: what nearly every sound device runs at."""

Stereo = NDArray[np.float32]
"""[shape=(n, 2), dtype=float32, in [-1, 1]] left and right."""


def stereo(path: Path, *, start: float = 0.0) -> Iterator[Stereo]:
    """Yield the sound of a song from a point in time, mixed to stereo at `RATE`.

    Mono goes to both sides; more channels are mixed down as FFmpeg does. Decodes as it is asked
    for more, some seconds at a time.

    Args:
        path: any format that FFmpeg reads.
        start: in seconds, >= 0.

    Raises:
        AudioError: as `vibelux.music.audio_file.AudioFile`.

    """
    with AudioFile(path) as audio:
        resampler: AudioResampler | None = None
        before: tuple[int, tuple[str, ...]] | None = None
        for chunk in _chunks(audio, start):
            kind = chunk.rate, chunk.channels
            if resampler is None or kind != before:  # the sound may change within a file
                if resampler is not None:
                    yield from _converted(resampler, None)
                resampler = AudioResampler(format="flt", layout="stereo", rate=RATE)
                before = kind
            yield from _converted(resampler, chunk)
        if resampler is not None:
            yield from _converted(resampler, None)


def _chunks(audio: AudioFile, start: float) -> Iterator[Chunk]:
    """Yield a file's chunks; where it cannot be sought in, walk to the start."""
    chunks = audio.read(start)
    try:
        first = next(chunks, None)
    except SeekFailed:
        chunks = audio.read(start, seek=False)
        first = next(chunks, None)
    if first is None:
        if start == 0:
            raise AudioError(
                f"cannot analyse {audio.path}: no sound can be decoded", code="damaged"
            )
        return
    yield first
    yield from chunks


def _converted(resampler: AudioResampler, chunk: Chunk | None) -> Iterator[Stereo]:
    frame = None
    if chunk is not None:
        samples, layout = chunk.samples, "+".join(chunk.channels)
        if "NONE" in chunk.channels:  # many channels, and nobody says where each belongs
            samples, layout = samples.mean(axis=0, keepdims=True), "mono"
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate = chunk.rate
    for converted in resampler.resample(frame):
        mixed = converted.to_ndarray().reshape(-1, 2)
        if len(mixed):
            yield np.clip(mixed, -1.0, 1.0)
