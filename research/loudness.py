"""How much the loudness of the analysed windows differs from that of the whole song.

``python research/loudness.py MANIFEST`` joins clips of one artist, eight at a time, into "songs" of
four minutes: the research data has no full songs, and the clips of an artist differ more than the
parts of one song. Without the data there is nothing to measure.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from data import MANIFEST
from vibelux.datasets.song_files import read_songs
from vibelux.models import WEIGHTS, Card
from vibelux.music.decode import decode
from vibelux.music.loudness import LoudnessMeter
from vibelux.music.windows import window_starts

RATE = 16000
CLIPS = 8
SONGS = 24


def measure(manifest: Path = MANIFEST) -> dict[str, float]:
    """Return mean, spread and largest difference in LU, windows minus whole."""
    if not manifest.is_file():
        print(f"there is no {manifest}: nothing measured", file=sys.stderr)
        return {}
    plan = Card.read(WEIGHTS / "music.json").preprocessing
    seconds, most = float(plan["window_seconds"]), int(plan.get("max_windows", 3))
    by_artist = defaultdict(list)
    for song in read_songs(manifest).rows:
        if song.quadrant:
            by_artist[song.group].append(song.path)
    enough = sorted((paths for paths in by_artist.values() if len(paths) >= 4), key=len)[-SONGS:]
    apart, peaks = [], []
    for paths in enough:
        parts = [decode(path, sample_rate=RATE) for path in paths]
        sound = np.concatenate([parts[n % len(parts)] for n in range(CLIPS)])
        of_all, meter = LoudnessMeter(), LoudnessMeter()
        of_all.add(sound[None], rate=RATE)
        whole = of_all.loudness()
        for start in window_starts(len(sound) / RATE, window_seconds=seconds, max_windows=most):
            first = round(start * RATE)
            meter.cut()
            meter.add(sound[None, first : first + round(seconds * RATE)], rate=RATE)
        heard = meter.loudness()
        apart.append(heard.integrated - whole.integrated)
        peaks.append(heard.peak - whole.peak)
    return {
        "loudness_songs": float(len(apart)),
        "loudness_mean_lu": float(np.mean(apart)),
        "loudness_sd_lu": float(np.std(apart)),
        "loudness_median_abs_lu": float(np.median(np.abs(apart))),
        "loudness_within_1_lu": float(np.mean(np.abs(apart) <= 1)),
        "loudness_peak_mean_db": float(np.mean(peaks)),
    }


if __name__ == "__main__":
    for name, value in measure(*map(Path, sys.argv[1:])).items():
        print(f"{name:<24} {value:8.2f}")
