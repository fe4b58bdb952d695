"""The real command, flooded with connections, before a disk that hangs, with stopped workers."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.conftest import fill

from vibelux.library.catalogue import Catalogue

if sys.platform == "win32":
    pytest.skip("signals and limits of POSIX", allow_module_level=True)

PROGRAM = """
import sys
from pathlib import Path

if len(sys.argv) > 2 and sys.argv[1] == "hanging":
    sys.path.insert(0, sys.argv[2])
    from hanging import HangingDisk
    HangingDisk(Path(sys.argv[3])).install()
    del sys.argv[1:4]
if __name__ == "__main__":
    from vibelux.cli import main
    main()
"""


class Served:
    """`vibelux serve` in a process of its own."""

    def __init__(self, home: Path, *first: str, files: int = 0) -> None:
        self.home, self.log = home, home / "serve.log"
        program = home / "program.py"
        program.write_text(PROGRAM)
        limit = ("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh") if files else ()
        clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(*limit, sys.executable, program, *first),
                    *("serve", "--no-browser", "--port", "0", "--root", home),
                ],
                env={**clean, "VIBELUX_HOME": str(home), "PYTHONUTF8": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        self.port = int(re.search(r":(\d+)/", line)[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Return the most memory that it ever had, in kB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Served]]:
    started = []

    def start(*first: str, files: int = 0) -> Served:
        started.append(Served(tmp_path, *first, files=files))
        return started[-1]

    yield start
    for served in started:
        served.process.kill()
        served.process.communicate()


def until(what: Callable[[], object]) -> None:
    while not what():
        time.sleep(0.02)


def test_idle_sockets_without_end_do_not_make_it_deaf(serve, rounds):
    limit = rounds(1024, 128)
    served = serve(files=limit)
    idle = []
    for number in range(rounds(1050, 5000)):
        with contextlib.suppress(ConnectionError):
            idle.append(socket.create_connection(("127.0.0.1", served.port)))
            if number % 3 == 0:
                idle[-1].sendall(b"GET / HTTP/1.1\r\nHost: loc")
        if number % 100 == 0:
            assert httpx.get(f"{served.url}/api/v1/health", timeout=None).status_code == 200
    for _ in range(10):
        assert httpx.get(f"{served.url}/api/v1/library", timeout=None).status_code == 200
    assert served.log.stat().st_size < 10_000, served.log.read_text()[:2000]
    for connection in idle:
        connection.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by /proc only")
def test_headers_without_end_take_no_memory(serve, rounds):
    served = serve()
    httpx.get(f"{served.url}/api/v1/health", timeout=None)
    before = served.memory()
    block = b"a" * 1_000_000
    for _ in range(rounds(2, 10)):
        with socket.create_connection(("127.0.0.1", served.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    connection.sendall(block)
    assert httpx.get(f"{served.url}/api/v1/health", timeout=None).status_code == 200
    assert served.memory() - before < 20_000


def test_what_repeats_itself_is_counted_in_the_log(serve, rounds):
    served = serve()
    for _ in range(rounds(100, 2000)):
        with socket.create_connection(("127.0.0.1", served.port)) as connection:
            connection.sendall(b"garbage\r\n\r\n")
            while connection.recv(1000):
                pass
    served.process.send_signal(signal.SIGINT)
    served.process.wait()
    log = served.log.read_text()
    assert log.count("Invalid HTTP request") == 6
    assert re.search(r"Invalid HTTP request received\. \(repeated \d+ times\)", log)


@pytest.fixture
def hanging(serve, tmp_path) -> Iterator[Served]:
    """A service with songs on a disk that hangs from when ``music.hangs`` is there."""
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        fill(catalogue, tmp_path / "music")
    folder = Path(__file__).parents[1] / "service"
    served = serve("hanging", str(folder), str(tmp_path / "music"))
    assert httpx.get(f"{served.url}/api/v1/audio/1", timeout=None).status_code == 200
    (tmp_path / "music.hangs").touch()
    return served


def asking(served: Served, path: str, *, method: str = "GET", **body: Any) -> None:
    """Ask for something, and do not wait for the answer."""

    def ask() -> None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.request(method, f"{served.url}{path}", timeout=None, **body)

    threading.Thread(target=ask, daemon=True).start()


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_it_ends_although_a_disk_hangs(hanging, tmp_path, name, code):
    for number in range(60):
        asking(hanging, f"/api/v1/audio/{1 + number % 6}")
    asking(hanging, f"/api/v1/folders?path={tmp_path}/music/")
    asking(hanging, "/api/v1/scan", method="POST", json={"folder": str(tmp_path / "music")})
    assert httpx.get(f"{hanging.url}/api/v1/health", timeout=None).status_code == 200
    found = httpx.post(
        f"{hanging.url}/api/v1/recommendations", json={"mood": [0, 0, 0, 1, 0, 0, 0]}, timeout=None
    )
    assert found.json()["songs"]
    hanging.process.send_signal(getattr(signal, name))
    assert hanging.process.wait() in (code, -getattr(signal, name))
    assert "Traceback" not in hanging.log.read_text()


def test_it_ends_although_a_scan_hangs(serve, tmp_path):
    music = tmp_path / "music"
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        fill(catalogue, music)
    folder = Path(__file__).parents[1] / "service"
    served = serve("hanging", str(folder), str(music / "below"))
    (music / "below").mkdir()
    (music / "below.hangs").touch()
    with httpx.Client(base_url=served.url, timeout=None) as client:
        assert client.post("/api/v1/scan", json={"folder": str(music)}).status_code == 202
        assert client.get("/api/v1/health").status_code == 200
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() in (143, -signal.SIGTERM)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are told by /proc only")
def test_it_ends_although_its_workers_are_stopped(serve, tmp_path):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        fill(catalogue, tmp_path / "music")
    served = serve()
    (tmp_path / "music" / "new.wav").write_bytes((tmp_path / "music" / "sad.wav").read_bytes())
    tasks = Path(f"/proc/{served.process.pid}/task")
    stopped: set[int] = set()

    def stop_workers(client: httpx.Client) -> bool:
        for task in list(tasks.iterdir()):
            with contextlib.suppress(OSError):
                for child in (task / "children").read_text().split():
                    if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
                        os.kill(int(child), signal.SIGSTOP)
                        stopped.add(int(child))
        return bool(stopped) or client.get("/api/v1/scan").json()["state"] == "done"

    with httpx.Client(base_url=served.url, timeout=None) as client:
        client.post("/api/v1/scan", json={"folder": str(tmp_path / "music")}).raise_for_status()
        until(lambda: stop_workers(client))
    assert stopped, "the scan was over before its workers could be stopped"
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() in (143, -signal.SIGTERM)
    until(lambda: not any(alive(child) for child in stopped))


def alive(process: int) -> bool:
    """Tell whether a process is there, and not only because nobody took note of its end."""
    try:
        return not Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return False
