"""Where the sound of a file ends: before the tags at its end, which may look like sound.

Streams such as MP3 have no list of their frames, so a decoder looks for frames in everything that
follows, even in a cover. APEv2, ID3v1 and Lyrics3 tags say how long they are, and may follow one
another.

Sources: the specifications of ID3v1, APEv2 and Lyrics3 v2.00.
"""

import os
from typing import BinaryIO

_STREAMS = (b"ID3", b"\xff", b"\x0bw", b"\x7f\xfe\x80\x01")
"""How files that consist of frames begin: with a tag, or with MPEG audio, AC-3 or DTS."""

_ID3V1 = 128  # bytes
_APE = 32  # bytes of its header and of its footer
_LYRICS = 15  # bytes of its footer: six digits and nine letters


def end_of_sound(file: BinaryIO) -> int:
    """Return the byte at which the tags at the end of a file begin, or its size without any.

    It is also the size for containers, which say themselves where the sound is. The file's position
    is moved.

    Args:
        file: open for reading, without a buffer.

    Raises:
        OSError: it cannot be read.

    """
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not file.read(4).startswith(_STREAMS):
        return end
    while (length := _tag_before(file, end)) and length < end:
        end -= length
    return end


def _tag_before(file: BinaryIO, end: int) -> int:
    """Return the length of the tag that ends at a byte, 0 if none does."""
    start = max(0, end - _ID3V1)
    file.seek(start)
    tail = file.read(end - start)
    if len(tail) == _ID3V1 and tail.startswith(b"TAG"):
        return _ID3V1
    footer = tail[-_APE:]
    if len(footer) == _APE and footer.startswith(b"APETAGEX"):
        size = int.from_bytes(footer[12:16], "little")  # without the header
        has_header = bool(footer[23] & 0x80)
        return size + _APE * has_header
    if tail.endswith(b"LYRICS200") and (digits := tail[-_LYRICS:-9]).isdigit():
        return int(digits) + _LYRICS
    return 0
