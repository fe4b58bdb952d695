"""A disk that does not answer while it is looked through holds nobody."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from vibelux.errors import FilesUnreachable
from vibelux.library import scan as scans
from vibelux.library import scan_sources
from vibelux.library.waited_call import waited_for


class Stopped(BaseException):
    pass


@pytest.fixture
def hung(monkeypatch):
    """A function that lets ``os.scandir`` (or another function) hang for folders of a name."""
    free = threading.Event()

    def hang(name, owner=os, function="scandir"):
        real = getattr(owner, function)

        def never(path, *args, **options):
            if Path(path).name == name:
                free.wait()
            return real(path, *args, **options)

        monkeypatch.setattr(owner, function, never)

    yield hang
    free.set()


@pytest.fixture
def library(music, run):
    (music / "network").mkdir()
    (music / "a.mp3").write_text("a")
    (music / "network" / "b.mp3").write_text("b")
    assert run().analysed == 2


def test_a_walk_that_hangs_is_given_up(run, catalogue, music, library, hung, monkeypatch):
    monkeypatch.setattr(scans, "_SILENCE", 0.3)
    hung("network")
    with pytest.raises(FilesUnreachable, match=r"music has not answered for 0\.3 s; check"):
        run(again=True)
    assert catalogue.counts() == {"ok": 2, "failed": 0, "missing": 0}


def test_a_root_that_hangs_is_given_up(run, catalogue, music, library, hung, monkeypatch):
    monkeypatch.setattr(scans, "_SILENCE", 0.3)
    hung("music", os, "lstat")
    with pytest.raises(FilesUnreachable, match="has not answered"):
        run()


def test_a_walk_that_hangs_can_be_stopped(run, catalogue, music, library, hung):
    """As the service does, which asks whether to go on."""
    hung("network")
    asked = []

    def stop():
        asked.append(1)
        if len(asked) > 1:
            raise Stopped

    with pytest.raises(Stopped):
        run(on_wait=stop)
    assert catalogue.counts()["ok"] == 2


def test_a_copy_of_a_song_on_a_disk_that_hangs(run, catalogue, music, library, hung, monkeypatch):
    """It is unknown whether the song's own file is still there: then it is not a move."""
    monkeypatch.setattr(scan_sources, "_LOOK_PATIENCE", 0.3)
    shutil.copy(music / "network" / "b.mp3", music / "c.mp3")
    hung("b.mp3", Path, "lstat")
    assert run(music / "c.mp3").copied == 1
    assert catalogue.counts()["ok"] == 3


def test_a_slow_walk_is_not_given_up(run, music, monkeypatch):
    """Patience is counted anew with every file: here each takes longer than half of it."""
    for number in range(4):
        (music / f"{number}.mp3").write_text(str(number))
    now, steps = [0], iter(range(100))

    def call():
        while now[0] < 6:
            event.wait(0.01)
        return "found"

    event = threading.Event()

    def on_wait():
        now[0] += 1

    found = waited_for(call, what="it", patience=0.4, steps=lambda: next(steps), on_wait=on_wait)
    assert found == "found"


def test_an_error_reaches_who_waits():
    def fail():
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError, match="by zero"):
        waited_for(fail, what="it", patience=10)
    assert waited_for(lambda: None, what="it", patience=10) is None


SCRIPT = textwrap.dedent(
    """
    import os, sys, time
    real = os.scandir
    def scandir(path):
        if os.path.basename(path) == "network":
            print("hangs", flush=True)
            while True:
                time.sleep(600)
        return real(path)
    os.scandir = scandir
    if __name__ == "__main__":
        from vibelux.cli import main
        sys.argv = ["vibelux", "scan", {music!r}]
        main()
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_ends_a_scan_whose_walk_hangs(music, tmp_path):
    (music / "network").mkdir()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(music=str(music)))
    process = subprocess.Popen(
        [sys.executable, script],
        env=os.environ | {"VIBELUX_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "hangs\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Stopped. 0 songs of this scan are in the catalogue, nothing is" in err
    assert "Traceback" not in err
