"""M3U8, the format that players agree on: extended M3U in UTF-8.

A line ``#EXTM3U``, then for each song ``#EXTINF:seconds,Artist - Title`` and its path.
"""

import re
from collections.abc import Iterable

from vibelux.library.playlists.entries import Listed, PlaylistEntry, label_of, seconds_of
from vibelux.library.playlists.file_names import FileNames
from vibelux.library.playlists.foreign_names import ForeignNames
from vibelux.library.playlists.lines import is_utf8, lines_of, stated_encoding

_EXTINF = re.compile(
    rb"""\#EXTINF:\s*(?P<seconds>-?\d+(?:\.\d+)?)
    (?:\s+[\w-]+=(?:"[^"]*"|[^",\s]*))*  # attributes, whose texts may hold commas
    [^,]*,?(?P<label>.*)""",
    re.IGNORECASE | re.VERBOSE,
)
_ENCODING = re.compile(rb"#EXTENC:\s*([\w.-]+)\s*", re.IGNORECASE)


def render(songs: Iterable[Listed], names: FileNames) -> str:
    """Return the playlist's text."""
    lines = ["#EXTM3U"]
    for song in songs:
        seconds = -1 if song.duration is None else round(song.duration)
        lines.append(f"#EXTINF:{seconds},{label_of(song)}")
        lines.append(names.line(song.path))
    return "\n".join(lines) + "\n"


def parse(content: bytes, names: ForeignNames) -> list[PlaylistEntry]:
    """Read the entries, also of plain M3U; comments and unknown directives are passed over.

    Raises:
        ValueError: it is not text.

    """
    lines = lines_of(content)
    if not is_utf8(lines):
        stated = next(filter(None, map(_ENCODING.fullmatch, lines)), None)
        names.suppose(b"\n".join(lines), stated=stated_encoding(stated and stated[1]))
    entries: list[PlaylistEntry] = []
    extra: re.Match[bytes] | None = None
    for line in lines:
        bare = line.strip()
        if match := _EXTINF.fullmatch(bare):
            extra = match
        elif bare and not (bare.startswith(b"#") and _is_comment(line, names)):
            if (file := names.of_line(line)) is not None:
                # Not before the file is found, which may tell the encoding.
                label = names.text(extra["label"].strip()) if extra else ""
                seconds = seconds_of(extra["seconds"].decode()) if extra else None
                entries.append(PlaylistEntry(file, label or None, seconds))
            extra = None
    return entries


def _is_comment(line: bytes, names: ForeignNames) -> bool:
    """Tell a comment from a name that begins like one, as other programs write them."""
    return line.upper().startswith(b"#EXT") or not names.is_there(line)
