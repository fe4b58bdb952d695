"""Image files as grey pictures, in bounded memory."""

import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from vibelux.errors import ImageError
from vibelux.face.image_header import Header, read_header
from vibelux.face.opaque import grey_on_white
from vibelux.face.plain_picture import plain_picture

MEMORY = 280_000_000
"""Bytes that decoding may take; a picture that needs more is decoded smaller or refused."""

BYTES_PER_PIXEL = {
    "JPEG": 8,
    "progressive JPEG": 10,
    "PNG": 9,
    "BMP": 9,
    "PNM": 9,
    "GIF": 6,
    "WebP": 20,
    "TIFF": 13,
    "AVIF": 18,
}
"""Most memory that decoding takes per pixel, the file's bytes included, measured on 12 million
pixels of the costliest kind of each format."""

REDUCTIONS = (1, 2, 4, 8)
"""By how much a JPEG's sides can be divided while it is decoded."""

MAX_BYTES = 100 * 2**20
"""Largest image file that is read."""

MIN_SIDE = 8
"""Pixels; nothing smaller can hold a face."""

_UNHEARD = logging.NullHandler()
"""Takes what Pillow logs about damaged files: without a handler it would go to stderr."""

_TURNS: Mapping[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).T,
    8: np.rot90,
}
"""How a picture with this EXIF orientation is made upright (Exif 2.32, tag 0x0112)."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded image.

    Attributes:
        grey: [shape=(h, w), dtype=uint8] upright: an EXIF orientation is already applied.
        reduction: pixels of the file per pixel of ``grey`` along each side: 1, 2, 4 or 8.

    """

    grey: NDArray[np.uint8]
    reduction: int = 1


def read_image(path: Path) -> Picture:
    """Decode an image file to grey.

    Colour, 16-bit and transparent pictures become 8-bit grey on a white background. Of the
    metadata, only the orientation counts; damage to the rest does not matter. A picture that would
    take more than `MEMORY` is decoded at a half, a quarter or an eighth of its size if it is a
    baseline JPEG, and refused otherwise.

    Args:
        path: a JPEG, PNG, WebP, BMP, TIFF, GIF (its first picture), AVIF or PNM file.

    Raises:
        ImageError: missing, a folder, not permitted, empty, not an image, damaged, too large or too
            small.

    """
    data, orientation = plain_picture(_bytes(path))
    header = read_header(data)
    if header is None:
        raise ImageError(
            f"{path} is not an image that can be read; give a JPEG, PNG, WebP, TIFF, BMP or GIF "
            "file (a video goes to --video)"
        )
    if header.format == "HEIC":
        raise ImageError(f"{path} is a HEIC picture, which cannot be read; save it as JPEG or PNG")
    reduction = _reduction(path, header)
    logging.getLogger("PIL").addHandler(_UNHEARD)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged tags that are not needed
            opened = _opened(data, header, reduction)
            if header.format == "AVIF":  # from its own turn and mirror, or else from XMP
                opened.info.pop("xmp", None)
                orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
            return Picture(turned(grey_on_white(opened), orientation), reduction)
    except Exception as error:  # a damaged file can make Pillow raise anything
        raise ImageError(
            f"{path} is a damaged {header.format} file, or one of a rare kind{_reason(error)}; "
            "save it again as JPEG or PNG"
        ) from error


def _reason(error: Exception) -> str:
    """Return what Pillow says is wrong, in brackets, or nothing where that does not help people."""
    said = str(error)
    return f" ({said})" if said and not isinstance(error, UnidentifiedImageError) else ""


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ImageError(f"{path} is a folder; give one image file")
        if path.exists() and not path.is_file():
            raise ImageError(f"{path} is not a regular file; give an image file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ImageError(
                f"{path} has {size / 2**20:,.0f} MiB, at most {MAX_BYTES // 2**20} MiB are read; "
                "save the picture smaller"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError(f"there is no file {path}") from error
    except PermissionError as error:
        raise ImageError(f"{path} may not be read: permission denied") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise ImageError(f"{path} cannot be read: {error}") from error
    if not data:
        raise ImageError(f"{path} is empty (0 bytes)")
    return data


def _reduction(path: Path, header: Header) -> int:
    """Return by how much to reduce while decoding; refuse what would not fit even then."""
    width, height = header.width, header.height
    said = f"{path} is {width:,}×{height:,} pixels"
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"{said}, too small for a face; at least {MIN_SIDE}×{MIN_SIDE} are needed")
    most = MEMORY // BYTES_PER_PIXEL[header.format]
    if header.format == "JPEG":
        for reduction in REDUCTIONS:
            if width * height <= most * reduction**2:
                return reduction
    elif width * height <= most:
        return 1
    raise ImageError(
        f"{said}, too large for a {header.format} file, of which at most "
        f"{most // 1_000_000:,} million are read; save it smaller or as a JPEG"
    )


def _opened(data: bytes, header: Header, reduction: int) -> Image.Image:
    """Return a picture that is not decoded yet; a JPEG is set to be decoded in grey and reduced."""
    if "JPEG" in header.format:
        # Not Image.open: it refuses 179 million pixels even if they are reduced while decoding.
        jpeg = JpegImageFile(BytesIO(data))
        jpeg.draft("L", (jpeg.width // reduction, jpeg.height // reduction))
        return jpeg
    kind = "PPM" if header.format == "PNM" else header.format.upper()
    return Image.open(BytesIO(data), formats=[kind])


def turned(grey: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a picture [shape=(h, w)] upright that was stored with an EXIF orientation."""
    turn = _TURNS.get(orientation)
    return grey if turn is None else np.ascontiguousarray(turn(grey))
