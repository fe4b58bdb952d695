"""Playlists as M3U8 files: written, read back, and handed to the system's player.

The format is the one that players agree on (extended M3U in UTF-8): a line ``#EXTM3U``, then for
each song ``#EXTINF:seconds,Artist - Title`` and its path. A path that cannot stand on a line of
its own (with a newline, spaces at its ends, or bytes that are not UTF-8) is written as a
percent-encoded ``file:`` address, which players read alike; so no name is refused.
"""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote_to_bytes
from urllib.request import url2pathname

from vibelux.errors import PlaylistError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: C: is a drive
_EXTINF = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,]*,?(.*)")


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
    """A line of a playlist that was read.

    Attributes:
        path: of the file, absolute (relative ones are taken from the playlist's folder).
        label: ``Artist - Title`` as written, or None.
        duration: whole seconds, or None.

    """

    path: Path
    label: str | None
    duration: float | None


def write_m3u8(path: Path, songs: Iterable[Listed], *, relative: bool = False) -> None:
    """Write a playlist, replacing the file in one step.

    Args:
        path: the file to write; its folder must exist.
        songs: in the order of playing.
        relative: write paths relative to the playlist's folder where that is possible, so that
            music and playlist can move together.

    Raises:
        PlaylistError: the file cannot be written; one that was there is unchanged.

    """
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - links stay as they are
    lines = ["#EXTM3U"]
    for song in songs:
        seconds = -1 if song.duration is None else round(song.duration)
        lines.append(f"#EXTINF:{seconds},{_label(song)}")
        lines.append(_written(song.path, folder if relative else None))
    part = path.with_name(f".vibelux-{os.getpid()}.part")
    try:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise PlaylistError(f"cannot write the playlist {path}: {error}") from error


def read_m3u8(path: Path) -> list[PlaylistEntry]:
    """Read the files that a playlist names, also of plain M3U.

    Comments, unknown directives and web addresses are passed over; the files need not exist.
    Lines that are not UTF-8 are taken as the file system's own bytes.

    Args:
        path: an M3U8 or M3U file.

    Raises:
        PlaylistError: the file cannot be read or is not text.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlaylistError(f"cannot read the playlist {path}: {error}") from error
    if b"\0" in content:
        raise PlaylistError(f"{path} is not a playlist: it holds binary data")
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100
    entries: list[PlaylistEntry] = []
    label: str | None = None
    duration: float | None = None
    for raw in content.removeprefix(b"\xef\xbb\xbf").splitlines():
        line = raw.decode("utf-8", "surrogateescape").strip()
        if match := _EXTINF.fullmatch(line):
            seconds = float(match[1])
            label = match[2].strip().encode("utf-8", "replace").decode("utf-8") or None
            duration = seconds if seconds >= 0 else None
        elif line and not line.startswith("#"):
            if (file := _named(line)) is not None:
                entries.append(PlaylistEntry(folder / file, label, duration))
            label = duration = None
    return entries


def open_playlist(path: Path) -> None:
    """Play a playlist with the program that the system has for it.

    Args:
        path: an M3U8 file.

    Raises:
        PlaylistError: the system has no opener or no program for playlists, or it fails at once.

    """
    file = Path(os.path.abspath(path))  # noqa: PTH100
    hint = f"open {file} in your music player by hand"
    try:
        if sys.platform == "win32":
            os.startfile(file)
            return
        opener = "open" if sys.platform == "darwin" else "xdg-open"
        player = subprocess.Popen(
            [opener, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the music goes on when the terminal closes
        )
    except FileNotFoundError as error:
        raise PlaylistError(f"this system has no {opener} to start a player; {hint}") from error
    except OSError as error:
        raise PlaylistError(f"cannot start a player: {error}; {hint}") from error
    # An opener that finds no player says so soon; one that still runs is the player itself.
    deadline = time.monotonic() + 3
    while (code := player.poll()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if code:
        raise PlaylistError(f"{opener} found no program that plays playlists; {hint}")


def _label(song: Listed) -> str:
    words = " - ".join(filter(None, (song.artist, song.title))) or song.path.stem
    words = words.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())


def _written(path: Path, folder: Path | None) -> str:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    text = str(absolute)
    if not _fits_a_line(text):
        return absolute.as_uri()
    if folder is not None:
        try:
            text = os.path.relpath(absolute, folder)
        except ValueError:  # another drive on Windows
            return text
        if text.startswith("#") or _ADDRESS.match(text) or not _fits_a_line(text):
            text = os.path.join(".", text)  # noqa: PTH118 - pathlib drops the dot
    return text


def _fits_a_line(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return text == text.strip() and len(text.splitlines()) == 1


def _named(line: str) -> Path | None:
    """Return the file that a line names, or None for an address elsewhere."""
    if not _ADDRESS.match(line):
        return Path(line)
    if not line.lower().startswith("file:"):
        return None
    place = line[len("file:") :]
    if sys.platform == "win32":
        return Path(url2pathname(place))
    if place.startswith("//"):
        host, slash, place = place[2:].partition("/")
        if host not in ("", "localhost"):
            return None
        place = slash + place
    return Path(os.fsdecode(unquote_to_bytes(os.fsencode(place))))
