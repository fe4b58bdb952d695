"""Songs' covers, small: looked for where the song is, made once, and kept on the disk."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from functools import partial
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool

from vibelux.errors import ImageError, ServerError
from vibelux.library.catalogue import Song
from vibelux.library.cover_cache import CoverCache
from vibelux.library.cover_files import cover_source
from vibelux.library.cover_images import small_cover
from vibelux.service.disks import Disks
from vibelux.service.failures import Failure, logger
from vibelux.service.server_covers import ServerCovers


class Size(IntEnum):
    """Pixels of a cover's longer side."""

    ROW = 96
    TILE = 256
    STAGE = 512


_PATIENCE = 2.0
"""Seconds that a disk may take: nobody waits for a picture as for a song."""

_KNOWN = 20_000
"""Songs whose picture is remembered."""

_AT_ONCE = 2
"""Covers that are made at once: decoding takes much memory."""

Reader = Callable[[], Awaitable[bytes | None]]


class Covers:
    """Gives songs' covers; safe to use from many requests.

    Args:
        cache: of the small ones.
        disks: that hold the songs.
        servers: that hold the others.

    """

    def __init__(self, cache: CoverCache, disks: Disks, servers: ServerCovers) -> None:
        self._cache, self._disks, self._servers = cache, disks, servers
        self._lock = threading.Lock()
        self._known: OrderedDict[object, str | None] = OrderedDict()  # what tells a song's picture
        self._making = asyncio.Semaphore(_AT_ONCE)

    async def of(self, song: Song, size: Size) -> bytes | None:
        """Return a song's cover as JPEG, or None.

        None also where the disk or the server that has it does not answer.
        """
        if song.server is not None:
            return await self._of_server(song, size)
        ask = partial(self._disks.ask, where=song.path, patience=_PATIENCE)
        try:
            source = await ask(partial(cover_source, song.path))
            key = (source.song, source.beside, source.state)
            return await self._cover(key, [partial(ask, read) for read in source.readers()], size)
        except (OSError, ValueError) as error:
            logger.debug("no cover of %s: %s", song.path, error)
            return None
        except Failure:  # the disk does not answer
            return None

    async def _of_server(self, song: Song, size: Size) -> bytes | None:
        key = (song.server, song.remote_id)
        try:
            return await self._cover(key, [partial(self._servers.of, song)], size)
        except ServerError as error:
            logger.debug("no cover of %s: %s", song.path, error)
            return None

    def close(self) -> None:
        """Close what is open."""
        self._servers.close()

    async def _cover(self, key: object, readers: Sequence[Reader], size: Size) -> bytes | None:
        """Return the cover made of the first picture that is one.

        Args:
            key: tells the song's pictures.
            readers: of each.
            size: wanted.

        """
        with self._lock:
            known = key in self._known
            digest = self._known.get(key)
            if known:
                self._known.move_to_end(key)
        if known and digest is None:
            return None
        if digest is not None and (kept := await run_in_threadpool(self._cache.get, digest, size)):
            return kept
        for read in readers:
            data = await read()
            if data is None:
                continue
            digest = blake2b(data, digest_size=16).hexdigest()
            try:
                async with self._making:
                    cover = await run_in_threadpool(self._made, data, digest, size)
            except ImageError as error:
                logger.debug("%s: %s", key, error)
                continue
            self._remember(key, digest)
            return cover
        self._remember(key, None)
        return None

    def _made(self, data: bytes, digest: str, size: Size) -> bytes:
        """Return the cover made of a picture, and keep it; another song's may be the same."""
        kept = self._cache.get(digest, size)
        if kept is not None:
            return kept
        cover = small_cover(data, size=size)
        self._cache.put(digest, size, cover)
        return cover

    def _remember(self, key: object, digest: str | None) -> None:
        with self._lock:
            self._known[key] = digest
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)
