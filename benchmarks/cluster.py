"""What a scan on a Ray cluster costs more than one by local processes, and how it grows.

The head of a cluster and a second node are started on this machine by ``ray start --block``, each
with one core. Processor time is that of the command and of all of Ray's processes while it runs,
read from ``/proc``; without Ray (the ``cluster`` extra) or /proc, nothing is measured.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scan import family, processor_seconds, write_songs

SONGS = 60
SECONDS = 240.0

_RAY = Path(sys.executable).with_name("ray")


def measure() -> dict[str, float]:
    """Return what `FIGURES` of run.py describe, or nothing without Ray."""
    if not _RAY.exists() or not Path("/proc/self/stat").exists():
        print("clusters are not measured: Ray or /proc is missing", file=sys.stderr)
        return {}
    with tempfile.TemporaryDirectory(prefix="vibelux-cluster-") as name, ExitStack() as machines:
        folder = Path(name)
        (folder / "music").mkdir()
        write_songs(folder / "music", songs=SONGS, seconds=SECONDS)
        here, local = scanned(folder, "--workers", "1", processes=[])
        port = str(free_port())
        address = f"127.0.0.1:{port}"
        head = machines.enter_context(node("--head", "--port", port, "--include-dashboard=false"))
        one, alone = scanned(folder, "--cluster", address, processes=[head])
        second = machines.enter_context(node("--address", address))
        two, _ = scanned(folder, "--cluster", address, processes=[head, second])
    return {
        "cluster_overhead": alone / local,
        "cluster_local_songs_per_min": here,
        "cluster_one_songs_per_min": one,
        "cluster_two_songs_per_min": two,
    }


def scanned(folder: Path, *options: str, processes: list[int]) -> tuple[float, float]:
    """Run the real command and return songs a minute and processor seconds.

    Args:
        folder: with the music.
        options: of the command.
        processes: whose processor time, and that of all their children, counts too.

    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen: dict[int, float] = {}
    began = {member: processor_seconds(member) for one in processes for member in family(one)}
    done_with = threading.Event()

    def watch() -> None:
        """Note what each process has taken: Ray does not wait for those that an actor started."""
        while not done_with.wait(0.2):
            for one in processes:
                for member in family(one):
                    seen[member] = max(seen.get(member, 0.0), processor_seconds(member))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with tempfile.TemporaryDirectory(dir=folder) as home:
        done = subprocess.run(
            [
                *(sys.executable, "-c", "from vibelux.cli import main; main()"),
                *("scan", str(folder / "music"), "--json", *options),
            ],
            env=os.environ | {"VIBELUX_HOME": home},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    report = json.loads(done.stdout)
    if (report["analysed"], report["failed"]) != (SONGS, 0):
        raise RuntimeError(f"the scan went wrong: {report}")
    time.sleep(2.0)  # actors end a little later
    done_with.set()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rate = SONGS / float(report["seconds"]) * 60
    return rate, own + sum(taken - began.get(member, 0.0) for member, taken in seen.items())


@contextmanager
def node(*options: str) -> Iterator[int]:
    """Run a machine of a cluster with one core, and yield the number of its process."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [
                *(str(_RAY), "start", "--block", "--num-cpus", "1", "--disable-usage-stats"),
                *("--object-store-memory", "100000000", *options),
            ],
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            for _ in range(600):
                time.sleep(0.1)
                said.seek(0)
                if b"Ray runtime started" in said.read():
                    break
            else:
                raise RuntimeError("ray start did not start")
            time.sleep(2.0)
            yield process.pid
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    print(json.dumps(measure()))
