"""How fast 100,000 songs are read as columns, and read again after one was corrected.

A catalogue is made, read as a whole and followed while songs are corrected one by one. The times
include what a service does: the new snapshot of the songs, and its picker.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scan import resident
from service import song_rows, write
from vibelux.library.catalogue import Catalogue
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.picks import Picker

TURNS = 20


def measure() -> dict[str, float]:
    """Return what `FIGURES` of run.py describe."""
    with tempfile.TemporaryDirectory(prefix="vibelux-columns-") as name:
        path = Path(name) / "catalogue.sqlite"
        with Catalogue(path) as catalogue, Listener.at(None) as listener:
            written = seconds(lambda: fill(catalogue), clock=time.process_time)
            before = resident(os.getpid())
            live = LiveColumns(catalogue)
            first = seconds(live.now, clock=time.process_time)
            columns = live.now()
            taken = resident(os.getpid()) - before
            moods = seconds(lambda: SongColumns.of(catalogue, "affect"), clock=time.process_time)
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


def seconds(what: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long a call takes."""
    began = clock()
    what()
    return clock() - began


def fill(catalogue: Catalogue) -> None:
    """Write songs whose files do not exist."""
    for rows in song_rows(Path("/music")):
        write(catalogue, rows)


if __name__ == "__main__":
    print(json.dumps(measure()))
