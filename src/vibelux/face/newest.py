"""The newest of what arrives while nobody looks."""

import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = 0.1  # seconds; on Windows, Ctrl-C does not interrupt a wait without an end


def newest(items: Iterator[T]) -> Generator[T, None, None]:
    """Read an iterator in a thread, yield its newest item, drop those that were not asked for.

    So whoever takes longer over a camera's frame than the camera does is never late by more than
    one. The thread has ended when the generator has been closed; only then the source may be.

    Args:
        items: nobody else may read them meanwhile.

    Raises:
        Exception: whatever reading the items raises, after the last item before it.

    """
    changed = threading.Condition()
    waiting: list[T] = []  # the newest item, or nothing
    errors: list[BaseException] = []
    ended = stopped = False

    def read() -> None:
        nonlocal ended
        try:
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

    thread = threading.Thread(target=read, name="newest", daemon=True)
    thread.start()
    try:
        while True:
            with changed:
                while not (waiting or ended):
                    changed.wait(_PATIENCE)
                if not waiting:
                    break
                item = waiting.pop()
            yield item
    finally:
        stopped = True
        thread.join()
    if errors:
        raise errors[0]
