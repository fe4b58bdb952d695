"""The service's log on stderr, in which repeated lines are counted instead of written."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vibelux.service.text import printable

_WINDOW = 60.0
"""Seconds in which only a few lines of one kind are written."""

_SHOWN = 5

_KINDS = 200
"""Number of kinds that are remembered."""


class FoldingHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes a few lines of each kind per minute, then how many more there were.

    Lines are of one kind if their format string and their exception are the same.

    Args:
        window: length of the window in seconds.

    """

    def __init__(self, *, window: float = _WINDOW) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(_OneLine())
        self._window = window
        self._kinds: dict[object, tuple[float, int, logging.LogRecord]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or count it."""
        now = time.monotonic()
        raised = record.exc_info[0] if record.exc_info else None
        kind = (record.name, record.levelno, str(record.msg), raised)
        self._tell_ended(now)
        began, number, _ = self._kinds.get(kind, (now, 0, record))
        self._kinds[kind] = (began, number + 1, record)
        if number < _SHOWN:
            super().emit(record)
        if len(self._kinds) > _KINDS:
            self._tell_ended(now + self._window)

    def close(self) -> None:
        """Write how many lines were only counted so far."""
        with self.lock or logging._lock:  # type: ignore[attr-defined]
            self._tell_ended(time.monotonic() + self._window)
        super().close()

    def _tell_ended(self, now: float) -> None:
        for kind, (began, number, record) in list(self._kinds.items()):
            if now - began < self._window:
                continue
            del self._kinds[kind]
            if number > _SHOWN:
                last = record.getMessage()
                record = logging.makeLogRecord(
                    {**record.__dict__, "exc_info": None, "exc_text": None, "args": ()}
                )
                record.msg = f"{last} (repeated {number - _SHOWN:,} times)"
                super().emit(record)


class _OneLine(logging.Formatter):
    """Keeps a message on one line, whatever a request contains; a traceback follows below."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return printable(super().formatMessage(record))


@contextmanager
def folded_log() -> Iterator[None]:
    """Send everything that is logged meanwhile through a `FoldingHandler`."""
    handler = FoldingHandler()
    handler.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
