"""Which of MPD's files is which song: MPD knows files by their path below its music folder.

That folder may differ from the catalogue's (another machine, another mount, a link), and links in
it may lead to the songs. It is the one that the person names; else the one that MPD names, which it
does only over a local socket; else it is found by MPD's files with the song's name. If the music
folder can be seen from here, the files themselves show whether they are the same; otherwise the
longest common end of their paths decides, with the length of the song.
"""

import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from vibelux.folding import canonical
from vibelux.library.catalogue import Song
from vibelux.library.real_paths import as_scanned, real
from vibelux.players.mpd_server import MpdRefused, MpdServer

_PATIENCE = 5.0
"""Seconds to wait until MPD has added a new file to its database."""

_FIRST_PATIENCE = 30.0
"""The same for an empty database."""

_SLACK = 3.0
"""Seconds by which two programs may differ about the length of a song."""


class MpdLacks(Exception):
    """MPD does not have a song; the message says why, without a full stop."""


@dataclass(frozen=True)
class _Place:
    """A folder on this machine, and MPD's name for it.

    Attributes:
        folder: its real path.
        name: path below MPD's music folder; empty for that folder itself.

    """

    folder: Path
    name: str = ""

    def name_of(self, path: Path) -> str:
        """Return MPD's name for a file below the folder."""
        return "/".join(filter(None, (self.name, path.relative_to(self.folder).as_posix())))


class MpdFiles:
    """Finds songs in MPD's database.

    Args:
        server: MPD.
        root: MPD's music folder as this machine sees it; None finds out.

    """

    def __init__(self, server: MpdServer, *, root: Path | None = None) -> None:
        self._server = server
        self._root = None if root is None else real(root)
        self._places = [] if self._root is None else [_Place(self._root)]
        self._known: dict[int, str] = {}
        self._updated: set[str] = set()  # folders that MPD was asked to scan again

    def prepare(self) -> None:
        """Ask MPD for its music folder, and to scan it if it never has."""
        if self._root is None and self._server.address.is_socket:
            try:
                answer = self._server.ask("config")
                folder = answer.get("music_directory") if isinstance(answer, dict) else answer
                if folder:
                    self._root = real(Path(folder))
                    self._places = [_Place(self._root)]
            except MpdRefused:
                pass  # not permitted, or its music is not in a folder
        if self._server.ask("stats").get("songs", "0") == "0":
            self._update("", patience=_FIRST_PATIENCE)
        else:
            self._wait(_PATIENCE)

    def name_of(self, song: Song) -> str:
        """Return MPD's name for a song.

        Raises:
            MpdLacks: MPD does not have it.

        """
        if song.id not in self._known:
            self._known[song.id] = self._found(song)
        return self._known[song.id]

    def called(self, song: Song, name: str) -> None:
        """Remember MPD's name for a song."""
        self._known[song.id] = name

    def forget(self, song: Song) -> None:
        """Look a song up again next time."""
        self._known.pop(song.id, None)

    def _found(self, song: Song) -> str:
        path = as_scanned(song.path)
        _require_sendable(path.name)
        trouble: str | None = None
        for place in self._places:
            if not path.is_relative_to(place.folder):
                continue
            name = place.name_of(path)
            _require_sendable(name)
            if self._has(name):
                return name
            if place.folder.is_dir() and not path.exists():
                continue  # nothing that MPD could add
            trouble = self._take_in(name) or trouble
            if self._has(name):
                return name
        if (searched := self._searched(path, song)) is not None:
            return searched
        if self._server.address.is_socket and path.is_file():
            _require_sendable(str(path))
            return str(path)  # on the same machine, MPD plays any file to those who may read it
        raise MpdLacks(self._why(path, trouble))

    def _has(self, name: str) -> bool:
        try:
            entries = self._server.ask("lsinfo", name)
        except MpdRefused:
            return False
        return any(entry.get("file") == name for entry in entries)

    def _take_in(self, name: str) -> str | None:
        """Let MPD add a file to its database; return why it was not added, or None."""
        trouble = self._update(name)
        if trouble is not None or self._has(name):
            return trouble
        # Behind a link, MPD adds new folders only inside one that it knows.
        for above in map(str, PurePosixPath(name).parents):
            if above in self._updated:
                return None
            if above == "." or self._is_folder(above):
                self._updated.add(above)
                return self._update("" if above == "." else above)
        return None

    def _is_folder(self, name: str) -> bool:
        try:
            return bool(self._server.ask("lsinfo", name))
        except MpdRefused:
            return False

    def _searched(self, path: Path, song: Song) -> str | None:
        """Return MPD's file with the same name that is this one, and learn its folder."""
        try:
            entries = self._server.ask("search", "file", path.name)
        except MpdRefused:
            return None
        likely = [entry for entry in entries if entry.get("file", "").split("/")[-1] == path.name]
        if self._root is not None and self._root.is_dir():
            same = [entry for entry in likely if _is_same(self._root / entry["file"], path)][:1]
        else:
            same = _longest(likely, path, song)
        if len(same) != 1:
            return None
        name: str = same[0]["file"]
        common = _common_end(name, path)
        parts = name.split("/")
        self._places.insert(0, _Place(Path(*path.parts[:-common]), "/".join(parts[:-common])))
        return name

    def _why(self, path: Path, trouble: str | None) -> str:
        """Return why MPD does not have a file."""
        name, address = path.name, self._server.address
        if self._root is not None and not path.exists():
            return f"there is no file {path} any more"
        if self._suffixes and path.suffix[1:].lower() not in self._suffixes:
            return f"MPD at {address} has no decoder for {path.suffix or name} files"
        if self._root is None:
            if "updating_db" in self._server.ask("status"):
                return f"MPD at {address} does not have {path} yet: it is updating its database"
            return (
                f"MPD at {address} does not have {path}; if it does under another path, say "
                "with --mpd-root which folder here is its music folder"
            )
        if not any(path.is_relative_to(place.folder) for place in self._places):
            return (
                f"{path} is not in MPD's music folder {self._root}; put a link to its folder "
                "there, or play through MPD's local socket"
            )
        if trouble is not None:
            return f"MPD at {address} does not know {path} yet: {trouble}"
        if (closed := _closed(path, self._root)) is not None:
            return (
                f"MPD may not be allowed to read {path}: {closed} is closed to other users; let "
                "MPD's user read it"
            )
        return (
            f"MPD at {address} leaves {path} out of its database, although it is in its music "
            "folder; look for .mpdignore files, at follow_outside_symlinks and "
            "filesystem_charset in mpd.conf, and at MPD's log"
        )

    @cached_property
    def _suffixes(self) -> frozenset[str]:
        """The suffixes that MPD has decoders for, empty if it does not say."""
        try:
            decoders = self._server.ask("decoders")
        except MpdRefused:
            return frozenset()
        told = (decoder.get("suffix", ()) for decoder in decoders)
        lists = ([suffixes] if isinstance(suffixes, str) else suffixes for suffixes in told)
        return frozenset(suffix.lower() for suffixes in lists for suffix in suffixes)

    def _update(self, name: str, *, patience: float = _PATIENCE) -> str | None:
        """Let MPD scan a file or everything; return why that was not done, or None."""
        try:
            self._server.ask("update", name)
        except MpdRefused as error:
            return str(error)
        return self._wait(patience)

    def _wait(self, patience: float) -> str | None:
        """Wait until MPD has finished scanning; return that it has not, or None."""
        deadline = time.monotonic() + patience
        quiet = 0
        while time.monotonic() < deadline:
            # Twice: between two jobs, MPD says for a moment that there are none.
            quiet = 0 if "updating_db" in self._server.ask("status") else quiet + 1
            if quiet == 2:
                return None
            time.sleep(0.05)
        return "it is still updating its database"


