"""How a playlist that is written names files: in lines of text, or as percent-encoded addresses.

A path that cannot stand on a line of its own (with a newline, spaces at its ends, or bytes that
are not UTF-8) is written as an address, which players read alike; so no name is refused.
"""

import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

from vibelux.library.real_paths import absolute, real

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: C: is a drive


class FileNames:
    """Names files for one playlist.

    Args:
        folder: the playlist's, to name files relative to it where possible; None: by whole paths.

    Attributes:
        whole: files that are named by whole paths although a folder is given.

    """

    def __init__(self, folder: Path | None) -> None:
        # Real paths on both sides: "../" after a link leads to the parent of what it leads to.
        self._folder = None if folder is None else real(folder)
        self._real = cache(real)
        self.whole = 0

    def line(self, path: Path) -> str:
        """Return what a line says of a file."""
        relative = self._relative(path)
        if relative is not None:
            if relative.startswith("#") or ADDRESS.match(relative) or not _fits_a_line(relative):
                relative = os.path.join(".", relative)  # noqa: PTH118 - pathlib drops the dot
            if _fits_a_line(relative):
                return relative
        self._count_whole()
        path = absolute(path)
        return str(path) if _fits_a_line(str(path)) else path.as_uri()

    def address(self, path: Path) -> str:
        """Return the percent-encoded address of a file."""
        relative = self._relative(path)
        if relative is not None:
            return quote_from_bytes(os.fsencode(Path(relative).as_posix()))
        self._count_whole()
        return absolute(path).as_uri()

    def _relative(self, path: Path) -> str | None:
        """Return a path relative to the folder; None if that is not wanted or not possible."""
        if self._folder is None:
            return None
        path = absolute(path)
        try:
            return os.path.relpath(self._real(path.parent) / path.name, self._folder)
        except ValueError:  # another drive on Windows
            return None

    def _count_whole(self) -> None:
        self.whole += self._folder is not None


def _fits_a_line(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return text == text.strip() and len(text.splitlines()) == 1
