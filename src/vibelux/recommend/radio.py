"""Radio from a song: others that sound like it, in an order to listen to."""

import time

import numpy as np

from vibelux.errors import NotComparable
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.near_sounds import nearest_sounds
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.shuffle import Traits, mood_shuffle
from vibelux.recommend.similar_songs import SimilarSong, as_similar, comparable

RADIO_BY = (
    *("affect", "embeddings", "artists", "albums", "works"),
    *("keys", "hashes", "paths", "played_at"),
)
"""Columns of songs that `radio` needs, beside those of the catalogue."""

_WIDER = 4
"""Songs that the order is drawn from, for each song wanted: the nearest ones."""

_STRENGTH = 0.85
"""Nearly a ranking by likeness: enough chance that a song's radio is not the same each time."""

_DIVERSITY = 0.2


def radio(
    catalogue: Catalogue,
    song: Song,
    *,
    n: int,
    columns: SongColumns,
    listener: Listener,
    seed: int | None = None,
) -> list[SimilarSong]:
    """Order the songs that sound like a song as a radio would play them.

    They are drawn from the nearest by the likeness of their sound, those that were not played
    lately first, with the songs of one artist or album apart and no song twice. The mood plays no
    part: who asks for more like this wants the sound.

    Args:
        catalogue: an open catalogue.
        song: with an embedding; it does not come itself.
        n: the most to return, >= 1.
        columns: of the catalogue's songs, with `RADIO_BY`.
        listener: what was played lately.
        seed: the same one gives the same order; None takes another one each time.

    Raises:
        NotComparable, InvalidInput, CatalogueError, ModelError: as
            `vibelux.recommend.similar_songs.similar`.

    """
    songs = columns.playable
    embedding = comparable(song, songs)
    row = songs.row_of(song.id)
    itself = np.empty(0, np.int64) if row is None else songs.copies(row)
    near, cosines = nearest_sounds(songs, embedding, _WIDER * n + itself.size)
    other = ~np.isin(near, itself)
    near, cosines = near[other][: _WIDER * n], cosines[other][: _WIDER * n]
    if not near.size:
        raise NotComparable(
            f"there is no other song that sounds like '{song.title}'; scan more music: "
            "vibelux scan FOLDER"
        )
    before = [] if row is None else [row]  # the song that has just been played
    drawn = np.concatenate([np.array(before, np.int64), near])
    statistics = catalogue.statistics.songs
    order = mood_shuffle(
        np.concatenate([np.zeros(len(before), np.float32), cosines]),
        strength=_STRENGTH,
        seed=np.random.default_rng(seed),
        freshness=listener.freshness(songs, now=time.time())[drawn],
        traits=Traits(
            artists=songs.artists[drawn],
            albums=songs.albums[drawn],
            works=songs.works[drawn],
            embeddings=songs.embeddings[drawn],
            near_duplicate=statistics.near_duplicate,
        ),
        diversity=_DIVERSITY,
        left_out=np.arange(drawn.size) < len(before),
        before=[*range(len(before))],
    )
    scores = dict(zip(near.tolist(), cosines.tolist(), strict=True))
    rows: dict[str, int] = {}  # one of the copies of a file
    for place in drawn[order].tolist():
        rows.setdefault(songs.key(place), place)
    chosen = list(rows.values())[:n]
    others = catalogue.songs_by_id(songs.ids[chosen])
    return [
        as_similar(song, other, scores[place], statistics)
        for place, other in zip(chosen, others, strict=True)
    ]
