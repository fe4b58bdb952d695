"""The songs that sound most alike, by the cosine between their audio embeddings."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.errors import CatalogueError, InvalidInput, NotComparable
from vibelux.folding import canonical, folded
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.near_sounds import nearest_sounds
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_search import SEARCHED, find
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.confidence import Confidence, confidence_of
from vibelux.recommend.nearest_songs import nearest_songs
from vibelux.recommend.reason_words import Explained
from vibelux.recommend.reasons import Fact, reasons_alike
from vibelux.recommend.song_sound import analysis_of

_SHOWN = 5
"""Songs named when words fit several."""

_ID_DIGITS = 18
"""Of the largest id: SQLite's integers have 64 bits."""


@dataclass(frozen=True)
class SimilarSong(Explained):
    """A song that sounds like another one.

    Attributes:
        song: the catalogue's entry.
        score: cosine of the two embeddings, at most 1 (the same sound).
        reasons: what they have in common, as facts; see `vibelux.recommend.reasons`.
        confidence: how sure the analysis of its mood is.

    """

    song: Song
    score: float
    reasons: list[Fact]
    confidence: Confidence


def similar(
    catalogue: Catalogue, song: Song, *, n: int, columns: SongColumns | None = None
) -> list[SimilarSong]:
    """Rank the catalogue's songs by the likeness of their sound to a song's.

    Only songs that the same model has analysed can be compared; the song itself and songs whose
    file is gone are left out.

    Args:
        catalogue: an open catalogue.
        song: with an embedding; it need not be in the catalogue.
        n: the most to return, >= 1.
        columns: of the catalogue's songs, with their embeddings; None reads them.

    Returns:
        at most n songs, the most alike first.

    Raises:
        InvalidInput: n is below 1.
        NotComparable: the song has no embedding, another model analysed it than most of the
            songs, or there is no other song to compare it with.
        CatalogueError: as the catalogue.
        ModelError: as `vibelux.model_statistics.ModelStatistics`.

    """
    if n < 1:
        raise InvalidInput(f"n={n} must be at least 1")
    songs = (SongColumns.of(catalogue, "embeddings") if columns is None else columns).playable
    nearest = partial(nearest_sounds, songs, comparable(song, songs))
    near = nearest_songs(catalogue, songs.ids, nearest, n + 1)  # the song itself is the nearest
    statistics = catalogue.statistics.songs
    found = [
        as_similar(song, other, score, statistics)
        for other, score in near
        if other.path != song.path and other.mood is not None
    ]
    if not found:
        raise NotComparable(
            f"there is no other song to compare '{song.title}' with; scan more music, all with "
            "one model: vibelux scan FOLDER"
        )
    return found[:n]


def comparable(song: Song, songs: SongColumns) -> NDArray[np.float32]:
    """Return a song's embedding, if those of other songs can be compared with it.

    Args:
        song: of the catalogue, or another one.
        songs: with their embeddings.

    Raises:
        NotComparable: the song has none, or another model analysed it than most of the songs.

    """
    if song.embedding is None or song.model is None:
        raise NotComparable(
            f"how '{song.title}' sounds is not known; scan its folder first: vibelux scan FOLDER"
        )
    if songs.model is not None and (
        song.model != songs.model or song.embedding.shape != songs.embeddings.shape[1:]
    ):
        raise NotComparable(
            f"'{song.title}' was analysed by the model {song.model}, most other songs by "
            f"{songs.model}, and what they say cannot be compared; scan its folder again: "
            "vibelux scan FOLDER"
        )
    return song.embedding


def as_similar(song: Song, other: Song, score: float, statistics: SongStatistics) -> SimilarSong:
    """Return another song with its likeness to a song, and what they have in common.

    Args:
        song: that it is like.
        other: with a mood.
        score: cosine of their embeddings.
        statistics: of the music model.

    """
    if other.mood is None:
        raise NotComparable(f"how '{other.title}' sounds is not known")
    return SimilarSong(
        other,
        score,
        _reasons(song, other, statistics),
        confidence_of(other.mood, other.course, statistics),
    )


def find_song(catalogue: Catalogue, text: str) -> Song:
    """Return the one song that a path, an id or some words of title, artist and album mean.

    Args:
        catalogue: an open catalogue.
        text: words may come in any order and case, and without accents; a title given in full wins
            over others that only contain the words, and one with the same accents over others.

    Raises:
        CatalogueError: no song, or several; the message names them.

    """
    path = os.path.expanduser(text)  # noqa: PTH111 - "~" may begin a title
    song = catalogue.song_at(Path(path))
    if song is not None:
        return song
    if text.isdecimal() and len(text) <= _ID_DIGITS:
        song = catalogue.song_if_there(int(text))
        if song is not None:
            return song
    if not folded(text):
        raise CatalogueError("name a song by its path, its id or words of its title")
    columns = SongColumns.of(catalogue, *SEARCHED)
    fitting = find(columns, text).tolist()
    titles = dict(zip(columns.ids.tolist(), columns.titles.tolist(), strict=True))
    alike = [song_id for song_id in fitting if titles[song_id] == folded(text)]
    same = [
        song.id for song in catalogue.songs_by_id(alike) if canonical(song.title) == canonical(text)
    ]
    chosen = same or alike or fitting
    if len(chosen) == 1:
        return catalogue.song(chosen[0])
    if not chosen and os.path.isfile(path):  # noqa: PTH113 - it takes any text
        raise CatalogueError(
            f"{text} is not in the catalogue; scan its folder: vibelux scan FOLDER"
        )
    if not chosen and text.isdecimal():
        raise CatalogueError(
            f"there is no song with id {text}, nor one with this word; give a path, an id or words "
            "of its title"
        )
    if not chosen:
        raise CatalogueError(f"no song fits {text!r}; give a path, an id or words of its title")
    some = catalogue.songs_by_id(chosen[:_SHOWN])
    raise CatalogueError(
        f"{len(chosen)} songs fit {text!r}: {_listed(some)}"
        f"{', …' if len(chosen) > _SHOWN else ''}; give more words or an id"
    )


def _listed(songs: Sequence[Song]) -> str:
    return ", ".join(
        f"{song.id} '{song.title}'" + (f" ({song.artist})" if song.artist else "") for song in songs
    )


def _reasons(song: Song, other: Song, statistics: SongStatistics) -> list[Fact]:
    same = bool(song.artist and other.artist and canonical(song.artist) == canonical(other.artist))
    one, found = analysis_of(song, statistics), analysis_of(other, statistics)
    return reasons_alike(found, one, same_artist=same)
