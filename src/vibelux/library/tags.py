"""Title, artist and the rest: from a file's tags, else from its name."""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vibelux.library.sound_digest import digest_of_start
from vibelux.library.tag_text import readable
from vibelux.library.text_encoding import decoded
from vibelux.media_file import open_media

_LONGEST = 500
"""Characters kept of one tag; some files carry whole texts there."""

# "01 Title" and "7 - Title", but not "99 Luftballons"
_NUMBERED = re.compile(
    r"(?P<track>0\d{1,2}(?=\s)|\d{1,3}(?=\s?[-._)]\s))[\s\-._)]+(?P<rest>\S.*)", re.DOTALL
)
# "Artist - 03 - Title" and "Artist - Album - 03 - Title"
_NUMBER_WITHIN = re.compile(
    r"(?P<artist>\S.*?)\s+[-–—]\s+(?:(?P<album>\S.*?)\s+[-–—]\s+)?(?P<track>\d{2,3})\s+[-–—]\s+"
    r"(?P<title>\S.*)",
    re.DOTALL,
)
_ARTIST_TITLE = re.compile(r"(?P<artist>\S.*?)\s+[-–—]\s+(?P<title>\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Tags:
    """What is known about a song without listening to it; None where nothing is known.

    Attributes:
        title: of the song; never None after `read_tags`.
        artist: of the song.
        album: that it belongs to.
        albumartist: of the whole album.
        track: number on the album, at least 1.
        year: of the recording, four digits.
        genre: as the tags name it.

    """

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    albumartist: str | None = None
    track: int | None = None
    year: int | None = None
    genre: str | None = None

    def values(self) -> dict[str, Any]:
        """Return the tags by the names of the catalogue's columns."""
        return asdict(self)


def read_tags(path: Path) -> Tags:
    """Read a file's tags; what they lack comes from the file's name.

    A file that is damaged has the tags of its name.

    Raises:
        OSError: the file cannot be read: it is not there, or its disk fails. This says nothing
            about its tags.

    """
    return read_tags_and_sound(path)[0]


def read_tags_and_sound(path: Path) -> tuple[Tags, bytes | None]:
    """Return a file's tags, and the digest of its first sound, as in `digest_of_start`, or None.

    Errors as in `read_tags`.
    """
    stored, sound = stored_tags_and_sound(path)
    return completed(stored, path), sound


def stored_tags_and_sound(path: Path) -> tuple[Tags, bytes | None]:
    """Do the same, without what the file's name tells."""
    import av

    entries: dict[str, str] = {}
    sound: bytes | None = None
    with path.open("rb") as file:
        try:
            with open_media(path) as container:
                # Ogg and Opus keep tags on the stream, most others on the container.
                for stream in container.streams.audio[:1]:
                    entries.update(stream.metadata)
                entries.update(container.metadata)
                sound = digest_of_start(container)
        except av.FFmpegError:
            pass  # some of these are OSErrors as well
        except OSError:
            raise
        except Exception:
            sound = None  # whatever a damaged file makes its parser do
        return tags_of(readable(entries, file)), sound


def tags_of(entries: Mapping[str, str]) -> Tags:
    """Return the tags of a container's metadata, whatever case its keys have."""
    found = {key.lower().replace(" ", "_"): value for key, value in entries.items()}

    def text(*keys: str) -> str | None:
        for key in keys:
            value = " ".join(found.get(key, "").replace("\0", " / ").split()).strip(" /")
            if value:
                return value[:_LONGEST]
        return None

    year = re.search(r"(?<!\d)[12]\d{3}(?!\d)", text("date", "year", "tyer", "tdrc") or "")
    track = re.match(r"\d{1,4}", text("track", "tracknumber") or "")
    return Tags(
        title=text("title"),
        artist=text("artist", "author", "performer"),
        album=text("album"),
        albumartist=text("album_artist", "albumartist"),
        track=(int(track[0]) or None) if track else None,
        year=int(year[0]) if year else None,
        genre=text("genre"),
    )


def name_of(path: Path) -> str:
    """Return a file's name without its suffix as text, whatever encoding its bytes are in."""
    return decoded(os.fsencode(path.stem))


def tags_of_name(path: Path) -> Tags:
    """Return what a file's name tells: ``03 Artist - Title``, ``Artist - Album - 03 - Title``."""
    name = " ".join(name_of(path).split())
    name = name.replace("_", " ") if " " not in name else name
    track = None
    if numbered := _NUMBERED.fullmatch(name):
        track, name = int(numbered["track"]) or None, numbered["rest"]
    elif parts := _NUMBER_WITHIN.fullmatch(name):
        return Tags(
            title=parts["title"][:_LONGEST],
            artist=parts["artist"][:_LONGEST],
            album=parts["album"] and parts["album"][:_LONGEST],
            track=int(parts["track"]) or None,
        )
    if parts := _ARTIST_TITLE.fullmatch(name):
        return Tags(title=parts["title"][:_LONGEST], artist=parts["artist"][:_LONGEST], track=track)
    return Tags(title=name[:_LONGEST] or "untitled", track=track)


def completed(tags: Tags, path: Path) -> Tags:
    """Return the tags with the gaps filled from the file's name.

    A file with a title keeps the artist that its tags give, also where they give none: the name
    of such a file is not a better source.
    """
    if tags.title is not None:
        return tags
    named = tags_of_name(path)
    return replace(
        tags,
        title=named.title,
        artist=tags.artist or named.artist,
        album=tags.album or named.album,
        track=tags.track or named.track,
    )