def _require_sendable(name: str) -> None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MpdLacks(
            f"MPD's protocol cannot name {name!r}: it has bytes that are not UTF-8"
        ) from error
    if "\n" in name:
        raise MpdLacks(f"MPD's protocol cannot name {name!r}: it has a line break")


def _is_same(file: Path, path: Path) -> bool:
    try:
        return file.samefile(path)
    except OSError:
        return False


def _common_end(name: str, path: Path) -> int:
    """Return how many names the ends of two paths have in common."""
    common = 0
    for one, other in zip(reversed(name.split("/")), reversed(path.parts[1:]), strict=False):
        if one != other:
            break
        common += 1
    return common


def _longest(entries: list[Mapping[str, Any]], path: Path, song: Song) -> list[Mapping[str, Any]]:
    """Return the entries with the longest common end, if they are as long as the song.

    It is enough if one whole path is the end of the other; otherwise the folder and the title have
    to agree as well.
    """

    def fits(entry: Mapping[str, Any]) -> bool:
        common = _common_end(entry["file"], path)
        if common < len(entry["file"].split("/")):
            titled = canonical(entry.get("title")) == canonical(song.title)
            if common < 2 or not entry.get("title") or not titled:
                return False
        length = entry.get("duration") or entry.get("time")
        if song.duration is None or length is None:
            return True
        return abs(float(length) - song.duration) <= _SLACK

    fitting = [entry for entry in entries if fits(entry)]
    most = max((_common_end(entry["file"], path) for entry in fitting), default=0)
    return [entry for entry in fitting if _common_end(entry["file"], path) == most]


def _closed(path: Path, root: Path) -> Path | None:
    """Return what keeps other users from reading a file: itself or a folder above it."""
    needed = {path: stat.S_IROTH, **dict.fromkeys(path.parents, stat.S_IXOTH)}
    for place, mode in needed.items():
        if place == root.parent:
            break  # MPD's own concern
        try:
            if os.name == "posix" and not place.stat().st_mode & mode:
                return place
        except OSError:
            return place
    return None
