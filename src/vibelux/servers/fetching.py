"""Songs on their way from a server: a few at a time, and never many waiting on the disk."""

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
"""Bytes of a song at most: hours of lossless sound."""

_LOOK = 0.5
"""Seconds between looks at whether to stop, where waiting cannot be interrupted."""


@dataclass(frozen=True)
class Fetched:
    """A song that has arrived, or why it has not.

    Attributes:
        song: which.
        path: of the file; it belongs to the receiver.
        error: why there is none, or None.

    """

    song: ServerSong
    path: Path
    error: ServerError | None = None


class Fetching:
    """Fetches songs in the background; a context manager that stops at its end.

    Args:
        client: of the server.
        songs: to fetch, in this order.
        folder: for their files.
        connections: requests at a time, at least 1.

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
        # As many as connections may wait; with those on the way that bounds what lies on the disk.
        self._ready: queue.Queue[Fetched | Exception | None] = queue.Queue(maxsize=connections)
        self._busy = connections
        self._threads = [
            # Daemons: a server that hangs must not keep Ctrl-C from ending the program.
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
            wait: for one, if need be.

        Returns:
            None if there is none now, or with ``wait`` none any more.

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
        except Exception as error:  # it must reach who waits
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
