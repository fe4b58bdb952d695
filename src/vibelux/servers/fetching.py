"""Fetches songs from a server: a few at a time, and never many waiting on the disk."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vibelux.errors import ServerError
from vibelux.servers.client import Client
from vibelux.servers.entries import ServerSong

LARGEST_SONG = 1 << 30
"""Most bytes of a song: hours of lossless sound."""

_LOOK = 0.5
"""Seconds between checks whether to stop, for waits that cannot be interrupted."""


@dataclass(frozen=True)
class Fetched:
    """A song that has arrived, or why it has not.

    Attributes:
        song: the song.
        path: its file, which the receiver owns.
        error: why it was not fetched, or None.

    """

    song: ServerSong
    path: Path
    error: ServerError | None = None


class Fetching:
    """Fetches songs in the background; a context manager that stops at the end.

    Args:
        client: the server's client.
        songs: the songs to fetch, in this order.
        folder: folder for their files.
        connections: number of requests at a time, at least 1.

    """

    def __init__(
        self, client: Client, songs: Iterator[ServerSong], folder: Path, *, connections: int
    ) -> None:
        self._client = client
        self._songs = songs
        self._folder = folder
        self._next = threading.Lock()
        self._number = 0
        self._stop = threading.Event()
        # As many songs as connections may wait, which bounds what is on the disk.
        self._ready: queue.Queue[Fetched | Exception | None] = queue.Queue(maxsize=connections)
        self._busy = connections
        self._threads = [
            # Daemons, so that Ctrl-C ends the program even if a server hangs.
            threading.Thread(target=self._work, daemon=True)
            for _ in range(connections)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * _LOOK)

    def take(self, *, wait: bool) -> Fetched | None:
        """Return the next song that has arrived.

        Args:
            wait: whether to wait for one.

        Returns:
            the song; None if there is none now, or with ``wait`` if there are no more.

        """
        while self._busy:
            try:
                found = self._ready.get(timeout=_LOOK if wait else 0.001)
            except queue.Empty:
                if wait:
                    continue
                return None
            if isinstance(found, OSError):
                raise ServerError(f"cannot keep songs in {self._folder}: {found}") from found
            if isinstance(found, Exception):
                raise found
            if found is not None:
                return found
            self._busy -= 1
        return None

    def _work(self) -> None:
        try:
            while (found := self._fetched()) is not None:
                self._put(found)
        except Exception as error:  # it is raised where the song is awaited
            self._put(error)
        self._put(None)

    def _fetched(self) -> Fetched | None:
        with self._next:
            song = None if self._stop.is_set() else next(self._songs, None)
            self._number += 1
            number = self._number
        if song is None:
            return None
        path = self._folder / f"{number}.{song.suffix or 'song'}"
        try:
            self._client.fetch(song, path, largest=LARGEST_SONG, stop=self._stop)
        except ServerError as error:
            path.unlink(missing_ok=True)
            return Fetched(song, path, error)
        return Fetched(song, path)

    def _put(self, found: Fetched | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                self._ready.put(found, timeout=_LOOK)
                return
            except queue.Full:
                continue
