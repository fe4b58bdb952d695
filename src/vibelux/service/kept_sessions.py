"""Sessions on disk, so that a page that stays open goes on when the service comes back."""

import os
import re
from pathlib import Path

from vibelux.service.failures import logger
from vibelux.whole_file import whole_file

_MOST = 32
"""Sessions kept; the one that did not change for longest goes."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class KeptSessions:
    """A folder with a file a session. A disk that is full costs sessions no more than their end.

    Args:
        folder: made when the first session is kept.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def text(self, session_id: str) -> str | None:
        """Return what was kept of a session, or None."""
        path = self._path(session_id)
        try:
            return None if path is None else path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def keep(self, session_id: str, text: str) -> None:
        """Write a session down, in one step."""
        path = self._path(session_id)
        if path is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            # Moods are nobody else's business.
            with whole_file(path) as part:
                descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(text)
            if is_new:
                self._prune()
        except OSError as error:
            logger.warning("the session cannot be kept: %s", error)

    def drop(self, session_id: str) -> None:
        """Forget a session."""
        if (path := self._path(session_id)) is not None:
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget all of them."""
        for path in self._folder.glob("*.json"):
            path.unlink(missing_ok=True)

    def _path(self, session_id: str) -> Path | None:
        return self._folder / f"{session_id}.json" if _ID.fullmatch(session_id) else None

    def _prune(self) -> None:
        kept = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_MOST]:
            path.unlink(missing_ok=True)
