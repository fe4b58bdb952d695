"""What music servers list, read from JSON in which anything may be missing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vibelux.library.schema import storable


@dataclass(frozen=True, slots=True)
class ServerSong:
    """A song as its server lists it; a value is None if the server does not give it.

    Attributes:
        id: on the server.
        title: of the song.
        artist: of the song.
        album: that it belongs to.
        albumartist: of the album.
        track: number on the album.
        year: of the recording.
        genre: of the song.
        duration: seconds.
        size: of the file, bytes.
        suffix: of the file, lower-case letters and digits without a dot.
        plays: how often it was played there.
        played_at: when it was last played there, in seconds since 1970.

    """

    id: str
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    albumartist: str | None = None
    track: int | None = None
    year: int | None = None
    genre: str | None = None
    duration: int | None = None
    size: int | None = None
    suffix: str | None = None
    plays: int | None = None
    played_at: int | None = None


@dataclass(frozen=True)
class ServerPlaylist:
    """A playlist on a server.

    Attributes:
        id: on the server.
        name: as people see it.
        owner: user who made it, or None.
        comment: on the playlist, or None.
        songs: number of songs, or None.

    """

    id: str
    name: str
    owner: str | None = None
    comment: str | None = None
    songs: int | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "ServerPlaylist":
        """Read a playlist's entry."""
        return cls(
            id=str(entry.get("id")),
            name=str(entry.get("name") or ""),
            owner=text_of(entry.get("owner")),
            comment=text_of(entry.get("comment")),
            songs=number_of(entry.get("songCount")),
        )


def children(answer: Mapping[str, Any], outer: str, inner: str) -> list[dict[str, Any]]:
    """Return a list in an answer; servers leave out empty lists, and some wrap no single entry."""
    box = answer.get(outer)
    found = box.get(inner) if isinstance(box, dict) else None
    found = [found] if isinstance(found, dict) else found
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def songs_of(
    entries: Sequence[Mapping[str, Any]], *, albumartist: str | None = None
) -> list[ServerSong]:
    """Read the songs among some entries; videos, podcasts and folders are skipped."""
    return [
        ServerSong(
            id=str(entry["id"]),
            title=text_of(entry.get("title")),
            artist=text_of(entry.get("artist")),
            album=text_of(entry.get("album")),
            albumartist=text_of(entry.get("displayAlbumArtist")) or albumartist,
            track=number_of(entry.get("track")),
            year=number_of(entry.get("year")),
            genre=text_of(entry.get("genre")),
            duration=number_of(entry.get("duration")),
            size=number_of(entry.get("size")),
            suffix="".join(re.findall("[a-z0-9]", str(entry.get("suffix") or "").lower()))[:8]
            or None,
            plays=number_of(entry.get("playCount")),
            played_at=moment_of(entry.get("played")),
        )
        for entry in entries
        if entry.get("id") not in (None, "")
        and not entry.get("isDir")
        and not entry.get("isVideo")
        and entry.get("type", "music") == "music"
    ]


def text_of(value: Any) -> str | None:
    """Return a text on one line, or None."""
    return " ".join(str(value).split())[:500] or None if value is not None else None


def number_of(value: Any) -> int | None:
    """Return a whole number >= 0 that the catalogue can hold, or None."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number >= 0 and storable(number) else None


def moment_of(value: Any) -> int | None:
    """Return an ISO 8601 time in seconds since 1970, or None."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = int(moment.timestamp())
    return seconds if seconds > 0 else None  # "never" as some servers write it
