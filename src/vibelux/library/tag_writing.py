"""The mood of songs in their files' tags, for other programs; and out of them again.

A file is never changed in place: a copy beside it gets the tags, its sound is compared with the
original's, packet by packet, and only then it takes the original's place in one step. Whatever
interrupts this leaves either the old file or the new one.

What undoing needs is in the file itself, so it can be undone on another machine and after a move:

| field | value |
| --- | --- |
| ``MOOD`` | the strongest emotion; a mood that somebody else wrote stays unless asked otherwise |
| ``VIBELUX_MOOD`` | the strongest emotion |
| ``VIBELUX_ANGRY`` … ``VIBELUX_SURPRISE`` | shares in [0, 1] |
| ``VIBELUX_VALENCE``, ``VIBELUX_AROUSAL`` | in [-1, 1] |
| ``VIBELUX_MODEL`` | id of the model that heard it |
| ``VIBELUX_BEFORE`` | what ``MOOD`` was before, a JSON list; only where ``MOOD`` was written |
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import av
from sqlalchemy import select, update

from vibelux.emotions import EMOTIONS
from vibelux.errors import TagError
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.scan_files import Found, walk
from vibelux.library.schema import songs
from vibelux.library.tag_fields import change_fields, read_fields
from vibelux.library.tags import open_nameless
from vibelux.library.workers_process import hash_of

_OURS = tuple(
    f"VIBELUX_{name}"
    for name in (*(e.upper() for e in EMOTIONS), "MOOD", "VALENCE", "AROUSAL", "MODEL", "BEFORE")
)
_NAMES = ("MOOD", *_OURS)

State = Literal["changed", "same", "skipped"]


@dataclass(frozen=True)
class Tagging:
    """What became of a file, or would.

    Attributes:
        path: of the file.
        state: ``changed`` (or would be), ``same`` (needs nothing), ``skipped``.
        changes: field -> its new values, empty for one that goes away.
        before: the fields as they were, those that were there.
        reason: why it was skipped, a sentence, or None.

    """

    path: Path
    state: State
    changes: Mapping[str, list[str]] = field(default_factory=dict)
    before: Mapping[str, list[str]] = field(default_factory=dict)
    reason: str | None = None

    @property
    def kept_mood(self) -> str | None:
        """The mood that somebody else wrote and that stays, or None."""
        after = {**self.before, **self.changes}
        ours = after.get("VIBELUX_BEFORE") or not after.get("VIBELUX_MOOD")
        return None if ours or self.state == "skipped" else " / ".join(after.get("MOOD", []))


def tag_songs(
    folders: Sequence[Path],
    catalogue: Catalogue,
    *,
    write: bool,
    overwrite: bool = False,
    keep_time: bool = False,
) -> Iterator[Tagging]:
    """Write the moods of the songs below folders into their files, or say what would be written.

    The catalogue learns what it must, so that the next scan finds the files unchanged.

    Args:
        folders: to walk, or single audio files.
        catalogue: that knows the songs.
        write: do it; otherwise nothing is touched.
        overwrite: replace moods that others wrote (undoing brings them back).
        keep_time: leave the files' time of change as it is. Players may not notice the new tags.

    Raises:
        InvalidInput: a folder does not exist.
        CatalogueError: the catalogue cannot be read or written.

    """
    for found in walk(folders):
        try:
            song = _known(catalogue, found)
            before = read_fields(found.path, _NAMES)
            changes = _changes(before, _wanted(before, song, overwrite=overwrite))
            yield _done(found, before, changes, catalogue, write=write, keep_time=keep_time)
        except TagError as error:
            yield Tagging(found.path, "skipped", reason=str(error))


def untag_songs(
    folders: Sequence[Path], catalogue: Catalogue, *, write: bool, keep_time: bool = False
) -> Iterator[Tagging]:
    """Take the moods out of the files below folders and put back what they replaced.

    A ``MOOD`` that was changed by somebody else since is left as it is. Arguments and errors as of
    `tag_songs`; the songs need not be in the catalogue.
    """
    for found in walk(folders):
        try:
            before = read_fields(found.path, _NAMES)
            wanted = {"MOOD": before.get("MOOD", [])}
            if _is_ours(before):
                wanted["MOOD"] = _replaced(before)
            changes = _changes(before, wanted)
            yield _done(found, before, changes, catalogue, write=write, keep_time=keep_time)
        except TagError as error:
            yield Tagging(found.path, "skipped", reason=str(error))


def fields_of(song: Song) -> dict[str, list[str]]:
    """Return the fields that tell a song's mood, without ``MOOD`` itself.

    Raises:
        TagError: the song has no mood.

    """
    if song.mood is None:
        raise TagError("the catalogue has no mood for it")
    numbers = {f"VIBELUX_{e.upper()}": share for e, share in zip(EMOTIONS, song.mood, strict=True)}
    numbers |= {
        name: value
        for name, value in (("VIBELUX_VALENCE", song.valence), ("VIBELUX_AROUSAL", song.arousal))
        if value is not None
    }
    fields = {name: [f"{value:.3f}"] for name, value in numbers.items()}
    fields["VIBELUX_MOOD"] = [EMOTIONS[int(song.mood.argmax())]]
    if song.model is not None:
        fields["VIBELUX_MODEL"] = [song.model]
    return fields


def sound_of(path: Path) -> bytes:
    """Return a digest of a file's sound as it is stored: codec, rate and all packets.

    Raises:
        TagError: the sound cannot be read.

    """
    digest = blake2b(digest_size=20)
    try:
        with open_nameless(path) as container:
            streams = container.streams.audio
            for stream in streams:
                digest.update(f"{stream.index} {stream.codec.name} {stream.rate};".encode())
            for packet in container.demux(streams):
                digest.update(bytes(packet))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise TagError(f"its sound cannot be read: {error}") from error
    if not streams:
        raise TagError("there is no sound in it")
    return digest.digest()


def _known(catalogue: Catalogue, found: Found) -> Song:
    """Return a file's song.

    Raises:
        TagError: its mood is not known.

    """
    song = catalogue.song_at(found.path)
    if song is None:
        raise TagError("it is not in the catalogue; scan first: vibelux scan FOLDER")
    if song.mood is None:
        raise TagError(song.reason or "it could not be analysed")
    # An imported mood is not tied to a state of the file.
    if _stamp(catalogue, song) not in ((found.size, found.mtime_ns), (None, None)):
        raise TagError("it has changed since it was analysed; scan again: vibelux scan FOLDER")
    return song


def _stamp(catalogue: Catalogue, song: Song) -> tuple[int | None, int | None]:
    """Return the size and time of change that a song's file had when it was analysed."""
    query = select(songs.c.size, songs.c.mtime_ns).where(songs.c.id == song.id)
    with catalogue.reading() as connection:
        size, mtime_ns = connection.execute(query).one()
    return size, mtime_ns


