"""XSPF, the XML Shareable Playlist Format, version 1 (https://xspf.org/spec).

Files are percent-encoded addresses, durations whole milliseconds.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError, ParserCreate

from vibelux.library.playlists.entries import (
    Listed,
    PlaylistEntry,
    joined,
    one_line,
    seconds_of,
)
from vibelux.library.playlists.file_names import FileNames
from vibelux.library.playlists.foreign_names import ForeignNames
from vibelux.library.playlists.lines import is_utf8, stated_encoding
from vibelux.library.text_encoding import decoded

_NAMESPACE = "http://xspf.org/ns/0/"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_DECLARATION = re.compile(
    rb"""\s*<\?xml[^>]*?(?:encoding\s*=\s*["'](?P<encoding>[\w.-]+)["'][^>]*)?\?>"""
)


def render(songs: Iterable[Listed], names: FileNames) -> str:
    """Return the playlist's text."""
    root = ElementTree.Element("playlist", {"version": "1", "xmlns": _NAMESPACE})
    tracks = ElementTree.SubElement(root, "trackList")
    for song in songs:
        track = ElementTree.SubElement(tracks, "track")
        fields = {
            "location": names.address(song.path),
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


def parse(content: bytes, names: ForeignNames) -> list[PlaylistEntry]:
    """Read the entries, each at its first address that is a file.

    Raises:
        ValueError: it is not XML, or not a playlist, or it declares entities of its own.

    """
    root = _root_of(content)
    if _name(root) != "playlist":
        raise ValueError(f"its root is <{_name(root)}>, not <playlist>")
    entries: list[PlaylistEntry] = []
    for track, base in _tracks(root):
        found: dict[str, list[str]] = {}
        for child in track:
            text = (child.text or "").strip()
            if _name(child) == "location" and text:
                text = _joined(_joined(base, child.get(_BASE, "")), text)
            found.setdefault(_name(child), []).append(text)
        entry = entry_of(
            found.get("location", ()),
            artist=found.get("creator", [""])[0],
            title=found.get("title", [""])[0],
            milliseconds=found.get("duration", [""])[0],
            names=names,
        )
        if entry is not None:
            entries.append(entry)
    return entries


def entry_of(
    locations: Iterable[str], *, artist: str, title: str, milliseconds: object, names: ForeignNames
) -> PlaylistEntry | None:
    """Return the entry of a track, or None if none of its addresses is a file."""
    for location in locations:
        if location and (file := names.of_address(location)) is not None:
            duration = seconds_of(str(milliseconds), of_a_second=1000)
            return PlaylistEntry(file, joined(artist, title), duration)
    return None


def _root_of(content: bytes) -> ElementTree.Element:
    """Return the root of a document.

    Raises:
        ValueError: it is not well-formed, or it declares entities.

    """
    try:
        try:
            _refuse_entities(content)
            return ElementTree.fromstring(content)
        except (ExpatError, ElementTree.ParseError, LookupError, ValueError):
            # Its bytes are not what it declares, or of an encoding that only Python knows.
            declared = _DECLARATION.match(content)
            if b"\0" in content or is_utf8([content]):
                raise
            body = content[declared.end() :] if declared else content
            stated = stated_encoding(declared and declared["encoding"])
            again = decoded(body, stated=stated).encode("utf-8")
            _refuse_entities(again)
            return ElementTree.fromstring(again)
    except (ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        raise ValueError(f"it is not well-formed XML: {error}") from error


def _refuse_entities(content: bytes) -> None:
    """Check that a document declares no entities: no playlist needs any, and they may grow.

    Raises:
        ValueError: it does.
        ExpatError: it is not well-formed.

    """

    def refuse(name: str, *_: object) -> None:
        raise ValueError(f"it declares the entity {name!r}, which is refused")

    parser = ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)


def _tracks(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str]]:
    """Yield the tracks in order, each with the address that its own ones are relative to."""
    ahead = [(root, "")]
    while ahead:
        element, base = ahead.pop()
        base = _joined(base, element.get(_BASE, ""))
        if _name(element) == "track":
            yield element, base
        ahead.extend((child, base) for child in reversed(element))


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if base else address
    except ValueError:  # brackets where only a host's number may have them
        return address


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
