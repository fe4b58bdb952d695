"""The size of a picture, read from its first bytes.

Decoders allocate what a header promises, and a header of a few bytes can promise gigabytes, so the
size is read before anything is decoded.

Sources: ITU T.81 (JPEG), W3C PNG 3rd edition, RFC 9649 (WebP), TIFF 6.0, GIF89a, ISO/IEC 23008-12
(HEIF and AVIF), the Netpbm manual (PGM, PPM), Microsoft's BITMAPINFOHEADER.
"""

import re
import struct
from dataclasses import dataclass

_JPEG_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SEQUENTIAL = (0xC0, 0xC1)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


@dataclass(frozen=True)
class Header:
    """What the first bytes of a picture say.

    Attributes:
        format: ``JPEG``, ``progressive JPEG`` (and the other kinds that need the whole picture
            in memory), ``PNG``, ``WebP``, ``BMP``, ``TIFF``, ``GIF``, ``AVIF``, ``HEIC``, ``PNM``.
        width: pixels as stored, before any EXIF rotation; 0 if the header does not say.
        height: likewise.

    """

    format: str
    width: int
    height: int


def read_header(data: bytes) -> Header | None:
    """Return the format and size of a picture, or None if the format is not known.

    Args:
        data: the file's bytes, or its beginning.

    """
    try:
        return _header(data)
    except (struct.error, IndexError, ValueError):
        return None  # shorter than its format's header: damaged


def _header(data: bytes) -> Header | None:
    if data[:2] == b"\xff\xd8":
        return _jpeg(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return Header("PNG", *struct.unpack_from(">II", data, 16))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return _tiff(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return Header("GIF", *struct.unpack_from("<HH", data, 6))
    if data[:2] == b"BM":
        width, height = struct.unpack_from("<ii", data, 18)
        return Header("BMP", width, abs(height))  # a negative height: rows run downwards
    if data[4:8] == b"ftyp":
        return _heif(data)
    if match := re.match(rb"P[1-6](?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s", data[:1024]):
        return Header("PNM", int(match[1]), int(match[2]))
    return None


def _jpeg(data: bytes) -> Header | None:
    at = 2
    while True:
        while data[at] != 0xFF:  # stray bytes between segments, which decoders skip as well
            at += 1
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        if marker in _JPEG_START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 4)
            sequential = marker in _JPEG_SEQUENTIAL
            return Header("JPEG" if sequential else "progressive JPEG", width, height)
        if marker in (0xD9, 0xDA):  # the end, or pixels without a frame header
            return None
        alone = marker == 0x01 or 0xD0 <= marker <= 0xD8
        at += 1 if alone else 1 + struct.unpack_from(">H", data, at + 1)[0]


def _webp(data: bytes) -> Header | None:
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        return Header("WebP", width, int.from_bytes(data[27:30], "little") + 1)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("WebP", width & 0x3FFF, height & 0x3FFF)
    return None


def _tiff(data: bytes) -> Header | None:
    order = "<" if data[:1] == b"I" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    sizes: dict[int, int] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in (256, 257):  # ImageWidth, ImageLength: SHORT (3) or LONG (4)
            (sizes[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    return Header("TIFF", sizes[256], sizes[257]) if len(sizes) == 2 else None


def _heif(data: bytes) -> Header | None:
    (length,) = struct.unpack_from(">I", data)
    brands = data[8:length]
    if b"avif" in brands or b"avis" in brands:
        # "ispe" holds the size of an image item; a picture of tiles has one for the whole, too.
        found = [m.start() for m in re.finditer(rb"ispe", data[: 1 << 20])]
        sizes = [struct.unpack_from(">II", data, at + 8) for at in found]
        return Header("AVIF", *max(sizes, key=lambda s: s[0] * s[1])) if sizes else None
    return Header("HEIC", 0, 0) if any(brand in brands for brand in _HEIC_BRANDS) else None
