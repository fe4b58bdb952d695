"""The links of a chained Ogg file: streams that follow one another in one file.

A recording of an internet radio has one per title. Each is an Ogg file of its own, with its own
time stamps and possibly its own codec, sample rate and channels (RFC 3533, section 4).

FFmpeg alone is not enough: it takes the last link's length for the whole file's, begins again at 0
with each link, seeks by those times, and stops where the sample rate changes.
"""

import os
from dataclasses import dataclass
from typing import BinaryIO

_PAGE = b"OggS\0"  # how a page begins, with the version
_HEADER = 27  # bytes of a page's header before its table of segments
_FIRST = 2  # the flag of a stream's first page
_BLOCK = 1 << 16

MOST_LINKS = 1000
"""Most links; everything after belongs to the last. Only malicious files have more."""

_SOUND = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"fLaC", b"Speex   ")
"""How the first page of a stream of sound begins."""


@dataclass(frozen=True)
class Link:
    """A part of a file, in bytes: from start up to, not including, end."""

    start: int
    end: int


def links(file: BinaryIO) -> list[Link]:
    """Return the links of an Ogg file; a file that is not chained is one link.

    Only the headers of pages are read. The file's position is moved. An ID3 tag before the first
    page, which some taggers write, belongs to the first link.

    Args:
        file: open for reading, without a buffer.

    Raises:
        OSError: it cannot be read.

    """
    size = file.seek(0, os.SEEK_END)
    position = _first_page(file)
    file.seek(position)
    if file.read(len(_PAGE)) != _PAGE:
        return [Link(0, size)]
    starts = [0]
    group = 0  # the first of the pages that begin streams together
    beginning = True
    while position < size and len(starts) < MOST_LINKS:
        file.seek(position)
        head = file.read(_HEADER + 255 + 8)
        if len(head) < _HEADER or not head.startswith(_PAGE):
            found = _next_page(file, position + 1)
            if found is None:
                break
            position = found
            continue
        segments = head[_HEADER : _HEADER + head[26]]
        body = _HEADER + len(segments)
        first = bool(head[5] & _FIRST)
        if first and not beginning:
            group = position
        beginning = first
        # The flag alone may be damage, but hardly with a codec's first bytes after it.
        if first and starts[-1] != group and head[body : body + 8].startswith(_SOUND):
            starts.append(group)
        position += body + sum(segments)
    return [Link(start, end) for start, end in zip(starts, [*starts[1:], size], strict=True)]


def _first_page(file: BinaryIO) -> int:
    """Return where a file's first page would begin: after an ID3v2 tag, if there is one."""
    file.seek(0)
    tag = file.read(10)
    if len(tag) < 10 or not tag.startswith(b"ID3"):
        return 0
    size = 0
    for byte in tag[6:]:  # seven bits each
        size = size << 7 | byte & 0x7F
    return len(tag) + size


def _next_page(file: BinaryIO, position: int) -> int | None:
    """Return where the next page begins after damage, or None."""
    while True:
        file.seek(position)
        block = file.read(_BLOCK)
        at = block.find(_PAGE)
        if at >= 0:
            return position + at
        if len(block) < len(_PAGE):
            return None
        position += len(block) - len(_PAGE) + 1  # it may lie across two blocks
