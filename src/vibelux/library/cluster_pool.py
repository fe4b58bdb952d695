"""A pool whose processes are on the machines of a Ray cluster.

On each machine one actor supervises as many processes as the machine has cores
(`vibelux.library.cluster_node`). This side gives every actor a few jobs more than it has processes
and collects what becomes of them. When an actor or its machine dies, its jobs go to the others: a
lost machine is not the file's fault. Machines that join later are used as well.

Ray Data is not used: a dead actor of a pool of fixed size makes its `map_batches` hang, and it has
no timeout for a single file.
"""

import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from vibelux.dependencies import forbid_usage_reports
from vibelux.errors import VibeluxError
from vibelux.library.cluster_node import NodeWorkers, Sent
from vibelux.library.pools import Cluster
from vibelux.library.workers_process import Analyser, Job, Outcome
from vibelux.music.reading_errors import code_of, reason_of

forbid_usage_reports()  # read when Ray is imported

import ray  # noqa: E402
from ray.exceptions import RayError  # noqa: E402
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: E402

_RAY: Any = ray
"""Typed in part."""

_WAIT = 0.2
"""Seconds between calls of ``on_wait``."""

_ANSWER = 10.0
"""Seconds for a cluster to answer at all."""

_LOOK = 5.0
"""Seconds between looks for machines that joined the cluster."""

_START_TIMEOUT = 180.0
"""Seconds for a machine to have free cores and to start its actor."""

_STARTS = 4
"""Actors that a machine may lose in a row, without an outcome, until it is left alone."""

_LOSSES = 3
"""Machines or actors that a file may be lost with until it is given up."""

_AHEAD = 2
"""Jobs at a machine for each of its processes, so that none waits for the next one."""


