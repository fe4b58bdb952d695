"""Image files as grey pictures, within bounded memory."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vibelux.errors import ImageError
from vibelux.face.image_header import Header, read_header
from vibelux.face.opencv import quiet

MEMORY = 220_000_000
"""Bytes that decoding may take; what needs more is decoded smaller or refused."""

BYTES_PER_PIXEL = {
    "JPEG": 4,
    "progressive JPEG": 8,
    "PNG": 4,
    "BMP": 4,
    "PNM": 4,
    "GIF": 6,
    "WebP": 8,
    "TIFF": 10,
    "AVIF": 18,
}
"""What OpenCV's decoders take at their peak for a grey result, at most: measured on 25 million
pixels with one more byte or two for a turned copy."""

MAX_BYTES = 100 * 2**20
"""Largest image file that is read."""

MIN_SIDE = 8
"""Pixels; nothing smaller can hold a face."""

_REDUCED = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}


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

    Colour, 16-bit and transparent pictures become 8-bit grey. What would take more
    than `MEMORY` is decoded at a half, a quarter or an eighth of its size if it is a baseline
    JPEG, and refused otherwise.

    Args:
        path: a JPEG, PNG, WebP, BMP, TIFF, GIF (its first picture), AVIF or PNM file.

    Raises:
        ImageError: missing, a folder, not permitted, empty, no image, too large or too small.

    """
    data = _bytes(path)
    header = read_header(data)
    if header is None:
        raise ImageError(
            f"{path} is not an image that can be read; give a JPEG, PNG, WebP, TIFF, BMP or GIF "
            "file (a video goes to --video)"
        )
    if header.format == "HEIC":
        raise ImageError(f"{path} is a HEIC picture, which cannot be read; save it as JPEG or PNG")
    reduction = _reduction(path, header)
    try:
        with quiet():
            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[reduction])
    except (cv2.error, MemoryError) as error:
        raise ImageError(f"{path} cannot be decoded: {error}") from error
    if decoded is None:
        raise ImageError(f"{path} is a damaged {header.format} file; no picture can be decoded")
    return Picture(np.asarray(decoded, dtype=np.uint8), reduction)


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
    """Return by how much to reduce while decoding; refuse what would not fit even so."""
    width, height = header.width, header.height
    said = f"{path} is {width:,}×{height:,} pixels"
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"{said}, too small for a face; at least {MIN_SIDE}×{MIN_SIDE} are needed")
    most = MEMORY // BYTES_PER_PIXEL[header.format]
    if header.format == "JPEG":
        for reduction in _REDUCED:
            if width * height <= most * reduction**2:
                return reduction
    elif width * height <= most:
        return 1
    raise ImageError(
        f"{said}, too large for a {header.format} file, of which at most "
        f"{most // 1_000_000:,} million are read; save it smaller or as a JPEG"
    )
