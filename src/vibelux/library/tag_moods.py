"""Moods that other programs keep under another key than the usual one.

| tags | keys |
| --- | --- |
| ID3v2 | ``TXXX`` frames named ``MOOD`` in any case, the comment ``MusicMatch_Mood`` |
| APEv2 behind ID3v2 | ``Mood`` |
| MP4 | ``----:…:MOOD`` in any case, of any program |
| ASF | ``Mood``, ``WM/Mood`` in any case |

Vorbis comments and APEv2 do not distinguish cases.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mutagen.apev2 import APENoHeaderError, APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import COMM, ID3, TXXX, Encoding
from mutagen.mp4 import AtomDataType, MP4FreeForm, MP4Tags

from vibelux.library.text_encoding import decoded

_USUAL = ("----:com.apple.iTunes:MOOD", "WM/Mood")

_APE = "APEv2:"
"""Before the key of an item in the second tag of a file with ID3."""


def moods_elsewhere(tags: Any, path: Path) -> dict[str, list[str]]:
    """Return the moods under other keys: ``MOOD:`` and the key -> values.

    Args:
        tags: mutagen's, of the file; None if it has none.
        path: of the file.

    """
    found = {key: _values(tags[key]) for key in _keys(tags)}
    if tags is None or isinstance(tags, ID3):
        behind = APEv2()
        with suppress(APENoHeaderError):
            behind = APEv2(path)
        found |= {f"{_APE}{key}": _values(behind[key]) for key in behind if key.lower() == "mood"}
    return {f"MOOD:{key}": values for key, values in found.items()}


def change_mood(tags: Any, path: Path, name: str, values: list[str]) -> None:
    """Set or take away a mood as in `moods_elsewhere`; those in `tags` are saved with these."""
    key = name.removeprefix("MOOD:")
    if key.startswith(_APE):
        behind = APEv2(path)
        behind[key.removeprefix(_APE)] = values
        behind.save(path)
    elif isinstance(tags, ID3):
        frame: Any = tags.get(key)
        tags.delall(key)
        if values and key.startswith("TXXX:"):
            desc = key.removeprefix("TXXX:")
            tags.add(TXXX(encoding=Encoding.UTF16, desc=desc, text=values))
        elif values and frame is not None:
            comment = {"encoding": Encoding.UTF16, "lang": frame.lang, "desc": frame.desc}
            tags.add(COMM(**comment, text=values))
    elif not values:
        del tags[key]
    elif isinstance(tags, MP4Tags):
        tags[key] = [MP4FreeForm(value.encode()) for value in values]
    else:
        tags[key] = values


def readable_text(value: Any, *, latin: bool = False) -> str:
    """Return a value of mutagen as text.

    Args:
        value: text, bytes, or an attribute.
        latin: text that was marked as Latin-1, whatever it was in truth.

    """
    if isinstance(value, MP4FreeForm) and value.dataformat == AtomDataType.UTF16:
        return bytes(value).decode("utf-16-be", "backslashreplace")
    if isinstance(value, bytes):
        return decoded(bytes(value))
    text = str(value)
    if latin and not text.isascii() and all(ord(c) < 0x100 for c in text):
        return decoded(text.encode("latin-1"))
    return text


def _keys(tags: Any) -> Iterator[str]:
    """Yield the keys of moods in a file's tags, without the usual one."""
    if isinstance(tags, ID3):
        frames: list[Any] = [*tags.getall("TXXX"), *tags.getall("COMM")]
        for frame in frames:
            named = "mood" if isinstance(frame, TXXX) else "musicmatch_mood"
            if frame.desc.strip().casefold() == named:
                yield frame.HashKey
    elif isinstance(tags, MP4Tags | ASFTags):
        keys: list[str] = list(tags.keys())
        for key in keys:
            last = key.casefold().rpartition(":")[2]
            if last.removeprefix("wm/") == "mood" and key not in _USUAL:
                yield key


def _values(found: Any) -> list[str]:
    if hasattr(found, "encoding"):  # a frame of ID3
        latin = found.encoding == Encoding.LATIN1
        return [readable_text(text, latin=latin) for text in found.text]
    if hasattr(found, "kind"):  # an item of APEv2
        return list(found) if hasattr(found, "__iter__") else [str(found)]
    return [readable_text(value) for value in found]
