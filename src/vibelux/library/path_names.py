"""Artist, album and title of files without tags, from where they lie.

| below the folder that is scanned | artist | album | title |
| --- | --- | --- | --- |
| ``Artist/Album/03 - Title.mp3`` | Artist | Album | Title |
| ``Artist/1999 - Album/CD2/03 Title.mp3`` | Artist | Album | Title |
| ``Artist - Album/03 - Title.mp3`` | Artist | Album | Title |
| ``Various/Album/03 - Artist - Title.mp3`` | Artist | Album | Title |
| ``anything/Artist - Title.mp3`` | Artist | | Title |
| ``anything/Title.mp3`` | | | Title |

Folders count only for files with a track number: these are how an album is kept, whereas any folder
may hold a file. Names that say what is in a folder rather than who made it (``Music``,
``Downloads``) count as the folder that is scanned. Nothing of this is written into a file, and a
file with any tag of these is never looked at: what its tags say, and what they leave out, stands.
"""

import os
import re
from dataclasses import replace
from pathlib import Path

from vibelux.folding import folded
from vibelux.library.tags import Tags, tags_of_name
from vibelux.library.text_encoding import decoded

_DISC = re.compile(r"(?:cd|dis[ck]|lp|side|seite|vol(?:ume)?|teil|part)[\s._-]*(?:\d{1,2}|[a-d])")
_YEAR_BEFORE = re.compile(r"[(\[]?(?P<year>[12]\d{3})[)\]]?(?:\s*[-–—.]\s*|\s+)(?P<rest>\S.*)")
_YEAR_AFTER = re.compile(r"(?P<rest>.*\S)\s*[(\[](?P<year>[12]\d{3})[)\]]")
_TECHNICAL = re.compile(
    r"\s*[\[({][^\])}]*\b(?:flac|mp3|ogg|opus|aac|m4a|wav|alac|vinyl|web|cd|kbps|v0|v2|320|256|192"
    r"|128|24bit|16bit)\b[^\])}]*[\])}]",
    re.IGNORECASE,
)
_ARTIST_ALBUM = re.compile(r"(?P<artist>\S.*?)\s+[-–—]\s+(?P<album>\S.*)")

_VARIOUS = frozenset(
    {
        *("va", "v.a.", "v/a", "various", "various artists", "various artist", "verschiedene"),
        *("verschiedene interpreten", "diverse", "diverse interpreten", "sampler", "compilation"),
        *("compilations", "soundtrack", "soundtracks", "ost", "unknown", "unknown artist"),
        *("unbekannt", "unbekannter interpret", "unbekannter kunstler"),
    }
)
"""Folders in an artist's place that name none, folded."""

_CONTAINERS = frozenset(
    {
        *("music", "my music", "musik", "meine musik", "audio", "songs", "lieder", "albums"),
        *("alben", "artists", "singles", "mp3", "mp3s", "flac", "ogg", "wav", "lossless"),
        *("media", "library", "itunes", "itunes media", "downloads", "download", "desktop"),
        *("schreibtisch", "documents", "dokumente", "public", "shared", "incoming", "new"),
        *("neu", "misc", "unsorted", "temp", "tmp", "torrents", "playlists", "home", "users"),
        *("mnt", "data", "share", "backup", "rips", "collection", "sammlung", "recordings"),
        "aufnahmen",
    }
)
"""Folders that hold music of anybody, folded."""


def tags_from_path(path: Path, root: Path | None = None) -> Tags:
    """Return what a file's name and folders tell; its title is never None.

    Args:
        path: of the file.
        root: the folder that is scanned; only folders below it count. None: none do.

    """
    named = tags_of_name(path)
    folders = _folders(path, root)
    if named.track is None or not folders:
        return named
    album, year = _album(folders[-1])
    artist = folders[-2] if len(folders) > 1 else None
    parts = _ARTIST_ALBUM.fullmatch(album)
    if parts and (artist is None or folded(parts["artist"]) == folded(artist)):
        artist, album = artist or parts["artist"], parts["album"]
        album, year = _album(album) if year is None else (album, year)
    if artist is None or not (_has_letter(album) or re.fullmatch(r"\d{1,4}", album)):
        return named
    various = folded(artist) in _VARIOUS
    if not various and not _has_letter(artist):
        return named
    if various:
        return replace(named, album=album, albumartist=artist, year=year)
    if named.artist is None or folded(named.artist) == folded(artist):
        return replace(named, artist=artist, album=album, year=year)
    # "Symphony No. 5 - I. Allegro" names no artist where a folder does.
    title = f"{named.artist} - {named.title}"
    return replace(named, title=title, artist=artist, album=album, year=year)


def is_named(artist: str | None, album: str | None, albumartist: str | None) -> bool:
    """Tell whether tags say so much that a path is not asked; those of nearly all files do."""
    return albumartist is not None or (album is not None and artist is not None)


def with_names_of_path(tags: Tags, path: Path, root: Path | None) -> Tags:
    """Return the tags; of a file that has none of its own, what its path tells.

    Args:
        tags: as of `vibelux.library.tags.completed`: a file without tags has those of its name.
        path: of the file.
        root: as of `tags_from_path`.

    """
    if is_named(tags.artist, tags.album, tags.albumartist):
        return tags
    named = tags_of_name(path)
    if (tags.title, tags.artist, tags.album) != (named.title, named.artist, named.album):
        return tags
    told = tags_from_path(path, root)
    return replace(
        told, track=tags.track or told.track, year=tags.year or told.year, genre=tags.genre
    )


def _folders(path: Path, root: Path | None) -> list[str]:
    """Return the names of the folders that may tell something, from the root down."""
    if root is None or not path.is_relative_to(root):
        return []
    names = [_text(part) for part in path.relative_to(root).parts[:-1]]
    names = [name for name in names if not _DISC.fullmatch(folded(name))]
    last = max((i for i, name in enumerate(names) if folded(name) in _CONTAINERS), default=-1)
    return names[last + 1 :]


def _text(part: str) -> str:
    name = " ".join(decoded(os.fsencode(part)).split())
    return name if " " in name else name.replace("_", " ").strip()


def _album(name: str) -> tuple[str, int | None]:
    """Return an album's name without year and encoding, and the year."""
    plain = _TECHNICAL.sub("", name).strip() or name
    for pattern in (_YEAR_BEFORE, _YEAR_AFTER):
        if found := pattern.fullmatch(plain):
            return found["rest"], int(found["year"])
    return plain, None


def _has_letter(name: str) -> bool:
    return any(letter.isalpha() for letter in name)
