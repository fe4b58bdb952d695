"""Sessions on disk, so that an open page can go on after the service was restarted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

from vibelux.atomic_file import atomic_file
from vibelux.library.locks import waited_lock
from vibelux.private_files import private_folder
from vibelux.service.failures import logger

_MOST = 32
"""Most sessions that are kept; the one unchanged for longest is deleted."""

_LOCKS = 32
"""Files that are locked while sessions are used."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SessionFiles:
    """A folder with one file per session. With a full disk, sessions only end with the service.

    Args:
        folder: the folder, created when the first session is kept.
        shared: other processes serve the same sessions.

    Attributes:
        failing: sessions could not be written the last time.

    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self._folder = folder
        self.shared = shared
        self.failing = False

    @contextmanager
    def using(self, session_id: str) -> Iterator[None]:
        """Keep other processes from using a session.

        Raises:
            CatalogueLocked: one uses it for more than ten seconds.

        """
        if not self.shared or self._path(session_id) is None:
            yield
            return
        number = crc32(session_id.encode()) % _LOCKS  # a few files, which stay
        with waited_lock(self._folder / "locks" / f"{number:02}"):
            yield

    def read(self, session_id: str) -> str | None:
        """Return the saved session, or None."""
        path = self._path(session_id)
        try:
            return None if path is None else path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def write(self, session_id: str, text: str) -> None:
        """Save a session in one step."""
        path = self._path(session_id)
        if path is None:
            return
        try:
            private_folder(self._folder)
            is_new = not path.exists()
            with atomic_file(path, private=True) as part:
                part.write_text(text, encoding="ascii")
            if is_new:
                self._prune()
            self.failing = False
        except OSError as error:
            if not self.failing:
                logger.warning("sessions cannot be kept: %s", error)
            self.failing = True

    def delete(self, session_id: str) -> None:
        """Forget a session."""
        if (path := self._path(session_id)) is not None:
            with suppress(OSError):  # in a read-only folder it is not forgotten
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget all sessions."""
        for path in self._folder.glob("*.json"):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, session_id: str) -> Path | None:
        return self._folder / f"{session_id}.json" if _ID.fullmatch(session_id) else None

    def _prune(self) -> None:
        kept = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_MOST]:
            path.unlink(missing_ok=True)
