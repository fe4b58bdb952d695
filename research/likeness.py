"""How alike the embeddings of two songs are: of strangers, of one artist, and of the same clip.

``python research/likeness.py [MANIFEST]`` prints which share of pairs reaches the two cosines that
recommendations compare it with, ``similar`` and ``near_duplicate`` of the card. The clips are those
with a quadrant, most of which the shipped model learnt from; the pairs of one clip are the clip and
its copies in other codecs and loudness. Without the data there is nothing to measure.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from data import MANIFEST
from reencoded import EVERY, FORMS
from vibelux.datasets.song_files import read_songs
from vibelux.model_statistics import SongStatistics
from vibelux.music.decode import decode
from vibelux.music.emotion import MusicModel
from vibelux.samples.rendering import write_audio
from vibelux.samples.synthesis import RATE


def measure(manifest: Path = MANIFEST) -> dict[str, float]:
    """Return quantiles and shares of the cosines of each kind of pair."""
    if not manifest.is_file():
        print(f"there is no {manifest}: nothing measured", file=sys.stderr)
        return {}
    model = MusicModel.load()
    usual = SongStatistics.of(model.model.card)
    songs = [song for song in read_songs(manifest).rows if song.quadrant]
    embeddings = np.stack([model.analyse(song.path).embedding for song in songs])
    group = np.array([song.group for song in songs])
    one, other = np.triu_indices(len(songs), 1)
    cosines = (embeddings @ embeddings.T)[one, other]
    together = group[one] == group[other]
    copies = [
        float(embedding @ copy)
        for embedding, song in zip(embeddings[::EVERY], songs[::EVERY], strict=True)
        for copy in copies_of(song.path, model)
    ]
    kinds = {
        "strangers": cosines[~together],
        "one artist": cosines[together],
        "one clip": np.array(copies),
    }
    return {
        f"{kind}, {name}": float(value)
        for kind, found in kinds.items()
        for name, value in {
            "pairs": len(found),
            "least": np.min(found),
            "median": np.median(found),
            "99 %": np.quantile(found, 0.99),
            "99.9 %": np.quantile(found, 0.999),
            "similar": np.mean(found >= usual.similar),
            "near_duplicate": np.mean(found >= usual.near_duplicate),
        }.items()
    }


def copies_of(path: Path, model: MusicModel) -> list[np.ndarray]:
    """Return the embeddings of a clip in other codecs and loudness."""
    sound = decode(path, sample_rate=RATE)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for form, gain in FORMS:
            copy = Path(folder) / f"clip{form.suffix}"
            louder = np.stack([sound, sound]) * np.float32(10 ** (gain / 20))
            write_audio(copy, louder, file_format=form, tags={})
            found.append(model.analyse(copy).embedding)
    return found


if __name__ == "__main__":
    for name, value in measure(*map(Path, sys.argv[1:])).items():
        print(f"{name:<24} {value:12.5f}")
