"""`vibelux serve --processes 2`: real processes, each of which answers while the other one is held.

A process that is stopped (SIGSTOP) accepts no connection: so a test says which one answers.
"""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueLocked
from vibelux.library.catalogue import Catalogue
from vibelux.library.live_columns import _STORED_FROM
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.service.scan_board import ScanBoard
from vibelux.settings import load_settings

from .conftest import fill, mood

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")

PATIENCE = 60.0

SAD = vector_blob(parse_mood("sad"))


class Together:
    """A service of two processes."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, ids: dict[str, int]) -> None:
        self.process, self.url, self.ids = process, url, ids

    @property
    def parts(self) -> list[int]:
        """The processes that answer."""
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    @contextmanager
    def only(self, number: int):
        """Let one of the processes answer, over connections that are made meanwhile."""
        other = self.parts[1 - number]
        os.kill(other, signal.SIGSTOP)
        try:
            with httpx.Client(base_url=f"{self.url}/api/v1", timeout=PATIENCE) as client:
                yield client
        finally:
            os.kill(other, signal.SIGCONT)

    def ask(self, number: int, method: str, path: str, **options):
        """Return what one of the processes answers."""
        with self.only(number) as client:
            answer = client.request(method, path, **options)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None


def until(what):
    """Wait until a function returns something true."""
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def served(folder, **options):
    """Begin a service of two processes."""
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from vibelux.cli import main; main()"),
            *("serve", "--no-browser", "--port", "0", "--root", str(folder)),
            *("--processes", "2"),
        ],
        env={**os.environ, "VIBELUX_HOME": str(folder / "home"), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,
    )


@pytest.fixture(params=["small"])
def together(tmp_path, request):
    with Catalogue(tmp_path / "home" / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, tmp_path / "music")
        if request.param == "large":
            add_others(catalogue, tmp_path / "others")
    process = served(tmp_path)
    url = re.search(r"http://\S+:\d+", process.stdout.readline())[0]
    yield Together(process, url, ids)
    for part in Together(process, url, ids).parts if process.poll() is None else ():
        os.kill(part, signal.SIGCONT)
    process.terminate()
    process.communicate(timeout=PATIENCE)


def test_a_session_goes_on_in_either_process(together):
    asked = {"mood": mood(happy=1), "source": "chosen", "seed": 1}
    begun = together.ask(0, "POST", "/sessions", json=asked)
    session = f"/sessions/{begun['id']}"
    queue = [pick["song"]["id"] for pick in begun["queue"]]
    handed_out = [
        together.ask(turn % 2, "POST", f"{session}/next", json={})["pick"]["song"]["id"]
        for turn in range(1, 5)
    ]
    assert handed_out == queue[:4]  # in turn, as if one process had answered
    together.ask(1, "PATCH", session, json={"mood": mood(sad=1), "source": "chosen"})
    rest = [pick["song"]["id"] for pick in together.ask(0, "GET", session)["queue"]]
    assert rest and not {*rest} & {*handed_out}
    assert rest == [pick["song"]["id"] for pick in together.ask(1, "GET", session)["queue"]]
    together.ask(0, "DELETE", session)
    with together.only(1) as client:
        assert client.get(session).status_code == 404


def add_others(catalogue, folder):
    """Add so many sad songs that columns are kept in files."""
    folder.mkdir()
    paths = [folder / f"{number}.mp3" for number in range(_STORED_FROM)]
    for path in paths:
        path.touch()
    rows = [{"path": path_bytes(path), "state": "ok", "mood": SAD} for path in paths]
    with catalogue.writing() as connection:
        connection.execute(insert(songs), rows)


@pytest.mark.parametrize("together", ["small", "large"], indirect=True)
def test_each_sees_what_the_other_one_corrected_and_learnt(together):
    song = together.ids["happy"]
    for number in (0, 1):  # both have read the songs
        together.ask(number, "GET", "/songs", params={"emotion": "happy"})
    together.ask(0, "PUT", f"/songs/{song}/mood", json={"mood": mood(sad=1)})

    def is_sad_there():
        found = together.ask(1, "GET", "/songs", params={"emotion": "sad"})["songs"]
        return song in [one["id"] for one in found]

    until(is_sad_there)
    mapped = [
        set(re.findall(r"files-[0-9a-f]{16}/moods\.npy", Path(f"/proc/{part}/maps").read_text()))
        for part in together.parts
    ]
    assert mapped[0] == mapped[1]  # the same memory
    assert len(mapped[0]) == (together.ask(0, "GET", "/songs")["total"] >= _STORED_FROM)
    asked = {"mood": mood(happy=1), "source": "chosen", "seed": 1}
    session = together.ask(0, "POST", "/sessions", json=asked)["id"]
    liked = {"song": song, "what": "liked"}
    together.ask(0, "POST", f"/sessions/{session}/feedback", json=liked)
    assert together.ask(1, "GET", "/profile")["liked"] == 1
    assert together.ask(1, "GET", "/profile/likes") == together.ask(0, "GET", "/profile/likes")


def test_the_scan_of_one_is_told_by_the_other(together, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    together.ask(0, "POST", "/scan", json={"folder": str(empty)})
    until(lambda: together.ask(0, "GET", "/scan")["state"] == "done")
    told = [together.ask(number, "GET", "/scan") for number in (0, 1)]
    assert told[0] == told[1]
    assert told[1]["folders"] == [str(empty)]
    other = tmp_path / "other"
    other.mkdir()
    together.ask(1, "POST", "/scan", json={"folder": str(other)})
    until(lambda: together.ask(0, "GET", "/scan")["folders"] == [str(other)])


def test_one_that_dies_is_started_again_and_all_end_together(together):
    first, second = together.parts
    os.kill(first, signal.SIGKILL)
    until(lambda: answers(together))
    until(lambda: len(together.parts) == 2 and first not in together.parts)
    assert second in together.parts
    together.process.send_signal(signal.SIGTERM)
    _, errors = together.process.communicate(timeout=PATIENCE)
    assert together.process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM)
    assert "Traceback" not in errors and "leaked" not in errors
    assert not Path(f"/proc/{second}").exists()


def test_ctrl_c_while_processes_begin_ends_all_in_order(tmp_path):
    process = served(tmp_path, start_new_session=True)
    together = Together(process, "", {})
    until(lambda: process.poll() is not None or together.parts)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode in (-signal.SIGINT, 128 + signal.SIGINT)
    assert "Traceback" not in errors and "KeyboardInterrupt" not in errors


def answers(together):
    try:
        return httpx.get(f"{together.url}/api/v1/health", timeout=PATIENCE).is_success
    except httpx.HTTPError:  # the connection was that of the one that died
        return False


def test_none_is_left_where_the_command_is_killed(together):
    parts = together.parts
    together.process.kill()
    until(lambda: not any(Path(f"/proc/{part}").exists() for part in parts))


@pytest.fixture
def boards(tmp_path, monkeypatch):
    """Two processes' boards of one service, and a function that says which one goes on."""
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    ours, theirs = (ScanBoard.of(load_settings()) for _ in range(2))

    def go_on(process):
        monkeypatch.setattr("vibelux.service.scan_board.os.getpid", lambda: process)

    go_on(1)
    yield ours, theirs, go_on
    ours.end()
    theirs.end()


