"""Pieces of sound as they are in the file, gathered from decoded frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from av import AudioFrame, AudioLayout
from av.audio.frame import format_dtypes
from numpy.typing import NDArray

_LOUDEST = np.float32(8.0)
"""Loudest sample in full scales: beyond it, a file is damaged; decoders overshoot by less."""

_CHUNK = 1 << 19
"""Samples gathered before they are passed on, which bounds memory and saves calls."""


@dataclass(frozen=True)
class Chunk:
    """A piece of sound as it is in the file.

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


_USUAL_LAYOUTS = ("mono", "stereo", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1")
"""FFmpeg's layouts for one channel and more, for files that do not name their channels."""


def _speakers(layout: AudioLayout) -> tuple[str, ...]:
    """Return FFmpeg's names of the channels; ``NONE`` only for more than eight unnamed ones."""
    names = tuple(channel.name for channel in layout.channels)
    if "NONE" in names and len(names) <= len(_USUAL_LAYOUTS):
        usual = AudioLayout(_USUAL_LAYOUTS[len(names) - 1])
        return tuple(channel.name for channel in usual.channels)
    return names


class Gathered:
    """Frames of one kind, gathered to be converted together."""

    def __init__(self) -> None:
        self._kind: tuple[str, str, int] | None = None
        self._channels: tuple[str, ...] = ()
        self._parts: list[list[NDArray[Any]]] = []  # the channels of each frame
        self._count = 0

    def add(self, frame: AudioFrame, first: int, last: int) -> Iterator[Chunk]:
        """Add samples first to last of a frame; yield what was gathered once it is enough."""
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
    """Scale samples of another type to full scale 1, in place."""
    if dtype.kind == "u":
        samples -= np.float32(128)  # FFmpeg's only unsigned type has 8 bits
        samples /= np.float32(128)
    elif dtype.kind == "i":
        samples *= np.float32(2.0 ** (1 - 8 * dtype.itemsize))
    elif not -_LOUDEST <= samples.min() <= samples.max() <= _LOUDEST:  # also NaN
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -_LOUDEST, _LOUDEST, out=samples)
    return samples
