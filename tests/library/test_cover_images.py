"""Small covers of pictures of every kind, and of files that only pose as pictures."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from tests.covers import BLUE, GREEN, RED, is_of, picture

from vibelux.errors import ImageError
from vibelux.library.cover_images import small_cover


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF"])
def test_pictures_become_small_jpegs_of_the_same_shape(kind):
    small = opened(small_cover(picture(RED, size=(600, 400), kind=kind), size=96))
    assert (small.format, small.size, small.mode) == ("JPEG", (96, 64), "RGB")
    assert is_of(small_cover(picture(RED, size=(600, 400), kind=kind), size=96), RED)


def test_small_pictures_are_not_enlarged():
    assert opened(small_cover(picture(size=(40, 30)), size=256)).size == (40, 30)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_jpegs_of_every_kind_keep_their_colours(mode, progressive):
    grey = (120, 120, 120)
    data = picture(grey if mode == "L" else GREEN, mode=mode, progressive=progressive)
    assert is_of(small_cover(data, size=96), grey if mode == "L" else GREEN)


def test_levels_of_sixteen_bits_become_eight():
    written = io.BytesIO()
    Image.fromarray(np.full((50, 50), 200 * 257, np.uint16)).save(written, "PNG")
    assert is_of(small_cover(written.getvalue(), size=96), (200, 200, 200))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode):
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0)).convert(mode)
    written = io.BytesIO()
    image.save(written, "PNG", **({"transparency": 0} if mode == "P" else {}))
    assert is_of(small_cover(written.getvalue(), size=96), (255, 255, 255))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_it_is_the_first_picture(kind):
    first, *rest = (Image.new("RGB", (60, 60), colour) for colour in (GREEN, RED, BLUE))
    written = io.BytesIO()
    first.save(written, kind, save_all=True, append_images=rest, duration=100, quality=95)
    assert is_of(small_cover(written.getvalue(), size=96), GREEN)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_that_were_turned_are_upright_and_carry_nothing(kind, orientation):
    upright = Image.new("RGB", (80, 120), BLUE)
    upright.paste(RED, (0, 0, 40, 60))  # top left
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "a secret place"
    written = io.BytesIO()
    stored.save(written, kind, exif=exif, quality=95)
    small = small_cover(written.getvalue(), size=96)
    assert opened(small).size == (64, 96)
    corners = np.asarray(opened(small), float)
    assert np.abs(corners[12, 12] - RED).max() < 20
    assert np.abs(corners[12, -12] - BLUE).max() < 20
    assert np.abs(corners[-12, 12] - BLUE).max() < 20
    assert not opened(small).getexif()
    assert b"secret" not in small


def test_a_large_jpeg_is_decoded_smaller():
    assert is_of(small_cover(picture(RED, size=(7000, 7000), quality=50), size=96), RED)


def bomb(width, height):
    """Return a PNG whose header promises many pixels."""

    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (8000, 8000)])
def test_bombs_are_refused(size):
    with pytest.raises(ImageError, match=rf"{size[0]:,}×{size[1]:,} pixels, too many"):
        small_cover(bomb(*size), size=96)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.4", b"ID3"]
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ImageError, match="use a JPEG or PNG"):
        small_cover(data, size=96)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_damaged_pictures_are_refused_or_shown_but_nothing_else_happens(kind):
    noise = np.random.default_rng(1).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, kind)
    data = written.getvalue()
    rng = np.random.default_rng(2)
    refused = 0
    for end in range(0, len(data), max(1, len(data) // 25)):
        broken = bytearray(data)
        broken[rng.integers(20, len(data))] ^= 0xFF
        for some in (data[:end], bytes(broken)):
            try:
                assert opened(small_cover(some, size=96)).format == "JPEG"
            except ImageError:
                refused += 1
    assert refused > 5
