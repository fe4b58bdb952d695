"""A disk that does not answer holds up what asks for it, for a time, and nothing else."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from vibelux.library.catalogue import Catalogue
from vibelux.service.disks import Blocks, Disks, _mounted
from vibelux.service.failures import Failure
from vibelux.service.sound import FileSound

from .conftest import error, fill, mood, running
from .hanging import HangingDisk

HERE = Path("/music/a.mp3")


def until(what) -> None:
    while not what():
        time.sleep(0.01)


@pytest.fixture
def hung():
    """Work that waits until the test is over."""
    event = threading.Event()
    yield lambda: event.wait() and None
    event.set()


def test_what_works_is_returned_and_what_fails_is_raised():
    disks = Disks()
    assert asyncio.run(disks.ask(lambda: 7, where=HERE)) == 7
    for raised in (FileNotFoundError("gone"), TimeoutError("of the work")):

        def fails(raised=raised):
            raise raised

        with pytest.raises(type(raised), match=str(raised)):
            asyncio.run(disks.ask(fails, where=HERE))


def test_what_hangs_is_given_up(hung):
    disks = Disks(patience=0.05)
    with pytest.raises(Failure, match=r"the disk with /music/a\.mp3 does not answer") as raised:
        asyncio.run(disks.ask(hung, where=HERE))
    assert (raised.value.status, raised.value.body.code) == (503, "disk_silent")


def test_a_disk_holds_up_no_more_than_its_threads_and_none_of_the_others(hung):
    disks = Disks(patience=0.05, threads=4, of_one_disk=2)
    disks._disk_of = lambda path: path.parts[1]

    def ask():
        with pytest.raises(Failure):
            asyncio.run(disks.ask(hung, where=HERE))
        until(lambda: disks._overdue(None, disks.patience) == len(disks._running))

    while len(disks._running) < 2:  # on a busy machine some are given up before they begin
        ask()
    for _ in range(3):
        ask()
    assert len(disks._running) == 2
    assert asyncio.run(disks.ask(lambda: 7, where=Path("/other/b.mp3"))) == 7


def test_once_all_threads_hang_it_is_said_at_once():
    release = threading.Event()
    disks = Disks(patience=0.05, threads=2)
    for _ in range(2):
        with pytest.raises(Failure):
            asyncio.run(disks.ask(release.wait, where=HERE))
    done = []
    with pytest.raises(Failure):
        asyncio.run(disks.ask(lambda: done.append(1), where=HERE))
    assert disks.are_there([HERE]) == [True]  # as far as can be told
    release.set()
    until(lambda: not disks._running)
    assert asyncio.run(disks.ask(lambda: 7, where=HERE)) == 7
    assert not done


def test_work_that_waited_for_a_thread_in_vain_is_not_done_later():
    release = threading.Event()
    disks = Disks(patience=0.3, threads=1, of_one_disk=1)
    done = []

    async def both():
        first = asyncio.create_task(disks.ask(release.wait, where=HERE))
        await asyncio.sleep(0)
        second = asyncio.create_task(disks.ask(lambda: done.append(1), where=HERE))
        return await asyncio.gather(first, second, return_exceptions=True)

    assert all(isinstance(one, Failure) for one in asyncio.run(both()))
    release.set()
    until(lambda: not disks._running)
    assert not done


def test_what_comes_too_late_is_closed():
    release, closed = threading.Event(), []
    disks = Disks(patience=0.05)
    with pytest.raises(Failure):
        asyncio.run(disks.ask(lambda: release.wait() and "file", where=HERE, late=closed.append))
    release.set()
    until(lambda: closed)
    assert closed == ["file"]


def test_a_file_is_closed_only_when_nobody_reads_it():
    """Closing what another thread decodes from would crash the process."""
    release, reads, said = threading.Event(), threading.Event(), []

    def blocks():
        yield b"one"
        reads.set()
        release.wait()
        said.append("read")
        yield b"two"

    disks = Disks(patience=0.2)

    async def read():
        found = Blocks(disks, blocks(), where=HERE, close=lambda: said.append("closed"))
        assert await anext(found) == b"one"
        with pytest.raises(Failure):
            await anext(found)
        found.close()

    asyncio.run(read())
    assert reads.is_set()
    assert said == []
    release.set()
    until(lambda: len(said) == 2)
    assert said == ["read", "closed"]


def test_many_at_once_are_all_answered():
    disks = Disks(threads=3)

    async def all_of_them():
        return await asyncio.gather(*(disks.ask(lambda i=i: i, where=HERE) for i in range(200)))

    assert asyncio.run(all_of_them()) == list(range(200))
    assert disks._threads <= 3


def test_whether_files_are_there(tmp_path):
    disks = Disks()
    (tmp_path / "a.mp3").touch()
    there, gone = tmp_path / "a.mp3", tmp_path / "b.mp3"
    assert disks.are_there([gone, there, tmp_path, there]) == [False, True, False, True]
    assert disks.are_there([]) == []


def test_files_of_one_disk_are_looked_at_by_one_thread(tmp_path, monkeypatch):
    lookers = set()

    def is_file(path, real=Path.is_file):
        lookers.add((path.parent.name, threading.get_ident()))
        return real(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    disks = Disks()
    disks._disk_of = lambda path: path.parent.name
    paths = [tmp_path / name / f"{number}.mp3" for number in range(20) for name in "ab"]
    for path in paths[::3]:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert disks.are_there(paths) == [number % 3 == 0 for number in range(40)]
    assert sorted(name for name, _ in lookers) == ["a", "b"]


def test_a_disk_that_hangs_takes_no_answer_from_others_or_from_before(tmp_path, monkeypatch):
    disk = HangingDisk(tmp_path / "hangs")
    disk.install(monkeypatch.setattr)
    disk.folder.mkdir()
    disks = Disks()
    disks._disk_of = lambda path: "a disk"
    before = tmp_path / "before.mp3"
    files = [before, disk.folder / "a.mp3", tmp_path / "after.mp3"]
    disk.hang()
    try:
        assert disks.are_there(files, patience=1.0) == [False, True, True]
        disks._disk_of = lambda path: "a disk" if disk.folder in path.parents else "another one"
        assert disks.are_there(files, patience=1.0) == [False, True, False]
    finally:
        disk.wake()
    until(lambda: not disks._running)
    assert disks.are_there(files) == [False, False, False]


def test_the_disk_of_a_path_is_the_innermost_that_is_mounted(monkeypatch):
    monkeypatch.setattr("vibelux.service.disks._mounted", lambda: ["/mnt/my music/", "/mnt/", "/"])
    disk_of = Disks()._disk_of
    assert disk_of(Path("/mnt/my music/a.mp3")) == disk_of(Path("/mnt/my music"))
    assert disk_of(Path("/mnt/my music 2/a.mp3")) == disk_of(Path("/mnt/a.mp3"))
    assert len({disk_of(Path(name)) for name in ("/mnt/my music/a", "/mnt/a", "/a")}) == 3


def test_without_a_list_of_disks_a_path_tells_its_own(monkeypatch):
    monkeypatch.setattr("vibelux.service.disks._mounted", list)
    disk_of = Disks()._disk_of
    assert disk_of(Path("/Volumes/Music/a/b.mp3")) == disk_of(Path("/Volumes/Music/c.mp3"))
    assert disk_of(Path("/Volumes/Music/a.mp3")) != disk_of(Path("/Volumes/Other/a.mp3"))


def test_mounted_disks_are_listed_with_the_innermost_first():
    found = _mounted()
    assert found == sorted(found, key=len, reverse=True)
    assert all(place.endswith("/") for place in found)


@pytest.fixture
def hanging(tmp_path, monkeypatch):
    """A service whose music lies on a disk that hangs."""
    music = tmp_path / "music"
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, music)
    disk = HangingDisk(music)
    disk.install(monkeypatch.setattr)
    with (
        running(tmp_path, tmp_path) as (context, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        context.disks.patience = 0.5
        disk.hang()
        try:
            yield client, ids, disk
        finally:
            disk.wake()
            until(lambda: disk.waiting == 0)


def test_everything_else_is_answered_while_a_disk_hangs(hanging):
    client, ids, disk = hanging
    asked = {"mood": mood(happy=1), "n": 6}
    music = {"folder": str(disk.folder)}
    requests = [
        *[("GET", f"/api/v1/audio/{song}", None) for song in ids.values()] * 8,
        *[("HEAD", f"/api/v1/audio/{song}", None) for song in ids.values()],
        *[("POST", "/api/v1/scan", music)] * 8,
        *[("GET", f"/api/v1/folders?path={disk.folder}/", None)] * 8,
    ]
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = [
            pool.submit(client.request, method, address, json=body)
            for method, address, body in requests
        ]
        until(lambda: disk.waiting)
        assert client.get("/api/v1/health").status_code == 200
        assert client.get("/api/v1/songs").json()["total"] == len(ids)
        found = client.post("/api/v1/recommendations", json=asked)
        assert len(found.json()["songs"]) == len(ids)
        session = client.post("/api/v1/sessions", json=asked).json()
        assert len(session["queue"]) == len(ids)
        assert client.post(f"/api/v1/sessions/{session['id']}/next").json()["pick"]
        for answer in answers:
            if answer.result().request.method != "HEAD":
                told = error(answer.result(), 503)
                assert told["code"] == "disk_silent"
                assert "does not answer" in told["message"]
            assert answer.result().status_code == 503


def test_a_disk_that_is_awake_again_is_read(hanging):
    client, ids, disk = hanging
    for _ in range(20):
        error(client.get(f"/api/v1/audio/{ids['happy']}"), 503)
    disk.wake()
    until(lambda: disk.waiting == 0)
    assert client.get(f"/api/v1/audio/{ids['happy']}").status_code == 200
    assert client.get(f"/api/v1/audio/{ids['angry']}").status_code == 200
    folders = client.get("/api/v1/folders", params={"path": f"{disk.folder.parent}/"}).json()
    assert str(disk.folder) in folders["folders"]
    disk.hang()


def test_a_song_whose_disk_hangs_in_its_middle_breaks_off(hanging, monkeypatch, caplog):
    client, ids, disk = hanging
    disk.wake()
    release = threading.Event()
    read = FileSound.read

    def hangs(self, start, end):
        blocks = read(self, start, end)
        yield next(blocks)[:1000]
        release.wait()
        yield from blocks

    monkeypatch.setattr(FileSound, "read", hangs)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"/api/v1/audio/{ids['sad']}")
    release.set()
    until(lambda: "a song broke off: the disk with" in caplog.text)
    assert "Traceback" not in caplog.text
    disk.hang()
