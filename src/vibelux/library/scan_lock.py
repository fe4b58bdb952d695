"""One scan at a time: a lock that the system releases when its process ends, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vibelux.errors import CatalogueError, CatalogueLocked


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
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CatalogueError(f"cannot write {path}: {error}; check the permissions") from error
    try:
        try:
            _lock(descriptor)
        except OSError as error:
            raise CatalogueLocked(
                f"another scan is writing to {catalogue}{_owner(descriptor)}; "
                "wait until it is done, or stop it"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def _owner(descriptor: int) -> str:
    try:
        owner = os.read(descriptor, 20).decode("ascii", "replace")
    except OSError:
        return ""
    return f" (process {owner})" if owner.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        # A byte far behind the content, which must stay readable to the others.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
