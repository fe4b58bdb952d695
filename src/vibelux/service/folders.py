"""Folders of this machine that a person may choose from, by typing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vibelux.errors import InvalidInput
from vibelux.folding import folded
from vibelux.service.failures import Failure

_MOST = 100
"""Folders suggested at once."""


@dataclass(frozen=True)
class Roots:
    """The folders below which everything may be seen and scanned.

    Attributes:
        folders: real paths of folders that exist.

    """

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> "Roots":
        """Check folders.

        Raises:
            InvalidInput: one is not a folder.

        """
        real = []
        for folder in folders:
            try:
                found = folder.expanduser().resolve(strict=True)
            except (OSError, RuntimeError) as error:
                raise InvalidInput(f"there is no folder {folder}; give one that exists") from error
            if not found.is_dir():
                raise InvalidInput(f"{folder} is not a folder; give one")
            real.append(found)
        return cls(tuple(dict.fromkeys(real)))

    @classmethod
    def usual(cls) -> "Roots":
        """Return the person's music folder, and the home folder."""
        import platformdirs

        likely = (Path(platformdirs.user_music_dir()), Path.home())
        return cls.of([folder for folder in likely if folder.is_dir()])

    def allowed(self, text: str) -> Path:
        """Return the real path of a folder that a person named.

        Args:
            text: absolute, or below the home folder with ``~``; links count by where they lead.

        Raises:
            Failure: 422, it is no path, or no folder that can be looked into; 403, it lies
                outside, and nothing is told about what is there.

        """
        path = whole_path(text)
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise _impossible(f"{text!r} is not a path") from error
        if not any(real.is_relative_to(root) for root in self.folders):
            raise Failure(
                403,
                "folder_not_allowed",
                f"{text} is outside of the folders that may be scanned",
                f"choose one below {' or '.join(map(str, self.folders))}, or start vibelux serve "
                "with --root",
            )
        try:
            there = real.is_dir()
        except (OSError, ValueError) as error:
            raise Failure(
                422,
                "folder_unreadable",
                f"cannot look into {text}: {error}",
                "type another path",
            ) from error
        if not there:
            raise Failure(
                422,
                "folder_missing",
                f"there is no folder {text}",
                "if it is on a disk, connect that first",
            )
        return real

    def completions(self, text: str) -> list[Path]:
        """Return the folders whose paths begin with a text, in the order of their names.

        Hidden folders come only when their dot is typed. What lies outside is never listed.

        Args:
            text: as it is typed; empty: the roots themselves.

        """
        if not text.strip():
            return list(self.folders)
        path = whole_path(text)
        ends = text.endswith(("/", os.sep))
        parent, begin = (path, "") if ends else (path.parent, path.name)
        roots = [
            root
            for root in self.folders
            if not ends and str(root).startswith(os.path.normpath(path))
        ]
        return [*roots, *self._below(parent, begin, known=roots)][:_MOST]

    def _below(self, parent: Path, begin: str, *, known: Sequence[Path]) -> list[Path]:
        try:
            real = parent.resolve()
            if not any(real.is_relative_to(root) for root in self.folders):
                return []
            with os.scandir(real) as entries:
                names = sorted(
                    entry.name
                    for entry in entries
                    if folded(entry.name).startswith(folded(begin))
                    and entry.name.startswith(".") == begin.startswith(".")
                    and entry.is_dir()
                )
        except (OSError, RuntimeError, ValueError):
            return []
        found = [real / name for name in names]
        return [
            path
            for path in found
            if path not in known
            and any(path.resolve().is_relative_to(root) for root in self.folders)
        ]


def whole_path(text: str) -> Path:
    """Return a path as a person types it, which begins at the root or with ``~``; touch no disk.

    Raises:
        Failure: 422, it does not, or no path can be so.

    """
    if "\0" in text:
        raise _impossible("a path has no zero byte")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise _impossible(f"{text!r} names nobody's home") from error
    except ValueError as error:
        raise _impossible(f"{text!r} is not a path") from error
    if not path.is_absolute():
        begin = Path(Path.cwd().anchor)
        raise Failure(
            422, "path_not_whole", f"{text!r} is not a whole path", f"begin with {begin} or ~"
        )
    return path


def _impossible(message: str) -> Failure:
    return Failure(422, "path_impossible", message, "type the whole path of a folder")
