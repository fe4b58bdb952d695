"""A lock is held as long as its process lives, and by nobody else."""

import errno
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from vibelux.errors import CatalogueError
from vibelux.library import locks
from vibelux.library.locks import Held, process_lock

HOLDER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from vibelux.library.locks import process_lock
    with process_lock(Path(sys.argv[1]), "the other one"):
        print("held", flush=True)
        time.sleep(600)
    """
)


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "lock"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_has_it_until_it_is_killed(tmp_path, holder):
    with pytest.raises(Held) as held, process_lock(tmp_path / "lock", "mine"):
        pass
    assert held.value.note == "the other one"
    if sys.platform != "win32":
        os.kill(holder.pid, signal.SIGKILL)
    else:
        holder.kill()
    holder.wait()
    with process_lock(tmp_path / "lock", "mine"):
        assert (tmp_path / "lock").read_text() == "mine"


def test_a_note_that_cannot_be_written_does_not_prevent_holding_it(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(locks.os, "write", full)
    with (
        process_lock(tmp_path / "lock", "mine"),
        pytest.raises(Held),
        process_lock(tmp_path / "lock", "again"),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="locks work in another way there")
def test_a_disk_without_locks_is_not_another_scan(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", no_locks)
    with (
        pytest.raises(CatalogueError, match=r"cannot lock .*: No locks available"),
        process_lock(tmp_path / "lock", "mine"),
    ):
        pass
