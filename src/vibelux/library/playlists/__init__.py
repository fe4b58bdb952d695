"""Playlists as files: written, and read back.

| suffix | format |
| --- | --- |
| ``.m3u8``, ``.m3u`` | extended M3U in UTF-8, which nearly every player reads |
| ``.xspf`` | XML Shareable Playlist Format |
| ``.jspf`` | the same as JSON |
| ``.pls`` | the INI format of Winamp and internet radios |

No file name is refused, whatever characters or bytes it is made of: all of them come back. That is
why the formats are written here: each takes some sixty lines.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType

from vibelux.atomic_file import atomic_file
from vibelux.errors import InvalidInput, PlaylistError
from vibelux.library.playlists import jspf, m3u8, pls, xspf
from vibelux.library.playlists.entries import Listed, PlaylistEntry
from vibelux.library.playlists.file_names import FileNames
from vibelux.library.playlists.foreign_names import ForeignNames
from vibelux.library.real_paths import absolute, real

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

_LARGEST = 64 << 20
"""Bytes of a playlist at most: a million songs take that."""


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


def write_playlist(path: Path, songs: Iterable[Listed], *, relative: bool = False) -> int:
    """Write a playlist in the format of its suffix, replacing the file in one step.

    Args:
        path: the file to write; its folder must exist. What a link leads to is written.
        songs: in the order of playing.
        relative: name files relative to the playlist's folder where that is possible, so that
            music and playlist can move together.

    Returns:
        with ``relative``, how many files could not be named so: on another drive, or with a name
        that cannot stand on a line; they are named by their whole paths.

    Raises:
        InvalidInput: the suffix is none of `FORMATS`.
        PlaylistError: the file cannot be written; one that was there is unchanged.

    """
    suffix = require_format(path)
    try:
        file = real(path)
        names = FileNames(file.parent if relative else None)
        text: str = FORMATS[suffix].render(songs, names)
        with atomic_file(file) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PlaylistError(f"cannot write the playlist {path}: {_why(error, path)}") from error
    return names.whole


def read_playlist(
    path: Path, *, on_passed_over: Callable[[str], None] | None = None
) -> list[PlaylistEntry]:
    """Read the files that a playlist names, whoever wrote it; they need not exist.

    A file that is there under exactly the name that the playlist gives is meant. Otherwise names
    are also read as percent-encoded, with backslashes, in other code pages, in another case or with
    accents as characters of their own, and as of another computer's drive, until a file is found.

    Args:
        path: a playlist with one of the suffixes of `FORMATS`, at most 64 MiB.
        on_passed_over: told each address that is not a file here, such as that of a radio.

    Raises:
        InvalidInput: the suffix is none of `FORMATS`.
        PlaylistError: the file cannot be read or is not what its suffix says.

    """
    suffix = require_format(path)
    try:
        if path.exists() and not path.is_file():
            raise PlaylistError(f"cannot read the playlist {path}: it is not a file")
        if path.stat().st_size > _LARGEST:
            raise PlaylistError(
                f"cannot read the playlist {path}: it has {path.stat().st_size:,} bytes, a "
                f"playlist at most {_LARGEST:,}"
            )
        content = path.read_bytes()
        names = ForeignNames([absolute(path).parent, real(path).parent])
    except OSError as error:
        raise PlaylistError(f"cannot read the playlist {path}: {_why(error, path)}") from error
    try:
        entries: list[PlaylistEntry] = FORMATS[suffix].parse(content, names)
    except ValueError as error:
        raise PlaylistError(f"{path} is not a playlist: {error}") from error
    if on_passed_over is not None:
        for address in names.passed_over:
            on_passed_over(address)
    return entries


def _why(error: OSError, path: Path) -> str:
    if isinstance(error, FileNotFoundError) and not path.parent.exists():
        return f"there is no folder {path.parent}"
    return error.strerror or str(error)
