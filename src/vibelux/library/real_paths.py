"""Where a path leads: links and ``..`` are followed as the system does it.

``~/Music`` may be a link to another disk; then ``~/Music/..`` is not the home folder, and two paths
that look unlike may name one file. Nothing need exist, and links in a circle lead nowhere.
"""

import os
from pathlib import Path


def real(path: Path) -> Path:
    """Return a path without links."""
    return Path(os.path.realpath(path))


def absolute(path: Path) -> Path:
    """Return a path made absolute; links stay as they are unless ``..`` leads back out of one."""
    if ".." in path.parts:
        return real(path.parent) / path.name if path.name != ".." else real(path)
    return Path.cwd() / path


def as_scanned(path: Path) -> Path:
    """Return the path under which a scan finds a file: its folder's real path, and its own name.

    A file that is a link itself keeps its name: it may be the only one in the folder of music.
    """
    path = absolute(path)
    return real(path.parent) / path.name
