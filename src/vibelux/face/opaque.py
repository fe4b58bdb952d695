"""A decoded picture in grey, on a white background where it is transparent.

White, because that is the background on which browsers and documents show a cut-out person, and
with which programs save one as JPEG; docs/preprocessing.md, step 2.
"""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops
from PIL.GifImagePlugin import GifImageFile
from PIL.PngImagePlugin import PngImageFile

BAND = 64
"""Rows that are converted to grey at a time, which saves a second copy in colour."""

_WHITE = 255
_LUMA = (9798 / 32768, 19235 / 32768, 3735 / 32768, 0.0)  # as `vibelux.face.reading.as_grey`

_KEY_SCALES = {"1": 255, "L;2": 85, "L;4": 17}
"""Factors by which Pillow multiplies the levels of a PNG with fewer than eight bits, but not its
key."""


def grey_on_white(image: Image.Image) -> NDArray[np.uint8]:
    """Decode a picture to grey.

    Args:
        image: opened by Pillow, not decoded yet.

    Returns:
        [shape=(h, w), dtype=uint8], white where the first picture of a GIF does not reach.

    Raises:
        Exception: whatever Pillow raises for damaged files; ValueError for levels without a range.

    """
    left, top, right, bottom = 0, 0, *image.size
    if isinstance(image, GifImageFile) and image.tile:
        left, top, right, bottom = image.tile[0].extents or (left, top, right, bottom)
    image = _with_key(image)
    image.load()
    grey = np.full((image.height, image.width), _WHITE, np.uint8)
    for start in range(top, bottom, BAND):
        end = min(start + BAND, bottom)
        grey[start:end, left:right] = _grey(image.crop((left, start, right, end)))
    return grey


def _with_key(image: Image.Image) -> Image.Image:
    """Return a PNG with its transparent colour on the scale of Pillow's pixels."""
    if not isinstance(image, PngImageFile) or not image.tile:
        return image
    key, raw = image.info.get("transparency"), str(image.tile[0].args)
    if isinstance(key, int) and image.mode != "P":
        image.info["transparency"] = key * _KEY_SCALES.get(raw, 1)
    if raw == "RGB;16B" and isinstance(key, tuple):
        return _with_deep_key(image, key)
    return image


def _with_deep_key(image: PngImageFile, key: tuple[int, ...]) -> Image.Image:
    """Return a PNG with 16 bits per channel, white where all 16 bits equal those of its key.

    Pillow keeps the upper byte of each pair. Told that the bytes are swapped, it keeps the lower
    one.
    """
    file = image.fp
    if file is None:  # closed: it is decoded already
        return image
    file.seek(0)
    lower = PngImageFile(BytesIO(file.read()))
    file.seek(image.tile[0].offset)
    lower.tile = [tile._replace(args="RGB;16L") for tile in lower.tile]
    lower.load()
    hidden = _equal(lower, [level & 0xFF for level in key])
    del lower
    image.load()
    hidden = ImageChops.darker(hidden, _equal(image, [level >> 8 for level in key]))
    image.paste((_WHITE, _WHITE, _WHITE), mask=hidden)
    image.info.pop("transparency")
    return image


def _equal(image: Image.Image, key: list[int]) -> Image.Image:
    """Return 255 where a picture has the colour of a key, 0 elsewhere."""
    equal = Image.new("L", image.size, 255)
    for band, level in enumerate(key):
        table = [255 if value == level else 0 for value in range(256)]
        equal = ImageChops.darker(equal, image.getchannel(band).point(table))
    return equal


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    """Return some rows of a picture in grey."""
    if image.mode == "F":
        raise ValueError("its levels are floating-point numbers")
    if image.mode.startswith("I"):  # 16 bits
        levels = np.asarray(image).clip(0, 0xFFFF)
        return _keyed((levels >> 8).astype(np.uint8), levels, image.info)
    if image.mode in ("1", "L"):
        grey = np.asarray(image.convert("L"))
        return _keyed(grey, grey, image.info)
    if image.has_transparency_data:
        return _luma(_on_white(np.asarray(image.convert("RGBA"))))
    return np.asarray(image.convert("RGB").convert("L", _LUMA))


def _keyed(
    grey: NDArray[np.uint8], levels: NDArray[Any], info: dict[str | tuple[int, int], Any]
) -> NDArray[np.uint8]:
    """Return grey rows, white where they have the transparent level."""
    key = info.get("transparency")
    return np.where(levels == key, np.uint8(_WHITE), grey) if isinstance(key, int) else grey


def _on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pixels [shape=(h, w, 4)] as RGB on white, rounded as a browser's canvas does."""
    colours, alpha = rgba[..., :3].astype(np.uint32), rgba[..., 3:].astype(np.uint32)
    return ((2 * colours * alpha + 255) // 510 + _WHITE - alpha).astype(np.uint8)


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(rgb).convert("L", _LUMA))
