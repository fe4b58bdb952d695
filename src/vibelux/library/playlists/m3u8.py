"""M3U8, the format that players agree on: extended M3U in UTF-8.

A line ``#EXTM3U``, then for each song ``#EXTINF:seconds,Artist - Title`` and its path.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from vibelux.library.playlists.entries import Listed, PlaylistEntry, label_of
from vibelux.library.playlists.places import as_line, of_line

_EXTINF = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,]*,?(.*)")


def render(songs: Iterable[Listed], folder: Path | None) -> str:
    """Return the playlist's text; paths relative to a folder, or absolute."""
    lines = ["#EXTM3U"]
    for song in songs:
        seconds = -1 if song.duration is None else round(song.duration)
        lines.append(f"#EXTINF:{seconds},{label_of(song)}")
        lines.append(as_line(song.path, folder))
    return "\n".join(lines) + "\n"


def parse(content: bytes, folder: Path) -> list[PlaylistEntry]:
    """Read the entries, also of plain M3U; comments and unknown directives are passed over.

    Lines that are not UTF-8 are taken as the file system's own bytes.

    Raises:
        ValueError: it is not text.

    """
    if b"\0" in content:
        raise ValueError("it holds binary data")
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
            if (file := of_line(line, folder)) is not None:
                entries.append(PlaylistEntry(file, label, duration))
            label = duration = None
    return entries
