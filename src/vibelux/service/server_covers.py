"""Covers of songs that live on the music server that one is logged in to."""

import asyncio
import math
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from vibelux.errors import FilesUnreachable, ServerError, ServerRefused, VibeluxError
from vibelux.library.catalogue import Song
from vibelux.library.cover_files import MAX_BYTES
from vibelux.library.waited_call import waited_for
from vibelux.service.failures import logger

if TYPE_CHECKING:
    from vibelux.servers.client import Client

_PATIENCE = 10.0
"""Seconds that the server, and the keyring with its password, may take."""

_PAUSE = 60.0
"""Seconds for which a server that could not be asked is left alone."""

_AT_ONCE = 2

_GONE = 70
"""What servers answer where there is no such song or picture."""


class ServerCovers:
    """Asks the music server for covers; safe to use from many requests.

    Args:
        login_file: that remembers the login, as of `Settings.server_login`.

    """

    def __init__(self, login_file: Path) -> None:
        self._login_file = login_file
        self._lock = threading.Lock()  # guards the client
        self._client: Client | None = None
        self._quiet_until = -math.inf
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def of(self, song: Song) -> bytes | None:
        """Return the picture that a song's server has for it; None: it has none.

        Raises:
            ServerError: it cannot be asked, now or at all.

        """
        async with self._asking:
            if time.monotonic() < self._quiet_until:
                raise ServerError(f"{song.server} could not be asked a moment ago; try again later")
            try:
                return await run_in_threadpool(
                    waited_for,
                    partial(self._fetched, song),
                    what=str(song.server),
                    patience=_PATIENCE,
                )
            except (VibeluxError, ImportError) as error:
                if isinstance(error, ServerRefused) and error.code == _GONE:
                    return None
                self._quiet_until = time.monotonic() + _PAUSE
                if isinstance(error, ServerError):
                    raise
                why = error if isinstance(error, FilesUnreachable) else "the extra is missing"
                raise ServerError(f"no covers of {song.server}: {why}") from error

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _fetched(self, song: Song) -> bytes | None:
        client = self._client_of(str(song.server))
        if client is None or song.remote_id is None:
            return None
        logger.debug("asking %s for a cover", song.server)
        return client.cover(song.remote_id, largest=MAX_BYTES)

    def _client_of(self, server: str) -> "Client | None":
        """Return a client of a server; None: one is not logged in there."""
        from vibelux.servers.client import Client
        from vibelux.servers.http import Patience
        from vibelux.servers.login import read_login, secret_of

        login = read_login(self._login_file)
        if login is None or login.server != server:
            return None
        with self._lock:
            if self._client is None or self._client.login != login:
                patience = Patience(connect=3.0, read=5.0, grace=5.0, attempts=1)
                self._client = Client(login, secret_of(login), patience=patience)
            return self._client
