from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.tags import tags_of_name


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path / "home" / "catalogue.sqlite", busy_timeout=0.2) as catalogue:
        yield catalogue


@pytest.fixture
def add_song():
    """A function that writes one song into a catalogue."""

    def add(catalogue, path, *, state="ok", **values):
        row = {
            "path": path_bytes(Path(path)),
            "state": state,
            "title": tags_of_name(Path(path)).title,
        }
        if state == "ok":
            row |= {"mood": vector_blob(np.full(7, 1 / 7)), "model": "music-1"}
        if state == "failed":
            row |= {"reason_code": "damaged", "reason": "it is damaged"}
        with catalogue.writing() as connection:
            return connection.execute(insert(songs), row | values).inserted_primary_key[0]

    return add
