"""Whether simulated listeners notice that lists are drawn from candidates.

``python research/large_listening.py`` simulates the listeners of ``benchmarks/listening.py`` with a
library of 200,000 songs, once with `vibelux.recommend.candidates` and once with all songs, and
prints the difference of each figure with its 95 % interval.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent / "benchmarks"))

import listening
from vibelux.library.live_columns import LiveColumns
from vibelux.recommend import candidates

SEEDS = (101, 102)
SESSIONS = 6

listening.SONGS, listening.ARTISTS = 200_000, 20_000


def stored(self, folder):
    """Write the songs into a catalogue and its columns to files."""
    catalogue = store(self, folder)
    columns = LiveColumns(catalogue)
    assert columns.now().in_files
    columns.close()
    return catalogue


store, listening.Library.store = listening.Library.store, stored


def main() -> None:
    """Simulate both ways and print the table."""
    best = candidates._BEST
    results = {}
    for way, number in (("candidates", best), ("all songs", 10**9)):
        candidates._BEST = number  # so many cannot be had: then all are looked at
        found = [listening.simulate({}, seed, SESSIONS) for seed in SEEDS]
        results[way] = np.concatenate(found)
        print(way, np.round(results[way].mean(axis=0), 4), flush=True)
    differences = results["candidates"] - results["all songs"]
    for name, values in zip(listening.NAMES, differences.T, strict=True):
        mean, low, high = listening.interval(values)
        print(f"{name}: {mean:+.4f} ({low:+.4f} – {high:+.4f})")


if __name__ == "__main__":
    main()
