"""A sound device that asks for samples, by means of miniaudio."""

import contextlib
import os
import sys
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import MissingExtra, PlayerError
from vibelux.folding import folded

_PERIOD = 100
"""Milliseconds of sound that the device asks for at once: long enough while the interpreter is busy
elsewhere, short enough for keys to act immediately."""

SILENT = "null"
"""Name of the device that makes no sound."""


class SoundDevice:
    """A device of this computer, playing stereo in float32.

    Args:
        frames: when sent a number n, yields samples [shape=(n, 2), dtype=float32, in [-1, 1]]; it
            runs in a thread of the device.
        rate: in Hz; devices that run at another rate convert.
        name: part of the device's name in any case; None is the system's default, `SILENT` makes
            no sound.

    Raises:
        MissingExtra: miniaudio is not installed.
        PlayerError: there is no such device, or none at all.

    """

    def __init__(
        self, frames: Generator[NDArray[np.float32], int, None], *, rate: int, name: str | None
    ) -> None:
        miniaudio = _miniaudio()
        silent = miniaudio.Backend.NULL
        audible = [backend for backend in miniaudio.Backend if backend is not silent]
        backends = [silent] if name == SILENT else audible
        try:
            with _quiet():
                chosen = None if name in (None, SILENT) else _named(str(name), miniaudio, backends)
                self._device = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=2,
                    sample_rate=rate,
                    buffersize_msec=_PERIOD,
                    device_id=None if chosen is None else chosen["id"],
                    backends=backends,
                    app_name="vibelux",
                )
        except miniaudio.MiniaudioError as error:
            raise PlayerError(
                "no sound device can be opened; connect one, or play through MPD with --mpd"
            ) from error
        if name == SILENT:
            self.name = "the silent device"
        else:
            self.name = "this computer" if chosen is None else str(chosen["name"])
        self._frames = frames

    def start(self) -> None:
        """Start asking for samples."""
        next(self._frames)
        self._device.start(self._frames)

    def close(self) -> None:
        """Stop asking, and free the device."""
        self._device.close()


def _miniaudio() -> Any:
    try:
        import miniaudio
    except ImportError as error:
        raise MissingExtra(
            'playing on this computer needs the play extra: pip install "vibelux[play]"; '
            "or play through MPD with --mpd"
        ) from error
    return miniaudio


def _named(name: str, miniaudio: Any, backends: list[Any]) -> dict[str, Any]:
    """Return the first device whose name contains a text."""
    found = miniaudio.Devices(backends).get_playbacks()
    for device in found:
        if folded(name) in folded(device["name"]):
            return dict(device)
    names = ", ".join(repr(device["name"]) for device in found) or "none"
    raise PlayerError(f"there is no sound device {name!r}; there are: {names}")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence what ALSA and JACK write to stderr if there is no device: our errors say so."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # no stderr at all, as in a windowed program
        yield
        return
    try:
        with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - no path is meant
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
