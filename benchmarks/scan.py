"""How many songs a minute `vibelux scan` analyses with two workers, and how much memory it takes.

The songs are synthesised: four minutes of 44.1 kHz stereo, mp3 at 192 kbit/s. A few are encoded;
the others are copies of these with other ID3 tags, so that no two files have the same content.
Memory is the largest sum of resident sizes of the scan and all its processes, which counts shared
pages more than once; it is read from ``/proc`` and left out without one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import av
import numpy as np

WORKERS = 2
DISTINCT = 4
RATE = 44_100


def measure(*, songs: int = 200, seconds: float = 240.0) -> dict[str, float]:
    """Return songs a minute, the peak of resident memory in MB, and seconds of a second scan."""
    with tempfile.TemporaryDirectory(prefix="vibelux-scan-") as folder:
        home, music = Path(folder) / "home", Path(folder) / "music"
        music.mkdir()
        write_songs(music, songs=songs, seconds=seconds)
        report, peak = scan(music, home)
        if (report["analysed"], report["failed"]) != (songs, 0):
            raise RuntimeError(f"the scan went wrong: {report}")
        again, _ = scan(music, home)
        if again["unchanged"] != songs:
            raise RuntimeError(f"the second scan went wrong: {again}")
    figures = {
        "scan_songs_per_min": songs / float(report["seconds"]) * 60,
        "rescan_s": float(again["seconds"]),
    }
    return figures | ({"scan_peak_mb": peak / 1e6} if peak else {})


def scan(music: Path, home: Path) -> tuple[dict[str, float], int]:
    """Run the real command and return its report and the peak of its memory in bytes."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from vibelux.cli import main; main()"),
            *("scan", str(music), "--json", "--workers", str(WORKERS)),
        ],
        env=os.environ | {"VIBELUX_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, sum(map(resident, family(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"vibelux scan ended with {process.returncode}")
    return json.loads(out), peak


def family(process_id: int) -> list[int]:
    """Return a process and all its descendants, as far as /proc says."""
    members = [process_id]
    for member in members:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                members.extend(map(int, children.read_text().split()))
            except OSError:
                continue
    return members


def resident(process_id: int) -> int:
    """Return the resident memory of a process in bytes, 0 if it is gone."""
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(process: int) -> float:
    """Return the processor time of a process in seconds, 0 if it is gone or without /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write_songs(folder: Path, *, songs: int, seconds: float) -> None:
    """Write mp3 files, each with different content."""
    originals = []
    for number in range(min(DISTINCT, songs)):
        path = folder / f"{number:05}.mp3"
        encode(path, np.random.default_rng(number), seconds)
        originals.append(path.read_bytes())
    for number in range(songs):
        tag = b"TAG" + f"Song {number}".encode().ljust(125, b"\0")  # ID3v1: the last 128 bytes
        (folder / f"{number:05}.mp3").write_bytes(originals[number % len(originals)] + tag)


def encode(path: Path, rng: np.random.Generator, seconds: float) -> None:
    """Encode chords over a beat, with noise: neither silent nor easy to compress."""
    clock = np.arange(RATE) / RATE
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3", rate=RATE, layout="stereo")
        stream.bit_rate = 192_000
        for _ in range(round(seconds)):
            chord = rng.choice([110.0, 131.0, 147.0, 165.0, 196.0, 220.0], 3)
            tone = sum(np.sin(2 * np.pi * f * k * clock) / k for f in chord for k in (1, 2, 3))
            beat = np.exp(-8 * (clock * rng.choice([2, 3, 4]) % 1))
            sound = tone * (0.3 + beat) + rng.normal(0, 0.5, (2, RATE)) * beat
            pcm = np.ascontiguousarray((sound * 3000).clip(-32768, 32767).astype(np.int16).T)
            frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="stereo")
            frame.rate = RATE
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def main() -> None:
    """Measure with the sizes from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=240.0, help="length of a song")
    given = parser.parse_args()
    began = time.monotonic()
    print(json.dumps(measure(songs=given.songs, seconds=given.seconds)))
    print(f"took {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
