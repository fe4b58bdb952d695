"""Labelled songs with the measurements of their windows, computed once and kept in ``runs/``."""

from dataclasses import dataclass
from pathlib import Path

import torch

from data import MANIFEST
from vibelux.datasets.songs import LabelledSong
from vibelux.music.spectrogram import MelSettings
from vibelux.training.song.kernel_fit import KernelRecipe, MeasuredSongs, measure_songs
from vibelux.training.song.log_mels import Corpus, read_corpus
from vibelux.training.song.runs import gather

CACHE = Path("runs/cache")
MEASURED = Path("runs/research/measured.pt")


@dataclass(frozen=True)
class MeasuredData:
    """Songs and their windows' measurements.

    Attributes:
        songs: of all collections but RAVDESS.
        measured: their windows, as they are and distorted.

    """

    songs: tuple[LabelledSong, ...]
    measured: MeasuredSongs


def research_songs() -> Corpus:
    """Return the songs with their spectrograms."""
    labelled = gather([MANIFEST, MANIFEST.with_name("more.csv")])
    return read_corpus(labelled.rows, settings=MelSettings(), cache=CACHE)


def research_data() -> MeasuredData:
    """Return the songs with their measurements."""
    corpus = research_songs()
    given = [song.given for song in corpus.songs]
    if MEASURED.is_file():
        kept = torch.load(MEASURED, weights_only=False)
        if kept["given"] == given:
            parts = (kept["song"], kept["distorted"], kept["groups"])
            return MeasuredData(corpus.songs, MeasuredSongs(*parts))
    found = measure_songs(corpus, KernelRecipe())
    MEASURED.parent.mkdir(parents=True, exist_ok=True)
    parts = {"song": found.song, "distorted": found.distorted, "groups": found.groups}
    torch.save({"given": given, **parts}, MEASURED)
    return MeasuredData(corpus.songs, found)
