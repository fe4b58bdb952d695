"""Write pictures.json: small picture files with what must be seen in them.

    python tests/data/pictures.py

Run it when the rules of docs/preprocessing.md, steps 1 and 2, change. Each file has its bytes
without metadata as SHA-256, its orientation and its grey levels. Encoders may write other bytes
another time; the examples stay right, since they hold the files themselves.
"""

import base64
import hashlib
import json
import struct
import tempfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vibelux.face.image import read_image
from vibelux.face.plain_picture import plain_picture

PICTURES = Path(__file__).resolve().parent / "pictures.json"
WIDTH, HEIGHT = 24, 16

Grey = np.ndarray

_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH]
SCENE: Grey = (20 + 6 * _X + 5 * _Y).astype(np.uint8)
"""Rising to the right and downwards, so that every turn of it differs."""

CUT: Grey = np.where(_X < 8, 0, np.where(_X < 12, 100, 255)).astype(np.uint8)
"""How opaque the scene is: hidden at the left, shining through, then as it is."""


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture's file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(*fields: tuple[int, int, int, int], order: str = "<", at: int = 8) -> bytes:
    """Return EXIF data with fields of tag, type, count and value."""
    start = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, at)
    entries = b""
    for tag, kind, count, value in fields:
        size = {1: "B3x", 3: "H2x", 4: "I"}[kind]
        entries += struct.pack(f"{order}HHI{size}", tag, kind, count, value)
    return start + struct.pack(f"{order}H", len(fields)) + entries + bytes(4)


def orientation(value: int, kind: int = 3, count: int = 1, order: str = "<") -> bytes:
    """Return EXIF data that turn a picture."""
    return exif((0x010F, 3, 1, 7), (0x0112, kind, count, value), order=order)


def chunk(kind: bytes, data: bytes, *, crc: int = 0) -> bytes:
    """Return a chunk of a PNG, its checksum changed by some bits."""
    sum_ = zlib.crc32(kind + data) ^ crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)