def _wanted(
    before: Mapping[str, list[str]], song: Song, *, overwrite: bool
) -> dict[str, list[str]]:
    """Return the fields as they shall be."""
    wanted = fields_of(song)
    mood = before.get("MOOD", [])
    if _is_ours(before):
        wanted["VIBELUX_BEFORE"] = before["VIBELUX_BEFORE"]
        wanted["MOOD"] = wanted["VIBELUX_MOOD"]
    elif overwrite or not mood:
        wanted["VIBELUX_BEFORE"] = [json.dumps(mood)]
        wanted["MOOD"] = wanted["VIBELUX_MOOD"]
    else:
        wanted["MOOD"] = mood
    return wanted


def _is_ours(before: Mapping[str, list[str]]) -> bool:
    """Tell whether ``MOOD`` is still what was written here."""
    return "VIBELUX_BEFORE" in before and before.get("MOOD") == before.get("VIBELUX_MOOD")


def _replaced(before: Mapping[str, list[str]]) -> list[str]:
    try:
        values = json.loads(before["VIBELUX_BEFORE"][0])
    except ValueError:
        return []
    return [str(value) for value in values] if isinstance(values, list) else []


def _changes(
    before: Mapping[str, list[str]], wanted: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    return {
        name: wanted.get(name, [])
        for name in _NAMES
        if before.get(name, []) != wanted.get(name, [])
    }


def _done(
    found: Found,
    before: dict[str, list[str]],
    changes: dict[str, list[str]],
    catalogue: Catalogue,
    *,
    write: bool,
    keep_time: bool,
) -> Tagging:
    if not changes:
        return Tagging(found.path, "same", before=before)
    target = Path(os.path.realpath(found.path))
    _require_writable(target)
    if write:
        _replace(target, changes, keep_time=keep_time)
        _tell(catalogue, found)
    return Tagging(found.path, "changed", changes, before)


def _require_writable(path: Path) -> None:
    """Check that a file may be replaced; the superuser is held to the permissions as well.

    Raises:
        TagError: it may not.

    """
    try:
        status, folder = path.stat(), path.parent.stat()
    except OSError as error:
        raise TagError(f"it cannot be looked at: {error.strerror or error}") from error
    if not (status.st_mode & 0o222 and os.access(path, os.W_OK)):
        raise TagError("the file is read-only; make it writable first")
    if not (folder.st_mode & 0o222 and os.access(path.parent, os.W_OK)):
        raise TagError(f"its folder {path.parent} is read-only; make it writable first")
    if status.st_nlink > 1:
        raise TagError(
            f"the file has {status.st_nlink} names (hard links) that would be torn apart; "
            "make it a file of its own first"
        )


def _replace(path: Path, changes: Mapping[str, list[str]], *, keep_time: bool) -> None:
    """Put a copy with other tags in a file's place.

    Raises:
        TagError: it is not possible; the file is as it was.

    """
    # Always the same name for the same file, so that what a killed process left is overwritten;
    # hidden, so that no scan finds it.
    name = blake2b(os.fsencode(path.name), digest_size=6).hexdigest()
    part = path.with_name(f".vibelux-{name}{path.suffix}")
    before = path.stat()
    try:
        shutil.copyfile(path, part)
        change_fields(part, changes)
        if sound_of(part) != sound_of(path):
            raise TagError("its sound would not survive; the file was left as it is")
        shutil.copystat(path, part)
        if hasattr(os, "chown"):
            with suppress(PermissionError):  # a file of somebody else becomes one's own
                os.chown(part, before.st_uid, before.st_gid)
        if not keep_time:
            os.utime(part)
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        now = path.stat()
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise TagError("it was changed by another program in this moment; try again")
        part.replace(path)
    except OSError as error:
        raise TagError(f"it cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _tell(catalogue: Catalogue, found: Found) -> None:
    """Let the catalogue know that a file has changed, but not its sound."""
    status = found.path.stat()
    values = {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "content_hash": hash_of(found.path),
    }
    song = catalogue.song_at(found.path)
    if song is None or _stamp(catalogue, song) != (found.size, found.mtime_ns):
        return  # it was not up to date before, so the next scan shall look at it
    with catalogue.writing() as connection:
        connection.execute(update(songs).where(songs.c.id == song.id).values(**values))
