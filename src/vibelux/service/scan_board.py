"""Where the processes of one service tell each other how far the scan is."""

import json
import os
import shutil
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from vibelux.atomic_file import atomic_file
from vibelux.errors import CatalogueError, CatalogueLocked
from vibelux.library.locks import Held, process_lock
from vibelux.private_files import private_folder
from vibelux.service.scan_job import IS_RUNNING
from vibelux.settings import Settings

_EVERY = 0.25
"""Seconds between two times that something is written, or looked for."""


class ScanBoard:
    """A folder with what the process that scans tells, and whether it is asked to stop.

    Nothing of it outlives the service: whoever opens or ends the service removes it.

    Args:
        folder: made when it is first written to.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told, self._stop = folder / "scan.json", folder / "stop-scan"
        self._lock = threading.Lock()
        self._next_telling = self._next_look = 0.0
        self._is_asked = False
        self._right = ExitStack()  # to scan

    @classmethod
    def of(cls, settings: Settings) -> "ScanBoard":
        """Return the board of a catalogue, which one service at a time answers with."""
        files = settings.catalogue_files
        return cls(files.with_name(f"{files.name}.service"))

    def clear(self) -> None:
        """Remove everything, before the first process of a service begins and after the last."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self, process: int) -> None:
        """Forget the scan of a process that has died; what another one tells stays."""
        said = self._said()
        if said is not None and said[0] == process:
            for path in (self._told, self._stop):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def begin(self) -> None:
        """Let this process scan, and no other one; who wanted an earlier scan to stop is forgotten.

        Raises:
            CatalogueLocked: another process of this service scans.

        """
        try:
            with suppress(OSError, CatalogueError):  # where nothing can be written
                private_folder(self.folder)
                lock = process_lock(self.folder / "scanning.lock", str(os.getpid()))
                self._right.enter_context(lock)
                self._stop.unlink(missing_ok=True)
        except Held as held:
            raise CatalogueLocked(IS_RUNNING) from held
        self._is_asked = False
        self._next_telling = 0.0

    def end(self) -> None:
        """Let others scan."""
        self._right.close()

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
        said = self._said()
        return said[1] if said is not None and said[0] != os.getpid() else None

    def _said(self) -> tuple[int, str] | None:
        """Return the process that told something last, and what it told."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(self._told.read_bytes())
            return int(said["process"]), str(said["told"])
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
