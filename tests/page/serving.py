"""The real `vibelux serve` in a process of its own, with a catalogue and a profile of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START = (sys.executable, "-c", "from vibelux.cli import main; main()")


@dataclass
class Served:
    """A service that runs.

    Attributes:
        url: of the page, ending in a slash.
        link: as it was printed: the URL, with a token where one is needed.
        home: the folder of its catalogue and profile.
        root: the folder below which music may be scanned.
        process: the command.
        host: that it listens on.

    """

    url: str
    link: str
    home: Path
    root: Path
    process: "subprocess.Popen[str]"
    host: str

    @property
    def said(self) -> str:
        """What it has said of its own mistakes."""
        return _log(self.home).read_text(encoding="utf-8")

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.url)[1])

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        """Start it at the same address."""
        self.process, _ = _started(self.home, self.root, self.port, self.host)


@contextmanager
def served(home: Path, root: Path, *, host: str = "127.0.0.1") -> Iterator[Served]:
    """Yield a service; it is ended afterwards."""
    process, line = _started(home, root, 0, host)
    link = re.search(r"http://\S+", line)[0]
    service = Served(link.partition("?")[0], link, home, root, process, host)
    try:
        yield service
    finally:
        service.process.terminate()
        service.process.wait()


def _started(home: Path, root: Path, port: int, host: str) -> "tuple[subprocess.Popen[str], str]":
    clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
    home.mkdir(parents=True, exist_ok=True)
    with _log(home).open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                *(*START, "serve", "--no-browser", "--root", str(root)),
                *("--host", host, "--port", str(port)),
            ],
            env={**clean, "VIBELUX_HOME": str(home), "NO_COLOR": "1", "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
        )
    line = process.stdout.readline()
    process.stdout.close()
    if "http://" not in line:
        process.kill()
        process.wait()
        raise RuntimeError(f"the service did not start: {_log(home).read_text(encoding='utf-8')}")
    return process, line


def _log(home: Path) -> Path:
    return home / "serve.log"
