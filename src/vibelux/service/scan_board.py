"""Where the processes of one service tell each other how far the scan is."""

import json
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from vibelux.atomic_file import atomic_file
from vibelux.private_files import private_folder

_EVERY = 0.25
"""Seconds between two times that something is written, or looked for."""


class ScanBoard:
    """A folder with what the process that scans tells, and whether it is asked to stop.

    Nothing of it outlives the service: whoever opens the service clears it.

    Args:
        folder: made when it is first written to.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told, self._stop = folder / "scan.json", folder / "stop-scan"
        self._lock = threading.Lock()
        self._next_telling = self._next_look = 0.0
        self._is_asked = False

    def clear(self) -> None:
        """Forget what an earlier service told."""
        for path in (self._told, self._stop):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def begin(self) -> None:
        """Let this process scan, whoever wanted an earlier scan to stop."""
        with suppress(OSError):
            self._stop.unlink(missing_ok=True)
        self._is_asked = False
        self._next_telling = 0.0

    def tell(self, told: str, *, at_once: bool = False) -> None:
        """Tell how far the scan of this process is.

        Args:
            told: this, as JSON.
            at_once: also where something was told a moment ago.

        """
        with self._lock:
            now = time.monotonic()
            if not at_once and now < self._next_telling:
                return
            self._next_telling = now + _EVERY
            with suppress(OSError):
                private_folder(self._told.parent)
                with atomic_file(self._told, private=True) as part:
                    said = json.dumps({"process": os.getpid(), "told": told})
                    part.write_text(said, encoding="ascii")

    def read(self) -> str | None:
        """Return what another process told last, or None."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(self._told.read_bytes())
            if said["process"] != os.getpid():
                return str(said["told"])
        return None

    def ask_to_stop(self) -> None:
        """Ask the process that scans to stop."""
        with suppress(OSError):
            private_folder(self._stop.parent)
            self._stop.touch()

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether another process has asked this one, as of the last quarter of a second."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _EVERY
            self._is_asked = self._stop.exists()
        return self._is_asked
