"""The cover of a song, small, by its id only."""

from hashlib import blake2b
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from vibelux.service.byte_ranges import is_known
from vibelux.service.context import Shared
from vibelux.service.covers import Size
from vibelux.service.failures import documented

router = APIRouter(prefix="/songs", tags=["songs"])

Id = Annotated[int, Path(ge=0, description="of the song", examples=[1])]
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the cover",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    },
    204: {"description": "the song has none, or its disk does not answer"},
    304: {"description": "it has not changed"},
    **documented(404, 422, 503),
}

_KEPT = "private, max-age=600"
"""A list that is scrolled up and down asks once."""


@router.get("/{song_id}/cover", response_class=Response, responses=_RESPONSES)
async def cover(
    shared: Shared,
    song_id: Id,
    request: Request,
    size: Annotated[Size, Query(description="of the longer side, at most")] = Size.TILE,
) -> Response:
    """Send a song's cover as JPEG: the picture inside its file, or one beside it."""
    song = await run_in_threadpool(shared.song, song_id)
    found = await shared.covers.of(song, size)
    headers = {"Cache-Control": _KEPT}
    if found is None:
        return Response(status_code=204, headers=headers)
    headers["ETag"] = f'"{blake2b(found, digest_size=16).hexdigest()}"'
    if is_known(request.headers, etag=headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(found, headers=headers, media_type="image/jpeg")
