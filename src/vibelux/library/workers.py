"""Supervised worker processes: a file that hangs or kills its decoder takes only itself along.

Each worker is a spawned process that loads the model once and handles one file at a time. One that
dies or takes too long is replaced; the others never notice. A file whose worker died is tried once
more before it is given up. A worker that dies while it loads is started anew a few times; then the
others go on without it, and only when there are no others the scan ends.
"""

import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing import process as processes
from multiprocessing.connection import wait
from typing import Any, Self

from vibelux.errors import VibeluxError
from vibelux.library.workers_process import (
    Analyser,
    Hashed,
    Job,
    Message,
    NotReady,
    Outcome,
    Ready,
    work,
)

_START_TIMEOUT = 180.0
"""Seconds for a worker to load its model: generous, for a cold disk."""

_STARTS = 4
"""Attempts to start a worker, one after the other."""

_PAUSE = 0.5
"""Seconds before the second of these attempts; twice as many before each that follows."""

_WAIT = 0.2
"""Seconds between calls of ``on_wait``."""

_DYING = 2.0
"""Seconds for killed processes to end; one that a hung disk holds in the system never does."""

_CONTEXT = get_context("spawn")  # the only way on Windows, the safe one on macOS, so used by all

_FROM_OUTSIDE = {"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGXCPU"}
"""Signals that no decoder gives itself: the system's, when memory is short, or a person's."""


