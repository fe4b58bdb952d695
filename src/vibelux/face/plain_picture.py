"""A picture file without metadata, and how it has to be turned.

Text, colour profiles, previews and position data are optional, often large and sometimes damaged.
Decoders fail on them, and each turns pictures by its own rules. So all of it is removed before the
file is decoded, and the orientation is read here, by the rules of docs/preprocessing.md, step 1.
The page does the same (web/src/vision/plain-picture.ts).

Sources: Exif 2.32, ITU T.81 and T.872 (JPEG), W3C PNG 3rd edition, RFC 9649 (WebP), TIFF 6.0,
ISO/IEC 23008-12 (AVIF), Microsoft's BITMAPV4HEADER.
"""

import re
import struct
import zlib
from typing import NamedTuple

_JUNK = 1024
"""Bytes before a JPEG or PNG that are skipped, such as a line break or an HTTP header."""

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_OTHERS = re.compile(
    rb"RIFF|GIF8|BM|II\*\0|MM\0\*|....ftyp|P[1-6][\s#]|ID3|fLaC|OggS|\x1aE\xdf\xa3", re.DOTALL
)
"""Beginnings of other formats: a picture inside a song or a video is not meant."""

_MARKER = re.compile(rb"\xff+[^\xff\0]")
_TABLE_OR_FRAME = re.compile(rb"\xff[\xc0-\xc4\xdb\xdd]")
_STRAY = 4
"""Most bytes between two segments of a JPEG that are skipped, as decoders do."""

_PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")

_WEBP_KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM")
_WEBP_ANIMATION, _WEBP_ALPHA, _WEBP_METADATA = 0x02, 0x10, 0x20 | 0x08 | 0x04
"""Bits of the VP8X chunk; the last ones announce a profile, EXIF data and XMP."""

_AVIF_EXIF = re.compile(rb"(infe(?:\x02.{5}|\x03.{7})..)Exif", re.DOTALL)

_ORIENTATION = 0x0112
_FORMATS = {1: "B", 3: "H", 4: "I"}
"""Bytes of a TIFF field by its type: BYTE, SHORT, LONG."""

_BMP_MASKS = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)

_TIFF_METADATA = (700, 33723, 34377, 34665, 34675, 34853)
"""Fields with XMP, IPTC, Photoshop's, EXIF, profile and GPS data."""


class PlainPicture(NamedTuple):
    """What is left of a picture file.

    Attributes:
        data: the file's bytes without metadata; those of other formats as they are.
        orientation: 1 to 8 as of EXIF, 1 where the file does not say.

    """

    data: bytes
    orientation: int = 1


def plain_picture(data: bytes) -> PlainPicture:
    """Return a picture file without its metadata, or a damaged one as far as it was understood.

    Args:
        data: the file's bytes.

    """
    if not _OTHERS.match(data):
        starts = [at for kind in (_JPEG, _PNG) if (at := data.find(kind, 0, _JUNK)) >= 0]
        data = data[min(starts, default=0) :]
    if data.startswith(_JPEG):
        return _plain_jpeg(data)
    if data.startswith(_PNG):
        return _plain_png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _plain_webp(data)
    if data[4:8] == b"ftyp":  # the format's own orientation counts, and decoders apply it
        return PlainPicture(_AVIF_EXIF.sub(rb"\1skip", data))
    if data[:4] in (b"II*\0", b"MM\0*"):
        return _plain_tiff(data)
    if data[:2] == b"BM":
        return PlainPicture(_with_alpha(data))
    return PlainPicture(data)


def _plain_jpeg(data: bytes) -> PlainPicture:
    """Leave out every APPn segment and comment except those that say how colours are stored."""
    kept, exif = [data[:2]], None
    at = 2
    while (at := _marker(data, at)) < len(data):
        marker = data[at]
        if marker in (0xD9, 0xDA):
            break  # the pixels, or the end
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # markers without a segment
            at += 1
            continue
        end = _end(data, at)
        segment = data[at + 3 : end]
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(data[at - 1 : end])
        elif not _begins(data, end):
            end = _resumed(data, at + 1)
        elif (marker, segment[:5]) in ((0xE0, b"JFIF\0"), (0xEE, b"Adobe")):
            kept.append(data[at - 1 : end])
        elif marker == 0xE1 and segment[:5] == b"Exif\0" and exif is None:
            exif = segment[6:]
        at = end
    kept.append(data[at - 1 :])
    return PlainPicture(b"".join(kept), _orientation(exif))


def _marker(data: bytes, at: int) -> int:
    """Return where the next marker's second byte is; stray bytes before it are skipped."""
    found = _MARKER.search(data, at)
    return found.end() - 1 if found else len(data) + 1


