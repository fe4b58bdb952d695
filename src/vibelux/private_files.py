"""What is kept of a person is for that person's eyes: folders of mode 0700, files of mode 0600.

It holds where VibeluX writes for itself. Two kinds of folders stay as they are: one that holds
anything else too, such as a folder of documents, and one that is shared on purpose, which belongs
to somebody else or gives its files a group (setgid); files in the latter get what the umask says.
Windows has no such modes: there the folder of the user's data is the user's alone anyway.
"""

import os
import re
import stat
import sys
from contextlib import suppress
from pathlib import Path

_OWN_NAMES = re.compile(
    r"(catalogue|profile)\.sqlite.*|catalogue-[0-9a-f]{16}.*|settings\.toml"
    r"|(listening|subsonic)\.json|recommended\.m3u8|sessions|home-network|samples|covers"
    r"|playlists|matplotlib|server-songs\.part|\.vibelux-.*"
)
"""What the home folder holds."""


def private_folder(path: Path) -> None:
    """Make a folder for its owner alone, with all above it; one that is there is made so.

    Raises:
        OSError: it cannot be made, or something else has its name.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        if not path.is_dir():
            raise
        with suppress(OSError):
            if not _is_shared(path) and path.stat().st_mode & 0o077 and _is_own(path):
                path.chmod(path.stat().st_mode & 0o700)  # one that is read-only stays so
                for entry in path.iterdir():
                    if entry.is_dir() and not entry.is_symlink():
                        entry.chmod(entry.stat().st_mode & 0o700)
                    else:
                        tighten(entry)
    else:
        if sys.platform != "win32":
            with suppress(OSError):
                path.chmod(0o700)  # without the setgid bit of the folder above


def private_file(path: Path) -> None:
    """Make an empty file for its owner alone; one that is there is made so, and keeps its content.

    Raises:
        OSError: it cannot be made.

    """
    shared = _is_shared(path.parent)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if shared else 0o600))
    except FileExistsError:
        tighten(path)


def tighten(path: Path) -> None:
    """Take a file's permissions from all but its owner; links and other people's files stay."""
    with suppress(OSError):
        found = path.lstat()
        if not _is_shared(path.parent):
            ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            if ours and found.st_mode & 0o077:
                path.chmod(found.st_mode & 0o700)


def _is_own(folder: Path) -> bool:
    """Return whether a folder holds nothing but what VibeluX puts into its home."""
    with suppress(OSError), os.scandir(folder) as entries:
        return all(_OWN_NAMES.fullmatch(entry.name) for entry in entries)
    return False


if sys.platform == "win32":

    def _is_shared(_folder: Path) -> bool:
        return True

else:

    def _is_shared(folder: Path) -> bool:
        """Return whether others are meant to use a folder."""
        try:
            found = folder.stat()
        except OSError:
            return True
        return found.st_uid != os.geteuid() or bool(found.st_mode & stat.S_ISGID)
