"""The real `vibelux serve` in a process of its own, with a catalogue and a profile of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.forked_commands import CAN_FORK, COMMAND, ForkedCommand, ForkedCommands

START = (sys.executable, "-c", COMMAND)

_COMMANDS = ForkedCommands(
    *("vibelux.cli.serve", "vibelux.service.app", "vibelux.service.server"),
    *("vibelux.service.context", "uvicorn.protocols.http.httptools_impl"),
    *("uvicorn.lifespan.on", "uvicorn.loops.asyncio"),
)


@dataclass
class Served:
    """A service that runs.

    Attributes:
        url: of the page, ending in a slash.
        link: as it was printed: the URL, with a token where one is needed.
        home: the folder of its catalogue and profile.
        root: the folder below which music may be scanned.
        process: the command.
        options: of the command, besides its port and its root.

    """

    url: str
    link: str
    home: Path
    root: Path
    process: "subprocess.Popen[str] | ForkedCommand"
    options: tuple[str, ...]

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
        """Start it at the same address; the link has another token then."""
        self.process, self.link = _started(self.home, self.root, self.port, self.options)


@contextmanager
def served(home: Path, root: Path, *options: str) -> Iterator[Served]:
    """Yield a service; it is ended afterwards."""
    process, link = _started(home, root, 0, options)
    service = Served(link.partition("?")[0], link, home, root, process, options)
    try:
        yield service
    finally:
        service.process.terminate()
        service.process.wait()


def _started(
    home: Path, root: Path, port: int, options: tuple[str, ...]
) -> "tuple[subprocess.Popen[str] | ForkedCommand, str]":
    """Start the command and return it with the last link that it printed: not a proxy's."""
    clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
    home.mkdir(parents=True, exist_ok=True)
    arguments = ("serve", "--no-browser", "--root", str(root), "--port", str(port), *options)
    environment = {**clean, "VIBELUX_HOME": str(home), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    with _log(home).open("a", encoding="utf-8") as log:
        if CAN_FORK:
            process = _COMMANDS.start(arguments, environment, stderr=log)
        else:
            process = subprocess.Popen(
                [*START, *arguments],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
            )
    with process.stdout:
        for line in process.stdout:
            if link := re.search(r"http://\S+", line):
                return process, link[0]
    process.kill()
    process.wait()
    raise RuntimeError(f"the service did not start: {_log(home).read_text(encoding='utf-8')}")


def _log(home: Path) -> Path:
    return home / "serve.log"
