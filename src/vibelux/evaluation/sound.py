"""How well similarity of sound finds songs of the same artist and of the same quadrant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import InvalidInput
from vibelux.library.sound_index import SoundIndex

TOP = 10


@dataclass(frozen=True)
class SoundFigures:
    """Precision at 10 of the songs nearest by sound, without the song itself.

    Attributes:
        songs: labelled songs.
        artist: share of neighbours by the same artist, for songs whose artist has others.
        artist_by_chance: the same for random neighbours.
        quadrant: share of neighbours of the same quadrant.
        quadrant_by_chance: the same for random neighbours.
        quadrant_other_artists: like ``quadrant``, among songs of other artists only.

    """

    songs: int
    artist: float
    artist_by_chance: float
    quadrant: float
    quadrant_by_chance: float
    quadrant_other_artists: float


def evaluate_sound(
    embeddings: NDArray[np.float32], group: NDArray[np.str_], quadrant: NDArray[np.int64]
) -> SoundFigures:
    """Measure the nearest songs.

    Args:
        embeddings: [shape=(n, d)] of length 1.
        group: artist of each song [shape=(n,)].
        quadrant: place of each song's quadrant in `QUADRANTS` [shape=(n,)].

    Raises:
        InvalidInput: there are no more than ten songs.

    """
    if len(embeddings) <= TOP:
        raise InvalidInput(f"{len(embeddings)} songs are too few; more than {TOP} are needed")
    same_artist = group[:, None] == group
    same_quadrant = quadrant[:, None] == quadrant
    np.fill_diagonal(same_artist, False)
    np.fill_diagonal(same_quadrant, False)
    index = SoundIndex(embeddings)
    artist, mood, other = [], [], []
    for row, embedding in enumerate(embeddings):
        order, _ = index.nearest(embedding, len(embeddings))
        order = order[order != row]
        artist.append(same_artist[row, order[:TOP]].mean())
        mood.append(same_quadrant[row, order[:TOP]].mean())
        strangers = order[~same_artist[row, order]][:TOP]
        other.append(same_quadrant[row, strangers].mean())
    has_others = same_artist.any(axis=1)
    return SoundFigures(
        songs=len(embeddings),
        artist=float(np.mean(np.array(artist)[has_others])) if has_others.any() else float("nan"),
        artist_by_chance=float(same_artist[has_others].sum(axis=1).mean() / (len(group) - 1))
        if has_others.any()
        else float("nan"),
        quadrant=float(np.mean(mood)),
        quadrant_by_chance=float(same_quadrant.sum() / len(group) / (len(group) - 1)),
        quadrant_other_artists=float(np.mean(other)),
    )
