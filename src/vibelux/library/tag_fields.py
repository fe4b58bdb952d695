"""Single fields of an audio file's tags: ``MOOD`` and those that begin with ``VIBELUX_``.

Where they lie, as other programs expect a mood there (the mapping of MusicBrainz Picard):

| tags | files | ``MOOD`` | ``VIBELUX_VALENCE`` and others |
| --- | --- | --- | --- |
| ID3v2 | mp3, aiff, wav, dsf, tta | frame ``TMOO`` | frame ``TXXX`` of that name |
| Vorbis comments | flac, ogg, opus, spx | ``MOOD`` | the same name |
| MP4 | m4a, m4b, mp4 | ``----:com.apple.iTunes:MOOD`` | ``----:com.apple.iTunes:`` + name |
| ASF | wma | ``WM/Mood`` | the same name |
| APEv2 | ape, mpc, wv | ``Mood`` | the same name |

Other programs write moods elsewhere as well, see `tag_moods`. Such a field is called ``MOOD`` and,
after a colon, its key, as in ``MOOD:TXXX:Mood``.

Needs the ``tags`` extra.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mutagen
from mutagen._vorbis import VComment
from mutagen.aac import AAC
from mutagen.ac3 import AC3
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3, TMOO, TXXX, Encoding
from mutagen.mp4 import MP4FreeForm, MP4Tags

from vibelux.errors import NotTaggable, TagError
from vibelux.library.tag_moods import change_mood, moods_elsewhere, readable_text
from vibelux.media_file import open_media

Fields = Mapping[str, list[str]]
"""Name -> values; no field has an empty list."""

_WITHOUT_TAGS = (AAC, AC3)
"""Files that mutagen knows, but that have no place for tags."""

_ID3V1_BYTES = 128


def read_fields(path: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Read some fields of a file's tags.

    Args:
        path: of the audio file.
        names: ``MOOD``, with which all moods are read that lie elsewhere, or names that begin with
            ``VIBELUX_``.

    Returns:
        the fields that are there.

    Raises:
        NotTaggable: the file's format carries no tags that can be written.
        TagError: the file cannot be read.

    """
    names = list(names)
    opened = _open(path)
    with _parser("its tags cannot be read"):
        tags = opened.tags
        found = {} if tags is None else {name: _get(tags, name) for name in names}
        if "MOOD" in names:
            found |= moods_elsewhere(tags, path)
        return {name: values for name, values in found.items() if any(v.strip() for v in values)}


def change_fields(path: Path, changes: Mapping[str, list[str]]) -> None:
    """Set fields in place, leaving all other tags as they are; an empty list takes a field away.

    This writes into the file: call it with a copy.

    Raises:
        NotTaggable: the file's format carries no tags, or writing would lose some of them.
        TagError: the file cannot be read or written.

    """
    opened = _open(path)
    with _parser("its tags cannot be written"):
        with path.open("rb") as file:
            file.seek(-min(_ID3V1_BYTES, path.stat().st_size), 2)
            id3v1 = file.read()
        if opened.tags is None:
            opened.add_tags()
        tags = opened.tags
        _require_text(tags, path)
        for name, values in changes.items():
            if name.startswith("MOOD:"):
                change_mood(tags, path, name, values)
            else:
                _set(tags, name, values)
        if not isinstance(tags, ID3):
            opened.save()
        elif tags:
            old = tags.version[:2] == (2, 3)
            # None: several values of a frame stay apart as they were.
            opened.save(path, v2_version=3 if old else 4, v23_sep=None)
        else:
            _delete_id3(opened, path)
        if isinstance(tags, ID3) and id3v1.startswith(b"TAG"):
            _restore_id3v1(path, id3v1)


@contextmanager
def _parser(what: str) -> Iterator[None]:
    """Turn whatever mutagen raises over a damaged file into a `TagError`.

    Its parsers let ``struct.error``, ``IndexError``, ``KeyError`` and more through.
    """
    try:
        yield
    except TagError:
        raise
    except (mutagen.MutagenError, OSError, ValueError) as error:
        raise TagError(f"{what}: {error}") from error
    except Exception as error:
        raise TagError(f"{what}: {type(error).__name__}: {error}") from error


def _open(path: Path) -> Any:
    with _parser("its tags cannot be read"):
        opened: Any = mutagen.File(path)
        if opened is not None and isinstance(opened.tags, ID3):
            # ID3v2.3 stays what it is: translated to 2.4, old players could not read it any more.
            # What ID3v1 alone says comes along only where it would be hidden by new ID3v2 tags.
            version = opened.tags.version[:2]
            if version >= (2, 3):
                opened = type(opened)(path, translate=version != (2, 3), load_v1=False)
    if opened is None or isinstance(opened, _WITHOUT_TAGS):
        raise NotTaggable("files of this format carry no tags that can be written")
    return opened


def _require_text(tags: Any, path: Path) -> None:
    """Check that no tag would be lost: mutagen replaces Vorbis comments that are not UTF-8.

    Raises:
        NotTaggable: one would be.

    """
    if not isinstance(tags, VComment) or not any("\ufffd" in value for _, value in tags):
        return
    with open_media(path) as container:
        entries = [container.metadata, *(stream.metadata for stream in container.streams)]
        texts = [text for found in entries for text in found.values()]
    if any("\udc80" <= c <= "\udcff" for text in texts for c in text):
        raise NotTaggable(
            "some of its tags are not UTF-8 and would be lost; save them anew with a tagger first"
        )


def _get(tags: Any, name: str) -> list[str]:
    key = _key(tags, name)
    if isinstance(tags, ID3):
        return [
            readable_text(str(text), latin=frame.encoding == Encoding.LATIN1)
            for frame in tags.getall(key)
            for text in frame.text
        ]
    values = tags.get(key)
    if values is None:
        return []
    if isinstance(tags, APEv2):
        return list(values) if hasattr(values, "__iter__") else [str(values)]
    return [readable_text(value) for value in values]


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


def _delete_id3(opened: Any, path: Path) -> None:
    """Take away an ID3v2 tag that nothing is left of."""
    if type(opened.tags) is ID3:
        opened.tags.delete(path, delete_v1=False)
    else:
        opened.delete()


def _restore_id3v1(path: Path, id3v1: bytes) -> None:
    """Put back the old tag at the end of the file, which mutagen has changed or taken away."""
    with path.open("r+b") as file:
        file.seek(-_ID3V1_BYTES, 2)
        file.seek(-_ID3V1_BYTES if file.read(3) == b"TAG" else 0, 2)
        file.write(id3v1)
