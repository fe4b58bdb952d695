"""The playlists that a person keeps: a small file each, which a new catalogue does not lose.

A playlist holds what songs are known by, not their ids: one that moves stays in it, one that is
gone comes back with its file, and all are found again by a catalogue that was made anew.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.errors import InvalidInput, PlaylistError
from vibelux.library.catalogue import Song
from vibelux.library.song_columns import SongColumns
from vibelux.private_files import private_folder

LONGEST_NAME = 200
"""Characters of a playlist's name."""

_FORMAT = 1

_ID = re.compile(r"[a-z0-9]{1,32}")


@dataclass(frozen=True)
class Entry:
    """A song of a playlist.

    Attributes:
        key: as of `SongColumns.key`.
        path: of its file, as `vibelux.library.schema.path_bytes`, in hex.
        title: to name it by when it is not there.
        artist: likewise, or None.

    """

    key: str
    path: str
    title: str
    artist: str | None


@dataclass(frozen=True)
class SavedPlaylist:
    """A playlist that was kept.

    Attributes:
        id: letters and digits.
        name: that the person gave it.
        made: when, seconds since 1970.
        entries: its songs, in order.

    """

    id: str
    name: str
    made: int
    entries: tuple[Entry, ...]

    def rows(self, songs: SongColumns) -> NDArray[np.int64]:
        """Return the rows of its songs that are there, in order.

        Args:
            songs: with the columns ``keys``, ``hashes`` and ``paths``.

        """
        found = (songs.find(entry.key, bytes.fromhex(entry.path)) for entry in self.entries)
        return np.array([row for row in found if row is not None], np.int64)


class SavedPlaylists:
    """A folder with a file a playlist; safe to use from many threads and processes.

    Every change is a whole new file that takes the place of the old one in one step.

    Args:
        folder: made when the first playlist is kept.
        clock: seconds since 1970.

    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def all(self) -> list[SavedPlaylist]:
        """Return the playlists, the newest first; files that are none are passed over."""
        found = [self._read(path) for path in self._folder.glob("*.json")]
        known = [playlist for playlist in found if playlist is not None]
        return sorted(known, key=lambda playlist: (-playlist.made, playlist.name, playlist.id))

    def get(self, playlist_id: str) -> SavedPlaylist | None:
        """Return a playlist, or None: there is none with this id."""
        return self._read(self._path(playlist_id)) if _ID.fullmatch(playlist_id) else None

    def keep(self, name: str, entries: Sequence[Entry]) -> SavedPlaylist:
        """Keep a new playlist.

        Raises:
            InvalidInput: the name is empty or too long, or there are no songs.
            PlaylistError: it cannot be written.

        """
        if not entries:
            raise InvalidInput("a playlist needs at least one song")
        made = int(self._clock())
        playlist = SavedPlaylist(secrets.token_hex(8), _checked(name), made, tuple(entries))
        self._write(playlist)
        return playlist

    def rename(self, playlist_id: str, name: str) -> SavedPlaylist | None:
        """Give a playlist another name, and return it, or None: there is none with this id.

        Raises:
            InvalidInput: the name is empty or too long.
            PlaylistError: it cannot be written.

        """
        checked = _checked(name)
        if (playlist := self.get(playlist_id)) is None:
            return None
        playlist = replace(playlist, name=checked)
        self._write(playlist)
        return playlist

    def delete(self, playlist_id: str) -> None:
        """Delete a playlist, if there is one with this id.

        Raises:
            PlaylistError: it cannot be deleted.

        """
        if not _ID.fullmatch(playlist_id):
            return
        try:
            self._path(playlist_id).unlink(missing_ok=True)
        except OSError as error:
            raise PlaylistError(f"cannot delete the playlist: {error}") from error

    def _path(self, playlist_id: str) -> Path:
        return self._folder / f"{playlist_id}.json"

    def _read(self, path: Path) -> SavedPlaylist | None:
        try:
            saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if saved["format"] != _FORMAT:
                return None
            entries = tuple(_entry(entry) for entry in saved["songs"])
            return SavedPlaylist(path.stem, _checked(saved["name"]), int(saved["made"]), entries)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, playlist: SavedPlaylist) -> None:
        saved = {
            "format": _FORMAT,
            "name": playlist.name,
            "made": playlist.made,
            "songs": [asdict(entry) for entry in playlist.entries],
        }
        try:
            private_folder(self._folder)
            with atomic_file(self._path(playlist.id), private=True) as part:
                part.write_text(json.dumps(saved, indent=1), encoding="utf-8")
        except OSError as error:
            raise PlaylistError(f"cannot keep the playlist {playlist.name!r}: {error}") from error


def entries_of(found: Sequence[Song], songs: SongColumns) -> list[Entry]:
    """Return songs as entries of a playlist.

    Args:
        found: the songs, in order.
        songs: of the same catalogue, with the columns ``keys`` and ``paths``.

    Raises:
        InvalidInput: one is not among them.

    """
    entries = []
    for song in found:
        if (row := songs.row_of(song.id)) is None:
            raise InvalidInput(f"there is no song with id {song.id}")
        path = songs.paths[row].hex()
        entries.append(Entry(songs.key(row), path, song.title, song.artist))
    return entries


def _checked(name: str) -> str:
    clean = " ".join(str(name).split())
    if not clean or len(clean) > LONGEST_NAME:
        raise InvalidInput(
            f"a playlist's name has 1 to {LONGEST_NAME} characters, {name[:20]!r} has {len(clean)}"
        )
    return clean


def _entry(saved: dict[str, Any]) -> Entry:
    entry = Entry(**saved)
    bytes.fromhex(entry.path)
    return entry
