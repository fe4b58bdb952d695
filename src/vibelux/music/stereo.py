"""The sound of an audio file as stereo at one rate, in pieces, for people to listen to."""

from collections.abc import Iterator

import numpy as np
from av import AudioFrame, AudioResampler
from numpy.typing import NDArray

from vibelux.music.audio_file import AudioFile, SeekFailed
from vibelux.music.chunks import Chunk

Stereo = NDArray[np.float32]
"""[shape=(n, 2), dtype=float32, in [-1, 1]] left and right."""


def stereo(audio: AudioFile, start: float = 0.0, *, rate: int) -> Iterator[Stereo]:
    """Yield the sound of a file from a point in time, mixed to stereo.

    Mono goes to both sides; more channels are mixed down as FFmpeg does. It is decoded on demand,
    some seconds at a time.

    Args:
        audio: any format, rate and number of channels, which may change along the way.
        start: in seconds, ≥ 0.
        rate: rate of the result in Hz.

    Raises:
        AudioError: as `AudioFile.read`.

    """
    resampler: AudioResampler | None = None
    before: tuple[int, tuple[str, ...]] | None = None
    for chunk in _chunks(audio, start):
        kind = chunk.rate, chunk.channels
        if resampler is None or kind != before:
            if resampler is not None:
                yield from _converted(resampler, None)
            resampler = AudioResampler(format="flt", layout="stereo", rate=rate)
            before = kind
        yield from _converted(resampler, chunk)
    if resampler is not None:
        yield from _converted(resampler, None)


def _chunks(audio: AudioFile, start: float) -> Iterator[Chunk]:
    """Yield a file's chunks; if it cannot seek, read packets up to the start."""
    try:
        yield from audio.read(start)
    except SeekFailed:  # before anything was yielded
        yield from audio.read(start, seek=False)


def _converted(resampler: AudioResampler, chunk: Chunk | None) -> Iterator[Stereo]:
    """Yield what a resampler makes of a chunk, or what it still holds."""
    frame = None
    if chunk is not None:
        samples, layout = chunk.samples, "+".join(chunk.channels)
        if "NONE" in chunk.channels:  # many channels without names
            samples, layout = samples.mean(axis=0, keepdims=True), "mono"
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate = chunk.rate
    for converted in resampler.resample(frame):
        mixed = converted.to_ndarray().reshape(-1, 2)
        if len(mixed):
            yield np.clip(mixed, -1.0, 1.0)
