"""Which song a file is: the one with the same sound, whatever its tags say.

The listener's profile knows a song by its key. It is the digest of the sound for songs that were
analysed since there are such digests, and the hash of the file's content for older ones; in both
cases it stays with the song when its tags change.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, select

from vibelux.library.schema import songs
from vibelux.library.schema_blobs import EMBEDDING, vector_of
from vibelux.library.sound_digest import DIGEST_BYTES
from vibelux.model_statistics import SongStatistics

PATH_KEY = "path:"
"""How the key of a song begins that has no other than its path."""

_ANALYSED = ("model", "mood", "embedding", "course")
"""Columns that are equal where one model has analysed the same sound twice."""

_SAME_LENGTH = 2.0
"""Seconds by which a duration may change with the tags: some formats only let it be estimated."""

_CANDIDATES = 50


def key_of(song: Row[Any]) -> bytes | None:
    """Return what a song is known by elsewhere; None if it was only imported."""
    key: bytes | None = song.known_by or song.content_hash
    return key


def key_text(key: object, path: bytes) -> str:
    """Return what a song is known by elsewhere, as text: its key in hex, or else its path.

    Args:
        key: its column of `KEY`, of which 20 bytes count.
        path: as the catalogue stores it.

    """
    if not isinstance(key, bytes) or not key:
        return f"{PATH_KEY}{path.hex()}"
    return key[:DIGEST_BYTES].ljust(DIGEST_BYTES, b"\0").hex()


def same_sound(song: Row[Any], analysis: Mapping[str, Any], usual: SongStatistics) -> bool | None:
    """Return whether a song has the sound that was analysed; None if unknown.

    Args:
        song: a row of the catalogue.
        analysis: its columns by name.
        usual: how near embeddings of the model in use are to each other.

    """
    if song.sound_hash is not None and analysis.get("sound_hash") is not None:
        # Episodes may begin with the same jingle.
        return song.sound_hash == analysis["sound_hash"] and _alike(song, analysis, usual)
    if song.mood is None or song.model != analysis.get("model"):
        return None
    return all(song._mapping[name] == analysis.get(name) for name in _ANALYSED)


def another_song(song: Row[Any], analysis: Mapping[str, Any], usual: SongStatistics) -> bool:
    """Return whether an analysis is certainly of another song, not of another encoding of this one.

    It is if both its length and its sound differ: no other encoding of a song, and no cut in it,
    changes both so much.

    Args:
        song: a row of the catalogue.
        analysis: its columns by name.
        usual: how near embeddings of the model in use are to each other.

    """
    cosine = _cosine(song, analysis)
    return not of_same_length(song, analysis) and cosine is not None and cosine < usual.similar


def of_same_length(song: Row[Any], analysis: Mapping[str, Any]) -> bool:
    """Tell whether a song may have the sound that was analysed, by its duration.

    Args:
        song: a row with a duration.
        analysis: columns by name.

    """
    one, other = song.duration, analysis.get("duration")
    return one is None or other is None or abs(one - other) <= _SAME_LENGTH


def songs_of_sound(
    connection: Connection, analysis: Mapping[str, Any], usual: SongStatistics
) -> list[Row[Any]]:
    """Return the files' songs with the same sound, also from before there were digests."""
    likely = _of_digest(connection, analysis)
    return [row for row in likely if row.server is None and same_sound(row, analysis, usual)]


def key_after(
    connection: Connection,
    song: Row[Any] | None,
    analysis: Mapping[str, Any],
    usual: SongStatistics,
) -> bytes | None:
    """Return the key of the song at a path whose file was analysed.

    Args:
        connection: to the catalogue.
        song: that was known there, or None.
        analysis: its columns by name; empty if it failed.
        usual: how near embeddings of the model in use are to each other.

    """
    if (
        song is not None
        and same_sound(song, analysis, usual) is not False
        and (key := key_of(song))
    ):
        return key
    likely = _of_digest(connection, analysis)
    for row in likely:
        if same_sound(row, analysis, usual):
            return key_of(row)
    # Another song that begins with the same sound has the digest; this one has its content's hash.
    sound: bytes | None = analysis.get("sound_hash")
    return None if any(row.known_by == sound for row in likely) else sound


def _of_digest(connection: Connection, analysis: Mapping[str, Any]) -> list[Row[Any]]:
    """Return the songs that may sound the same: of this digest, or of this mood without one."""
    likely: list[Row[Any]] = []
    if (sound := analysis.get("sound_hash")) is not None:
        likely += connection.execute(_likely(songs.c.sound_hash == sound))
    if (mood := analysis.get("mood")) is not None:
        likely += connection.execute(_likely(songs.c.sound_hash.is_(None), songs.c.mood == mood))
    return likely


def _likely(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(songs).where(*conditions).order_by(songs.c.id).limit(_CANDIDATES)


def _alike(song: Row[Any], analysis: Mapping[str, Any], usual: SongStatistics) -> bool:
    if not of_same_length(song, analysis):
        return False
    cosine = _cosine(song, analysis)
    return cosine is None or cosine >= usual.near_duplicate


def _cosine(song: Row[Any], analysis: Mapping[str, Any]) -> float | None:
    """Compare two embeddings; None where they cannot be compared."""
    if song.model != analysis.get("model"):
        return None
    before, now = (
        vector_of(blob, EMBEDDING) for blob in (song.embedding, analysis.get("embedding"))
    )
    if before is None or now is None or before.shape != now.shape:
        return None
    return float(before @ now) / float(np.linalg.norm(before) * np.linalg.norm(now) or 1)
