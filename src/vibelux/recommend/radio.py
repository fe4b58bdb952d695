"""Radio from a song: others that sound like it, in an order to listen to."""

import time

import numpy as np

from vibelux.errors import NotComparable
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.shuffle import Traits, mood_shuffle
from vibelux.recommend.similar_songs import SimilarSong, as_similar, cosines_to

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
    cosines = cosines_to(song, songs)
    left_out = np.isnan(cosines)
    if (row := songs.row_of(song.id)) is not None:
        left_out[songs.copies(row)] = True
    candidates = np.flatnonzero(~left_out)
    if not candidates.size:
        raise NotComparable(
            f"there is no other song that sounds like '{song.title}'; scan more music: "
            "vibelux scan FOLDER"
        )
    nearest = candidates[np.argsort(-cosines[candidates], kind="stable")[: _WIDER * n]]
    left_out[:] = True
    left_out[nearest] = False
    statistics = catalogue.statistics.songs
    order = mood_shuffle(
        np.where(left_out, 0, cosines),
        strength=_STRENGTH,
        seed=np.random.default_rng(seed),
        freshness=listener.freshness(songs, now=time.time()),
        traits=Traits(
            artists=songs.artists,
            albums=songs.albums,
            works=songs.works,
            embeddings=songs.embeddings,
            near_duplicate=statistics.near_duplicate,
        ),
        diversity=_DIVERSITY,
        left_out=left_out,
        before=[] if row is None else [row],
    )
    rows: dict[str, int] = {}  # one of the copies of a file
    for place in order.tolist():
        rows.setdefault(songs.key(place), place)
    chosen = list(rows.values())[:n]
    others = catalogue.songs_by_id(songs.ids[chosen])
    return [
        as_similar(song, other, float(cosines[place]), statistics)
        for place, other in zip(chosen, others, strict=True)
    ]
