"""What runs on each machine of a cluster: the supervised processes of `vibelux.library.workers`.

So a song is analysed there exactly as it is here, and what hangs or crashes is settled on its own
machine. Nothing here knows of Ray.
"""

import os
import queue
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from vibelux.errors import ModelError, VibeluxError
from vibelux.library.workers import Workers
from vibelux.library.workers_process import MUSIC, THREADS, Analyser, Job, Outcome, music_analyser
from vibelux.music.reading_errors import code_of, reason_of

_MOST = 200
"""Outcomes that are given together."""

_WAIT = 0.25
"""Seconds to wait for the first of them."""


@dataclass(frozen=True)
class Sent:
    """A job on its way to another machine.

    Attributes:
        job: with the path on the machine that asks.
        content: of its file, where the machines share no folders.

    """

    job: Job
    content: bytes | None = None


class NodeWorkers:
    """The worker processes of a machine. Its methods may be called at the same time.

    Args:
        analyser: what each process loads.
        count: processes, at least 1.
        song_timeout: seconds until a file is given up, > 0.

    """

    def __init__(self, analyser: Analyser, count: int, song_timeout: float) -> None:
        self._analyser, self._count, self._song_timeout = analyser, count, song_timeout
        self._came: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._first: Sent | None = None
        self._settled: queue.SimpleQueue[Outcome | VibeluxError] = queue.SimpleQueue()
        self._given: dict[int, Job] = {}  # as they came, by key
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self, expected: str, shared: Sequence[Path]) -> str | None:
        """Start, unless this machine cannot help; then return why not, as a clause.

        Args:
            expected: version of VibeluX where the catalogue is.
            shared: folders that must be here too.

        """
        if (ours := version("vibelux")) != expected:
            return f"it has VibeluX {ours} instead of {expected}"
        if self._analyser.factory == MUSIC:
            try:
                model = music_analyser(self._analyser.model_path).model
            except ModelError as error:
                return str(error)
            if model != self._analyser.model:
                return f"its music model is {model} instead of {self._analyser.model}"
        for folder in shared:
            if not folder.exists():
                return f"it has no {folder}; mount it there at the same path"
        # A worker would import again what this process runs, which is Ray's own program; and Ray
        # lets a process have as many threads as it was given cores.
        vars(sys.modules["__main__"]).pop("__file__", None)
        os.environ.update(dict.fromkeys(THREADS, "1"))
        self._thread.start()
        return None

    def add(self, jobs: Sequence[Sent]) -> None:
        """Take jobs; `take` gives their outcomes."""
        for sent in jobs:
            self._came.put(sent)

    def take(self) -> list[Outcome | VibeluxError]:
        """Return what became of jobs, each once; none if nothing did for a quarter of a second.

        An error concerns all jobs: nothing follows it.
        """
        found: list[Outcome | VibeluxError] = []
        try:
            found.append(self._settled.get(timeout=_WAIT))
            while len(found) < _MOST:
                found.append(self._settled.get_nowait())
        except queue.Empty:
            pass
        return found

    def _run(self) -> None:
        try:
            with Workers(
                self._analyser,
                count=self._count,
                song_timeout=self._song_timeout,
                on_wait=lambda: None,  # so that jobs that come meanwhile are seen
            ) as group:
                while True:
                    self._first = self._came.get()
                    for outcome in group.outcomes(self._next):
                        self._settle(outcome)
        except VibeluxError as error:
            self._settled.put(error)
        except Exception as error:
            self._settled.put(VibeluxError(f"{type(error).__name__}: {error}"))

    def _next(self) -> Job | None:
        while True:
            sent, self._first = self._first, None
            if sent is None:
                try:
                    sent = self._came.get_nowait()
                except queue.Empty:
                    return None
            job = sent.job
            if sent.content is None:
                return job
            self._given[job.key] = job
            try:
                return replace(job, path=self._written(job, sent.content))
            except OSError as error:
                self._settle(Outcome(job, reason_code=code_of(error), reason=reason_of(error)))

    def _written(self, job: Job, content: bytes) -> Path:
        """Write what was sent to a file; its ending helps to tell the format."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="vibelux-")
        path = Path(self._folder.name) / f"{job.key}{job.path.suffix}"
        path.write_bytes(content)
        return path

    def _settle(self, outcome: Outcome) -> None:
        if (job := self._given.pop(outcome.job.key, None)) is not None:
            if outcome.job.path != job.path:
                outcome.job.path.unlink(missing_ok=True)
            outcome = replace(outcome, job=job)
        self._settled.put(outcome)
