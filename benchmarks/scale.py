"""How the catalogue bears a million songs; ``python benchmarks/scale.py 10000000`` takes ten.

A catalogue of a tenth of that is read as well: the exponent says how the time grows with the songs.
1 is in proportion, 2 is a hundred times as long for ten times as many. The songs' files do not
exist, and are taken to be there.

Answers are those of processes of their own, which have loaded all that the service has: the first
one writes the columns to files, the next one starts with them.
"""

import json
import math
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scan import resident
from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.column_files import folder_of
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.library.mood_map import mood_map
from vibelux.library.scan import scan
from vibelux.library.scan_files import walk
from vibelux.library.schema import path_bytes
from vibelux.library.schema_blobs import EMBEDDING, MOMENT, REVISION
from vibelux.library.song_search import find
from vibelux.library.sound_index import SoundIndex
from vibelux.library.workers_process import Analyser
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend import nearest_songs
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.picks import Picker
from vibelux.recommend.session import Session
from vibelux.recommend.similar_songs import similar
from vibelux.service.schemas_map import MapOut

HERE = Path(__file__).resolve().parent
SONGS = 1_000_000
TOGETHER = 20_000
MOMENTS = 24
TURNS = 20
PAGE = 100
SCANNED = 20
"""One song in so many has a file, in the measurement of a scan."""

IN_A_FOLDER = 500
SCANS = 3


