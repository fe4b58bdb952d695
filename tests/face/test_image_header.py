from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vibelux.face.image_header import Header, read_header

KINDS = {
    "JPEG": {"format": "JPEG"},
    "progressive JPEG": {"format": "JPEG", "progressive": True},
    "PNG": {"format": "PNG"},
    "WebP": {"format": "WEBP"},
    "BMP": {"format": "BMP"},
    "TIFF": {"format": "TIFF"},
    "GIF": {"format": "GIF"},
    "AVIF": {"format": "AVIF"},
    "PNM": {"format": "PPM"},
}


def _saved(width: int, height: int, **options: object) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_reads_format_and_size(kind: str) -> None:
    assert read_header(_saved(130, 70, **KINDS[kind])) == Header(kind, 130, 70)


def test_reads_every_kind_of_webp() -> None:
    assert read_header(_saved(130, 70, format="WEBP", lossless=True)) == Header("WebP", 130, 70)
    exif = Image.Exif()
    exif[0x0112] = 6
    extended = _saved(130, 70, format="WEBP", exif=exif)
    assert extended[12:16] == b"VP8X"
    assert read_header(extended) == Header("WebP", 130, 70)


def test_reads_big_endian_tiff() -> None:
    entries = b"".join(
        tag.to_bytes(2, "big") + b"\0\4\0\0\0\1" + value.to_bytes(4, "big")
        for tag, value in ((256, 70_000), (257, 9))
    )
    assert read_header(b"MM\0*\0\0\0\x08\0\2" + entries) == Header("TIFF", 70_000, 9)


def test_skips_comments_of_pnm() -> None:
    assert read_header(b"P5\n# made by hand\n12 34\n255\n") == Header("PNM", 12, 34)


def test_exif_before_the_frame_is_skipped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 3000
    assert read_header(_saved(130, 70, format="JPEG", exif=exif)) == Header("JPEG", 130, 70)


@pytest.mark.parametrize("kind", KINDS)
def test_no_beginning_of_a_file_breaks_it(kind: str) -> None:
    data = _saved(20, 10, **KINDS[kind])
    for end in range(min(len(data), 900)):
        header = read_header(data[:end])
        assert header is None or header.format in (kind, "HEIC")


@given(
    st.sampled_from([b"", b"\xff\xd8", b"RIFF....WEBPVP8 ", b"II*\0", b"BM", b"P6 "]), st.binary()
)
def test_no_bytes_break_it(magic: bytes, rest: bytes) -> None:
    read_header(magic + rest)
