"""Plays songs on this computer's sound device, one after the other without a gap.

A thread decodes a few seconds ahead; the device's thread takes what is ready and never waits. Any
format that can be scanned can be played, since both decode with FFmpeg.
"""

import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import AudioError, PlayerError
from vibelux.library.catalogue import Song
from vibelux.music.audio_file import AudioFile
from vibelux.music.stereo import Stereo, stereo
from vibelux.players.device import SoundDevice
from vibelux.players.player import Ended, Event, Failed, Playing, Started

RATE = 48_000
"""Sample rate in Hz, at which nearly every sound device runs."""

_AHEAD = 2 * RATE
"""Frames that are decoded ahead; the next song can be changed until its first frame is."""

_STALLED = 5.0
"""Seconds after which a device that asks for nothing is taken to be gone."""


@dataclass(eq=False)
class _Turn:
    """One play of a song, since a song may be played twice in a row.

    Attributes:
        song: the song.
        seconds: how much of the song was handed to the device.

    """

    song: Song
    seconds: float


@dataclass
class _Piece:
    """Sound of a turn, waiting to be played; None marks the end of the turn."""

    turn: _Turn
    samples: Stereo | None


def sound_of(path: Path, *, start: float = 0.0) -> Iterator[Stereo]:
    """Yield the sound of a song from a point in time as `vibelux.music.stereo` does, at `RATE`.

    Raises:
        AudioError: as `vibelux.music.audio_file.AudioFile`; ``damaged`` if there is no sound.

    """
    with AudioFile(path) as audio:
        pieces = stereo(audio, start, rate=RATE)
        first = next(pieces, None)
        if first is not None:
            yield first
            yield from pieces
        elif start == 0:
            raise AudioError(f"cannot analyse {path}: no sound can be decoded", code="damaged")


