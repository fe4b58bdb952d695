"""Calls that a hung disk may hold for ever, made so that whoever waits for them is free to go."""

import threading
from collections.abc import Callable
from typing import TypeVar

from vibelux.errors import FilesUnreachable

_T = TypeVar("_T")

_LOOK = 0.2
"""Seconds between looks at whether to go on waiting."""


def waited_for(
    call: Callable[[], _T],
    *,
    what: str,
    patience: float,
    steps: Callable[[], int] = lambda: 0,
    on_wait: Callable[[], None] | None = None,
) -> _T:
    """Make a call in a thread and return its result.

    Ctrl-C ends the waiting. A thread that the system does not let go of is left behind; it keeps no
    program from ending.

    Args:
        call: to make; what it raises is raised here.
        what: is waited for; a message begins with it.
        patience: seconds until it is given up, counted anew with every step.
        steps: how far the call is.
        on_wait: called several times a second; may raise to end the waiting.

    Raises:
        FilesUnreachable: nothing has happened for so long.

    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def make() -> None:
        try:
            results.append(call())
        except BaseException as error:  # it must reach who waits
            errors.append(error)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    waited, before = 0.0, steps()
    while True:
        thread.join(min(_LOOK, patience))
        if not thread.is_alive():
            break
        if on_wait is not None:
            on_wait()
        if (now := steps()) != before:
            waited, before = 0.0, now
        waited += _LOOK
        if waited > patience:
            raise FilesUnreachable(
                f"{what} has not answered for {patience:g} s; check the disk or the network share. "
                "Nothing is lost, and the same command goes on from there"
            )
    if errors:
        raise errors[0]
    return results[0]
