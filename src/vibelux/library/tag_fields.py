"""Single fields of an audio file's tags: ``MOOD`` and those that begin with ``VIBELUX_``.

Where they lie, as other programs expect a mood there (the mapping of MusicBrainz Picard):

| tags | files | ``MOOD`` | ``VIBELUX_VALENCE`` and others |
| --- | --- | --- | --- |
| ID3v2 | mp3, aiff, wav, dsf, tta | frame ``TMOO`` | frame ``TXXX`` of that name |
| Vorbis comments | flac, ogg, opus, spx | ``MOOD`` | the same name |
| MP4 | m4a, m4b, mp4 | ``----:com.apple.iTunes:MOOD`` | ``----:com.apple.iTunes:`` + name |
| ASF | wma | ``WM/Mood`` | the same name |
| APEv2 | ape, mpc, wv | ``Mood`` | the same name |

Needs the ``tags`` extra.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import mutagen
from mutagen.aac import AAC
from mutagen.ac3 import AC3
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3, TMOO, TXXX, Encoding
from mutagen.mp4 import MP4FreeForm, MP4Tags

from vibelux.errors import TagError

Fields = Mapping[str, list[str]]
"""Name -> values; no field has an empty list."""

_WITHOUT_TAGS = (AAC, AC3)
"""Files that mutagen knows, but that have no place for tags."""

_ID3V1_BYTES = 128


def read_fields(path: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Read some fields of a file's tags.

    Args:
        path: of the audio file.
        names: ``MOOD`` or names that begin with ``VIBELUX_``.

    Returns:
        the fields that are there.

    Raises:
        TagError: the file cannot be read, or its format carries no tags that can be written.

    """
    tags = _open(path).tags
    if tags is None:
        return {}
    return {name: values for name in names if (values := _get(tags, name))}


def change_fields(path: Path, changes: Mapping[str, list[str]]) -> None:
    """Set fields in place, leaving all other tags as they are; an empty list takes a field away.

    This writes into the file: call it with a copy.

    Raises:
        TagError: the file cannot be read or written, or its format carries no tags.

    """
    with path.open("rb") as file:
        file.seek(-min(_ID3V1_BYTES, path.stat().st_size), 2)
        id3v1 = file.read()
    opened = _open(path)
    try:
        if opened.tags is None:
            opened.add_tags()
        tags = opened.tags
        for name, values in changes.items():
            _set(tags, name, values)
        if not isinstance(tags, ID3):
            opened.save()
        elif tags:
            old = tags.version[:2] == (2, 3)
            # None: several values of a frame stay apart as they were.
            opened.save(path, v2_version=3 if old else 4, v23_sep=None)
        else:
            _delete_id3(opened, path)
    except (mutagen.MutagenError, OSError, ValueError) as error:
        raise TagError(f"its tags cannot be written: {error}") from error
    if isinstance(tags, ID3) and id3v1.startswith(b"TAG"):
        _restore_id3v1(path, id3v1)


def _open(path: Path) -> Any:
    try:
        opened: Any = mutagen.File(path)
        if opened is not None and isinstance(opened.tags, ID3):
            # ID3v2.3 stays what it is: translated to 2.4, old players could not read it any more.
            # What ID3v1 alone says comes along only where it would be hidden by new ID3v2 tags.
            version = opened.tags.version[:2]
            if version >= (2, 3):
                opened = type(opened)(path, translate=version != (2, 3), load_v1=False)
    except (mutagen.MutagenError, OSError, ValueError) as error:
        raise TagError(f"its tags cannot be read: {error}") from error
    if opened is None or isinstance(opened, _WITHOUT_TAGS):
        raise TagError("files of this format carry no tags that can be written")
    return opened


def _get(tags: Any, name: str) -> list[str]:
    key = _key(tags, name)
    if isinstance(tags, ID3):
        return [str(text) for frame in tags.getall(key) for text in frame.text]
    values = tags.get(key)
    if values is None:
        return []
    if isinstance(tags, APEv2):
        return list(values) if hasattr(values, "__iter__") else [str(values)]
    return [_text(value) for value in values]


def _set(tags: Any, name: str, values: list[str]) -> None:
    key = _key(tags, name)
    if isinstance(tags, ID3):
        tags.delall(key)
        if values:
            latin = all(value.isascii() for value in values)
            encoding = Encoding.LATIN1 if latin else Encoding.UTF16  # both are known to ID3v2.3
            frame = (
                TMOO(encoding=encoding, text=values)
                if key == "TMOO"
                else TXXX(encoding=encoding, desc=name, text=values)
            )
            tags.add(frame)
    elif not values:
        if key in tags:
            del tags[key]
    elif isinstance(tags, MP4Tags):
        tags[key] = [MP4FreeForm(value.encode()) for value in values]
    else:
        tags[key] = values


def _key(tags: Any, name: str) -> str:
    mood = name == "MOOD"
    if isinstance(tags, ID3):
        return "TMOO" if mood else f"TXXX:{name}"
    if isinstance(tags, MP4Tags):
        return f"----:com.apple.iTunes:{name}"
    if isinstance(tags, ASFTags):
        return "WM/Mood" if mood else name
    if isinstance(tags, APEv2):
        return "Mood" if mood else name
    return name


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _delete_id3(opened: Any, path: Path) -> None:
    """Take away an ID3v2 tag that nothing is left of."""
    if type(opened.tags) is ID3:
        opened.tags.delete(path, delete_v1=False)
    else:
        opened.delete()


def _restore_id3v1(path: Path, id3v1: bytes) -> None:
    """Put back the old tag at the end of the file, which mutagen has brought into line."""
    with path.open("r+b") as file:
        file.seek(-_ID3V1_BYTES, 2)
        if file.read(3) == b"TAG":
            file.seek(-_ID3V1_BYTES, 2)
            file.write(id3v1)
