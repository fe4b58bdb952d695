"""Locks between processes: one scan and one service for each catalogue.

The system releases a lock when its process ends, however it ends. Not the library `filelock`: where
a file system has no locks it falls back to a file that a killed process leaves behind, and on
Windows nobody can read the note in the file that it holds.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from vibelux.errors import CatalogueError, CatalogueLocked
from vibelux.library.sqlite_file import writable
from vibelux.private_files import private_file, private_folder

_HELD = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK})
"""How the systems say that another process has a lock."""


_WAITED = 0.005
"""Seconds between two tries."""


class Held(Exception):
    """Another process has the lock.

    Attributes:
        note: what it wrote about itself.

    """

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


@contextmanager
def process_lock(path: Path, note: str) -> Iterator[None]:
    """Hold a lock.

    Args:
        path: of the file that is locked; made when it is not there, and left there.
        note: for those who find it held, at most 500 characters of ASCII.

    Raises:
        Held: another process holds it.
        CatalogueError: the file cannot be written, or its disk knows no locks.

    """
    try:
        private_folder(path.parent)
        private_file(path)
        descriptor = os.open(path, os.O_RDWR)
    except OSError as error:
        raise CatalogueError(
            f"cannot write {path}: {error.strerror or error}; make its folder writable, or set "
            "VIBELUX_HOME to another folder"
        ) from error
    try:
        try:
            _lock(descriptor)
        except OSError as error:
            if error.errno not in _HELD:
                raise CatalogueError(f"cannot lock {path}: {error.strerror or error}") from error
            raise Held(_note(descriptor)) from error
        with suppress(OSError):  # the lock holds without its note, also where the disk is full
            os.ftruncate(descriptor, 0)
            os.write(descriptor, note.encode("ascii", "replace"))
        yield
    finally:
        os.close(descriptor)


@contextmanager
def waited_lock(path: Path, *, patience: float = 10.0) -> Iterator[None]:
    """Hold a lock that others hold for moments only.

    Args:
        path: as of `process_lock`.
        patience: seconds to wait for it.

    Raises:
        CatalogueLocked: another process holds it for longer.
        CatalogueError: as `process_lock`.

    """
    until = time.monotonic() + patience
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(process_lock(path, str(os.getpid())))
                break
            except Held as error:
                if time.monotonic() > until:
                    raise CatalogueLocked(
                        f"process {error.note} holds {path} for more than {patience:g} seconds; "
                        "try again, or stop it"
                    ) from error
            time.sleep(_WAITED)
        yield


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


@contextmanager
def service_lock(catalogue: Path, link: str) -> Iterator[None]:
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


def _note(descriptor: int) -> str:
    try:
        return os.read(descriptor, 500).decode("ascii", "replace")
    except OSError:
        return ""


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
