"""Catalogues for the page: short songs of every emotion, and one of many songs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, MOMENT, REVISION, vector_blob
from vibelux.model_statistics import ModelStatistics
from vibelux.samples.synthesis import PIECES

MUSIC = ModelStatistics().songs

SAMPLES = tuple(replace(piece, bars=4) for piece in PIECES)
"""The sample pieces, cut to some seconds; the service takes them for those that it renders."""

SHORT = tuple(
    replace(
        SAMPLES[(3 * place + number) % len(SAMPLES)],
        title=f"Sample {emotion} {number}",
        found=emotion,
        number=number,
    )
    for place, emotion in enumerate(EMOTIONS)
    for number in (1, 2, 3)
)
"""Three songs of some seconds for each emotion, whatever they sound like."""


def row(path: Path, mood: np.ndarray, rng: np.random.Generator, **more: object) -> dict:
    """Return a song as a scan writes it."""
    valence, arousal = affect_of(mood, MUSIC.affect).tolist()
    moments = np.zeros(6, MOMENT)
    moments["start"] = 2.0 * np.arange(6)
    moments["mood"] = rng.dirichlet(8 * mood + 0.3, 6)
    moments["valence"] = np.clip(valence + rng.normal(0, 0.1, 6), -1, 1)
    moments["arousal"] = np.clip(arousal + rng.normal(0, 0.1, 6), -1, 1)
    moments["tension"] = 0.5
    embedding = np.concatenate([mood, 0.6 * rng.normal(size=9)])
    return {
        "path": path_bytes(path),
        "state": "ok",
        "mood": vector_blob(mood),
        "valence": valence,
        "arousal": arousal,
        "tension": 0.5,
        "course": moments.tobytes(),
        "embedding": vector_blob(embedding / np.linalg.norm(embedding), EMBEDDING),
        "loudness": -16.0,
        "peak": -1.0,
        "model": "music-1",
        "revision": REVISION,
        **more,
    }


def catalogue_samples(home: Path, files: list[Path]) -> None:
    """Make a catalogue of the songs of `SHORT`, each with the mood of its emotion."""
    rng = np.random.default_rng(7)
    rows = []
    for number, (piece, path) in enumerate(zip(SHORT, files, strict=True)):
        mood = rng.dirichlet(np.full(len(EMOTIONS), 0.4)) * 0.35
        mood[EMOTIONS.index(piece.found)] += 0.65
        more = {
            "title": piece.title,
            "artist": f"Ensemble {number % 5 + 1}",
            "album": "VibeluX sample catalogue",
            "track": number + 1,
            "duration": 8.0,
            "content_hash": bytes([number]) * 20,
        }
        rows.append(row(path, mood / mood.sum(), rng, **more))
    write(home, rows)


def catalogue_many(home: Path, count: int, *, playable: Path) -> None:
    """Make a catalogue of many songs; all are links to one file that can be played."""
    rng = np.random.default_rng(3)
    folder = home / "many"
    folder.mkdir()
    moods = rng.dirichlet(np.full(len(EMOTIONS), 0.5), count)
    rows = []
    for number, mood in enumerate(moods):
        path = folder / f"{number:05d}{playable.suffix}"
        path.symlink_to(playable)
        more = {
            "title": f"Song {number:05d}",
            "artist": f"Artist {number % 500:03d}",
            "album": f"Album {number % 900:03d}",
            "track": number % 12 + 1,
            "year": 1960 + number % 65,
            "duration": 180.0 + number % 120,
            "content_hash": number.to_bytes(20, "big"),
        }
        rows.append(row(path, mood, rng, **more))
    write(home, rows)


def write(home: Path, rows: list[dict]) -> None:
    """Make a catalogue of the rows of songs."""
    home.mkdir(parents=True, exist_ok=True)
    with Catalogue(home / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        connection.execute(insert(songs), rows)
