"""Workers that die, hang, cannot be started or cannot be ended."""

import os
import signal
import sys
from multiprocessing import active_children
from multiprocessing.process import BaseProcess

import pytest

from vibelux.errors import ModelError, VibeluxError
from vibelux.library import workers
from vibelux.library.workers import Workers
from vibelux.library.workers_process import Analyser, Job

from scan_analysers import by_name, heard  # isort: skip

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(workers, "_PAUSE", 0.01)


def write(music, *names):
    for name in names:
        (music / f"{name}.mp3").write_text(name)


@pytest.mark.parametrize(("count", "deaths"), [(1, 1), (1, 3), (4, 4), (4, 9)])
def test_a_worker_that_dies_while_it_loads_is_started_anew(
    run, catalogue, music, notes, count, deaths
):
    write(music, *"abcdef")
    (notes / "deaths").write_text(str(deaths))
    report = run(factory="dies_while_it_loads", workers=count)
    assert (report.analysed, report.failed, report.unread) == (6, 0, 0)
    assert heard(notes) == [f"{name}.mp3" for name in "abcdef"]


def test_a_worker_that_always_dies_while_it_loads_ends_the_scan(run, catalogue, music, notes):
    write(music, *"abcdef")
    (notes / "deaths").write_text("1000")
    with pytest.raises(VibeluxError, match=r"did not start: .*SIGKILL.*; 4 attempts failed"):
        run(factory="dies_while_it_loads", workers=2)
    assert len(list(notes.glob("start-*"))) == 8
    assert list(catalogue.songs()) == []
    (notes / "deaths").write_text("0")
    assert run(factory="dies_while_it_loads").analysed == 6


def test_a_model_that_is_broken_is_not_tried_again(run, music):
    write(music, *"ab")
    with pytest.raises(ModelError, match="there is no model at"):
        run(factory="no_model", workers=2)


def test_a_worker_without_memory_to_load_is_started_anew(run, music, notes):
    write(music, *"ab")
    assert run(factory="out_of_memory_while_it_loads").analysed == 2
    assert len(list(notes.glob("start-*"))) == 2


def test_a_worker_that_is_not_ready_in_time_is_started_anew(run, music, notes, monkeypatch):
    write(music, *"ab")
    monkeypatch.setattr(workers, "_START_TIMEOUT", 0.0)
    with pytest.raises(VibeluxError, match=r"not ready after 0 s; 4 attempts failed"):
        run(factory="never_loads")


def test_processes_that_the_system_does_not_start(run, music, monkeypatch):
    """As where a limit on processes or open files is reached."""
    write(music, *"ab")
    start, left = BaseProcess.start, [3]

    def refuse(process):
        if left[0]:
            left[0] -= 1
            raise BlockingIOError(11, "Resource temporarily unavailable")
        start(process)

    monkeypatch.setattr(BaseProcess, "start", refuse)
    assert run().analysed == 2
    left[0] = 100
    with pytest.raises(VibeluxError, match=r"did not start: .*temporarily unavailable; 4 attempts"):
        run(again=True)


def test_the_others_go_on_without_one_that_never_starts(run, catalogue, music, notes, monkeypatch):
    write(music, *"abcdef")
    start, number = BaseProcess.start, []

    def refuse(process):
        number.append(process)
        if len(number) > 1:
            raise OSError(12, "Cannot allocate memory")
        start(process)

    monkeypatch.setattr(BaseProcess, "start", refuse)
    assert run(workers=3).analysed == 6
    assert len(number) == 1 + 2 * 4


def test_a_song_whose_worker_is_killed_is_tried_once_more(run, catalogue, music, notes):
    write(music, *"abc")
    report = run(factory="dies_once", workers=2)
    assert (report.analysed, report.failed, report.unread) == (3, 0, 0)
    assert heard(notes) == ["a.mp3", "b.mp3", "c.mp3"]
    assert len(list(notes.glob("died-*"))) == 3


def test_a_worker_that_is_killed_while_it_waits_takes_no_song_along(run, catalogue, music, notes):
    write(music, *"abc")
    killed = []

    def kill(progress):
        if progress.done == 1 and not killed:
            killed.extend(active_children())
            for child in killed:
                child.kill()

    report = run(on_progress=kill)
    assert (report.analysed, report.failed, report.unread) == (3, 0, 0)
    assert killed


def test_a_process_that_cannot_be_ended_holds_up_nothing(run, catalogue, music, notes, monkeypatch):
    """As one that a hung disk holds in the system: SIGKILL has no effect on it."""
    write(music, "hang", *"ab")
    monkeypatch.setattr(workers, "_DYING", 0.1)
    kill, spared = BaseProcess.kill, []

    def spare_one(process):
        if spared:
            kill(process)
        else:
            spared.append(process)

    monkeypatch.setattr(BaseProcess, "kill", spare_one)
    report = run(song_timeout=2, workers=1)
    assert (report.analysed, report.unread) == (2, 1)
    assert by_name(catalogue)["hang.mp3"].reason_code == "timeout"
    stuck = spared[0]
    try:
        assert stuck.is_alive()
        assert stuck not in active_children()  # the interpreter would wait for these when it ends
    finally:
        kill(stuck)
        stuck.join()


def test_many_processes_that_cannot_be_ended_are_left_together(notes, music, monkeypatch):
    monkeypatch.setattr(workers, "_DYING", 0.5)
    paths = [music / f"{name}.mp3" for name in "abc"]
    for path in paths:
        path.write_text("hang")
    join, waited, processes = BaseProcess.join, [], []
    monkeypatch.setattr(BaseProcess, "kill", lambda process: processes.append(process))

    def noted(process, timeout=None):
        waited.append(timeout)
        join(process, timeout)

    monkeypatch.setattr(BaseProcess, "join", noted)

    def on_wait():
        if len(list(notes.glob("pid-*"))) == 3:
            raise KeyboardInterrupt

    jobs = iter([Job(number, path) for number, path in enumerate(paths)])
    analyser = Analyser("scan_analysers:analyser", "m", notes)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            Workers(analyser, count=3, song_timeout=60, on_wait=on_wait) as group,
        ):
            list(group.outcomes(lambda: next(jobs, None)))
        assert None not in waited  # none is waited for without end
        assert sum(waited) < 1.0  # nor each for itself
    finally:
        for process in set(processes):
            os.kill(process.pid, signal.SIGKILL)
            join(process)
