"""One service a catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vibelux.errors import CatalogueLocked
from vibelux.library.process_lock import Held, process_lock
from vibelux.library.sqlite_file import writable


@contextmanager
def catalogue_lock(catalogue: Path, link: str) -> Iterator[None]:
    """Hold the right to serve a catalogue.

    Args:
        catalogue: the catalogue's file; the lock is a file beside it.
        link: where it is served, without a token.

    Raises:
        CatalogueLocked: another service does.
        CatalogueError: the lock's file cannot be written.

    """
    if catalogue.exists() and not writable(catalogue):
        yield  # nobody can write to it: there is nothing to keep apart
        return
    try:
        with process_lock(catalogue.with_name(catalogue.name + ".serve-lock"), link):
            yield
    except Held as held:
        raise CatalogueLocked(
            f"VibeluX serves this catalogue already at {held.note}; open that, or stop it first"
        ) from held
