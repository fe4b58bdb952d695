"""JSPF: XSPF written as JSON (https://xspf.org/jspf)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vibelux.library.playlists.entries import Listed, PlaylistEntry, one_line
from vibelux.library.playlists.places import as_address
from vibelux.library.playlists.xspf import entry_of


def render(songs: Iterable[Listed], folder: Path | None) -> str:
    """Return the playlist's text; addresses relative to a folder, or absolute."""
    tracks = []
    for song in songs:
        track: dict[str, Any] = {
            "location": [as_address(song.path, folder)],
            "title": one_line(song.title or song.path.stem),
        }
        if song.artist:
            track["creator"] = one_line(song.artist)
        if song.duration is not None:
            track["duration"] = round(1000 * song.duration)
        tracks.append(track)
    document = {"playlist": {"track": tracks}}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def parse(content: bytes, folder: Path) -> list[PlaylistEntry]:
    """Read the entries, each at its first address that is a file.

    Raises:
        ValueError: it is not JSON, or not a playlist.

    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    playlist = document.get("playlist") if isinstance(document, dict) else None
    tracks = playlist.get("track", []) if isinstance(playlist, dict) else None
    if not isinstance(tracks, list):
        raise ValueError('it has no "playlist" with a list of tracks')
    entries = (_entry(track, folder) for track in tracks if isinstance(track, dict))
    return [entry for entry in entries if entry is not None]


def _entry(track: dict[str, Any], folder: Path) -> PlaylistEntry | None:
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
        folder=folder,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
