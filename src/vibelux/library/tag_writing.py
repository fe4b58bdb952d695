"""The mood of songs in their files' tags, for other programs; and out of them again.

A file is never changed in place: a copy beside it gets the tags, its sound is compared with the
original's, packet by packet, and only then it takes the original's place in one step. Whatever
interrupts this leaves either the old file or the new one. Whatever a damaged file makes its parser
do, it is passed over with the reason, and the next one follows.

What undoing needs is in the file itself, so it can be undone on another machine and after a move:

| field | value |
| --- | --- |
| ``MOOD`` | the emotion that the song counts as; others' moods stay unless asked otherwise |
| ``VIBELUX_MOOD`` | the same emotion |
| ``VIBELUX_ANGRY`` … ``VIBELUX_SURPRISE`` | shares in [0, 1] |
| ``VIBELUX_VALENCE``, ``VIBELUX_AROUSAL`` | in [-1, 1] |
| ``VIBELUX_MODEL`` | id of the model that analysed it |
| ``VIBELUX_BEFORE`` | what ``MOOD`` was before, a JSON list; only where ``MOOD`` was written |

Where moods under other keys were replaced as well, ``VIBELUX_BEFORE`` is a JSON object: field ->
list.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import av
import numpy as np
from sqlalchemy import select, update

from vibelux.atomic_file import atomic_file, remove_leftovers
from vibelux.circumplex import song_emotions
from vibelux.emotions import EMOTIONS
from vibelux.errors import NotTaggable, TagError
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.real_paths import real
from vibelux.library.scan_files import Found, walk
from vibelux.library.schema import path_of, songs
from vibelux.library.song_identity import key_of
from vibelux.library.sound_digest import digest_of_all
from vibelux.library.tag_fields import Fields, change_fields, read_fields
from vibelux.library.tags import stored_tags_and_sound
from vibelux.library.workers_process import hash_of
from vibelux.media_file import open_media

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
        failed: it was skipped because it could not be read or written.

    """

    path: Path
    state: State
    changes: Mapping[str, list[str]] = field(default_factory=dict)
    before: Mapping[str, list[str]] = field(default_factory=dict)
    reason: str | None = None
    failed: bool = False

    @property
    def kept_mood(self) -> str | None:
        """The mood that somebody else wrote and that stays, or None."""
        if self.state == "skipped":
            return None
        after = {**self.before, **self.changes}
        ours = after.get("VIBELUX_MOOD")
        if "VIBELUX_BEFORE" in after or not ours:
            return None
        moods = [mood for name, values in after.items() if _is_mood(name) for mood in values]
        return " / ".join(dict.fromkeys(moods)) or None


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

    def wanted_of(found: Found) -> Callable[[Fields], Fields]:
        return partial(_wanted, _known(catalogue, found), overwrite=overwrite)

    return _changed(folders, catalogue, wanted_of, write=write, keep_time=keep_time)


def untag_songs(
    folders: Sequence[Path], catalogue: Catalogue, *, write: bool, keep_time: bool = False
) -> Iterator[Tagging]:
    """Take the moods out of the files below folders and put back what they replaced.

    A ``MOOD`` that was changed by somebody else since is left as it is. Arguments and errors as of
    `tag_songs`; the songs need not be in the catalogue.
    """
    return _changed(folders, catalogue, lambda _: _restored, write=write, keep_time=keep_time)


def fields_of(song: Song) -> dict[str, list[str]]:
    """Return the fields that tell a song's mood, without ``MOOD`` itself.

    Raises:
        TagError: the song has no mood.

    """
    if song.mood is None:
        raise NotTaggable("the catalogue has no mood for it")
    numbers = {f"VIBELUX_{e.upper()}": share for e, share in zip(EMOTIONS, song.mood, strict=True)}
    numbers |= {
        name: value
        for name, value in (("VIBELUX_VALENCE", song.valence), ("VIBELUX_AROUSAL", song.arousal))
        if value is not None
    }
    fields = {name: [f"{value:.3f}"] for name, value in numbers.items()}
    valence = np.nan if song.valence is None else song.valence
    fields["VIBELUX_MOOD"] = [EMOTIONS[int(song_emotions(song.mood, valence))]]
    if song.model is not None:
        fields["VIBELUX_MODEL"] = [song.model]
    return fields


