"""What a listening session needs of whatever plays the songs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vibelux.library.catalogue import Song


@dataclass(frozen=True)
class Started:
    """A song began."""

    song: Song


@dataclass(frozen=True)
class Ended:
    """A song is over.

    Attributes:
        song: that is over.
        seconds: how much of it was played.
        whole: whether it was played to its end.

    """

    song: Song
    seconds: float
    whole: bool


@dataclass(frozen=True)
class Failed:
    """A song cannot be played and was passed over.

    Attributes:
        song: that cannot be played.
        reason: why, a sentence without its end.

    """

    song: Song
    reason: str


@dataclass(frozen=True)
class Notice:
    """Something that the listener should know.

    Attributes:
        text: a sentence without its end.

    """

    text: str


Event = Started | Ended | Failed | Notice


@dataclass(frozen=True)
class Playing:
    """What is playing.

    Attributes:
        song: the song.
        seconds: since its start.
        paused: whether it waits.

    """

    song: Song
    seconds: float
    paused: bool


class Player(Protocol):
    """Plays songs one after the other.

    Songs may also begin, end or be skipped without being asked to, by another program that shares
    the player: `poll` tells.
    """

    @property
    def name(self) -> str:
        """What the screen calls it."""

    def enqueue(self, songs: Sequence[Song], *, at: float = 0.0) -> None:
        """Make these the songs to come, in place of those that were; begin if nothing plays.

        Args:
            songs: in the order of playing.
            at: seconds into the first one where it begins, if it begins now.

        Raises:
            PlayerError: the player is gone.

        """

    def poll(self) -> list[Event]:
        """Return what happened since the last time, in order.

        Raises:
            PlayerError: the player is gone.

        """

    def playing(self) -> Playing | None:
        """Return what is playing, as far as the last `poll` knows."""

    def skip(self) -> None:
        """End the song; the next one begins. There is an `Ended` for it."""

    def pause(self, paused: bool) -> None:
        """Wait, or go on."""

    def close(self) -> None:
        """Let go of the player."""