class Workers:
    """A group of worker processes; a context manager that ends them."""

    def __init__(
        self,
        analyser: Analyser,
        *,
        count: int,
        song_timeout: float,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        """Prepare the workers; they start with the first job.

        Args:
            analyser: what each worker loads.
            count: processes, at least 1.
            song_timeout: seconds until a file is given up, > 0.
            on_wait: called several times a second while jobs run; may raise to end them.

        """
        self._on_wait = on_wait
        self._analyser = analyser
        self._count = count
        self._song_timeout = song_timeout
        self._workers: list[_Worker] = []
        self._starts: list[_Start] = []
        self._again: deque[Job] = deque()  # come before those of the caller
        self._tried: set[int] = set()  # keys of jobs whose worker died

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def outcomes(self, next_job: Callable[[], Job | None]) -> Iterator[Outcome]:
        """Yield the outcome of every job, in the order they finish.

        Args:
            next_job: returns a job to start now, or None if there is none now; asked again after
                each outcome, until it returns None while no job runs.

        Raises:
            VibeluxError: the workers cannot load the model, or all die while they do.

        """
        while True:
            while len(self._workers) + len(self._starts) < self._count:
                # No more processes than jobs: the new one gets this job when it is ready.
                job = self._next(next_job)
                if job is None:
                    break
                self._starts.append(_Start(job))
            self._start_due()
            for worker in self._workers:
                if worker.job is None:
                    worker.job = self._next(next_job)
                if worker.job is not None and worker.idle:
                    worker.begin(self._song_timeout)
            if not self._starts and all(worker.job is None for worker in self._workers):
                return
            yield from self._collect()

    def close(self) -> None:
        """End all processes at once; files in flight are dropped."""
        self._starts.clear()
        for worker in self._workers:
            worker.kill()
        until = time.monotonic() + _DYING
        while self._workers:
            self._workers.pop().end(until=until)

    def _next(self, next_job: Callable[[], Job | None]) -> Job | None:
        return self._again.popleft() if self._again else next_job()

    def _start_due(self) -> None:
        """Start the processes that need not wait any longer."""
        for start in [start for start in self._starts if start.due <= time.monotonic()]:
            self._starts.remove(start)
            try:
                self._workers.append(_Worker(self._analyser, start))
            except OSError as error:  # too many processes, or open files
                self._start_later(start, str(error))

    def _start_later(self, start: "_Start", why: str) -> None:
        """Try again to start a process that did not; after some attempts do without it."""
        failed = start.failed + 1
        if failed < _STARTS:
            pause = _PAUSE * 2**start.failed
            self._starts.append(_Start(start.job, failed, time.monotonic() + pause))
        elif self._workers or self._starts:
            self._count -= 1
            self._again.append(start.job)
        else:
            raise VibeluxError(
                f"a worker process did not start: {why}; {failed} attempts failed. Try fewer of "
                "them with --workers 1"
            )

    def _collect(self) -> Iterator[Outcome]:
        """Wait until something happens and yield what it brought."""
        busy = {worker.connection: worker for worker in self._workers if worker.job is not None}
        moments = [worker.deadline for worker in busy.values()]
        moments += [start.due for start in self._starts]
        patience = max(0.0, min(moments) - time.monotonic())
        if self._on_wait is not None:
            self._on_wait()
            patience = min(patience, _WAIT)
        if not busy:
            time.sleep(patience)
            return
        ready = set(wait(list(busy), timeout=patience))
        for connection, worker in busy.items():
            if connection in ready:
                message = worker.receive()
                if isinstance(message, Outcome):
                    yield message
                elif message is None or isinstance(message, NotReady):
                    why = message.reason if message is not None else None
                    yield from self._replace(worker, why=why)
            elif time.monotonic() >= worker.deadline:
                yield from self._replace(worker, late=True)

    def _replace(
        self, worker: "_Worker", *, late: bool = False, why: str | None = None
    ) -> Iterator[Outcome]:
        """End a dead or late worker and yield what became of its job, if that is settled."""
        self._workers.remove(worker)
        # A dead one gets time to leave its own exit code (its memory may be written out first).
        exit_code = worker.end(patience=0.0 if late else 10.0)
        job = worker.job
        if not worker.started:
            late_for = f"not ready after {_START_TIMEOUT:.0f} s"
            self._start_later(worker.start, why or (late_for if late else _end_of(exit_code)))
        elif job is None:
            return
        elif late:
            reason = f"no result after {self._song_timeout:g} s; the file was given up"
            if worker.content_hash is None:
                reason = f"it was not read within {self._song_timeout:g} s; does its disk answer?"
            yield Outcome(job, worker.content_hash, reason_code="timeout", reason=reason)
        elif job.key not in self._tried:
            self._tried.add(job.key)
            self._again.append(job)
        else:
            end = _end_of(exit_code)
            code, reason = "crashed", f"the file brought its decoder down twice: {end}"
            if exit_code is None or _signal_of(exit_code) in _FROM_OUTSIDE:
                code, reason = "killed", f"its analysis was broken off twice: {end}"
            yield Outcome(job, worker.content_hash, reason_code=code, reason=reason)


@dataclass(frozen=True)
class _Start:
    """A process that is to be started.

    Attributes:
        job: its first one.
        failed: attempts before this one.
        due: not before this moment of the monotonic clock.

    """

    job: Job
    failed: int = 0
    due: float = 0.0


class _Worker:
    """One process and the parent's end of its pipe."""

    def __init__(self, analyser: Analyser, start: _Start) -> None:
        self.start = start
        self.job: Job | None = start.job
        self.content_hash: bytes | None = None  # of the job's file, once it is known
        self.started = False
        self.idle = False
        self.deadline = time.monotonic() + _START_TIMEOUT
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=work, args=(theirs, analyser), daemon=True)
        try:
            with _interrupts_held():
                self._process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()  # so that the pipe ends when the process does

    def begin(self, song_timeout: float) -> None:
        """Send the job; a pipe that is broken shows when its answer is awaited."""
        self.idle = False
        self.content_hash = None
        self.deadline = time.monotonic() + song_timeout
        with suppress(OSError):
            self.connection.send(self.job)

    def receive(self) -> Message | None:
        """Return what the process says, None if it is dead."""
        try:
            message: Message = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(message, VibeluxError):
            raise message
        if isinstance(message, Hashed):
            self.content_hash = message.content_hash
        if isinstance(message, Ready | Outcome):
            self.started = self.idle = True
        if isinstance(message, Outcome):
            self.job = None
        return message

    def kill(self) -> None:
        """Let the process end now."""
        self._process.kill()

    def end(self, *, patience: float = 0.0, until: float | None = None) -> int | None:
        """End the process and return its exit code.

        Args:
            patience: seconds to end by itself.
            until: moment of the monotonic clock at which a process that was killed is left to
                itself; default: `_DYING` from then.

        Returns:
            its exit code, None if it has not ended.

        """
        self.connection.close()
        self._process.join(patience)
        self._process.kill()
        self._process.join(_DYING if until is None else max(0.0, until - time.monotonic()))
        code = self._process.exitcode
        if code is None:
            _leave(self._process)
        else:
            self._process.close()
        return code


def _leave(process: Any) -> None:
    """Keep the interpreter from waiting for a process when it ends; there is no public way."""
    children: set[Any] = vars(processes)["_children"]
    children.discard(process)


def _signal_of(exit_code: int) -> str | None:
    """Return the name of the signal that ended a process, or None."""
    if exit_code >= 0:
        return None
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"


def _end_of(exit_code: int | None) -> str:
    if exit_code is None:
        return "the process does not answer and cannot be ended"
    name = _signal_of(exit_code)
    if name is None:
        return f"the process ended with code {exit_code}"
    hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
    return f"the process was ended by {name}{hint}"


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let a new process start with Ctrl-C blocked, so that it dies silently with its parent.

    Windows has no such mask; there the worker ignores Ctrl-C once it runs.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
