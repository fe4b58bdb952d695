"""PLS: an INI file with ``File1``, ``Title1`` and ``Length1`` for each song (version 2)."""

import math
import re
from collections.abc import Iterable

from vibelux.library.playlists.entries import Listed, PlaylistEntry, label_of, seconds_of
from vibelux.library.playlists.file_names import FileNames
from vibelux.library.playlists.foreign_names import ForeignNames
from vibelux.library.playlists.lines import is_utf8, lines_of

_LINE = re.compile(rb"\s*(file|title|length)(\d{0,9})\s*=\s*(.*)", re.IGNORECASE)


def render(songs: Iterable[Listed], names: FileNames) -> str:
    """Return the playlist's text."""
    lines = ["[playlist]"]
    count = 0
    for count, song in enumerate(songs, start=1):
        seconds = -1 if song.duration is None else round(song.duration)
        lines.append(f"File{count}={names.line(song.path)}")
        lines.append(f"Title{count}={label_of(song)}")
        lines.append(f"Length{count}={seconds}")
    lines += [f"NumberOfEntries={count}", "Version=2"]
    return "\n".join(lines) + "\n"


def parse(content: bytes, names: ForeignNames) -> list[PlaylistEntry]:
    """Read the entries in the order of their numbers; lines of other kinds are passed over.

    Entries without a number, or with one that was taken before, come in the order of the lines.

    Raises:
        ValueError: it is not text, or it does not start like such a file.

    """
    lines = lines_of(content)
    if not is_utf8(lines):
        names.suppose(b"\n".join(lines))
    found = [match for line in lines if (match := _LINE.fullmatch(line.rstrip(b"\r\n")))]
    first = next((bare for line in lines if (bare := line.strip()) and bare[:1] not in b";#"), b"")
    if first.lower() != b"[playlist]" and not any(match[1].lower() == b"file" for match in found):
        raise ValueError("it does not start with [playlist]")
    entries: list[PlaylistEntry] = []
    for song in _songs(found):
        file = names.of_line(song["file"]) if song.get("file", b"").strip() else None
        if file is not None:
            title = names.text(song.get("title", b"").strip())
            seconds = seconds_of(song.get("length", b"").decode("ascii", "replace"))
            entries.append(PlaylistEntry(file, title or None, seconds))
    return entries


def _songs(found: Iterable[re.Match[bytes]]) -> list[dict[str, bytes]]:
    """Return what is said of each song, in order."""
    numbered: dict[tuple[float, int], dict[str, bytes]] = {}
    now: dict[int | None, tuple[float, int]] = {}  # number -> place of its song
    for place, match in enumerate(found):
        what, number = match[1].decode().lower(), int(match[2]) if match[2] else None
        if number not in now or what in numbered[now[number]]:
            now[number] = (math.inf if number is None else number, place)
            numbered[now[number]] = {}
        numbered[now[number]][what] = match[3]
    return [song for _, song in sorted(numbered.items(), key=lambda item: item[0])]
