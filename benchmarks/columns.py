"""How fast 100,000 songs are read as columns, and read again after one was corrected.

A catalogue is made, read as a whole and followed while songs are corrected one by one; the times
hold what a service does: the new snapshot of the songs, and the picker for it.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from scan import resident
from vibelux.circumplex import affect_of
from vibelux.library.catalogue import Catalogue
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.picks import Picker

SONGS = 100_000
TURNS = 20
TOGETHER = 5000


def measure() -> dict[str, float]:
    """Return what `FIGURES` of run.py describe."""
    with tempfile.TemporaryDirectory(prefix="vibelux-columns-") as name:
        path = Path(name) / "catalogue.sqlite"
        with Catalogue(path) as catalogue, Listener.at(None) as listener:
            began = time.perf_counter()
            fill(catalogue)
            written = time.perf_counter() - began
            before = resident(os.getpid())
            live = LiveColumns(catalogue)
            first = seconds(live.now)
            columns = live.now()
            taken = resident(os.getpid()) - before
            moods = min(seconds(lambda: SongColumns.of(catalogue, "affect")) for _ in range(3))
            picker = Picker(catalogue, listener, columns)
            refreshed, followed = [], []
            for turn in range(TURNS):
                correct(catalogue, 1 + 97 * turn, np.eye(7)[turn % 7])
                live.expire()
                refreshed.append(seconds(live.now))
                changed = live.now()
                began = time.perf_counter()
                picker = picker.following(changed)
                followed.append(time.perf_counter() - began)
            live.close()
    return {
        "columns_write_s": written,
        "columns_first_s": first,
        "columns_moods_ms": 1000 * moods,
        "columns_memory_mb": taken / 1e6,
        "columns_again_ms": 1000 * float(np.median(refreshed)),
        "columns_picker_ms": 1000 * float(np.median(followed)),
    }


def seconds(what: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def fill(catalogue: Catalogue) -> None:
    """Write songs whose files are not there."""
    rng = np.random.default_rng(0)
    moods = rng.dirichlet(np.full(7, 0.5), SONGS).astype(np.float32)
    affect = np.clip(affect_of(moods) + rng.normal(0, 0.1, (SONGS, 2)), -1, 1)
    for first in range(0, SONGS, TOGETHER):
        rows = []
        for number in range(first, first + TOGETHER):
            embedding = rng.normal(size=96)
            rows.append(
                {
                    "path": path_bytes(Path(f"/music/{number // 1000:03}/{number:06}.mp3")),
                    "content_hash": number.to_bytes(20, "little"),
                    "title": f"Song {number} of the night",
                    "artist": f"Artist {number * 7919 % 9001}",
                    "album": f"Album {number // 12}",
                    "duration": 200.0 + number % 100,
                    "mood": vector_blob(moods[number]),
                    "valence": float(affect[number, 0]),
                    "arousal": float(affect[number, 1]),
                    "embedding": vector_blob(embedding / np.linalg.norm(embedding), EMBEDDING),
                    "model": "benchmark",
                    "state": "ok",
                }
            )
        with catalogue.writing() as connection:
            connection.execute(insert(songs), rows)


if __name__ == "__main__":
    print(json.dumps(measure()))