def sound_of(path: Path) -> bytes:
    """Return a digest of a file's sound as it is stored: codec, rate and all packets.

    Raises:
        TagError: the sound cannot be read.

    """
    try:
        with open_media(path) as container:
            digest = digest_of_all(container)
    except Exception as error:  # whatever a damaged file makes its parser do
        raise TagError(f"its sound cannot be read: {_reason(error)}") from error
    if digest is None:
        raise TagError("there is no sound in it")
    return digest


def _changed(
    folders: Sequence[Path],
    catalogue: Catalogue,
    wanted_of: Callable[[Found], Callable[[Fields], Fields]],
    *,
    write: bool,
    keep_time: bool,
) -> Iterator[Tagging]:
    """Bring the fields of the files below folders to what they shall be."""
    cleaned: set[Path] = set()
    for found in walk(folders):
        if write and (folder := found.path.parent) not in cleaned:
            cleaned.add(folder)
            remove_leftovers(folder)
        try:
            wanted = wanted_of(found)
            before = _read(found, catalogue)
            changes = _changes(before, wanted(before))
            yield _done(found, before, changes, catalogue, write=write, keep_time=keep_time)
        except TagError as error:
            failed = not isinstance(error, NotTaggable)
            yield Tagging(found.path, "skipped", reason=str(error), failed=failed)


def _read(found: Found, catalogue: Catalogue) -> dict[str, list[str]]:
    """Return the fields of a file that matter.

    Raises:
        NotTaggable: the file is damaged, and was before anything could be written into it.
        TagError: they cannot be read.

    """
    try:
        return read_fields(found.path, _NAMES)
    except TagError as error:
        song = catalogue.song_at(found.path)
        if song is not None and song.mood is None:
            raise NotTaggable(song.reason or "it could not be analysed") from error
        if song is None and _is_readable(found.path):
            raise NotTaggable("the file is damaged or no sound") from error
        raise


def _is_readable(path: Path) -> bool:
    """Tell whether the system lets a file be read."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def _known(catalogue: Catalogue, found: Found) -> Song:
    """Return a file's song.

    Raises:
        TagError: its mood is not known.

    """
    song = catalogue.song_at(found.path)
    if song is None:
        raise NotTaggable("not in the catalogue; scan first: vibelux scan FOLDER")
    if song.mood is None:
        raise NotTaggable(song.reason or "it could not be analysed")
    # An imported mood is not tied to a state of the file.
    if _stamp(catalogue, song) not in ((found.size, found.mtime_ns), (None, None)):
        raise NotTaggable("changed since it was analysed; scan again: vibelux scan FOLDER")
    return song


def _stamp(catalogue: Catalogue, song: Song) -> tuple[int | None, int | None]:
    """Return the size and time of change that a song's file had when it was analysed."""
    query = select(songs.c.size, songs.c.mtime_ns).where(songs.c.id == song.id)
    with catalogue.reading() as connection:
        size, mtime_ns = connection.execute(query).one()
    return size, mtime_ns


def _wanted(song: Song, before: Fields, *, overwrite: bool) -> Fields:
    """Return the fields as they shall be with a song's mood."""
    wanted = fields_of(song)
    mood = wanted["VIBELUX_MOOD"]
    moods = {name: values for name, values in before.items() if _is_mood(name)}
    replaced = _replaced(before)
    if overwrite or not moods or "MOOD" in replaced:
        foreign = {name: values for name, values in moods.items() if not _is_ours(before, name)}
        replaced = {"MOOD": []} | replaced | (foreign if overwrite else {})
    if replaced:
        plain = [*replaced] == ["MOOD"]
        wanted["VIBELUX_BEFORE"] = [json.dumps(replaced["MOOD"] if plain else replaced)]
    return wanted | moods | dict.fromkeys(replaced, mood)


def _restored(before: Fields) -> Fields:
    """Return the fields as they shall be without VibeluX."""
    return {name: moods for name, moods in before.items() if _is_mood(name)} | _replaced(before)


def _is_mood(name: str) -> bool:
    return name == "MOOD" or name.startswith("MOOD:")


def _is_ours(before: Fields, name: str) -> bool:
    """Return whether a mood is still what was written here."""
    return name in _before(before) and before.get(name) == before.get("VIBELUX_MOOD")


