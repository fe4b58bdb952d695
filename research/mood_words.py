"""How firmly mood words say which emotion a song has, before any sound is analysed.

``python research/mood_words.py [MANIFEST]``: compares the leading emotions of two random halves of
each song's words, and each song's emotion with the quadrant that people checked. Songs whose words
lead to one of five emotions count. Without the data there is nothing to measure.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import MANIFEST
from vibelux.datasets.song_files import read_songs
from vibelux.datasets.songs import LabelledSong
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.metrics import accuracy, confusion_matrix, macro_f1
from vibelux.training.song.targets import SUPPORTED, leading_emotion

DRAWS = 100
PLACES = [EMOTIONS.index(name) for name in SUPPORTED]


def halves(songs: list[LabelledSong]) -> dict[str, float]:
    """Return how often halves of a song's words agree, mean over draws."""
    rng = np.random.default_rng(0)
    figures: dict[str, list[float]] = {"accuracy": [], "macro_f1": [], "songs": []}
    for _ in range(DRAWS):
        leading = []
        for song in songs:
            words = tuple(rng.permutation(song.tags).tolist())
            cut = len(words) // 2
            leading.append(
                [leading_emotion(replace(song, tags=part)) for part in (words[:cut], words[cut:])]
            )
        found = np.array(leading)
        found = found[np.isin(found, PLACES).all(axis=1)]
        for name, value in agreement(found[:, 0], found[:, 1]).items():
            figures[name].append(value)
    return {f"halves_{name}": float(np.mean(values)) for name, values in figures.items()}


def quadrants(songs: list[LabelledSong]) -> dict[str, float]:
    """Return how often a quadrant's commonest emotion is the song's."""
    leading = np.array([leading_emotion(song) for song in songs])
    quadrant = np.array([song.quadrant_index for song in songs])
    kept = np.isin(leading, PLACES) & (quadrant >= 0)
    leading, quadrant = leading[kept], quadrant[kept]
    commonest = np.array([np.bincount(leading[quadrant == q]).argmax() for q in range(4)])
    found = agreement(leading, commonest[quadrant])
    return {f"quadrant_{name}": value for name, value in found.items()}


def agreement(truth: NDArray[np.int64], said: NDArray[np.int64]) -> dict[str, float]:
    """Return the figures of one naming against another."""
    confusion = confusion_matrix(truth, said, classes=len(EMOTIONS))
    return {
        "accuracy": accuracy(truth, said),
        "macro_f1": macro_f1(confusion),
        "songs": float(len(truth)),
    }


def measure(manifest: Path = MANIFEST) -> dict[str, float]:
    """Return all figures, by name."""
    if not manifest.is_file():
        print(f"there is no {manifest}: nothing measured", file=sys.stderr)
        return {}
    songs = [song for song in read_songs(manifest).rows if len(song.tags) > 1]
    return halves(songs) | quadrants(songs)


if __name__ == "__main__":
    for name, value in measure(*map(Path, sys.argv[1:])).items():
        print(f"{name:<20} {value:8.3f}")
