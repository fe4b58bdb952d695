"""Keys pressed in the terminal, read without waiting for them or for Enter."""

import os
import sys
import time
from typing import Any, Self


class Keys:
    """The keyboard as a context manager; outside a terminal no key is ever pressed."""

    def __init__(self) -> None:
        self._terminal = sys.stdin is not None and sys.stdin.isatty()
        self._before: list[Any] | None = None

    def pressed(self, *, wait: float = 0.0) -> str:
        """Return the key that was pressed first since the last call, or nothing.

        Args:
            wait: seconds to wait for one at most.

        """
        if not self._terminal:
            time.sleep(wait)
            return ""
        if sys.platform == "win32":
            import msvcrt

            deadline = time.monotonic() + wait
            while not msvcrt.kbhit():
                if time.monotonic() >= deadline:
                    return ""
                time.sleep(0.02)
            return msvcrt.getwch()
        import select

        file = sys.stdin.fileno()  # sys.stdin itself would read ahead, where select cannot see it
        ready, _, _ = select.select([file], [], [], wait)
        return os.read(file, 1).decode("latin-1") if ready else ""

    def __enter__(self) -> Self:
        if self._terminal and sys.platform != "win32":
            import termios
            import tty

            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None and sys.platform != "win32":
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
