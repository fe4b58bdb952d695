"""What is kept in files beside the columns of songs is named by how it is made."""

from hashlib import blake2b
from types import SimpleNamespace

import numpy as np

from vibelux.circumplex import RUSSELL_MEHRABIAN
from vibelux.library.song_columns import SongColumns
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.picks import Picker

STATISTICS = SongStatistics(
    affect=np.asarray(RUSSELL_MEHRABIAN, np.float32),
    typical_mood=np.full(7, 1 / 7, np.float32),
    mood_spread=0.2,
    clear=0.5,
    steady=0.5,
    similar=0.8,
    near_duplicate=0.99,
)


def test_a_number_in_the_name_says_how_it_is_made(library, add_song, monkeypatch):
    """Where this fails, something is made in another way: count up the number in its name."""
    rng = np.random.default_rng(0)
    for number in range(20):
        valence, arousal = rng.uniform(-1, 1, 2)
        mood, sound = rng.dirichlet(np.full(7, 0.5)), rng.standard_normal(8)
        add_song(f"{number}", mood, embedding=sound, valence=valence, arousal=arousal)
    library.statistics = SimpleNamespace(songs=STATISTICS)
    found = {}
    kept = SongColumns.kept

    def noted(self, name, parts, make):
        arrays = kept(self, name, parts, make)
        digest = blake2b(digest_size=6)
        for part in parts:
            array = arrays[part].array
            rounded = np.round(array, 2) + 0 if array.dtype.kind == "f" else array
            digest.update(f"{part} {array.dtype} {array.shape}".encode() + rounded.tobytes())
        found[name] = digest.hexdigest()
        return arrays

    monkeypatch.setattr(SongColumns, "kept", noted)
    with Listener.at(None) as listener:
        Picker(library, listener)
    assert found == {
        "fit-1-0.7": "2d9399ba2596",
        "features-1": "a6b73f268f15",
        "strongest-1": "c29cd6d1a22b",
        "emotions-1": "12ebf090613e",
    }
