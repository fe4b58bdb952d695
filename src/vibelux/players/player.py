"""What a listening session needs from a player."""

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
        song: the song.
        seconds: how much of it was played.
        whole: whether it was played to its end.

    """

    song: Song
    seconds: float
    whole: bool


@dataclass(frozen=True)
class Failed:
    """A song cannot be played and was skipped.

    Attributes:
        song: the song.
        reason: why it cannot be played, without a full stop.

    """

    song: Song
    reason: str


@dataclass(frozen=True)
class Notice:
    """Something that the listener should know.

    Attributes:
        text: a sentence without a full stop.

    """

    text: str


Event = Started | Ended | Failed | Notice


@dataclass(frozen=True)
class Playing:
    """What is playing.

    Attributes:
        song: the song.
        seconds: since its start.
        paused: whether it is paused.

    """

    song: Song
    seconds: float
    paused: bool


class Player(Protocol):
    """Plays songs one after the other.

    Songs may also begin, end or be skipped by another program that shares the player: `poll` says
    so.
    """

    @property
    def name(self) -> str:
        """The player's name on the screen."""

    def enqueue(self, songs: Sequence[Song], *, at: float = 0.0) -> None:
        """Make these the next songs, in place of the earlier ones; begin if nothing plays.

        Args:
            songs: in playing order.
            at: seconds into the first song at which it begins, if it begins now.

        Raises:
            PlayerError: the player is gone.

        """

    def poll(self) -> list[Event]:
        """Return what has happened since the last call, in order.

        Raises:
            PlayerError: the player is gone.

        """

    def playing(self) -> Playing | None:
        """Return what is playing, as of the last `poll`."""

    def skip(self) -> None:
        """End the song; the next one begins. There is an `Ended` for it."""

    def pause(self, paused: bool) -> None:
        """Pause, or go on."""

    def close(self) -> None:
        """Release the player."""
