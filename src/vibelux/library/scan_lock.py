"""One scan at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vibelux.errors import CatalogueLocked
from vibelux.library.process_lock import Held, process_lock


@contextmanager
def scan_lock(catalogue: Path) -> Iterator[None]:
    """Hold the right to scan into a catalogue.

    Args:
        catalogue: the catalogue's file; the lock is a file beside it.

    Raises:
        CatalogueLocked: another scan is running.
        CatalogueError: the lock's file cannot be written.

    """
    path = catalogue.with_name(catalogue.name + ".scan-lock")
    try:
        with process_lock(path, str(os.getpid())):
            yield
    except Held as held:
        owner = f" (process {held.note})" if held.note.isdigit() else ""
        raise CatalogueLocked(
            f"another scan is writing to {catalogue}{owner}; wait until it is done, or stop it"
        ) from held
