"""PLS: an INI file with ``File1``, ``Title1`` and ``Length1`` for each song (version 2)."""

import math
import re
from collections.abc import Iterable
from pathlib import Path

from vibelux.library.playlists.entries import Listed, PlaylistEntry, label_of
from vibelux.library.playlists.places import as_line, of_line

_LINE = re.compile(r"(file|title|length)(\d{1,9})\s*=\s*(.*)", re.IGNORECASE)


def render(songs: Iterable[Listed], folder: Path | None) -> str:
    """Return the playlist's text; paths relative to a folder, or absolute."""
    lines = ["[playlist]"]
    count = 0
    for count, song in enumerate(songs, start=1):
        seconds = -1 if song.duration is None else round(song.duration)
        lines.append(f"File{count}={as_line(song.path, folder)}")
        lines.append(f"Title{count}={label_of(song)}")
        lines.append(f"Length{count}={seconds}")
    lines += [f"NumberOfEntries={count}", "Version=2"]
    return "\n".join(lines) + "\n"


def parse(content: bytes, folder: Path) -> list[PlaylistEntry]:
    """Read the entries in the order of their numbers; lines of other kinds are passed over.

    Raises:
        ValueError: it is not text, or it does not start like such a file.

    """
    if b"\0" in content:
        raise ValueError("it holds binary data")
    lines = [
        raw.decode("utf-8", "surrogateescape").strip()
        for raw in content.removeprefix(b"\xef\xbb\xbf").splitlines()
    ]
    first = next((line for line in lines if line and line[0] not in ";#"), "")
    if first.lower() != "[playlist]":
        raise ValueError("it does not start with [playlist]")
    songs: dict[int, dict[str, str]] = {}
    for line in lines:
        if match := _LINE.fullmatch(line):
            songs.setdefault(int(match[2]), {})[match[1].lower()] = match[3]
    entries: list[PlaylistEntry] = []
    for _, song in sorted(songs.items()):
        file = of_line(song["file"], folder) if song.get("file") else None
        if file is not None:
            title = song.get("title", "").encode("utf-8", "replace").decode("utf-8")
            entries.append(PlaylistEntry(file, title or None, _seconds(song.get("length", ""))))
    return entries


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
