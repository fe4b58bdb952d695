"""Tags as text: what FFmpeg passes on as it found it, and what it has taken for Latin-1.

FFmpeg gives UTF-8 where a format prescribes an encoding and hands the bytes on where it does not,
or where a file breaks the rule (ID3v1, INFO in WAV, Vorbis comments, APEv2). Frames of ID3v2 that
are marked as Latin-1 it decodes as that, whatever they hold; these bytes are had back.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from vibelux.library.text_encoding import decoded_together

_LONGEST_TAG = 1 << 24
"""Bytes of an ID3v2 tag that are looked at; pictures may come before its texts."""

_MOST_CHUNKS = 1000

_PAGES = {10000: "mac-roman", 20866: "koi8-r", 28591: "latin-1", 28592: "iso8859-2", 65001: "utf-8"}
"""Code pages of Windows that Python does not call ``cp`` and the number."""


def readable(entries: Mapping[str, str], file: BinaryIO) -> dict[str, str]:
    """Return a file's tags as text.

    Args:
        entries: as FFmpeg gives them, bytes that are not UTF-8 as surrogates.
        file: that they come from.

    Raises:
        OSError: the file cannot be read.

    """
    found: dict[str, bytes] = {}
    latin = {}
    for key, text in entries.items():
        if not text.isprintable() and _undecoded(text):
            found[key] = text.encode("utf-8", "surrogateescape")
        elif not text.isascii() and all(ord(c) < 0x100 for c in text):
            latin[key] = text.encode("latin-1")
    if latin:
        tag = b"".join(_id3_tags(file))
        found |= {key: text for key, text in latin.items() if b"\0" + text in tag}
    texts = dict(entries)
    if found:
        stated = _stated_page(file)
        texts |= dict(zip(found, decoded_together([*found.values()], stated=stated), strict=True))
    return texts


def _undecoded(text: str) -> bool:
    return any("\udc80" <= c <= "\udcff" for c in text)


def _id3_tags(file: BinaryIO) -> Iterator[bytes]:
    """Yield the ID3v2 tags, at the file's beginning or where its format puts them."""
    file.seek(0)
    start = file.read(28)
    places = [0]
    if start[:4] == b"DSD " and len(start) == 28:
        places = [struct.unpack_from("<Q", start, 20)[0]]
    elif start[:4] in (b"RIFF", b"RF64", b"FORM"):
        places = [place for name, place, _ in _chunks(file) if name.upper() == b"ID3 "]
    for place in places:
        if place >= 1 << 63:
            continue
        file.seek(place)
        head = file.read(10)
        if len(head) == 10 and head[:3] == b"ID3" and max(head[6:]) < 0x80:
            size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
            tag = file.read(min(size, _LONGEST_TAG))
            yield tag
            if b"\xff\x00" in tag:  # zeros were put in, so that nothing looks like sound
                yield tag.replace(b"\xff\x00", b"\xff")


def _stated_page(file: BinaryIO) -> str | None:
    """Return the code page that a WAV file states in its chunk ``CSET``."""
    file.seek(0)
    if file.read(4) != b"RIFF":
        return None
    for name, place, size in _chunks(file):
        if name == b"CSET" and size >= 2:
            file.seek(place)
            number = int.from_bytes(file.read(2), "little")
            return _PAGES.get(number, f"cp{number}") if number else None
    return None


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and size [bytes] of the chunks of a RIFF or AIFF file."""
    file.seek(0)
    order = ">" if file.read(4) == b"FORM" else "<"
    place = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack(f"{order}4sI", head)
        yield name, place + 8, size
        place += 8 + size + size % 2
