"""Playlists: songs as a file for any player."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from vibelux.library.playlists import FORMATS
from vibelux.library.playlists.file_names import FileNames
from vibelux.service.context import Shared
from vibelux.service.failures import Failure, documented
from vibelux.service.schemas import PlaylistAsked

router = APIRouter(prefix="/playlists", tags=["playlists"])

_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "xspf": "application/xspf+xml",
    "jspf": "application/jspf+json",
    "pls": "audio/x-scpls",
}


@router.post(
    "",
    response_class=Response,
    responses={
        200: {
            "description": "the file",
            "content": {
                name: {"schema": {"type": "string", "format": "binary"}} for name in _TYPES.values()
            },
        },
        **documented(404, 413, 422, 503),
    },
)
def playlist(shared: Shared, asked: PlaylistAsked) -> Response:
    """Write songs into a playlist and return it as a download."""
    columns = shared.columns.now()
    if unknown := [song_id for song_id in asked.songs if columns.row_of(song_id) is None]:
        raise Failure(404, "song_unknown", f"there is no song with id {unknown[0]}")
    songs = shared.catalogue.songs_by_id(asked.songs)
    text: str = FORMATS[f".{asked.format}"].render(songs, FileNames(None))
    file = f"{_file_name(asked.name)}.{asked.format}"
    ascii_name = "".join(char if char.isascii() and char not in '"\\' else "_" for char in file)
    return Response(
        text.encode("utf-8"),
        media_type=_TYPES[asked.format],
        headers={
            "Content-Disposition": f'attachment; filename="{ascii_name}"; '
            f"filename*=UTF-8''{quote(file)}"
        },
    )


def _file_name(name: str) -> str:
    """Return a name without what no system allows in one."""
    clean = "".join(
        "_" if char in '<>:"/\\|?*' or not char.isprintable() else char for char in name
    )
    return clean.encode("utf-8", "replace").decode("utf-8").strip(" .") or "VibeluX"
