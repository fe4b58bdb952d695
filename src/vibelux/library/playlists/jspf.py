"""JSPF: XSPF written as JSON (https://xspf.org/jspf)."""

import json
from collections.abc import Iterable
from typing import Any

from vibelux.library.playlists.entries import Listed, PlaylistEntry, one_line
from vibelux.library.playlists.file_names import FileNames
from vibelux.library.playlists.foreign_names import ForeignNames
from vibelux.library.playlists.xspf import entry_of
from vibelux.library.text_encoding import decoded


def render(songs: Iterable[Listed], names: FileNames) -> str:
    """Return the playlist's text."""
    tracks = []
    for song in songs:
        track: dict[str, Any] = {
            "location": [names.address(song.path)],
            "title": one_line(song.title or song.path.stem),
        }
        if song.artist:
            track["creator"] = one_line(song.artist)
        if song.duration is not None:
            track["duration"] = round(1000 * song.duration)
        tracks.append(track)
    document = {"playlist": {"track": tracks}}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def parse(content: bytes, names: ForeignNames) -> list[PlaylistEntry]:
    """Read the entries, each at its first address that is a file.

    Raises:
        ValueError: it is not JSON, or not a playlist.

    """
    try:
        document = json.loads(decoded(content) if _is_one_byte_each(content) else content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    playlist = document.get("playlist", document) if isinstance(document, dict) else None
    tracks = playlist.get("track") if isinstance(playlist, dict) else None
    if not isinstance(tracks, list):
        raise ValueError('it has no "playlist" with a list of tracks')
    entries = (_entry(track, names) for track in tracks if isinstance(track, dict))
    return [entry for entry in entries if entry is not None]


def _entry(track: dict[str, Any], names: ForeignNames) -> PlaylistEntry | None:
    locations = track.get("location", [])
    if isinstance(locations, str):  # as some programs write a single one
        locations = [locations]
    if not isinstance(locations, list):
        return None
    return entry_of(
        (location for location in locations if isinstance(location, str)),
        artist=_text(track.get("creator")),
        title=_text(track.get("title")),
        milliseconds=track.get("duration"),
        names=names,
    )


def _is_one_byte_each(content: bytes) -> bool:
    """Tell UTF-8 and code pages, which have no zero bytes, from UTF-16 and UTF-32."""
    return b"\0" not in content


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
