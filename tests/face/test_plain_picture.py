from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vibelux.face.plain_picture import PlainPicture, plain_picture

KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "PPM"]


def _saved(kind: str, **options: object) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (16, 24, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP", "AVIF", "PPM"])
def test_a_file_without_metadata_stays_as_it_is(kind: str) -> None:
    data = _saved(kind)
    assert plain_picture(data) == PlainPicture(data, 1)


def test_of_a_jpeg_only_what_decides_its_colours_stays() -> None:
    data = _saved("JPEG", comment=b"x" * 999, dpi=(72, 72), icc_profile=b"profile")
    plain = plain_picture(data).data
    assert len(plain) < len(data) - 999
    assert b"JFIF\0" in plain[:16]
    assert b"ICC_PROFILE" not in plain
    kept = plain_picture(_saved("JPEG", keep_rgb=True)).data
    assert b"Adobe" in kept


def test_of_a_tiff_only_the_first_picture_s_orientation_is_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[700] = b'<x tiff:Orientation="3"/>'
    data = _saved("TIFF", exif=exif)
    plain = plain_picture(data)
    assert plain.orientation == 6
    assert len(plain.data) == len(data)
    assert plain_picture(plain.data) == PlainPicture(plain.data, 1)
    opened = Image.open(BytesIO(plain.data))
    opened.load()
    assert opened.size == (24, 16)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("junk", [b"\n", b"\0" * 1000])
def test_junk_before_a_jpeg_or_png_is_passed_over(kind: str, junk: bytes) -> None:
    data = _saved(kind)
    plain = plain_picture(junk + data)
    if kind in ("JPEG", "PNG"):
        assert plain == plain_picture(data)
    else:
        assert plain.data == junk + data


@pytest.mark.parametrize("kind", KINDS)
def test_no_beginning_of_a_file_breaks_it(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = _saved(kind, exif=exif)
    for end in range(min(len(data), 900)):
        assert plain_picture(data[:end]).orientation in (1, 6)


@given(
    st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"II*\0", b"MM\0*", b"BM"]
    ),
    st.binary(max_size=300),
)
def test_no_bytes_break_it(magic: bytes, rest: bytes) -> None:
    assert 1 <= plain_picture(magic + rest).orientation <= 8
