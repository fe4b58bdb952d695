"""A disk that hangs: what touches it waits, in Python's functions at the edge of the system."""

import builtins
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOUCHING = ("stat", "lstat", "scandir", "open", "listdir", "access", "readlink")


class HangingDisk:
    """A folder whose disk hangs while a file lies beside it, by its name and ``.hangs``.

    Args:
        folder: that everything hangs below.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._flag = f"{folder}.hangs"
        self._real = {name: getattr(os, name) for name in TOUCHING}
        self._open = io.open
        self.waiting = 0

    def install(self, setattr_: Callable[[Any, str, Any], None] = setattr) -> None:
        """Replace the functions, with `pytest.MonkeyPatch.setattr` or for the process's life."""
        for name, real in self._real.items():
            setattr_(os, name, self._hanging(real))
        setattr_(io, "open", self._hanging(self._open))
        setattr_(builtins, "open", self._hanging(self._open))

    def hang(self) -> None:
        """Begin to hang."""
        with self._open(self._flag, "w"):
            pass

    def wake(self) -> None:
        """Answer again, also those who wait."""
        Path(self._flag).unlink()

    def _hanging(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def function(path: Any = ".", *arguments: Any, **options: Any) -> Any:
            if isinstance(path, str | os.PathLike) and self._is_below(os.fspath(path)):
                self.waiting += 1
                while self._real["access"](self._flag, os.F_OK):
                    threading.Event().wait(0.02)
                self.waiting -= 1
            return real(path, *arguments, **options)

        return function

    def _is_below(self, path: str | bytes) -> bool:
        return os.fsdecode(path).startswith(str(self.folder)) and not os.fsdecode(path).endswith(
            ".hangs"
        )