def _end(data: bytes, marker: int) -> int:
    """Return where a segment ends, given the place of its marker's second byte."""
    return marker + 1 + int.from_bytes(data[marker + 1 : marker + 3], "big")


def _begins(data: bytes, at: int) -> bool:
    """Return whether a segment, and another after it, begin there or a few stray bytes later."""
    marker = _marker(data, at)
    if marker - at > _STRAY or marker >= len(data) or not 0xC0 <= data[marker] <= 0xFE:
        return False
    return data[marker] == 0xDA or data[_end(data, marker) :][:1] == b"\xff"


def _resumed(data: bytes, at: int) -> int:
    """Return where the next table or frame begins after a segment with a wrong length."""
    places = (found.start() for found in _TABLE_OR_FRAME.finditer(data, at))
    return next((place for place in places if _begins(data, place)), len(data))


def _plain_png(data: bytes) -> PlainPicture:
    """Leave out every chunk except the header, the colours and the pixels."""
    kept, exif = [_PNG], None
    at = len(_PNG)
    while at + 8 <= len(data) and (kind := data[at + 4 : at + 8]) != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):  # cut off: the decoder has to notice
            return PlainPicture(b"".join([*kept, data[at:]]), _orientation(exif))
        if kind == b"tRNS":  # not dropped for a wrong checksum, as decoders do: it hides pixels
            body = data[at + 4 : end - 4]
            kept += [data[at : at + 4], body, struct.pack(">I", zlib.crc32(body))]
        elif kind in _PNG_KEPT:
            kept.append(data[at:end])
        elif kind == b"eXIf" and exif is None:
            exif = data[at + 8 : end - 4].removeprefix(b"Exif\0\0")
        at = end
    return PlainPicture(b"".join([*kept, _PNG_END]), _orientation(exif))


def _plain_webp(data: bytes) -> PlainPicture:
    """Leave out every chunk but the pixels, and all pictures of an animation but the first."""
    kept, exif = [], None
    frames = 0
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        chunk = data[at:end]
        if kind == b"VP8X" and len(chunk) > 8:
            flags = chunk[8] & ~_WEBP_METADATA
            if flags & _WEBP_ANIMATION:  # what its first picture does not cover is transparent
                flags |= _WEBP_ALPHA
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if kind in _WEBP_KEPT or (kind == b"ANMF" and not frames):
            kept.append(chunk)
            frames += kind == b"ANMF"
        elif kind == b"EXIF" and exif is None:
            exif = chunk[8 : 8 + size].removeprefix(b"Exif\0\0")
        at = end
    body = b"WEBP" + b"".join(kept)
    plain = b"RIFF" + struct.pack("<I", len(body)) + body
    return PlainPicture(plain, _orientation(exif))


def _with_alpha(bmp: bytes) -> bytes:
    """Return a BMP of 32 bits, with a header in which Pillow finds the alpha if it has any."""
    plain = bytearray(bmp)
    if len(bmp) >= 70:
        size, bits, compression = struct.unpack_from("<I10xHI", bmp, 14)
        if (size >= 108, bits, compression, bmp[66:70]) == (True, 32, 0, b"\0\0\0\xff"):
            plain[30:34], plain[54:70] = struct.pack("<I", 3), _BMP_MASKS
    return bytes(plain)


def _plain_tiff(data: bytes) -> PlainPicture:
    """Rename the first picture's fields with metadata, and set its orientation to 1."""
    orientation, plain = _orientation(data), bytearray(data)
    for order, entry, tag in _fields(data):
        if tag == _ORIENTATION:
            struct.pack_into(f"{order}HIHH", plain, entry + 2, 3, 1, 1, 0)
        elif tag in _TIFF_METADATA:
            struct.pack_into(f"{order}H", plain, entry, tag + 1)
    return PlainPicture(bytes(plain), orientation)


def _orientation(tiff: bytes | None) -> int:
    """Return the orientation that EXIF data give, or 1 if that is not a number from 1 to 8."""
    for order, entry, tag in _fields(tiff or b""):
        if tag == _ORIENTATION:
            kind, count = struct.unpack_from(f"{order}HI", tiff or b"", entry + 2)
            if kind not in _FORMATS or count != 1:
                return 1
            (value,) = struct.unpack_from(order + _FORMATS[kind], tiff or b"", entry + 8)
            return value if 1 <= value <= 8 else 1
    return 1


def _fields(tiff: bytes) -> list[tuple[str, int, int]]:
    """Return the byte order, place and tag of each complete field in a TIFF's first directory."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return []
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    if at + 2 > len(tiff):
        return []
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    count = min(count, (len(tiff) - at - 2) // 12)
    places = range(at + 2, at + 2 + 12 * count, 12)
    return [(order, place, struct.unpack_from(f"{order}H", tiff, place)[0]) for place in places]
