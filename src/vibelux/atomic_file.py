"""Files that are there whole or not at all, and the removal of what killed processes left.

The lock on an unfinished file only says that its writer is alive; locks that keep processes apart
are those of `vibelux.library.locks`.
"""

import errno
import os
import platform
import re
import secrets
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

_NAMES = re.compile(
    r"""\.vibelux-(?:
        (?P<host>[0-9a-f]{8})-[0-9a-f]{16}\.part(?:\.\w{1,10})?
        |(?P<process>\d{1,7})-\d+\.part         # as earlier versions named them
        |[0-9a-f]{12}(?:\.\w{1,10})?            # the same, while they wrote tags
    )""",
    re.VERBOSE | re.ASCII,
)

_OLD = 86400.0
"""Seconds after which a file counts as left even where it cannot be told who writes it."""

_cleaned: set[Path] = set()
_cleaned_lock = threading.Lock()


@contextmanager
def atomic_file(path: Path, *, private: bool = False, suffix: str = "") -> Iterator[Path]:
    """Yield a path beside another one, whose place it takes in one step when the block ends well.

    There is an empty file at that path already, to be opened and written to, but not replaced. It
    is on the disk before it takes the other one's place, so that a power cut leaves the one or the
    other. Whatever ends the block otherwise leaves the file that was there as it is, and nothing
    beside it; what a killed process has left is removed by the next one that writes to the folder.

    Args:
        path: in an existing folder.
        private: for nobody else's eyes (mode 0600); otherwise as the umask says.
        suffix: that the file beside needs, such as ``.mp3``, at most ten letters.

    Raises:
        OSError: the file cannot be made, or cannot take the other one's place.

    """
    _clean_once(path.parent)
    part, descriptor = _begun(path, private=private, suffix=suffix)
    try:
        try:
            yield part
            _to_disk(descriptor)
        finally:
            if _CLOSED_FIRST:
                os.close(descriptor)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if not _CLOSED_FIRST:
            os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove the files that killed processes have left in a folder; others stay.

    Only regular files of this user count, with exactly the names that `atomic_file` gives. Who
    writes one holds a lock on it, which the system releases however the process ends; so one
    without a lock is left over. Not every network folder passes locks on: what another computer has
    begun stays for a day. Files of earlier versions, which held no lock, stay for a day too unless
    their process is known to be gone. What cannot be looked at or removed is passed over.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if name := _NAMES.fullmatch(entry.name):
                with suppress(OSError):
                    _remove(Path(entry.path), name["host"], name["process"])


def _clean_once(folder: Path) -> None:
    """Remove leftovers when a process first writes to a folder: listing it each time would cost."""
    folder = folder.absolute()
    with _cleaned_lock:
        if folder in _cleaned:
            return
        _cleaned.add(folder)
    remove_leftovers(folder)


def _begun(path: Path, *, private: bool, suffix: str) -> tuple[Path, int]:
    """Return a new, empty file beside a path, and a descriptor with its lock."""
    while True:
        # Not to be guessed, and not named after the file: its name may be as long as names can be.
        part = path.with_name(f".vibelux-{_host()}-{secrets.token_hex(8)}.part{suffix}")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINKS
        descriptor = os.open(part, flags, 0o600 if private else 0o666)
        _lock(descriptor, wait=True)
        # Somebody who cleans up may have been faster than the lock.
        if _CLOSED_FIRST or os.fstat(descriptor).st_nlink:
            return part, descriptor
        os.close(descriptor)


def _remove(part: Path, host: str | None, process: str | None) -> None:
    """Remove a file if its writer is gone.

    Raises:
        OSError: it is a link, is being written, or cannot be opened.

    """
    if not stat.S_ISREG(part.lstat().st_mode):
        return
    descriptor = os.open(part, os.O_RDWR | _NO_LINKS)
    try:
        found = os.fstat(descriptor)
        here = host == _host() or (process is not None and not _alive(int(process)))
        if not _ours(found):
            return
        if not (_lock(descriptor, wait=False) and here) and time.time() - found.st_mtime < _OLD:
            return
        if not _CLOSED_FIRST:
            part.unlink()
    finally:
        os.close(descriptor)
    if _CLOSED_FIRST:
        part.unlink()  # fails while another process has it open


def _to_disk(descriptor: int) -> None:
    """Wait until a file is on the disk, where the file system knows how.

    Raises:
        OSError: it could not be written.

    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise


@cache
def _host() -> str:
    """Return what tells this computer's files from those of others in a network folder."""
    return blake2b(platform.node().encode(errors="replace"), digest_size=4).hexdigest()


if sys.platform == "win32":
    _CLOSED_FIRST = True  # a file that is open can be neither moved nor removed
    _NO_LINKS = os.O_BINARY

    def _lock(_descriptor: int, *, wait: bool) -> bool:  # noqa: ARG001
        return True  # being open is enough

    def _ours(_found: os.stat_result) -> bool:
        return True  # the system knows no numbers of users

    def _alive(_process: int) -> bool:
        return True  # if it has the file open, that cannot be removed

else:
    import fcntl

    _CLOSED_FIRST = False
    _NO_LINKS = os.O_NOFOLLOW | os.O_NONBLOCK

    def _lock(descriptor: int, *, wait: bool) -> bool:
        """Lock a file, and return whether locks are known where it lies.

        Raises:
            BlockingIOError: another process has it locked; only where one does not wait.

        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:
            return False
        return True

    def _ours(found: os.stat_result) -> bool:
        """Return whether a file is a regular one of this user."""
        return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()

    def _alive(process: int) -> bool:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            return True
        return True
