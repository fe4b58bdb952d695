"""Playlists as files: written, and read back.

| suffix | format |
| --- | --- |
| ``.m3u8``, ``.m3u`` | extended M3U in UTF-8, which nearly every player reads |
| ``.xspf`` | XML Shareable Playlist Format |
| ``.jspf`` | the same as JSON |
| ``.pls`` | the INI format of Winamp and internet radios |

No file name is refused, whatever characters or bytes it is made of: all of them come back.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from vibelux.errors import InvalidInput, PlaylistError
from vibelux.library.playlists import jspf, m3u8, pls, xspf
from vibelux.library.playlists.entries import Listed, PlaylistEntry
from vibelux.library.playlists.places import absolute
from vibelux.whole_file import whole_file

__all__ = [
    "FORMATS",
    "Listed",
    "PlaylistEntry",
    "read_playlist",
    "require_format",
    "write_playlist",
]

FORMATS: Mapping[str, ModuleType] = {
    ".m3u8": m3u8,
    ".m3u": m3u8,
    ".xspf": xspf,
    ".jspf": jspf,
    ".pls": pls,
}
"""Suffix -> module with ``render`` and ``parse``."""


def require_format(path: Path) -> str:
    """Return the suffix that says a playlist's format.

    Raises:
        InvalidInput: the suffix is none of `FORMATS`.

    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidInput(
            f"cannot tell the playlist's format from {path.name!r}; "
            f"end the name with one of {', '.join(FORMATS)}"
        )
    return suffix


def write_playlist(path: Path, songs: Iterable[Listed], *, relative: bool = False) -> None:
    """Write a playlist in the format of its suffix, replacing the file in one step.

    Args:
        path: the file to write; its folder must exist.
        songs: in the order of playing.
        relative: name files relative to the playlist's folder where that is possible, so that
            music and playlist can move together.

    Raises:
        InvalidInput: the suffix is none of `FORMATS`.
        PlaylistError: the file cannot be written; one that was there is unchanged.

    """
    suffix = require_format(path)
    folder = absolute(path).parent if relative else None
    text: str = FORMATS[suffix].render(songs, folder)
    try:
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PlaylistError(f"cannot write the playlist {path}: {error}") from error


def read_playlist(path: Path) -> list[PlaylistEntry]:
    """Read the files that a playlist names; they need not exist.

    Web addresses are passed over.

    Args:
        path: a playlist with one of the suffixes of `FORMATS`.

    Raises:
        InvalidInput: the suffix is none of `FORMATS`.
        PlaylistError: the file cannot be read or is not what its suffix says.

    """
    suffix = require_format(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlaylistError(f"cannot read the playlist {path}: {error}") from error
    try:
        entries: list[PlaylistEntry] = FORMATS[suffix].parse(content, absolute(path).parent)
    except ValueError as error:
        raise PlaylistError(f"{path} is not a playlist: {error}") from error
    return entries
