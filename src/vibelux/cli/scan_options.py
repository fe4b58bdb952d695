"""The options of a scan, the same for folders and for music servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vibelux.cli.console import err, spoken
from vibelux.cli.extras import extra
from vibelux.cli.scan_progress import Pace

if TYPE_CHECKING:
    from vibelux.library.pools import Cluster

WorkerCount = Annotated[
    int | None,
    typer.Option(
        "--workers",
        "-w",
        min=1,
        max=64,
        help="Processes; default: the number of cores, at most 8.",
    ),
]
SongTimeout = Annotated[
    float | None,
    typer.Option(
        "--song-timeout", help="Seconds until a song that hangs is given up; default: 60."
    ),
]
MusicModelFile = Annotated[
    Path | None, typer.Option("--model", help="ONNX file used instead of the shipped model.")
]
Retry = Annotated[
    bool,
    typer.Option("--retry", help="Try failed songs again, even if they have not changed."),
]
Again = Annotated[bool, typer.Option("--again", help="Analyse every song again.")]
ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Analyse on a Ray cluster: auto, HOST:6379 or ray://HOST:10001; then --workers is "
        "for each machine.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def cluster_at(address: str | None, workers: int | None) -> "Cluster | None":
    """Return the cluster that was asked for, or None.

    Args:
        address: as given.
        workers: processes on each of its machines, as given; None: one a core.

    Raises:
        MissingExtra: Ray is not installed.

    """
    if address is None:
        return None
    with extra("cluster"):
        import vibelux.library.cluster_pool  # noqa: F401
    from vibelux.library.pools import Cluster

    return Cluster(address, workers)


@contextmanager
def stoppable(pace: Pace) -> Iterator[None]:
    """Say what Ctrl-C has left of a scan.

    Args:
        pace: of the scan.

    Raises:
        typer.Exit: 130, it was stopped.

    """
    try:
        yield
    except KeyboardInterrupt:
        words = spoken()
        err().print(words.of_number("cli.scan.stopped", pace.done, n=words.figures(pace.done)))
        raise typer.Exit(130) from None
