"""The newest item of a source that is faster than its reader."""

import threading
import time
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")

_GLANCE = 0.1  # seconds; on Windows, Ctrl-C does not interrupt a wait without a timeout

_FAREWELL = 2.0
"""Seconds that a thread is given to end. One that hangs in a driver ends with the program."""


def newest_frames(
    items: Generator[T, None, None], *, patience: float = float("inf")
) -> Generator[T, None, None]:
    """Read a generator in a thread; yield its newest item and drop those nobody asked for.

    A reader that is slower than the camera is thus never late by more than one frame. The thread
    starts with the first item asked for and closes ``items`` when it ends; closing this generator
    waits for that.

    Args:
        items: nobody else may read them meanwhile.
        patience: seconds to wait for an item.

    Raises:
        TimeoutError: no item came within ``patience`` seconds.
        Exception: whatever reading the items raises, after the last item before it.

    """
    changed = threading.Condition()
    waiting: list[T] = []  # the newest item, or nothing
    errors: list[BaseException] = []
    ended = stopped = False

    def read() -> None:
        nonlocal ended
        try:
            with closing(items):
                for item in items:
                    with changed:
                        waiting[:] = [item]
                        changed.notify()
                        if stopped:
                            return
        except BaseException as error:
            errors.append(error)
        finally:
            with changed:
                ended = True
                changed.notify()

    thread = threading.Thread(target=read, name="newest frames", daemon=True)
    thread.start()
    try:
        while True:
            begun = time.monotonic()
            with changed:
                while not (waiting or ended):
                    changed.wait(_GLANCE)
                    if time.monotonic() - begun > patience:
                        raise TimeoutError(f"nothing came for {patience:g} seconds")
                if not waiting:
                    break
                item = waiting.pop()
            yield item
    finally:
        stopped = True
        thread.join(_FAREWELL)
    if errors:
        raise errors[0]
