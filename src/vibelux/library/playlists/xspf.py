"""XSPF, the XML Shareable Playlist Format, version 1 (https://xspf.org/spec).

Files are percent-encoded addresses, durations whole milliseconds.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from vibelux.library.playlists.entries import Listed, PlaylistEntry, joined, one_line
from vibelux.library.playlists.places import as_address, of_address

_NAMESPACE = "http://xspf.org/ns/0/"


def render(songs: Iterable[Listed], folder: Path | None) -> str:
    """Return the playlist's text; addresses relative to a folder, or absolute."""
    root = ElementTree.Element("playlist", {"version": "1", "xmlns": _NAMESPACE})
    tracks = ElementTree.SubElement(root, "trackList")
    for song in songs:
        track = ElementTree.SubElement(tracks, "track")
        fields = {
            "location": as_address(song.path, folder),
            "title": one_line(song.title or song.path.stem),
            "creator": one_line(song.artist or ""),
            "duration": "" if song.duration is None else str(round(1000 * song.duration)),
        }
        for name, text in fields.items():
            if text:
                ElementTree.SubElement(track, name).text = text
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def parse(content: bytes, folder: Path) -> list[PlaylistEntry]:
    """Read the entries, each at its first address that is a file.

    Raises:
        ValueError: it is not XML, or not a playlist.

    """
    try:
        # No network and no files: ElementTree loads no external entities, and expat bounds
        # how far internal ones may grow.
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise ValueError(f"it is not well-formed XML: {error}") from error
    if _name(root) != "playlist":
        raise ValueError(f"its root is <{_name(root)}>, not <playlist>")
    entries: list[PlaylistEntry] = []
    for track in root.iter():
        if _name(track) != "track":
            continue
        found: dict[str, list[str]] = {}
        for child in track:
            found.setdefault(_name(child), []).append((child.text or "").strip())
        entry = entry_of(
            found.get("location", ()),
            artist=found.get("creator", [""])[0],
            title=found.get("title", [""])[0],
            milliseconds=found.get("duration", [""])[0],
            folder=folder,
        )
        if entry is not None:
            entries.append(entry)
    return entries


def entry_of(
    locations: Iterable[str], *, artist: str, title: str, milliseconds: object, folder: Path
) -> PlaylistEntry | None:
    """Return the entry of a track, or None if none of its addresses is a file."""
    for location in locations:
        if location and (file := of_address(location, folder)) is not None:
            return PlaylistEntry(file, joined(artist, title), _seconds(milliseconds))
    return None


def _seconds(milliseconds: object) -> float | None:
    try:
        seconds = float(str(milliseconds)) / 1000
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
