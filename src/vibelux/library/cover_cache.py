"""Small covers on the disk, so that none is made twice; the one used longest ago goes first."""

import logging
import os
import re
import time
from contextlib import suppress
from pathlib import Path

from vibelux.atomic_file import atomic_file
from vibelux.private_files import private_folder

MOST_BYTES = 200 * 2**20
"""Bytes that the covers may take together: about ten thousand albums."""

_LEFT = 0.8
"""Of these, what is left when some had to go."""

_USED_EVERY = 86_400.0
"""Seconds after which another use of a cover is noted."""

_NAME = re.compile(r"[0-9a-f]{32}-\d{1,4}\.jpg")

_logger = logging.getLogger(__name__)


class CoverCache:
    """A folder of small covers; threads and processes may share it.

    Everything in it can be made again: whatever is wrong with the folder, covers are made anew.

    Args:
        folder: made when the first cover is put into it, for nobody else's eyes.
        most: bytes that the covers may take together.

    """

    def __init__(self, folder: Path, *, most: int = MOST_BYTES) -> None:
        self.folder, self._most = folder, most
        self._bytes: int | None = None  # of all covers; None: not counted yet
        self._told = False

    def get(self, digest: str, size: int) -> bytes | None:
        """Return a cover as it was put, or None.

        Args:
            digest: 32 hexadecimal digits that tell the picture it was made of.
            size: pixels of its longer side.

        """
        path = self._path(digest, size)
        try:
            data = path.read_bytes()
            if time.time() - path.stat().st_mtime > _USED_EVERY:
                os.utime(path)
        except OSError:
            return None
        whole = data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")
        return data if whole else None

    def put(self, digest: str, size: int, cover: bytes) -> None:
        """Keep a cover, which is a whole JPEG; where that fails, the log says so once."""
        path = self._path(digest, size)
        try:
            private_folder(self.folder)
            with atomic_file(path, private=True) as part:
                part.write_bytes(cover)
            self._make_room(len(cover))
        except OSError as error:
            level = logging.DEBUG if self._told else logging.WARNING
            _logger.log(level, "covers cannot be kept in %s: %s", self.folder, error)
            self._told = True

    def _path(self, digest: str, size: int) -> Path:
        return self.folder / f"{digest}-{size}.jpg"

    def _make_room(self, added: int) -> None:
        """Remove what was not used for longest, if there is too much."""
        if self._bytes is not None:
            self._bytes += added
            if self._bytes <= self._most:
                return
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name):
                    with suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        found.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in found)
        if total > self._most:
            for _, size, path in sorted(found):
                if total <= _LEFT * self._most:
                    break
                with suppress(OSError):
                    Path(path).unlink()
                total -= size
        self._bytes = total