def _before(fields: Fields) -> dict[str, list[str]]:
    """Return what ``VIBELUX_BEFORE`` says: field -> what it was."""
    if "VIBELUX_BEFORE" not in fields:
        return {}
    try:
        found = json.loads(fields["VIBELUX_BEFORE"][0])
    except (ValueError, RecursionError):
        found = []
    moods = found if isinstance(found, dict) else {"MOOD": found}
    return {
        name: [str(value) for value in values] if isinstance(values, list) else []
        for name, values in moods.items()
        if _is_mood(name)
    } or {"MOOD": []}


def _replaced(before: Fields) -> dict[str, list[str]]:
    """Return what the moods were that were written here and are still as written."""
    return {name: was for name, was in _before(before).items() if _is_ours(before, name)}


def _changes(before: Fields, wanted: Fields) -> dict[str, list[str]]:
    names = dict.fromkeys((*_NAMES, *before, *wanted))
    return {
        name: wanted.get(name, []) for name in names if before.get(name, []) != wanted.get(name, [])
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
    # A song that is a link stays one: it is the file itself that changes, beside which a copy lies.
    target = real(found.path)
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
        raise NotTaggable("the file is read-only; make it writable first")
    if not (folder.st_mode & 0o222 and os.access(path.parent, os.W_OK)):
        raise NotTaggable(f"its folder {path.parent} is read-only; make it writable first")
    if status.st_nlink > 1:
        raise NotTaggable(
            f"the file has {status.st_nlink} names (hard links) that would be torn apart; "
            "make it a file of its own first"
        )


def _replace(path: Path, changes: Mapping[str, list[str]], *, keep_time: bool) -> None:
    """Put a copy with other tags in a file's place.

    Raises:
        TagError: it is not possible; the file is as it was.

    """
    try:
        with atomic_file(path, private=True, suffix=path.suffix) as part:
            before = path.stat()
            shutil.copyfile(path, part)
            change_fields(part, changes)
            _require_whole(path, part, changes)
            _give_to(part, before)
            shutil.copystat(path, part)
            if not keep_time:
                os.utime(part)
            now = path.stat()
            if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise TagError("it was changed by another program in this moment; try again")
    except OSError as error:
        raise TagError(f"it cannot be written: {error.strerror or error}") from error


def _require_whole(path: Path, part: Path, changes: Fields) -> None:
    """Check that a copy differs from its file in the changed fields and in nothing else.

    Raises:
        TagError: it does; damaged files are written without an error.
        OSError: one of them cannot be read.

    """
    left = "the file was left as it is"
    if sound_of(part) != sound_of(path):
        raise TagError(f"its sound would not survive; {left}")
    if stored_tags_and_sound(part) != stored_tags_and_sound(path):
        raise TagError(f"its other tags would not survive; {left}")
    after = read_fields(part, _NAMES)
    if any(after.get(name, []) != values for name, values in changes.items()):
        raise TagError(f"it is damaged: the tags cannot be read back; {left}")


def _give_to(part: Path, status: os.stat_result) -> None:
    """Give a file to the owner and group of another one, as far as that is allowed."""
    if hasattr(os, "chown"):
        for owner, group in ((-1, status.st_gid), (status.st_uid, -1)):
            with suppress(PermissionError):  # a file of somebody else becomes one's own
                os.chown(part, owner, group)


def _tell(catalogue: Catalogue, found: Found) -> None:
    """Let the catalogue know that a file has changed, but not its sound, under all its paths.

    Raises:
        TagError: the file cannot be read again; it is finished, and the next scan looks at it.

    """
    try:
        status = found.path.stat()
        values = {
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
            "content_hash": hash_of(found.path),
            "sound_hash": stored_tags_and_sound(found.path)[1],
        }
    except OSError as error:
        raise TagError(
            f"its tags are written, but it cannot be read again: {error.strerror or error}"
        ) from error
    with catalogue.writing() as connection:
        # A song that was not up to date before is left to the next scan.
        query = select(songs).where(songs.c.size == found.size, songs.c.mtime_ns == found.mtime_ns)
        for song in connection.execute(query).all():
            if real(path_of(song.path)) == real(found.path):
                values["known_by"] = key_of(song)
                connection.execute(update(songs).where(songs.c.id == song.id).values(**values))


def _reason(error: Exception) -> str:
    known = isinstance(error, (av.FFmpegError, OSError, ValueError))
    return str(error) if known else f"{type(error).__name__}: {error}"