def measure(number: int = SONGS) -> dict[str, float]:
    """Return what `FIGURES` of run.py describe."""
    with tempfile.TemporaryDirectory(prefix="vibelux-scale-") as name:
        few, many = Path(name) / "few.sqlite", Path(name) / "many.sqlite"
        fill(few, number // 10)
        fill(many, number)
        short, long = all_songs(few), all_songs(many)
        first, later = (in_a_process("answers", many) for _ in range(2))
        scanned = Path(name) / "scanned.sqlite"
        fill_with_files(scanned, number // SCANNED)
        return {
            "scale_songs_s": long,
            "scale_songs_exponent": math.log10(long / short),
            "scale_read_s": first["read_cpu_s"],
            "scale_files_mb": sum(f.stat().st_size for f in folder_of(many).rglob("*.npy")) / 1e6,
            "scale_first_ms": later["first_ms"],
            "scale_list_ms": later["list_ms"],
            "scale_corrected_ms": later["corrected_ms"],
            "scale_memory_mb": later["memory_mb"],
            **in_a_process("rescanned", scanned),
            **{
                f"scale_{name}": value
                for what in ("pages", "likeness", "drawn")
                for name, value in in_a_process(what, many).items()
            },
        }


def in_a_process(what: str, path: Path) -> dict[str, float]:
    """Return the figures of a function of this file, called in a process of its own."""
    call = (
        f"import json, pathlib, scale; print(json.dumps(scale.{what}(pathlib.Path({str(path)!r}))))"
    )
    command = [sys.executable, "-c", call]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def answers(path: Path) -> dict[str, float]:
    """Return how long songs for a mood take after the start, then, and after a correction."""
    import vibelux.service.app  # noqa: F401 - for its memory

    moods = iter(np.random.default_rng(1).dirichlet(np.ones(len(EMOTIONS)), 1000))
    with Catalogue(path) as catalogue, Listener.at(None) as listener:
        _ = catalogue.statistics.songs, catalogue.statistics.faces

        def answer(picker: Picker) -> None:
            session = Session(
                catalogue,
                listener,
                seed=1,
                picker=picker,
                available=lambda some: [True] * len(some),
            )
            session.queue(20, next(moods), chosen=True)

        def are_there(some: Sequence[Song]) -> list[bool]:
            return [True] * len(some)

        began, worked = time.perf_counter(), time.process_time()
        live = LiveColumns(catalogue)
        picker = Picker(catalogue, listener, live.now())
        read = time.process_time() - worked
        answer(picker)
        first = time.perf_counter() - began
        lists, corrected = [], []
        for _ in range(TURNS):
            began = time.perf_counter()
            answer(picker)
            lists.append(time.perf_counter() - began)
        for turn in range(TURNS):
            mood = np.roll(next(moods), turn)
            correct(catalogue, 1 + 97 * turn, mood)
            began = time.perf_counter()
            live.expire()
            picker = picker.following(live.now())
            answer(picker)
            corrected.append(time.perf_counter() - began)
        live.close()
        return {
            "read_cpu_s": read,
            "first_ms": 1000 * first,
            "list_ms": 1000 * float(np.median(lists)),
            "corrected_ms": 1000 * float(np.median(corrected)),
            "memory_mb": resident(os.getpid()) / 1e6,
        }


def pages(path: Path) -> dict[str, float]:
    """Return how long the first page of a list takes, and the 1000th, the slower of both.

    What is made once of all names is made before.
    """
    asked: dict[str, tuple[dict[str, Any], str]] = {
        "search_ms": ({"sort": "added"}, "night 77"),
        "by_artist_ms": ({"sort": "artist", "descending": True}, ""),
        "filtered_ms": ({"valence": (0.0, 0.5), "emotion": "happy"}, ""),
    }
    found = {}
    with Catalogue(path) as catalogue, closing(LiveColumns(catalogue)) as live:
        for name, (options, words) in asked.items():
            find(live.now(), words, **options)
            times = []
            for page in (0, 999) * TURNS:
                began = time.perf_counter()
                ids = find(live.now(), words, **options)
                catalogue.songs_by_id(ids[page * PAGE : (page + 1) * PAGE])
                times.append(time.perf_counter() - began)
            found[name] = 1000 * float(max(np.median(times[::2]), np.median(times[1::2])))
    return found


def likeness(path: Path) -> dict[str, float]:
    """Return how long the 20 songs take that sound most like one, and how many are the nearest."""
    nearest_songs.playable = lambda _: True  # type: ignore[assignment]
    times, found = [], []
    with Catalogue(path) as catalogue, closing(LiveColumns(catalogue)) as live:
        songs = live.now().playable
        for row in np.random.default_rng(0).choice(len(songs), TURNS, replace=False).tolist():
            song = catalogue.song(int(songs.ids[row]))
            began = time.perf_counter()
            alike = {other.song.id for other in similar(catalogue, song, n=20, columns=songs)}
            times.append(time.perf_counter() - began)
            nearest, _ = SoundIndex(songs.embeddings).nearest(songs.embeddings[row], 21)
            found.append(len(alike & set(songs.ids[nearest].tolist())) / len(alike))
    return {"similar_ms": 1000 * float(np.median(times)), "similar_recall": float(np.mean(found))}


def drawn(path: Path) -> dict[str, float]:
    """Return how long the whole mood map takes, and how large the answer is."""
    times = []
    with Catalogue(path) as catalogue, closing(LiveColumns(catalogue)) as live:
        for _ in range(TURNS):
            began = time.perf_counter()
            text = MapOut.of(mood_map(live.now())).model_dump_json()
            times.append(time.perf_counter() - began)
    return {"map_ms": 1000 * float(np.median(times)), "map_mb": len(text) / 1e6}


def rescanned(path: Path) -> dict[str, float]:
    """Return the processor time of a scan that finds nothing new, and that of walking alone."""
    walks, scans = [], []
    folders = [path.with_suffix("")]
    with Catalogue(path) as catalogue:
        for _ in range(SCANS):
            began = time.process_time()
            number = sum(1 for _ in walk(folders))
            walks.append(time.process_time() - began)
            began = time.process_time()
            analyser = Analyser("none:none", "benchmark")  # which is not needed
            report = scan(folders, catalogue, workers=1, song_timeout=60, analyser=analyser)
            scans.append(time.process_time() - began)
            assert report.unchanged == number
    walked, took = float(np.median(walks)), float(np.median(scans))
    return {"scale_walk_s": walked, "scale_rescan_s": took, "scale_rescan_walks": took / walked}


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
            statement = f"INSERT INTO songs ({', '.join(names)}) VALUES ({marks})"
            cursor.executemany(statement, rows)  # type: ignore[arg-type]  # takes any iterable


def fill_with_files(path: Path, number: int) -> None:
    """Make a catalogue of songs whose files exist, in the folder of its name without a suffix."""
    folder = path.with_suffix("")
    for first in range(0, number, IN_A_FOLDER):
        album = folder / f"{first:08}"
        album.mkdir(parents=True)
        original = album / f"{first:08}.mp3"
        original.write_bytes(b"a song")
        for n in range(first + 1, min(number, first + IN_A_FOLDER)):
            (album / f"{n:08}.mp3").hardlink_to(original)
    fill(path, number)
    files = ((*file, REVISION, n) for n, file in enumerate(walk([folder]), 1))
    with (
        Catalogue(path) as catalogue,
        catalogue.writing() as connection,
        closing(connection.connection.cursor()) as cursor,
    ):
        statement = "UPDATE songs SET path = ?, size = ?, mtime_ns = ?, revision = ? WHERE id = ?"
        cursor.executemany(statement, files)  # type: ignore[arg-type]  # takes any iterable


def song_rows(number: int) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    """Yield the names of columns, and rows of the catalogue, `TOGETHER` at a time."""
    statistics = ModelStatistics().songs
    rng = np.random.default_rng(0)
    made = runpy.run_path(str(HERE.parent / "tests" / "made_sounds.py"))["sounds_in_parts"]
    all_sounds: Iterator[NDArray[np.float16]] = made(number, TOGETHER)
    courses = np.zeros((TOGETHER, MOMENTS), MOMENT)
    courses["start"] = np.arange(MOMENTS) * 10
    for first in range(0, number, TOGETHER):
        numbers = range(first, min(number, first + TOGETHER))
        size = len(numbers)
        moods = rng.dirichlet(np.full(len(EMOTIONS), 0.5), size).astype(np.float32)
        noise = rng.normal(0, 0.1, (size, 2))
        affect = np.clip(affect_of(moods, statistics.affect) + noise, -1, 1)
        sounds = next(all_sounds)
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
            "embedding": [row.tobytes() for row in sounds.astype(EMBEDDING, copy=False)],
            "course": [row.tobytes() for row in courses[:size]],
            "model": ["benchmark"] * size,
            "state": ["ok"] * size,
        }
        yield tuple(values), zip(*values.values(), strict=True)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1))
