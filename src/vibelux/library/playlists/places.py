"""How playlists name files: as lines of text or as percent-encoded addresses.

A path that cannot stand on a line of its own (with a newline, spaces at its ends, or bytes that
are not UTF-8) is written as an address, which players read alike; so no name is refused.
"""

import os
import re
import sys
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes
from urllib.request import url2pathname

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: C: is a drive


def absolute(path: Path) -> Path:
    """Return a path made absolute; links stay as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def as_line(path: Path, folder: Path | None) -> str:
    """Return how a line names a file.

    Args:
        path: the file.
        folder: the playlist's, to name the file relative to it where possible; None: absolute.

    """
    path = absolute(path)
    text = str(path)
    if not _fits_a_line(text):
        return path.as_uri()
    if folder is not None:
        try:
            text = os.path.relpath(path, folder)
        except ValueError:  # another drive on Windows
            return text
        if text.startswith("#") or _ADDRESS.match(text) or not _fits_a_line(text):
            text = os.path.join(".", text)  # noqa: PTH118 - pathlib drops the dot
    return text


def of_line(line: str, folder: Path) -> Path | None:
    """Return the file that a line names, or None for an address elsewhere."""
    if not _ADDRESS.match(line):
        return folder / line
    return _of_file_address(line)


def as_address(path: Path, folder: Path | None) -> str:
    """Return the percent-encoded address of a file; arguments as of `as_line`."""
    path = absolute(path)
    if folder is not None:
        try:
            relative = Path(os.path.relpath(path, folder)).as_posix()
        except ValueError:  # another drive on Windows
            return path.as_uri()
        return quote_from_bytes(os.fsencode(relative))
    return path.as_uri()


def of_address(address: str, folder: Path) -> Path | None:
    """Return the file at an address, or None for an address elsewhere."""
    if _ADDRESS.match(address):
        return _of_file_address(address)
    return folder / _decoded(address)


def _of_file_address(address: str) -> Path | None:
    if not address.lower().startswith("file:"):
        return None
    place = address[len("file:") :]
    if sys.platform == "win32":
        return Path(url2pathname(place))
    if place.startswith("//"):
        host, slash, place = place[2:].partition("/")
        if host not in ("", "localhost"):
            return None
        place = slash + place
    return _decoded(place)


def _decoded(place: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(os.fsencode(place))))


def _fits_a_line(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return text == text.strip() and len(text.splitlines()) == 1
