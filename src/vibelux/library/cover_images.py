"""Covers as small JPEG pictures, within bounded memory, whatever the picture they are made of."""

import logging
import warnings
from io import BytesIO

from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile

from vibelux.errors import ImageError
from vibelux.face.image import BYTES_PER_PIXEL, MEMORY
from vibelux.face.image_header import Header, read_header
from vibelux.face.plain_picture import plain_picture

QUALITY = 85

_REDUCED = 8
"""By how much a baseline JPEG's sides may be divided while it is decoded."""

_UNHEARD = logging.NullHandler()
"""Takes what Pillow logs of damaged files, which would go to stderr where no handler is set up."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright that has this EXIF orientation (Exif 2.32, tag 0x0112)."""


def small_cover(data: bytes, *, size: int) -> bytes:
    """Return a picture as a JPEG that fits into a square, upright, without any metadata.

    It keeps its shape and is never enlarged; what is transparent is white; of an animation it is
    the first picture.

    Args:
        data: bytes of a JPEG, PNG, WebP, BMP, TIFF, GIF, AVIF or PNM file.
        size: pixels of the square's sides.

    Raises:
        ImageError: not a picture, damaged, or one that takes more memory than `MEMORY` to decode.

    """
    plain, orientation = plain_picture(data)
    header = read_header(plain)
    if header is None or header.format == "HEIC":
        raise ImageError("the cover is not a picture that can be read; use a JPEG or PNG")
    logging.getLogger("PIL").addHandler(_UNHEARD)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is damaged and not needed
            image = _opened(plain, header, size)
            if header.format == "AVIF":  # from the turn and mirror of its own
                image.info.pop("xmp", None)
                orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
            image = _opaque(image)
            image.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
            if (turn := _TURNS.get(orientation)) is not None:
                image = image.transpose(turn)
            written = BytesIO()
            # A new picture: nothing of what the old one carried is written.
            Image.frombytes("RGB", image.size, image.tobytes()).save(
                written, "JPEG", quality=QUALITY, optimize=True
            )
            return written.getvalue()
    except ImageError:
        raise
    except Exception as error:  # Pillow raises whatever a damaged file leads it into
        raise ImageError(f"the cover is a damaged {header.format} file: {error}") from error


def _opened(data: bytes, header: Header, size: int) -> Image.Image:
    """Return a picture that is not decoded yet; a large JPEG will be decoded smaller.

    Raises:
        ImageError: it has more pixels than can be decoded.

    """
    if "JPEG" not in header.format:
        _check(header.width, header.height, header)
        kind = "PPM" if header.format == "PNM" else header.format.upper()
        return Image.open(BytesIO(data), formats=[kind])
    # Not Image.open: it refuses 179 million pixels even where they are reduced at once.
    jpeg = JpegImageFile(BytesIO(data))
    if header.format == "JPEG":
        side = max(size, max(jpeg.size) // _REDUCED)
        jpeg.draft(None, (min(side, jpeg.width), min(side, jpeg.height)))
    _check(jpeg.width, jpeg.height, header)
    return jpeg


def _check(width: int, height: int, header: Header) -> None:
    """Refuse a picture of which so many pixels would be decoded that they take too much memory."""
    if width * height > MEMORY // BYTES_PER_PIXEL[header.format]:
        raise ImageError(
            f"the cover has {header.width:,}×{header.height:,} pixels, too many for a "
            f"{header.format} file; save it smaller"
        )


def _opaque(image: Image.Image) -> Image.Image:
    """Decode a picture to RGB, before white where it is transparent."""
    image.load()
    if image.mode.startswith("I"):  # 16 bits
        return image.point(lambda level: level / 256).convert("L").convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")
