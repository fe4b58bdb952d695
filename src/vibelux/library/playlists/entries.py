"""What playlists say of songs: what is written of one, what is read of one."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Listed(Protocol):
    """What a playlist needs to know of a song; `vibelux.library.catalogue.Song` fits."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def title(self) -> str | None:
        """Title, or None."""

    @property
    def artist(self) -> str | None:
        """Artist, or None."""

    @property
    def duration(self) -> float | None:
        """Seconds, or None."""


@dataclass(frozen=True)
class PlaylistEntry:
    """An entry of a playlist that was read.

    Attributes:
        path: of the file, absolute (relative ones are taken from the playlist's folder).
        label: ``Artist - Title`` as written, or None.
        duration: seconds, or None.

    """

    path: Path
    label: str | None
    duration: float | None


def label_of(song: Listed) -> str:
    """Return ``Artist - Title`` on one line, or the file's name where there are no tags."""
    return joined(song.artist, song.title) or one_line(song.path.stem)


def joined(artist: str | None, title: str | None) -> str | None:
    """Return ``Artist - Title`` of what is known, None where nothing is."""
    known = [line for line in map(one_line, (artist or "", title or "")) if line]
    return " - ".join(known) or None


def seconds_of(text: str, *, of_a_second: int = 1) -> float | None:
    """Return a duration as a playlist writes it, in seconds; None where it says nothing of use."""
    try:
        seconds = float(text) / of_a_second
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def one_line(text: str) -> str:
    """Return a text on one line of valid Unicode, control characters and all."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
