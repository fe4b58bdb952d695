"""How fast the nearest of a million songs are found once their moods are loaded."""

import json
import time

import numpy as np

from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SongFit

MUSIC = ModelStatistics().songs

SONGS = 1_000_000
QUERIES = 200


def measure() -> dict[str, float]:
    """Return the median and the 99th percentile of a search for 20 songs, in milliseconds."""
    rng = np.random.default_rng(0)
    index = SongFit(rng.dirichlet(np.full(7, 0.5), SONGS).astype(np.float32), statistics=MUSIC)
    times = []
    for mood in rng.dirichlet(np.full(7, 0.5), QUERIES):
        began = time.perf_counter()
        index.best(mood, 20)
        times.append(1000 * (time.perf_counter() - began))
    return {
        "recommend_median_ms": float(np.median(times)),
        "recommend_p99_ms": float(np.percentile(times, 99)),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
