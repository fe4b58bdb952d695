"""The sound of a song, whole or in ranges, by its id only."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from vibelux.service.byte_ranges import is_known, range_of
from vibelux.service.context import Shared
from vibelux.service.failures import documented
from vibelux.service.sound import Sound, sound_of

router = APIRouter(prefix="/audio", tags=["audio"])

Id = Annotated[int, Path(ge=0, description="of the song", examples=[1])]

_BINARY: dict[str, Any] = {"audio/*": {"schema": {"type": "string", "format": "binary"}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "the whole sound", "content": _BINARY},
    206: {"description": "the range that was asked for", "content": _BINARY},
    304: {"description": "it has not changed"},
    **documented(403, 404, 415, 416, 422, 503),
}


@router.get("/{song_id}", response_class=StreamingResponse, responses=_RESPONSES)
def audio(shared: Shared, song_id: Id, request: Request) -> Response:
    """Send a song's sound; what browsers cannot play comes as WAV."""
    return _answer(sound_of(shared.song(song_id)), request.headers)


@router.head("/{song_id}", response_class=Response, responses=_RESPONSES)
def audio_head(shared: Shared, song_id: Id, request: Request) -> Response:
    """Say how long a song's sound is, and of which type."""
    sound = sound_of(shared.song(song_id))
    try:
        headers = _headers(sound) | {"Content-Length": str(sound.size)}
        if is_known(request.headers, etag=sound.etag):
            return Response(status_code=304, headers=_headers(sound))
        return Response(headers=headers, media_type=sound.content_type)
    finally:
        sound.close()


class _SoundResponse(StreamingResponse):
    """Bytes of a sound, which is closed however the answer ends."""

    def __init__(self, sound: Sound, start: int, end: int, **rest: Any) -> None:
        super().__init__(sound.read(start, end), **rest)
        self._sound = sound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._sound.close()


def _answer(sound: Sound, asked: Mapping[str, str]) -> Response:
    try:
        headers = _headers(sound)
        if is_known(asked, etag=sound.etag):
            sound.close()
            return Response(status_code=304, headers=headers)
        wanted = range_of(asked, size=sound.size, etag=sound.etag)
    except BaseException:
        sound.close()
        raise
    start, end = wanted or (0, sound.size)
    headers["Content-Length"] = str(end - start)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{sound.size}"
    return _SoundResponse(
        sound,
        start,
        end,
        status_code=200 if wanted is None else 206,
        headers=headers,
        media_type=sound.content_type,
    )


def _headers(sound: Sound) -> dict[str, str]:
    return {"ETag": sound.etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
