"""Supervised worker processes: a file that hangs or kills its decoder takes only itself along.

Each worker is a spawned process that loads the model once and handles one file at a time. One that
dies or takes too long is replaced and its file recorded as failed; the others never notice.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from types import TracebackType
from typing import Self

from vibelux.errors import VibeluxError
from vibelux.library.workers_process import Analyser, Job, Outcome, Ready, work

_START_TIMEOUT = 180.0
"""Seconds for a worker to load its model: generous, for a cold disk."""

_WAIT = 0.2
"""Seconds between calls of ``on_wait``."""

_CONTEXT = get_context("spawn")  # the only way on Windows, the safe one on macOS, so used by all


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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def process_ids(self) -> list[int]:
        """Ids of the processes that run now."""
        return [worker.process_id for worker in self._workers]

    def outcomes(self, next_job: Callable[[], Job | None]) -> Iterator[Outcome]:
        """Yield the outcome of every job, in the order they finish.

        Args:
            next_job: returns a job to start now, or None if there is none now; asked again after
                each outcome, until it returns None while no job runs.

        Raises:
            VibeluxError: the workers cannot load the model, or die while they do.

        """
        while True:
            while len(self._workers) < self._count:
                # No more processes than jobs: the new one gets this job when it is ready.
                job = next_job()
                if job is None:
                    break
                self._workers.append(_Worker(self._analyser, job))
            for worker in self._workers:
                if worker.job is None:
                    worker.job = next_job()
                if worker.job is not None and worker.idle:
                    worker.begin(self._song_timeout)
            if all(worker.job is None for worker in self._workers):
                return
            yield from self._collect()

    def close(self) -> None:
        """End all processes at once; files in flight are dropped."""
        while self._workers:
            self._workers.pop().end()

    def _collect(self) -> Iterator[Outcome]:
        """Wait until something happens and yield what it brought."""
        busy = {worker.connection: worker for worker in self._workers if worker.job is not None}
        patience = max(0.0, min(worker.deadline for worker in busy.values()) - time.monotonic())
        if self._on_wait is not None:
            self._on_wait()
            patience = min(patience, _WAIT)
        ready = set(wait(list(busy), timeout=patience))
        for connection, worker in busy.items():
            if connection in ready:
                outcome = worker.receive() or self._replace(worker)
            elif time.monotonic() >= worker.deadline:
                outcome = self._replace(worker, late=True)
            else:
                continue
            if isinstance(outcome, Outcome):
                yield outcome

    def _replace(self, worker: "_Worker", *, late: bool = False) -> Outcome:
        """End a dead or late worker; the next one starts with the next job."""
        job, started = worker.job, worker.started
        self._workers.remove(worker)
        # A dead one gets time to leave its own exit code (its memory may be written out first).
        exit_code = worker.end(patience=0.0 if late else 10.0)
        if job is None or not started:
            what = f"not ready after {_START_TIMEOUT:.0f} s" if late else _end_of(exit_code)
            raise VibeluxError(
                f"a worker process did not start: {what}; try fewer of them with --workers 1"
            )
        if late:
            reason = f"no result after {self._song_timeout:g} s; the file was given up"
            return Outcome(job, reason_code="timeout", reason=reason)
        reason = f"the file brought its decoder down: {_end_of(exit_code)}"
        return Outcome(job, reason_code="crashed", reason=reason)


class _Worker:
    """One process and the parent's end of its pipe."""

    def __init__(self, analyser: Analyser, job: Job) -> None:
        self.job: Job | None = job
        self.started = False
        self.idle = False
        self.deadline = time.monotonic() + _START_TIMEOUT
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=work, args=(theirs, analyser), daemon=True)
        with _interrupts_held():
            self._process.start()
        theirs.close()  # so that the pipe ends when the process does

    @property
    def process_id(self) -> int:
        return self._process.pid or 0

    def begin(self, song_timeout: float) -> None:
        """Send the job; a pipe that is broken shows when its answer is awaited."""
        self.idle = False
        self.deadline = time.monotonic() + song_timeout
        with suppress(OSError):
            self.connection.send(self.job)

    def receive(self) -> Outcome | Ready | None:
        """Return what the process says, None if it is dead."""
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(message, VibeluxError):
            raise message
        self.started = self.idle = True
        answer: Outcome | Ready = message
        if isinstance(answer, Outcome):
            self.job = None
        return answer

    def end(self, *, patience: float = 0.0) -> int | None:
        """End the process, after so many seconds to end by itself, and return its exit code."""
        self.connection.close()
        self._process.join(patience)
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        return code


def _end_of(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
        hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
        return f"the process was ended by {name}{hint}"
    return f"the process ended with code {exit_code}"


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
