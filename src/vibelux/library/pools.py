"""Where songs are analysed: in processes of this machine, or on the machines of a Ray cluster."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from vibelux.library.workers import Workers
from vibelux.library.workers_process import Analyser, Job, Outcome


class Pool(Protocol):
    """What analyses files, one each in a process of its own; a context manager that ends them.

    A file that hangs or kills its decoder takes only itself along. Each job is settled by exactly
    one outcome, whatever dies meanwhile.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def outcomes(self, next_job: Callable[[], Job | None]) -> Iterator[Outcome]:
        """Yield the outcome of every job, in the order they finish.

        Args:
            next_job: returns a job to start now, or None if there is none now; asked again after
                each outcome, until it returns None while no job runs.

        Raises:
            VibeluxError: the model cannot be loaded, or no process is left and none can be started.

        """
        ...


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster that analyses.

    Attributes:
        address: ``auto`` (the one of this machine), ``HOST:6379`` or ``ray://HOST:10001``.
        processes: on each of its machines; None: one a core.

    """

    address: str
    processes: int | None = None


def pool_of(
    analyser: Analyser,
    *,
    workers: int,
    song_timeout: float,
    on_wait: Callable[[], None] | None = None,
    cluster: Cluster | None = None,
    shared: Sequence[Path] | None = None,
) -> Pool:
    """Return the pool that a scan asks for.

    Args:
        analyser: what each process loads.
        workers: processes of this machine, at least 1; with a cluster, none.
        song_timeout: seconds until a file is given up, > 0.
        on_wait: called several times a second while jobs run; may raise to end them.
        cluster: where to analyse; None: here.
        shared: folders of the files, which must be the same on all machines of the cluster; None:
            the files are sent there.

    Raises:
        ImportError: a cluster is asked for, and Ray is not installed.

    """
    if cluster is None:
        return Workers(analyser, count=workers, song_timeout=song_timeout, on_wait=on_wait)
    from vibelux.library.cluster_pool import ClusterPool

    return ClusterPool(analyser, cluster, song_timeout=song_timeout, on_wait=on_wait, shared=shared)