class ClusterPool:
    """See `vibelux.library.pools.Pool`.

    Args:
        analyser: what each process loads.
        cluster: where.
        song_timeout: seconds until a file is given up, > 0.
        on_wait: called several times a second while jobs run; may raise to end them.
        shared: folders that the machines must have at the same paths; None: files are sent to them.

    """

    def __init__(
        self,
        analyser: Analyser,
        cluster: Cluster,
        *,
        song_timeout: float,
        on_wait: Callable[[], None] | None = None,
        shared: Sequence[Path] | None = None,
    ) -> None:
        self._analyser, self._cluster, self._song_timeout = analyser, cluster, song_timeout
        self._on_wait = on_wait
        self._shared = shared
        self._nodes: dict[str, _Node] = {}  # by Ray's id
        self._left: dict[str, str] = {}  # machines that are not used: why
        self._failed: dict[str, int] = {}  # actors lost in a row, by machine
        self._again: deque[Job] = deque()
        self._losses: dict[int, int] = {}  # by the key of a job
        self._unsent: deque[Outcome] = deque()
        self._looked = -_LOOK
        self._lost = "none of them has a core"
        self._connected = False

    def __enter__(self) -> Self:
        if not ray.is_initialized():
            try:
                _require_answer(self._cluster.address)
                ray.init(
                    self._cluster.address,
                    namespace="vibelux",
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                )
            except Exception as error:  # of many kinds; none is of a file
                raise VibeluxError(
                    f"no Ray cluster can be used at {self._cluster.address!r}: {_first(error)}; "
                    "start one with `ray start --head`, or give its address with --cluster"
                ) from error
            self._connected = True
        return self

    def __exit__(self, *_: object) -> None:
        for node in self._nodes.values():
            node.end()
        self._nodes.clear()
        if self._connected:
            ray.shutdown()
            self._connected = False

    def outcomes(self, next_job: Callable[[], Job | None]) -> Iterator[Outcome]:
        """Yield the outcome of every job; see `vibelux.library.pools.Pool.outcomes`."""
        while True:
            self._look_for_machines()
            for node in self._nodes.values():
                self._fill(node, next_job)
            yield from self._unsent
            self._unsent.clear()
            if not self._again and not any(node.jobs for node in self._nodes.values()):
                job = next_job()
                if job is None:
                    return
                self._again.append(job)
            yield from self._collect()

    def _look_for_machines(self) -> None:
        """Start actors on the machines that have none."""
        now = time.monotonic()
        if now - self._looked < _LOOK and self._nodes:
            return
        self._looked = now
        machines: list[dict[str, Any]] = _RAY.nodes()
        for about in machines:
            machine, name = about["NodeID"], about["NodeManagerHostname"]
            cores = int(about["Resources"].get("CPU", 0))
            if not about["Alive"] or cores < 1 or machine in self._nodes or machine in self._left:
                continue
            count = min(cores, self._cluster.processes or cores)
            self._nodes[machine] = _Node(
                machine,
                name,
                count,
                (self._analyser, count, self._song_timeout),
                (version("vibelux"), tuple(self._shared or ())),
            )
        if not self._nodes:
            reasons = "; ".join(self._left.values()) or self._lost
            raise VibeluxError(f"no machine of the cluster can analyse: {reasons}")

    def _fill(self, node: "_Node", next_job: Callable[[], Job | None]) -> None:
        """Give a machine jobs, if it is ready for more."""
        sent: list[Sent] = []
        while node.ready and len(node.jobs) < node.count * _AHEAD:
            job = self._again.popleft() if self._again else next_job()
            if job is None:
                break
            content = None
            if self._shared is None:
                try:
                    content = job.path.read_bytes()
                except OSError as error:
                    code, reason = code_of(error), reason_of(error)
                    self._unsent.append(Outcome(job, reason_code=code, reason=reason))
                    continue
            node.jobs[job.key] = job
            sent.append(Sent(job, content))
        if sent:
            node.add(sent)

    def _collect(self) -> Iterator[Outcome]:
        """Wait until something happens and yield what it brought."""
        if self._on_wait is not None:
            self._on_wait()
        awaited = {node.awaited: node for node in self._nodes.values()}
        ready, _ = ray.wait(list(awaited), num_returns=1, timeout=_WAIT)
        if ready:
            ready, _ = ray.wait(list(awaited), num_returns=len(awaited), timeout=0)
        for node in [awaited[answer] for answer in ready]:
            try:
                said = node.answer()
            except RayError as error:
                yield from self._lose(node, _first(error))
                continue
            if isinstance(said, str):
                self._leave(node, said)
                continue
            for each in said:
                if isinstance(each, VibeluxError):
                    raise each
                if node.jobs.pop(each.job.key, None) is not None:
                    self._failed.pop(node.machine, None)
                    yield each
        for node in [node for node in self._nodes.values() if node.late]:
            self._leave(node, f"it had no {node.count} free cores for {_START_TIMEOUT:.0f} s")

    def _lose(self, node: "_Node", why: str) -> Iterator[Outcome]:
        """Take back the jobs of a machine whose actor is gone."""
        node.end()
        del self._nodes[node.machine]
        failed = self._failed[node.machine] = self._failed.get(node.machine, 0) + 1
        if failed >= _STARTS:
            self._left[node.machine] = f"{node.name}: {failed} attempts failed, at last: {why}"
        self._looked, self._lost = -_LOOK, f"{node.name} was lost: {why}"
        for job in node.jobs.values():
            losses = self._losses[job.key] = self._losses.get(job.key, 0) + 1
            if losses < _LOSSES:
                self._again.append(job)
                continue
            reason = f"{losses} machines or their supervisors were lost while it was analysed"
            yield Outcome(job, reason_code="killed", reason=reason)

    def _leave(self, node: "_Node", why: str) -> None:
        """Do without a machine that cannot help."""
        node.end()
        del self._nodes[node.machine]
        self._left[node.machine] = f"{node.name}: {why}"


@dataclass(eq=False)
class _Node:
    """A machine, its actor, and the jobs that are there."""

    machine: str
    name: str
    count: int
    arguments: tuple[Any, ...]
    start: tuple[Any, ...]
    jobs: dict[int, Job] = field(default_factory=dict)
    ready: bool = False
    awaited: Any = None

    def __post_init__(self) -> None:
        self._due = time.monotonic() + _START_TIMEOUT
        self._actor: Any = (
            _RAY.remote(NodeWorkers)
            .options(
                num_cpus=self.count,
                max_concurrency=4,
                max_restarts=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(self.machine, soft=False),
            )
            .remote(*self.arguments)
        )
        self.awaited = self._actor.start.remote(*self.start)

    @property
    def late(self) -> bool:
        """Whether the actor should have started by now."""
        return not self.ready and time.monotonic() > self._due

    def add(self, sent: list[Sent]) -> None:
        """Send jobs; that the actor is gone shows when it is asked for outcomes."""
        self._actor.add.remote(sent)

    def answer(self) -> "list[Outcome | VibeluxError] | str":
        """Return what was awaited: outcomes, or why the machine cannot help.

        Raises:
            RayError: the actor is gone.

        """
        said = ray.get(self.awaited)
        if isinstance(said, str):
            return said
        self.ready = True
        self.awaited = self._actor.take.remote()
        return said or []

    def end(self) -> None:
        """End the actor and its processes."""
        with suppress(Exception):  # it is gone, or the connection is
            ray.kill(self._actor)


def _require_answer(address: str) -> None:
    """Raise OSError unless something listens at an address; Ray would wait for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER).close()


def _first(error: Exception) -> str:
    """Return the first line of an error that says much."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