def png(depth: int, colour: int, rows: bytes, *chunks: bytes) -> bytes:
    """Return a PNG of the scene's size with chunks before its pixels."""
    step = len(rows) // HEIGHT
    lines = b"".join(b"\0" + rows[y * step : (y + 1) * step] for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(lines))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a WebP file of chunks."""
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def segment(marker: int, data: bytes, *, length: int | None = None) -> bytes:
    """Return a segment of a JPEG, with a length of its own if one is given."""
    size = len(data) + 2 if length is None else length
    return struct.pack(">BBH", 0xFF, marker, size) + data


def files() -> Iterator[tuple[str, str, bytes]]:
    """Yield a name, the kind as browsers call it, and the bytes of each picture."""
    yield from _pngs()
    yield from _jpegs()
    yield from _others()


def _pngs() -> Iterator[tuple[str, str, bytes]]:
    kind = "image/png"
    rgb = np.dstack([SCENE] * 3)
    cut = Image.fromarray(np.dstack([rgb, CUT]))
    grey = SCENE.tobytes()
    deep = (SCENE.astype(">u2") * 257).tobytes()
    key = int(SCENE[3, 4])
    yield "colour with alpha", kind, saved(cut, "PNG")
    yield "grey with alpha", kind, saved(cut.convert("LA"), "PNG")
    yield (
        "16 bits with alpha",
        kind,
        png(16, 6, (np.dstack([rgb, CUT]).astype(">u2") * 257).astype(">u2").tobytes()),
    )
    palette = Image.fromarray(SCENE // 12)
    palette.putpalette([level for index in range(256) for level in [min(255, 12 * index)] * 3])
    yield "palette with alpha", kind, saved(palette, "PNG", transparency=bytes([0, 90] * 8))
    yield "transparent level", kind, png(8, 0, grey, chunk(b"tRNS", struct.pack(">H", key)))
    yield (
        "transparent level, wrong checksum",
        kind,
        png(8, 0, grey, chunk(b"tRNS", struct.pack(">H", key), crc=1)),
    )
    yield (
        "transparent level of 16 bits",
        kind,
        png(16, 0, deep, chunk(b"tRNS", struct.pack(">H", 257 * key))),
    )
    yield (
        "level beside the transparent one",
        kind,
        png(16, 0, deep, chunk(b"tRNS", struct.pack(">H", 257 * key + 1))),
    )
    yield (
        "transparent level of two bits",
        kind,
        png(2, 0, bytes([0b00011011] * (WIDTH * HEIGHT // 4)), chunk(b"tRNS", b"\0\2")),
    )
    yield (
        "transparent level of one bit",
        kind,
        png(1, 0, bytes([0b01010011] * (WIDTH * HEIGHT // 8)), chunk(b"tRNS", b"\0\1")),
    )
    yield (
        "transparent colour",
        kind,
        png(8, 2, rgb.tobytes(), chunk(b"tRNS", struct.pack(">3H", key, key, key))),
    )
    colours = rgb.astype(">u2") * 257
    colours[0, 0] = colours[0, 1] = (0x1234, 0x5678, 0x9ABC)
    colours[0, 1, 2] += 1
    yield (
        "transparent colour of 16 bits",
        kind,
        png(16, 2, colours.astype(">u2").tobytes(), chunk(b"tRNS", bytes.fromhex("123456789abc"))),
    )
    turn = chunk(b"eXIf", orientation(6))
    yield "turned", kind, png(8, 0, grey, turn)
    yield "turned, said behind the pixels", kind, png(8, 0, grey)[:-12] + turn + chunk(b"IEND", b"")
    yield "two turns", kind, png(8, 0, grey, turn, chunk(b"eXIf", orientation(8)))
    yield "EXIF that leads nowhere", kind, png(8, 0, grey, chunk(b"eXIf", exif(at=9999)))
    xmp = b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6"/>'
    yield "a turn in XMP", kind, png(8, 0, grey, chunk(b"iTXt", xmp))
    yield (
        "optional chunks that are damaged",
        kind,
        png(
            8,
            0,
            grey,
            chunk(b"iCCP", b"no profile"),
            chunk(b"gAMA", struct.pack(">I", 100000)),
            chunk(b"zTXt", b"Comment\0\0no deflate"),
            chunk(b"tEXt", b"Comment\0text", crc=1),
            chunk(b"pHYs", b"\0"),
        ),
    )
    yield "without an end, junk before it", kind, b"\r\n" + png(8, 0, grey)[:-12]
    yield "junk behind it", kind, png(8, 0, grey) + bytes(99)
    yield (
        "animated",
        kind,
        saved(
            Image.fromarray(rgb),
            "PNG",
            save_all=True,
            append_images=[Image.fromarray(255 - rgb)],
            default_image=True,
        ),
    )


def _jpegs() -> Iterator[tuple[str, str, bytes]]:
    kind = "image/jpeg"
    grey = Image.fromarray(SCENE)
    plain = saved(grey, "JPEG", quality=95)
    start, rest = plain[:2], plain[2:]

    def with_exif(data: bytes) -> bytes:
        return start + segment(0xE1, b"Exif\0\0" + data) + rest

    for value in range(10):
        yield f"orientation {value}", kind, with_exif(orientation(value))
    yield "orientation 65535", kind, with_exif(orientation(65535))
    yield "orientation as LONG", kind, with_exif(orientation(6, 4))
    yield "orientation as LONG, big-endian", kind, with_exif(orientation(6, 4, order=">"))
    yield "orientation as BYTE", kind, with_exif(orientation(6, 1))
    yield "orientation as SHORT, big-endian", kind, with_exif(orientation(6, order=">"))
    yield "two orientations", kind, with_exif(orientation(6, count=2))
    yield "EXIF that leads nowhere", kind, with_exif(exif(at=0x7FFFFFFF))
    yield "EXIF cut off", kind, with_exif(orientation(6)[:-8])
    yield "EXIF of another kind", kind, with_exif(b"XX*\0" + bytes(40))
    again = segment(0xE1, b"Exif\0\0" + orientation(8))
    yield (
        "EXIF behind the picture as well",
        kind,
        with_exif(orientation(6))[:-2] + b"\xff\xd9" + again,
    )
    yield (
        "two blocks of EXIF",
        kind,
        start + segment(0xE1, b"Exif\0\0" + orientation(3)) + again + rest,
    )
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'
    yield "a turn in XMP", kind, start + segment(0xE1, xmp) + rest
    yield (
        "a wrong XMP beside EXIF",
        kind,
        start + segment(0xE1, xmp) + with_exif(orientation(8))[2:],
    )
    yield "a segment that promises too much", kind, start + segment(0xE2, b"x", length=65535) + rest
    yield "a segment cut short", kind, start + segment(0xED, b"Photoshop", length=40) + rest
    yield "an odd profile", kind, start + segment(0xE2, b"ICC_PROFILE\0\1\1odd") + rest
    yield (
        "stray bytes, and junk before it",
        kind,
        b"\n" + start + segment(0xFE, b"x") + b"\0\7" + rest,
    )
    yield "progressive", kind, saved(grey, "JPEG", quality=95, progressive=True)
    rgb = Image.fromarray(np.dstack([SCENE] * 3))
    yield "stored as red, green and blue", kind, saved(rgb, "JPEG", quality=95, keep_rgb=True)
    yield "ink", kind, saved(rgb.convert("CMYK"), "JPEG", quality=95)


def _others() -> Iterator[tuple[str, str, bytes]]:
    rgb = np.dstack([SCENE] * 3)
    cut = Image.fromarray(np.dstack([rgb, CUT]))
    webp = "image/webp"
    yield "colour with alpha", webp, saved(cut, "WEBP", lossless=True, exact=True)
    still = saved(Image.fromarray(rgb), "WEBP", lossless=True)[12:]
    pixels = (still[:4], still[8 : 8 + int.from_bytes(still[4:8], "little")])

    def size(width: int, height: int) -> bytes:
        return (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")

    def head(flags: int, width: int = WIDTH, height: int = HEIGHT) -> tuple[bytes, bytes]:
        return b"VP8X", bytes([flags, 0, 0, 0]) + size(width, height)

    yield "turned", webp, riff(head(0x08), pixels, (b"EXIF", orientation(6)))
    yield (
        "turned, with JPEG's prefix",
        webp,
        riff(head(0x08), pixels, (b"EXIF", b"Exif\0\0" + orientation(6))),
    )
    yield (
        "odd metadata",
        webp,
        riff(head(0x2C), (b"ICCP", b"odd"), pixels, (b"EXIF", b"odd"), (b"XMP ", b"<")),
    )
    frame = bytes([2, 0, 0, 1, 0, 0]) + size(WIDTH, HEIGHT) + bytes([100, 0, 0, 0]) + still
    yield (
        "animated, its first picture smaller",
        webp,
        riff(
            head(0x02, WIDTH + 8, HEIGHT + 4),
            (b"ANIM", bytes(6)),
            (b"ANMF", frame),
            (b"ANMF", b"odd"),
        ),
    )
    gif = Image.fromarray(SCENE).quantize(64)
    yield "transparent level", "image/gif", saved(gif, "GIF", transparency=9)
    offset = bytearray(saved(gif, "GIF"))
    place = offset.index(b"\x2c", 13 + 3 * (2 << (offset[10] & 7)))
    offset[6:10], offset[place + 1 : place + 5] = struct.pack("<HH", 30, 20), b"\4\0\2\0"
    yield "its first picture smaller", "image/gif", bytes(offset)
    bgra = np.dstack([rgb, CUT])[::-1].tobytes()
    for name, compression in (("alpha", 3), ("alpha that is only in the mask", 0)):
        masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        info = struct.pack("<IiiHHIIiiII", 124, WIDTH, HEIGHT, 1, 32, compression, 0, 0, 0, 0, 0)
        info = (info + masks + b"BGRs").ljust(124, b"\0")
        start = b"BM" + struct.pack("<IHHI", 14 + 124 + len(bgra), 0, 0, 14 + 124)
        yield name, "image/bmp", start + info + bgra
    avif = "image/avif"
    yield "colour with alpha", avif, saved(cut, "AVIF", quality=100)
    yield "turned", avif, saved(Image.fromarray(rgb), "AVIF", quality=100, exif=orientation(6))
    xmp = b'<x tiff:Orientation="6"/>'
    yield "a turn in XMP", avif, saved(Image.fromarray(rgb), "AVIF", quality=100, xmp=xmp)
    named = exif((0x0113, 3, 1, 6))
    only = saved(Image.fromarray(rgb), "AVIF", quality=100, exif=named)
    yield "a turn in EXIF alone", avif, only.replace(named[10:14], b"\x12\x01\x03\0")
    yield "EXIF that leads nowhere", avif, only.replace(named[:8], named[:4] + b"\xff" * 4)


def examples() -> list[dict[str, Any]]:
    """Return what pictures.json holds."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        for name, kind, data in files():
            path.write_bytes(data)
            grey = read_image(path).grey
            plain = plain_picture(data)
            found.append(
                {
                    "name": f"{kind.removeprefix('image/')}: {name}",
                    "kind": kind,
                    "file": base64.b64encode(data).decode("ascii"),
                    "plain_sha256": hashlib.sha256(plain.data).hexdigest(),
                    "orientation": plain.orientation,
                    "width": grey.shape[1],
                    "height": grey.shape[0],
                    "grey": base64.b64encode(grey.tobytes()).decode("ascii"),
                }
            )
    return found


if __name__ == "__main__":
    PICTURES.write_text(json.dumps(examples(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {PICTURES.name}")
