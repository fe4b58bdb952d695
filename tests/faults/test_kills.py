"""SIGKILL in the middle of a scan: to its main process, to a worker, to all of them."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

LIBRARY = Path(__file__).parents[1] / "library"
SONGS = 40

SCRIPT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    sys.path.append({library!r})
    from vibelux.library import scan as scans
    from vibelux.library.workers_process import Analyser
    if __name__ == "__main__":
        scans.music_analyser = lambda _: Analyser("scan_analysers:{factory}", "m", Path({notes!r}))
        from vibelux.cli import main
        sys.argv = ["vibelux", "scan", "--json", "--workers", "2", {music!r}, *sys.argv[1:]]
        main()
    """
)


class Scans:
    """Scans of forty songs in processes of their own."""

    def __init__(self, folder: Path, factory: str) -> None:
        self.home, self.music, self.notes = folder / "home", folder / "music", folder / "notes"
        self.music.mkdir()
        self.notes.mkdir()
        for number in range(SONGS):
            (self.music / f"{number:02}.mp3").write_text(f"song {number}")
        self.script = folder / "scan_in_tests.py"
        self.script.write_text(
            SCRIPT.format(
                library=str(LIBRARY),
                factory=factory,
                notes=str(self.notes),
                music=str(self.music),
            )
        )

    def start(self, *options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, self.script, *options],
            env=os.environ | {"VIBELUX_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def heard(self) -> int:
        """How many songs the workers have begun, of all scans."""
        try:
            return (self.notes / "calls").read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def workers(self) -> list[int]:
        return [int(note.name.removeprefix("pid-")) for note in self.notes.glob("pid-*")]

    def moods(self) -> dict[bytes, bytes]:
        """The mood of each song that can be played; the catalogue is whole."""
        with closing(sqlite3.connect(self.home / "catalogue.sqlite")) as plain:
            assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            query = "SELECT path, mood FROM songs WHERE state = 'ok'"
            found = dict(plain.execute(query).fetchall())
            others = (
                "SELECT path, reason FROM songs WHERE state != 'ok' AND reason_code != 'killed'"
            )
            assert plain.execute(others).fetchall() == []
        return found

    def complete(self) -> str:
        """Scan to the end, in spite of what earlier scans left; returns what it says."""
        process = self.start()
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert len(self.moods()) == SONGS
        return out


@pytest.mark.parametrize("whom", ["main", "group"])
def test_a_scan_that_is_killed_loses_nothing(tmp_path, rounds, whom):
    scans = Scans(tmp_path, "slow")
    chance = random.Random(whom)
    before: dict[bytes, bytes] = {}
    for number in range(rounds(3, 50)):
        goal = scans.heard() + chance.randint(1, 12)
        # Once all are known, `--again` goes on writing.
        process = scans.start(*(["--again"] if len(before) == SONGS or number % 3 == 2 else []))
        while scans.heard() < goal and process.poll() is None:
            time.sleep(chance.uniform(0.001, 0.05))
        if whom == "group" and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.communicate()
        after = scans.moods()
        assert before.items() <= after.items()
        before = after
    scans.complete()
    assert before.items() <= scans.moods().items()


def test_workers_that_are_killed_cost_no_song(tmp_path, rounds):
    scans = Scans(tmp_path, "slow")
    chance = random.Random("worker")
    kills, many = 0, rounds(4, 50)
    dead: set[int] = set()
    before: dict[bytes, bytes] = {}
    while kills < many:
        goal = scans.heard() + chance.randint(2, 6)
        process = scans.start("--again")
        while process.poll() is None:
            alive = [pid for pid in scans.workers() if pid not in dead]
            if alive and scans.heard() >= goal and kills < many:
                victim = chance.choice(alive)
                dead.add(victim)
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                kills += 1
                goal = scans.heard() + chance.randint(1, 6)
            time.sleep(0.01)
        out, err = process.communicate()
        assert process.returncode == 0, err
        report = json.loads(out)
        assert (report["failed"], report["analysed"] + report["unread"]) == (0, SONGS)
        after = scans.moods()
        assert before.items() <= after.items()  # by chance twice in a song: the next scan hears it
        before = after
    assert json.loads(scans.complete())["unread"] == 0
