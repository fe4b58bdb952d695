from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import as_mood, parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob

AddSong = Callable[..., int]


def song_row(path: Path, mood: object, *, embedding: object = None, **columns: object) -> dict:
    """Write a file and return the catalogue's columns for it."""
    path.write_text(path.stem)
    shares = parse_mood(mood) if isinstance(mood, str) else as_mood(mood)
    row = {
        "path": path_bytes(path),
        "title": path.stem,
        "state": "ok",
        "mood": vector_blob(shares),
        "content_hash": path.stem.encode().ljust(20, b"."),
        "duration": 200.0,
        "embedding": None,
    }
    if embedding is not None:
        unit = np.asarray(embedding) / np.linalg.norm(embedding)
        row["embedding"] = vector_blob(unit, EMBEDDING)
    return row | columns


@pytest.fixture
def library(tmp_path: Path):
    """An empty catalogue in the data folder of `run_cli`."""
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        yield catalogue


@pytest.fixture
def add_song(library: Catalogue, tmp_path: Path) -> AddSong:
    """Put a song with a real file into `library` and return its id."""

    def add(name: str, mood: object = "happy", **columns: object) -> int:
        row = song_row(tmp_path / f"{name}.mp3", mood, **columns)
        with library.writing() as connection:
            done = connection.execute(insert(songs).values(**row))
        return int(done.inserted_primary_key[0])

    return add


@pytest.fixture
def many(library: Catalogue, tmp_path: Path) -> Catalogue:
    """Forty songs of ten artists: the even ones happy, the odd ones sad."""
    return _happy_and_sad(library, tmp_path, 40)


@pytest.fixture
def large(library: Catalogue, tmp_path: Path) -> Catalogue:
    """Two hundred songs of the same kind."""
    return _happy_and_sad(library, tmp_path, 200)


def _happy_and_sad(library: Catalogue, folder: Path, count: int) -> Catalogue:
    rng = np.random.default_rng(0)
    rows = []
    for number in range(count):
        shares = rng.dirichlet(np.ones(7)) * 0.3
        shares[5 if number % 2 else 3] += 0.7
        columns = {"artist": f"Artist {number // 2 % 10}", "valence": 0, "arousal": 0}
        rows.append(song_row(folder / f"{number:02}.mp3", shares, **columns))
    with library.writing() as connection:
        connection.execute(insert(songs), rows)
    return library