def test_a_scan_is_stopped_by_whoever_asks(boards):
    ours, theirs, go_on = boards
    ours.begin()
    ours.tell('{"state": "looking"}', at_once=True)
    assert ours.read() is None  # what this process told
    go_on(2)
    assert theirs.read() == '{"state": "looking"}'
    assert not ours.is_asked_to_stop
    theirs.ask_to_stop()
    until(lambda: ours.is_asked_to_stop)
    ours.end()
    theirs.begin()
    assert not theirs.is_asked_to_stop
    theirs.clear()
    assert theirs.read() is None and not theirs.folder.exists()


def test_one_process_of_a_service_scans_at_a_time(boards):
    ours, theirs, _ = boards
    ours.begin()
    ours.ask_to_stop()
    with pytest.raises(CatalogueLocked, match="a scan is running"):
        theirs.begin()
    until(lambda: ours.is_asked_to_stop)  # which the other one left as it was
    ours.end()
    theirs.begin()


def test_what_a_process_told_that_has_died_is_forgotten_and_nothing_else(boards):
    ours, theirs, go_on = boards
    ours.tell("ours", at_once=True)
    ours.ask_to_stop()
    theirs.forget(2)
    go_on(2)
    assert theirs.read() == "ours"
    theirs.forget(1)
    assert theirs.read() is None
    assert not ours.is_asked_to_stop


def test_services_of_two_catalogues_have_a_board_each(boards, monkeypatch):
    ours, _, go_on = boards
    ours.tell("ours", at_once=True)
    go_on(2)
    monkeypatch.setenv("VIBELUX_CATALOGUE", "postgresql://localhost/songs")
    assert ScanBoard.of(load_settings()).read() is None
    assert ours.read() == "ours"
