"""Playlists: songs as a file for any player, and those that the person keeps."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from vibelux.library.catalogue import Song
from vibelux.library.playlists import FORMATS
from vibelux.library.playlists.file_names import FileNames
from vibelux.library.saved_playlists import SavedPlaylist, entries_of
from vibelux.service.context import Shared
from vibelux.service.failures import Failure, documented
from vibelux.service.schemas import SongOut
from vibelux.service.schemas_playlists import (
    PlaylistAsked,
    PlaylistDetail,
    PlaylistKept,
    PlaylistName,
    PlaylistOut,
)

router = APIRouter(prefix="/playlists", tags=["playlists"])

Id = Annotated[
    str, Path(max_length=64, description="of the playlist", examples=["5f0c2a9b1d3e4f67"])
]

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
    songs = _songs(shared, asked.songs)
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


@router.get("/kept", responses=documented(503))
def kept_playlists(shared: Shared) -> list[PlaylistOut]:
    """Return the playlists that the person keeps, the newest first."""
    return [PlaylistOut.of(playlist) for playlist in shared.playlists.all()]


@router.post("/kept", status_code=201, responses=documented(404, 413, 422, 503))
def keep_playlist(shared: Shared, asked: PlaylistKept) -> PlaylistOut:
    """Keep songs as a playlist."""
    entries = entries_of(_songs(shared, asked.songs), shared.columns.now())
    return PlaylistOut.of(shared.playlists.keep(asked.name, entries))


@router.get("/kept/{playlist_id}", responses=documented(404, 422, 503))
def kept_playlist(shared: Shared, playlist_id: Id) -> PlaylistDetail:
    """Return a playlist with its songs."""
    playlist = _known(shared.playlists.get(playlist_id))
    columns = shared.columns.now()
    songs = shared.catalogue.songs_by_id(columns.ids[playlist.rows(columns)])
    statistics = shared.catalogue.statistics.songs
    return PlaylistDetail(
        playlist=PlaylistOut.of(playlist), songs=[SongOut.of(song, statistics) for song in songs]
    )


@router.patch("/kept/{playlist_id}", responses=documented(404, 413, 422, 503))
def rename_playlist(shared: Shared, playlist_id: Id, given: PlaylistName) -> PlaylistOut:
    """Give a playlist another name."""
    return PlaylistOut.of(_known(shared.playlists.rename(playlist_id, given.name)))


@router.delete("/kept/{playlist_id}", status_code=204, responses=documented(422, 503))
def delete_playlist(shared: Shared, playlist_id: Id) -> None:
    """Delete a playlist; its songs stay."""
    shared.playlists.delete(playlist_id)


def _songs(shared: Shared, ids: list[int]) -> list[Song]:
    columns = shared.columns.now()
    if unknown := [song_id for song_id in ids if columns.row_of(song_id) is None]:
        raise Failure(404, "song_unknown", f"there is no song with id {unknown[0]}")
    return shared.catalogue.songs_by_id(ids)


def _known(playlist: SavedPlaylist | None) -> SavedPlaylist:
    if playlist is None:
        raise Failure(
            404, "playlist_unknown", "this playlist is gone", "look at the playlists that there are"
        )
    return playlist


def _file_name(name: str) -> str:
    """Return a name without what no system allows in one."""
    clean = "".join(
        "_" if char in '<>:"/\\|?*' or not char.isprintable() else char for char in name
    )
    return clean.encode("utf-8", "replace").decode("utf-8").strip(" .") or "VibeluX"
