"""A service of several processes, which answer at one address.

They share the listening socket, the files of the columns, the profile and the sessions. This
process answers nothing: it starts the others, starts one again that has died, and ends all of them
when it is told to.
"""

import multiprocessing
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

from vibelux.errors import VibeluxError
from vibelux.service.failures import logger
from vibelux.service.log import folded_log
from vibelux.service.scan_board import ScanBoard
from vibelux.service.server import EXIT_SECONDS, Part, Server

MOST = 64
"""Processes of one service."""

_BETWEEN = 5.0
"""Seconds from one start of a process to the next, for those that die at once."""

_SPARE = 1.0
"""Seconds that the others have more than each has to end by itself."""

_spawning = multiprocessing.get_context("spawn")


def serve_together(
    part: Part, listener: socket.socket, *, number: int, on_ready: Callable[[], None]
) -> None:
    """Serve by several processes until Ctrl-C or SIGTERM.

    Args:
        part: what each of them serves.
        listener: whose connections they accept.
        number: of them.
        on_ready: called as soon as all of them answer.

    Raises:
        VibeluxError: one ended at its start.

    """
    board = ScanBoard.of(part.settings)
    board.clear()
    told: list[int] = []

    def heed(sig: int, _: FrameType | None) -> None:
        told.append(sig)
        for child in children:
            if child.process.pid is not None and child.process.is_alive():
                child.process.terminate()

    children = [_Child(part, listener, board) for _ in range(number)]
    before = {sig: signal.signal(sig, heed) for sig in (signal.SIGINT, signal.SIGTERM)}
    try:
        for child in children:
            child.start()
        _watch(children, told, board, on_ready)
    finally:
        _end(children, part.exit_seconds)
        board.clear()
        for sig, handler in before.items():
            signal.signal(sig, handler)
    if told:
        signal.raise_signal(told[0])


class _Child:
    """One of the processes."""

    def __init__(self, part: Part, listener: socket.socket, board: ScanBoard) -> None:
        self._part, self._listener, self._board = part, listener, board
        self.process: SpawnProcess
        self._ready: Connection
        self._make()

    def _make(self) -> None:
        self._ready, ready = _spawning.Pipe(duplex=False)
        self.process = _spawning.Process(
            target=_serve, args=(self._part, self._listener, self._board.folder, ready)
        )
        self.began = 0.0
        self.answers = False

    def is_ready(self) -> bool:
        """Return whether it answers requests."""
        with suppress(EOFError, OSError):  # it has ended
            self.answers = self.answers or (self._ready.poll() and bool(self._ready.recv()))
        return self.answers

    def start(self) -> None:
        """Start it, anew where it has ended."""
        if self.began:
            self._make()
        self.began = time.monotonic()
        with _without_ctrl_c():
            self.process.start()


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Let the processes that are started meanwhile not heed Ctrl-C, which the system sends to all.

    The first one heeds it and ends the others, also those that are not ready yet.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which would unblock it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch(
    children: list[_Child], told: list[int], board: ScanBoard, on_ready: Callable[[], None]
) -> None:
    """Start those that die again, until the service is told to end.

    Raises:
        VibeluxError: one ended at its start.

    """
    is_ready = False
    while not told:
        alive = [child.process.sentinel for child in children if child.process.is_alive()]
        wait(alive, timeout=0.5 if is_ready else 0.05)
        for child in children:
            if told or child.process.is_alive():
                continue
            if not is_ready:
                raise VibeluxError(
                    "a process of the service ended at its start; what it said stands above"
                )
            if time.monotonic() - child.began < _BETWEEN:
                continue
            logger.error("a process of the service died; it is started again")
            board.forget(child.process.pid or 0)
            child.start()
        if not is_ready and all(child.is_ready() for child in children):
            is_ready = True
            on_ready()


def _end(children: list[_Child], exit_seconds: float | None) -> None:
    until = time.monotonic() + (EXIT_SECONDS if exit_seconds is None else exit_seconds) + _SPARE
    started = [child.process for child in children if child.began]
    for process in started:
        if process.is_alive():
            process.terminate()
    for process in started:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _serve(part: Part, listener: socket.socket, board: Path, ready: Connection) -> None:
    """Serve in a process of its own."""
    parent = multiprocessing.parent_process()

    def end_with_the_parent(server: Server) -> None:
        def watch() -> None:
            if parent is not None:
                wait([parent.sentinel])
                server.handle_exit(signal.SIGTERM, None)

        threading.Thread(target=watch, daemon=True).start()

    with folded_log():
        part.serve(
            listener,
            on_ready=lambda: ready.send(True),
            board=ScanBoard(board),
            on_server=end_with_the_parent,
        )
