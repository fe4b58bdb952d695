from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from sqlalchemy import insert

from vibelux.emotions import as_mood, parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob

# How long an example takes depends on what else the machine does.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

AddSong = Callable[..., int]


@pytest.fixture
def library(tmp_path: Path):
    """An empty catalogue in the data folder of `run_cli`."""
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        yield catalogue


@pytest.fixture
def add_song(library: Catalogue, tmp_path: Path) -> AddSong:
    """Put a song with a real file into `library` and return its id."""

    def add(name: str, mood: object = "happy", *, embedding: object = None, **columns: object):
        path = tmp_path / f"{name}.mp3"
        path.write_text(name)
        shares = parse_mood(mood) if isinstance(mood, str) else as_mood(mood)
        row = {
            "path": path_bytes(path),
            "title": name,
            "state": "ok",
            "mood": vector_blob(shares),
            "content_hash": name.encode().ljust(20, b"."),
            "duration": 200.0,
            "embedding": None,
        }
        if embedding is not None:
            unit = np.asarray(embedding) / np.linalg.norm(embedding)
            row["embedding"] = vector_blob(unit, EMBEDDING)
        with library.writing() as connection:
            done = connection.execute(insert(songs).values(**row | columns))
        return int(done.inserted_primary_key[0])

    return add