class EmbeddedPlayer:
    """Plays on a sound device of this computer.

    Args:
        device: part of the device's name; None is the system's default, ``null`` makes no sound.

    Raises:
        MissingExtra: miniaudio is not installed.
        PlayerError: there is no such device, or none at all.

    """

    def __init__(self, *, device: str | None = None) -> None:
        self._change = threading.Condition()
        self._upcoming: deque[tuple[Song, float]] = deque()
        self._pieces: deque[_Piece] = deque()
        self._events: deque[Event] = deque()
        self._feeding: _Turn | None = None  # what is being decoded
        self._turn: _Turn | None = None  # what is playing
        self._paused = self._skipping = self._closed = False
        self._gain = 1.0
        self._asked = 0  # questions of the device so far
        self._polled = (0, time.monotonic())
        self._quiet = 0.0  # seconds without a question
        self._device = SoundDevice(self._frames(), rate=RATE, name=device)
        self._feeder = threading.Thread(target=self._feed, name="vibelux-decoder", daemon=True)
        self._feeder.start()
        self._device.start()

    @property
    def name(self) -> str:
        """The player's name on the screen."""
        return self._device.name

    def enqueue(self, songs: Sequence[Song], *, at: float = 0.0) -> None:
        """Make these the next songs; one that is already decoded for the next seconds stays."""
        with self._change:
            idle = self._turn is None and self._feeding is None
            self._upcoming = deque((song, 0.0) for song in songs)
            if idle and songs:
                self._upcoming[0] = (songs[0], max(0.0, at))
            self._change.notify_all()

    def poll(self) -> list[Event]:
        """Return what has happened since the last call, in order."""
        self._watch_device()
        if self._quiet > _STALLED:
            raise PlayerError(
                f"the sound device ({self.name}) has stopped; connect it again, or choose "
                "another one with --sound-device"
            )
        with self._change:
            events = list(self._events)
            self._events.clear()
        return events

    def playing(self) -> Playing | None:
        """Return what is playing."""
        with self._change:
            turn = self._turn
            return None if turn is None else Playing(turn.song, turn.seconds, self._paused)

    def skip(self) -> None:
        """End the song; the next one begins."""
        with self._change:
            self._skipping = self._turn is not None

    def pause(self, paused: bool) -> None:
        """Pause, or go on."""
        with self._change:
            self._paused = paused

    def close(self) -> None:
        """Stop playing and free the device."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._device.close()
        self._feeder.join(timeout=10)

    def _watch_device(self) -> None:
        asked, at = self._polled
        self._polled = self._asked, time.monotonic()
        # At most a second per call: clocks may go on while the computer sleeps.
        self._quiet = self._quiet + min(1.0, time.monotonic() - at) if asked == self._asked else 0.0

    # The decoder's thread.

    def _feed(self) -> None:
        sound: Iterator[Stereo] = iter(())
        while True:
            with self._change:
                self._change.wait_for(self._wants_more)
                if self._closed:
                    return
                turn = self._feeding
                if turn is None:
                    song, at = self._upcoming.popleft()
                    turn = self._feeding = _Turn(song, at)
                    sound = sound_of(song.path, start=at)
                    fresh = True
            failure = piece = None
            try:
                piece = next(sound, None)
            except AudioError as error:
                failure = str(error).removeprefix(f"cannot analyse {turn.song.path}: ")
            with self._change:
                if self._feeding is not turn:  # skipped meanwhile
                    continue
                if failure is not None and fresh:
                    self._events.append(Failed(turn.song, failure))
                    self._feeding = None
                    continue
                fresh = False
                self._pieces.append(_Piece(turn, piece))
                if piece is None:
                    self._feeding = None

    def _wants_more(self) -> bool:
        if self._closed:
            return True
        ready = sum(len(piece.samples) for piece in self._pieces if piece.samples is not None)
        return ready < _AHEAD and (self._feeding is not None or bool(self._upcoming))

    # The device's thread.

    def _frames(self) -> Generator[NDArray[np.float32], int, None]:
        """Yield as many frames as the device asks for [shape=(n, 2)], or silence."""
        count = yield np.empty((0, 2), np.float32)
        while True:
            with self._change:
                self._asked += 1
                frames = self._taken(count)
                self._change.notify_all()
            count = yield frames

    def _taken(self, count: int) -> NDArray[np.float32]:
        frames = np.zeros((count, 2), np.float32)
        aim = 0.0 if self._paused or self._skipping else 1.0
        if self._gain or aim:
            filled = 0
            while filled < count and (part := self._part(count - filled)) is not None:
                frames[filled : filled + len(part)] = part
                filled += len(part)
            if self._gain != aim:  # a ramp: a cut would click
                frames *= np.linspace(self._gain, aim, count, dtype=np.float32)[:, None]
                self._gain = aim
        else:
            self._part(0)  # begins a waiting song, so that it is shown
        if self._skipping:
            self._drop()
        return frames

    def _part(self, most: int) -> Stereo | None:
        """Take at most this many frames of the first piece; begin and end songs on the way."""
        while self._pieces:
            piece = self._pieces[0]
            if piece.turn is not self._turn:
                self._turn = piece.turn
                self._events.append(Started(piece.turn.song))
            if piece.samples is None:
                self._pieces.popleft()
                self._over(whole=True)
                continue
            part, rest = piece.samples[:most], piece.samples[most:]
            if len(rest):
                piece.samples = rest
            else:
                self._pieces.popleft()
            piece.turn.seconds += len(part) / RATE
            return part
        return None

    def _drop(self) -> None:
        """Drop what is playing; the next song follows as far as it is ready."""
        self._skipping = False
        turn = self._turn
        self._pieces = deque(piece for piece in self._pieces if piece.turn is not turn)
        if self._feeding is turn:
            self._feeding = None
        self._over(whole=False)

    def _over(self, *, whole: bool) -> None:
        if self._turn is not None:
            self._events.append(Ended(self._turn.song, self._turn.seconds, whole))
        self._turn = None
