"""What is committed is on the disk within seconds; what a person does, at once."""

import re
import shutil
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from vibelux.library import durable_commits
from vibelux.library.durable_commits import DurableCommits
from vibelux.library.schema import songs


class Clock:
    """A clock that stands still unless it is told to go on."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(durable_commits, "time", clock)
    return clock


def add(connection, number):
    values = {"path": b"/m/%d" % number, "state": "failed", "reason_code": "empty"}
    connection.execute(insert(songs).values(**values))


def waits_for_the_disk(connection):
    if connection.dialect.name == "postgresql":
        # The server of the tests waits for no disk; what counts is what the commit asks for.
        usual = "SELECT setting = boot_val OR source != 'session' FROM pg_settings"
        return connection.exec_driver_sql(f"{usual} WHERE name = 'synchronous_commit'").scalar_one()
    return connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL


@pytest.mark.parametrize(("a_commit_takes", "apart"), [(0.001, 0.02), (0.05, 1.0), (0.5, 2.0)])
def test_commits_are_waited_for_as_often_as_the_disk_allows(
    catalogue, clock, a_commit_takes, apart
):
    moments = []
    with catalogue.session() as connection:

        @event.listens_for(connection, "commit")
        def passes(_):
            clock.now += a_commit_takes

        commits = DurableCommits(connection)
        for number in range(400):
            with commits.begin():
                add(connection, number)
                if waits_for_the_disk(connection):
                    moments.append(clock.now)
            clock.now += 0.02
    gaps = [after - before for before, after in pairwise(moments)]
    assert moments[0] == 1000.0
    assert apart <= min(gaps) <= max(gaps) <= apart + 2 * (a_commit_takes + 0.02)


def log_of(catalogue):
    return catalogue.path.with_name(catalogue.path.name + "-wal").stat().st_size


@pytest.mark.sqlite
def test_the_last_commits_do_not_wait_for_the_next_one(catalogue, clock):
    with catalogue.session() as connection:

        @event.listens_for(connection, "commit")
        def passes(_):
            clock.now += 0.05

        commits = DurableCommits(connection)
        for number in range(2):  # the second one is not waited for
            with commits.begin():
                add(connection, number)
        before = log_of(catalogue)
        commits.rest()
        assert log_of(catalogue) == before
        clock.now += durable_commits.WITHIN
        commits.rest()
        assert log_of(catalogue) > before  # SQLite waits for a commit that has written something
        after = log_of(catalogue)
        commits.rest()
        commits.settle()
        assert log_of(catalogue) == after


@pytest.mark.sqlite
def test_a_commit_without_changes_takes_those_before_it_to_the_disk(catalogue, clock):
    with catalogue.session() as connection:

        @event.listens_for(connection, "commit")
        def passes(_):
            clock.now += 0.05

        commits = DurableCommits(connection)
        for number in range(2):
            with commits.begin():
                add(connection, number)
                assert waits_for_the_disk(connection) == (number == 0)
        before = log_of(catalogue)
        clock.now += 10 * durable_commits.WITHIN
        with commits.begin():
            assert waits_for_the_disk(connection)
        assert log_of(catalogue) > before


def test_a_change_that_fails_is_not_kept(catalogue, clock):
    with catalogue.session() as connection:
        commits = DurableCommits(connection)
        with pytest.raises(ZeroDivisionError), commits.begin():
            add(connection, 1)
            raise ZeroDivisionError
        with commits.begin():
            add(connection, 2)
    assert catalogue.counts()["failed"] == 1


def test_what_a_person_does_is_waited_for(catalogue):
    with catalogue.writing() as connection:
        assert waits_for_the_disk(connection)


SCRIPT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from types import SimpleNamespace
    sys.path.append({here!r})
    from vibelux.emotions import parse_mood
    from vibelux.library import durable_commits
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.scan import scan
    from vibelux.library.workers_process import Analyser
    from vibelux.library.corrections import correct

    def say(word):
        sys.stdout.write(word + "\\n")
        sys.stdout.flush()

    if __name__ == "__main__":
        ticks = iter(range(10_000))  # a second passes whenever somebody looks
        durable_commits.time = SimpleNamespace(monotonic=lambda: float(next(ticks)))
        analyser = Analyser("scan_analysers:analyser", "m", Path({notes!r}))
        with Catalogue(Path({home!r}, "catalogue.sqlite")) as catalogue:
            with catalogue.reading() as connection:  # keeps the log open to the end
                scan([Path({music!r})], catalogue, workers=1, song_timeout=60, analyser=analyser,
                     on_progress=lambda now: say("SONG"))
                say("SCANNED")
                correct(catalogue, 1, parse_mood("sad"))
                say("CORRECTED")
    """
)


@pytest.mark.sqlite
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_power_cut_loses_seconds_of_a_scan_and_nothing_that_a_person_did(
    music, notes, tmp_path, catalogue
):
    """Of what the program wrote to the log, a power cut leaves what it has synced."""
    for number in range(30):
        (music / f"{number:02}.mp3").write_text(str(number))
    script, trace = tmp_path / "script.py", tmp_path / "trace"
    script.write_text(
        SCRIPT.format(
            here=str(Path(__file__).parent),
            notes=str(notes),
            music=str(music),
            home=str(catalogue.path.parent),
        )
    )
    calls = "trace=write,pwrite64,fsync,fdatasync"
    command = ["strace", "-f", "-y", "-s", "16", "-e", calls, "-o", trace, sys.executable, script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip(f"strace is not allowed here: {done.stderr[:200]}")
    assert done.returncode == 0, done.stderr
    lines = trace.read_text().splitlines()
    unsynced, most, log_is_dirty, kept_after = 0, 0, False, {}
    for line in lines:
        if re.search(r"p?write(64)?\(\d+<[^>]*-wal>", line):
            log_is_dirty = True
        elif re.search(r"f(data)?sync\(\d+<[^>]*-wal>", line):
            unsynced, log_is_dirty = 0, False
        elif word := re.search(r'write\(1<[^>]*>, "(SONG|SCANNED|CORRECTED)', line):
            kept_after[word[1]] = not log_is_dirty
            unsynced += word[1] == "SONG"
            most = max(most, unsynced)
    assert 1 <= most <= 4  # songs, a second or more each as the program sees it
    assert (kept_after["SCANNED"], kept_after["CORRECTED"]) == (True, True)
