"""Processes are killed while they write files: the old one or the new one is there, and no rest."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from vibelux.atomic_file import atomic_file

WRITES = """
import sys
from pathlib import Path
from vibelux.atomic_file import atomic_file
for number in range(10**9):
    with atomic_file(Path(sys.argv[1])) as part:
        part.write_text(f"{number}\\n" * 20_000)
    print(number, flush=True)
"""


def test_kill_9_leaves_a_whole_file_and_the_next_run_cleans_up(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    path = tmp_path / "a.txt"
    rng = random.Random(1)
    for _ in range(rounds(4, 50)):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(rng.randrange(1, 30)):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        writer.stdout.close()
        assert writer.wait() == -signal.SIGKILL
        lines = path.read_text().splitlines()
        assert len(lines) == 20_000 and len(set(lines)) == 1
        left = {file.name for file in tmp_path.iterdir()} - {"a.txt"}
        assert len(left) <= 1  # of this one alone: it had removed what the one before left
    with atomic_file(tmp_path / "b.txt") as part:
        part.write_text("whole")
    # This process has written to the folder for the first time just now.
    assert {file.name for file in tmp_path.iterdir()} == {"a.txt", "b.txt"}
