"""The audio files below some folders, each once, whatever the links between them."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from vibelux.errors import FilesUnreachable, InvalidInput
from vibelux.library.schema import nearest_storable, path_of
from vibelux.music.reading_errors import code_of
from vibelux.settings import expanded

AUDIO_SUFFIXES = frozenset(
    {
        *(".mp3", ".mp2", ".m4a", ".m4b", ".mp4a", ".m4p", ".aac", ".flac", ".ogg", ".oga"),
        *(".opus", ".wav", ".wave", ".aif", ".aiff", ".aifc", ".wma", ".ape", ".wv", ".mpc"),
        *(".tta", ".ac3", ".dts", ".mka", ".weba", ".spx", ".caf", ".au", ".amr", ".dsf", ".dff"),
    }
)
"""Lower-case suffixes of the files that a scan looks at."""


class Found(NamedTuple):
    """An audio file.

    Attributes:
        stored: its path as the catalogue stores it: absolute; links to folders are resolved, so
            that each file has one path.
        size: bytes, -1 if the system could not tell.
        mtime_ns: time of the last change, nanoseconds, within what the catalogue can keep.

    """

    stored: bytes
    size: int
    mtime_ns: int

    @property
    def path(self) -> Path:
        """Its path."""
        return path_of(self.stored)


@dataclass
class Walk:
    """A way through folders; iterate it once, then read what it came by.

    Attributes:
        roots: the files and folders to walk, resolved.
        folders: real paths of the roots and of the folders that links led to.
        unreachable: folder -> why it could not be listed; what it holds is unknown.
        steps: files and folders looked at so far.
        gone: roots that are files, and are deleted.

    """

    roots: tuple[Path, ...]
    folders: list[Path] = field(default_factory=list)
    unreachable: dict[Path, str] = field(default_factory=dict)
    steps: int = 0
    gone: list[Path] = field(default_factory=list)
    _visited: set[tuple[int, int]] = field(default_factory=set)

    def __iter__(self) -> Iterator[Found]:
        """Yield every audio file once; hidden files and folders are passed over."""
        ahead = [root for root in reversed(self.roots) if self._is_folder(str(root), root.stat)]
        self.folders.extend(ahead)
        for root in self.roots:
            is_file = root not in self.folders and root not in self.unreachable
            if is_file and (file := self._file(str(root))) is not None:
                yield file
        while ahead:
            folder = ahead.pop()
            entries = self._entries(folder)
            if entries == [] and folder in self.folders:
                # What an unmounted disk leaves behind. Nobody scans a folder for being empty.
                self.unreachable[folder] = "the folder is empty; is its disk mounted?"
            below: list[Path] = []
            for entry in entries or ():
                if entry.name.startswith("."):  # hidden, and the "._name" companions of macOS
                    continue
                self.steps += 1
                if self._is_folder(entry.path, entry.is_dir):
                    path = Path(entry.path)
                    if entry.is_symlink():
                        path = Path(os.path.realpath(path))
                        if not self._leads_here(path):
                            self.folders.append(path)
                            below.append(path)
                    else:
                        below.append(path)
                elif (
                    _is_audio(entry.name)
                    and not (
                        entry.is_symlink() and self._leads_here(Path(os.path.realpath(entry.path)))
                    )
                    and (file := self._file(entry.path)) is not None
                ):
                    yield file
            ahead.extend(reversed(below))

    def _entries(self, folder: Path) -> list["os.DirEntry[str]"] | None:
        """List a folder in the order of names; None if it was seen, is gone or unreachable."""
        self.steps += 1
        try:
            status = folder.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in self._visited:
                return None
            self._visited.add(identity)
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            if folder in self.folders:
                self.unreachable[folder] = "the folder went away during the scan"
        except OSError as error:
            self.unreachable[folder] = error.strerror or str(error)
        return None

    def _file(self, path: str) -> Found | None:
        try:
            status = os.stat(path)  # noqa: PTH116 - of a million files, a Path takes half the time
        except OSError as error:
            if code_of(error) != "vanished":  # went away, or a link to nothing
                return Found(os.fsencode(path), -1, -1)  # its worker finds out why
            root = Path(path)
            if root in self.roots and was_deleted(root):
                self.gone.append(root)
            return None
        if stat.S_ISREG(status.st_mode):
            changed = nearest_storable(status.st_mtime_ns)
            return Found(os.fsencode(path), status.st_size, changed)
        return None

    def _is_folder(self, path: str, look: Callable[[], "bool | os.stat_result"]) -> bool:
        """Tell whether a path is a folder; where that cannot be told, note why."""
        try:
            found = look()
        except OSError as error:
            if code_of(error) != "vanished" and not _is_audio(path):
                self.unreachable[Path(os.path.realpath(path))] = error.strerror or str(error)
            return False
        return found if isinstance(found, bool) else stat.S_ISDIR(found.st_mode)

    def _leads_here(self, target: Path) -> bool:
        """Tell whether a link's target is found without the link, or holds the whole way."""
        if any(root.is_relative_to(target) for root in self.roots):
            return True
        for root in self.folders:
            if target.is_relative_to(root):
                below = target.relative_to(root).parts
                return not any(part.startswith(".") for part in below)
        return False


def _is_audio(name: str) -> bool:
    """Tell whether a file's name, or its path, has a suffix of `AUDIO_SUFFIXES`."""
    return os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES  # noqa: PTH122 - as above


def walk(folders: Sequence[Path]) -> Walk:
    """Check folders (or single audio files) and prepare the way through them.

    Raises:
        InvalidInput: none given, one does not exist or is not an audio file.
        FilesUnreachable: one cannot be reached.

    """
    if not folders:
        raise InvalidInput("give at least one folder to scan")
    roots: list[Path] = []
    for folder in folders:
        try:
            root = expanded(folder).resolve(strict=True)
            is_folder = root.is_dir()
        except FileNotFoundError as error:
            raise InvalidInput(
                f"there is no folder {folder}; nothing was changed. "
                "If it is on another disk, connect that first"
            ) from error
        except OSError as error:
            raise FilesUnreachable(
                f"cannot reach the folder {folder}: {error.strerror or error}; nothing was changed"
            ) from error
        except RuntimeError as error:  # links that lead in a circle
            raise InvalidInput(f"cannot reach the folder {folder}: {error}") from error
        if not is_folder and root.suffix.lower() not in AUDIO_SUFFIXES:
            raise InvalidInput(f"{folder} is neither a folder nor an audio file")
        if root not in roots:
            roots.append(root)
    return Walk(tuple(roots))


def was_deleted(path: Path) -> bool:
    """Tell whether a file is gone for good, rather than with the disk that held it.

    A disk that is pulled out leaves an empty folder, or one that cannot be listed.
    """
    for folder in path.parents:
        try:
            with os.scandir(folder) as entries:
                return any(True for _ in entries)
        except OSError as error:
            if code_of(error) != "vanished":
                return False
    return False
