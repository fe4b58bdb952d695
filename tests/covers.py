"""Pictures, and songs that carry them, for the tests of covers."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

RED, GREEN, BLUE = (200, 20, 30), (20, 180, 40), (30, 40, 200)


def picture(colour=RED, *, size=(300, 300), kind="JPEG", **options):
    """Return a picture file of one colour."""
    written = io.BytesIO()
    mode = options.pop("mode", "RGB")
    Image.new("RGB", size, colour).convert(mode).save(written, kind, **options)
    return written.getvalue()


def colour_of(data):
    """Return the mean colour of a picture file."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), float).mean(axis=(0, 1))


def is_of(data, colour):
    """Tell whether a picture file has one colour, as far as JPEG keeps it."""
    return bool(np.abs(colour_of(data) - colour).max() < 6)


def embed(song: Path, data: bytes, *, type_=3, mime="image/jpeg"):
    """Put a picture into a song's tags, as a tagger does; 3: the front cover, 4: the back."""
    import mutagen
    from mutagen.aiff import AIFF
    from mutagen.flac import FLAC, Picture
    from mutagen.id3 import APIC
    from mutagen.mp4 import MP4Cover

    file = mutagen.File(song)
    block = Picture()
    block.data, block.type, block.mime, block.width, block.height = data, type_, mime, 300, 300
    match song.suffix:
        case ".mp3" | ".aiff" | ".wav" | ".tta":
            if file.tags is None:
                file.add_tags()
            file.tags.add(APIC(encoding=3, mime=mime, type=type_, desc=f"p{type_}", data=data))
        case ".m4a":
            kind = MP4Cover.FORMAT_PNG if mime == "image/png" else MP4Cover.FORMAT_JPEG
            file["covr"] = [*file.get("covr", []), MP4Cover(data, kind)]
        case ".flac":
            assert isinstance(file, FLAC)
            file.add_picture(block)
        case ".ogg" | ".opus":
            text = base64.b64encode(block.write()).decode()
            file["metadata_block_picture"] = [*file.get("metadata_block_picture", []), text]
        case ".wma":
            from mutagen.asf import ASFByteArrayAttribute

            name = mime.encode("utf-16-le") + b"\0\0" + b"\0\0"
            value = bytes([type_]) + len(data).to_bytes(4, "little") + name + data
            file["WM/Picture"] = [ASFByteArrayAttribute(value)]
        case ".wv":
            from mutagen.apev2 import BINARY, APEValue

            file["Cover Art (Front)"] = APEValue(b"cover.jpg\0" + data, BINARY)
        case _:
            raise AssertionError(song)
    file.save()
    assert not isinstance(file, AIFF) or file.tags
