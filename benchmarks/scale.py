"""How the catalogue bears a million songs; ``python benchmarks/scale.py 10000000`` takes ten.

A catalogue of a tenth of that is read as well: the exponent says how the time grows with the songs.
1 is in proportion, 2 is a hundred times as long for ten times as many.
"""

import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes
from vibelux.library.schema_blobs import EMBEDDING, MOMENT
from vibelux.model_statistics import ModelStatistics

SONGS = 1_000_000
TOGETHER = 20_000
MOMENTS = 24
DIMENSIONS = 96


def measure(number: int = SONGS) -> dict[str, float]:
    """Return what `FIGURES` of run.py describe."""
    with tempfile.TemporaryDirectory(prefix="vibelux-scale-") as name:
        few, many = Path(name) / "few.sqlite", Path(name) / "many.sqlite"
        fill(few, number // 10)
        fill(many, number)
        short, long = all_songs(few), all_songs(many)
        return {
            "scale_songs_s": long,
            "scale_songs_exponent": math.log10(long / short),
        }


def all_songs(path: Path) -> float:
    """Return the processor seconds in which `Catalogue.songs` yields all of them."""
    with Catalogue(path) as catalogue:
        began = time.process_time()
        for _ in catalogue.songs():
            pass
        return time.process_time() - began


def fill(path: Path, number: int) -> None:
    """Make a catalogue of songs whose files do not exist, and which differ in all that counts."""
    with (
        Catalogue(path) as catalogue,
        catalogue.writing() as connection,
        closing(connection.connection.cursor()) as cursor,
    ):
        for names, rows in song_rows(number):
            marks = ", ".join("?" * len(names))
            cursor.executemany(f"INSERT INTO songs ({', '.join(names)}) VALUES ({marks})", rows)


def song_rows(number: int) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    """Yield the names of columns, and rows of the catalogue, `TOGETHER` at a time."""
    statistics = ModelStatistics().songs
    rng = np.random.default_rng(0)
    courses = np.zeros((TOGETHER, MOMENTS), MOMENT)
    courses["start"] = np.arange(MOMENTS) * 10
    for first in range(0, number, TOGETHER):
        numbers = range(first, min(number, first + TOGETHER))
        size = len(numbers)
        moods = rng.dirichlet(np.full(len(EMOTIONS), 0.5), size).astype(np.float32)
        noise = rng.normal(0, 0.1, (size, 2))
        affect = np.clip(affect_of(moods, statistics.affect) + noise, -1, 1)
        sounds = rng.standard_normal((size, DIMENSIONS), np.float32)
        sounds /= np.linalg.norm(sounds, axis=1, keepdims=True)
        courses["mood"][:size] = moods[:, None]
        values: dict[str, Any] = {
            "path": [path_bytes(Path(f"/music/{n // 1000:05}/{n:08}.mp3")) for n in numbers],
            "content_hash": [(n * 2654435761 % (1 << 61)).to_bytes(20, "little") for n in numbers],
            "title": [f"Song {n} of the night" for n in numbers],
            "artist": [f"Artist {n * 7919 % 90_001}" for n in numbers],
            "album": [f"Album {n // 12}" for n in numbers],
            "duration": [200.0 + n % 100 for n in numbers],
            "mood": [row.tobytes() for row in moods],
            "valence": affect[:, 0].tolist(),
            "arousal": affect[:, 1].tolist(),
            "embedding": [row.tobytes() for row in sounds.astype(EMBEDDING)],
            "course": [row.tobytes() for row in courses[:size]],
            "model": ["benchmark"] * size,
            "state": ["ok"] * size,
        }
        yield tuple(values), zip(*values.values(), strict=True)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1))
