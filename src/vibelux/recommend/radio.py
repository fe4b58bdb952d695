"""Radio from a song: others that sound like it, in an order to listen to."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import NotComparable
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.near_sounds import nearest_sounds
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.row_set import RowSet
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

_BEFORE = 12
"""Songs that came before and are heeded in spreading artists and albums."""


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
    statistics = catalogue.statistics.songs
    found = radio_rows(
        songs,
        song,
        n=n,
        freshness=partial(listener.freshness, songs, now=time.time()),
        near_duplicate=statistics.near_duplicate,
        rng=np.random.default_rng(seed),
    )
    if not found:
        raise NotComparable(
            f"there is no other song that sounds like '{song.title}'; scan more music: "
            "vibelux scan FOLDER"
        )
    others = catalogue.songs_by_id(songs.ids[list(found)])
    return [
        as_similar(song, other, cosine, statistics)
        for cosine, other in zip(found.values(), others, strict=True)
    ]


def radio_rows(
    songs: SongColumns,
    song: Song,
    *,
    n: int,
    freshness: Callable[..., NDArray[np.float32]],
    near_duplicate: float,
    rng: np.random.Generator,
    left_out: RowSet | None = None,
    before: Sequence[int] = (),
) -> dict[int, float]:
    """Return the rows of the songs that `radio` orders, in its order, with their cosines.

    Args:
        songs: playable ones, with `RADIO_BY`.
        song: as of `radio`.
        n: the most to return.
        freshness: of ``rows``, as of `vibelux.recommend.listener.listener.Listener.freshness`.
        near_duplicate: as of `vibelux.recommend.shuffle.Traits`.
        rng: chance.
        left_out: songs that must not come; the song itself never does.
        before: rows of the songs that came before; none: the song itself.

    Raises:
        NotComparable: as `vibelux.recommend.similar_songs.comparable`.

    """
    embedding = comparable(song, songs)
    row = songs.row_of(song.id)
    out = RowSet(len(songs)) if left_out is None else left_out.copy()
    if row is not None:
        out.add(songs.copies(row))
    near, cosines = nearest_sounds(songs, embedding, _WIDER * n + len(out))
    other = ~out.among(near)
    near, cosines = near[other][: _WIDER * n], cosines[other][: _WIDER * n]
    if not near.size:
        return {}
    # By default the song has just been played.
    behind = list(before)[-_BEFORE:] or ([] if row is None else [row])
    drawn = np.concatenate([np.array(behind, np.int64), near])
    order = mood_shuffle(
        np.concatenate([np.zeros(len(behind), np.float32), cosines]),
        strength=_STRENGTH,
        seed=rng,
        freshness=freshness(rows=drawn),
        traits=Traits(
            artists=songs.artists[drawn],
            albums=songs.albums[drawn],
            works=songs.works[drawn],
            embeddings=songs.few("embeddings")[drawn],
            near_duplicate=near_duplicate,
        ),
        diversity=_DIVERSITY,
        left_out=np.arange(drawn.size) < len(behind),
        before=[*range(len(behind))],
    )
    scores = dict(zip(near.tolist(), cosines.tolist(), strict=True))
    rows: dict[str, int] = {}  # one of the copies of a file
    for place in drawn[order].tolist():
        rows.setdefault(songs.key(place), place)
    return {place: scores[place] for place in list(rows.values())[:n]}
