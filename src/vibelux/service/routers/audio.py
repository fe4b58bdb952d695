"""The sound of a song, whole or in ranges, by the song's id."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from vibelux.errors import AudioError
from vibelux.library.catalogue import Song
from vibelux.service.byte_ranges import is_known, range_of
from vibelux.service.context import Context, Shared
from vibelux.service.disks import Blocks
from vibelux.service.failures import Failure, documented, logger
from vibelux.service.sound import Sound, sound_of

router = APIRouter(prefix="/audio", tags=["audio"])

Id = Annotated[int, Path(ge=0, description="of the song", examples=[1])]

_BINARY: dict[str, Any] = {"audio/*": {"schema": {"type": "string", "format": "binary"}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "the whole sound", "content": _BINARY},
    206: {"description": "the requested range", "content": _BINARY},
    304: {"description": "it has not changed"},
    **documented(403, 404, 415, 416, 422, 503),
}


@router.get("/{song_id}", response_class=StreamingResponse, responses=_RESPONSES)
async def audio(shared: Shared, song_id: Id, request: Request) -> Response:
    """Send a song's sound, as WAV if browsers cannot play the file."""
    song, sound = await _opened(shared, song_id)
    try:
        headers = _headers(sound)
        if is_known(request.headers, etag=sound.etag):
            shared.disks.run(sound.close, where=song.path)
            return Response(status_code=304, headers=headers)
        wanted = range_of(request.headers, size=sound.size, etag=sound.etag)
    except BaseException:
        shared.disks.run(sound.close, where=song.path)
        raise
    start, end = wanted or (0, sound.size)
    headers["Content-Length"] = str(end - start)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{sound.size}"
    return _SoundResponse(
        Blocks(shared.disks, sound.read(start, end), where=song.path, close=sound.close),
        status_code=200 if wanted is None else 206,
        headers=headers,
        media_type=sound.content_type,
    )


@router.head("/{song_id}", response_class=Response, responses=_RESPONSES)
async def audio_head(shared: Shared, song_id: Id, request: Request) -> Response:
    """Return the length and type of a song's sound."""
    song, sound = await _opened(shared, song_id)
    try:
        headers = _headers(sound) | {"Content-Length": str(sound.size)}
        if is_known(request.headers, etag=sound.etag):
            return Response(status_code=304, headers=_headers(sound))
        return Response(headers=headers, media_type=sound.content_type)
    finally:
        shared.disks.run(sound.close, where=song.path)


async def _opened(shared: Context, song_id: int) -> tuple[Song, Sound]:
    """Return a song and its opened sound.

    Raises:
        AudioError, Failure: as `sound_of`, `Context.song` and `Disks.ask`.

    """
    song = await run_in_threadpool(shared.song, song_id)
    sound = await shared.disks.ask(
        partial(sound_of, song), where=song.path, late=lambda opened: opened.close()
    )
    return song, sound


class _SoundResponse(StreamingResponse):
    """A sound's bytes; the sound is closed however the answer ends."""

    def __init__(self, blocks: Blocks, **rest: Any) -> None:
        super().__init__(blocks, **rest)
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (AudioError, Failure) as error:  # too late for another answer: the connection breaks
            logger.warning("a song broke off: %s", error)
        finally:
            self._blocks.close()


def _headers(sound: Sound) -> dict[str, str]:
    return {"ETag": sound.etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
