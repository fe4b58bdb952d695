"""VibeluX and vibenet on the same files in the same run: ``python benchmarks/versus_vibenet.py``.

vibenet 0.1.0 (GPL-3.0, predicts seven of Spotify's features) is installed into an environment of
its own, whose Python is named as below; without it, nothing is measured::

    python -m venv /tmp/vibenet && /tmp/vibenet/bin/pip install vibenet==0.1.0
    VIBENET_PYTHON=/tmp/vibenet/bin/python python benchmarks/versus_vibenet.py

Both analyse four-minute stereo MP3s one after the other in one process, each in its own way:
vibenet decodes whole songs, VibeluX the windows that its card plans. They take turns song by song,
so that other work of the machine slows both down.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from song import write_mp3

SONGS = 3

_WORKER = """
import sys, time
{load}
for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    analyse(line.rstrip("\\n"))
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
"""

_OURS = """
from pathlib import Path
from vibelux.music.emotion import MusicModel
model = MusicModel.load()
analyse = lambda path: model.analyse(Path(path))
"""

_THEIRS = """
from vibenet.backends import EfficientNetModel
analyse = EfficientNetModel().predict
"""


def measure() -> dict[str, float]:
    """Return the median seconds per song (wall clock and processor) and their ratio."""
    python = os.environ.get("VIBENET_PYTHON", sys.executable)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = subprocess.run(
        [python, "-c", "import vibenet.backends"], capture_output=True, check=False
    )
    if found.returncode:
        print("vibenet is not installed; see the beginning of this file", file=sys.stderr)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        songs = [Path(folder) / f"{number}.mp3" for number in range(SONGS + 1)]
        for number, song in enumerate(songs):
            write_mp3(song, seed=3 * number)
        ours, theirs = (
            subprocess.Popen(
                [interpreter, "-c", _WORKER.format(load=load)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=folder,
                env=environment,
            )
            for interpreter, load in ((sys.executable, _OURS), (python, _THEIRS))
        )
        times = [(ask(ours, song), ask(theirs, song)) for song in songs][1:]  # the first warms up
        for process in (ours, theirs):
            process.communicate()
    return {
        "vibelux_song_s": median(mine[0] for mine, _ in times),
        "vibenet_song_s": median(other[0] for _, other in times),
        "vibelux_song_cpu_s": median(mine[1] for mine, _ in times),
        "vibenet_song_cpu_s": median(other[1] for _, other in times),
        "vibenet_ratio": median(other[0] / mine[0] for mine, other in times),
        "vibenet_cpu_ratio": median(other[1] / mine[1] for mine, other in times),
    }


def ask(process: "subprocess.Popen[str]", song: Path) -> tuple[float, float]:
    """Let a process analyse a song and return its seconds of wall clock and of processor."""
    assert process.stdin and process.stdout
    process.stdin.write(f"{song}\n")
    process.stdin.flush()
    wall, cpu = process.stdout.readline().split()
    return float(wall), float(cpu)


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:<22} {value:8.3f}")
