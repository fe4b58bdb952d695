"""Which of MPD's files is which song: MPD knows files by their path below its music folder.

That folder may be elsewhere than the catalogue's (another machine, another mount). It is what the
person says; else what MPD says, which it does over a local socket only; else it is found: the
longest end of a song's path that MPD knows, with the length that the catalogue knows.
"""

import time
from pathlib import Path

from vibelux.library.catalogue import Song
from vibelux.players.mpd_server import MpdRefused, MpdServer

_PATIENCE = 5.0
"""Seconds to wait for MPD to take a new file into its database."""

_FIRST_PATIENCE = 30.0
"""The same for a database that was empty."""

_SLACK = 3.0
"""Seconds by which two programs may differ about a song's length."""


class MpdFiles:
    """Finds songs in MPD's database.

    Args:
        server: MPD.
        root: the folder that is MPD's music folder as this machine sees it; None finds out.

    """

    def __init__(self, server: MpdServer, *, root: Path | None = None) -> None:
        self._server = server
        self._told = root is not None
        self._roots = [root] if root is not None else []
        self._known: dict[int, str] = {}

    def prepare(self) -> None:
        """Ask MPD for its music folder, and to look at it if it never has."""
        if not self._told and self._server.address.is_socket:
            try:
                answer = self._server.ask("config")
                folder = answer.get("music_directory") if isinstance(answer, dict) else answer
                self._roots = [Path(folder)] if folder else []
            except MpdRefused:
                pass  # not permitted, or its music lies elsewhere than in a folder
        if self._server.ask("stats").get("songs", "0") == "0":
            self._update("", patience=_FIRST_PATIENCE)

    def name_of(self, song: Song) -> str | None:
        """Return what MPD calls a song, or None if it does not have it."""
        if song.id not in self._known:
            found = self._found(song)
            if found is None:
                return None
            self._known[song.id] = found
        return self._known[song.id]

    def forget(self, song: Song) -> None:
        """Look a song up again next time."""
        self._known.pop(song.id, None)

    def _found(self, song: Song) -> str | None:
        for root in self._roots:
            if not song.path.is_relative_to(root):
                continue
            name = song.path.relative_to(root).as_posix()
            if not _sendable(name):
                return None
            if self._has(name) or (self._update(name) and self._has(name)):
                return name
        if self._told:
            return None
        parts = song.path.parts[1:]
        for start in range(len(parts)):
            name = "/".join(parts[start:])
            if _sendable(name) and self._has(name, seconds=song.duration):
                self._roots.insert(0, Path(*song.path.parts[: start + 1]))
                return name
        return None

    def _has(self, name: str, *, seconds: float | None = None) -> bool:
        try:
            entries = self._server.ask("lsinfo", name)
        except MpdRefused:
            return False
        for entry in entries:
            if entry.get("file") == name:
                length = entry.get("duration") or entry.get("time")
                if seconds is None or length is None:
                    return True
                return abs(float(length) - seconds) <= _SLACK
        return False

    def _update(self, name: str, *, patience: float = _PATIENCE) -> bool:
        """Let MPD look at a file or at everything; return whether it was done soon."""
        try:
            self._server.ask("update", name)
        except MpdRefused:
            return False
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if "updating_db" not in self._server.ask("status"):
                return True
            time.sleep(0.05)
        return False


def _sendable(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\n" not in name
