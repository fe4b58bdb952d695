"""A client of music servers that speak the Subsonic API or OpenSubsonic.

Navidrome, Gonic, LMS, Airsonic, Supysonic and others. The protocol:
https://www.subsonic.org/pages/api.jsp and https://opensubsonic.netlify.app.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from vibelux.errors import ServerError, ServerRefused
from vibelux.servers.entries import (
    ServerPlaylist,
    ServerSong,
    children,
    songs_of,
    text_of,
)
from vibelux.servers.http import HINTS, Connection, Params, Patience
from vibelux.servers.login import Login

_PAGE = 500


@dataclass(frozen=True)
class ServerInfo:
    """What a server says about itself.

    Attributes:
        name: name of the program, such as ``navidrome``, or ``a Subsonic server``.
        version: version of the program, or of the API.
        open_subsonic: whether it speaks OpenSubsonic.

    """

    name: str
    version: str
    open_subsonic: bool


class Client:
    """A connection to a server; a context manager that closes it. Threads may share it.

    Args:
        login: the user's account.
        secret: the password or API key.
        patience: how long to wait.

    """

    def __init__(self, login: Login, secret: str, *, patience: Patience | None = None) -> None:
        self.login = login
        self._original = "download"
        self._connection = Connection(login, secret, patience or Patience())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def ping(self) -> ServerInfo:
        """Ask whether the server is there and lets the user in.

        Raises:
            ServerUnreachable: it is down or too slow.
            ServerRefused: it does not let the user in.
            ServerError: it redirects, or is not a Subsonic server.

        """
        try:
            answer = self._ask("ping")
        except ServerRefused as error:
            if error.code == 10 and self.login.auth == "token":  # it misses the password
                raise ServerRefused(f"{error}; {HINTS[42]}", code=42) from error
            raise
        return ServerInfo(
            name=str(answer.get("type") or "a Subsonic server"),
            version=str(answer.get("serverVersion") or answer.get("version") or ""),
            open_subsonic=bool(answer.get("openSubsonic")),
        )

    def songs(self) -> Iterator[ServerSong]:
        """Yield every song once, if possible a few hundred per request.

        Raises:
            ServerError: as `ping`; the songs so far are valid.

        """
        seen: set[str] = set()
        pages = self._all_songs() if self.ping().open_subsonic else self._songs_of_albums()
        for page in pages:
            new = [song for song in page if song.id not in seen]
            seen.update(song.id for song in new)
            yield from new

    def recent_songs(self, *, albums: int = 20) -> Iterator[ServerSong]:
        """Yield the songs of the most recently played albums.

        Raises:
            ServerError: as `ping`.

        """
        listed = self._ask("getAlbumList2", [("type", "recent"), ("size", albums)])
        for album in children(listed, "albumList2", "album"):
            yield from self._album(album)

    def has_song(self, song_id: str) -> bool:
        """Return whether the server still has a song.

        Raises:
            ServerError: as `ping`.

        """
        try:
            self._ask("getSong", [("id", song_id)])
        except ServerRefused as error:
            if error.code == 70:
                return False
            raise
        return True

    def scrobble(self, song_id: str, *, at: float | None = None, now_playing: bool = False) -> None:
        """Tell the server that a song was played, or is playing now.

        Args:
            song_id: the song's id.
            at: when it began, in seconds since 1970; by default now.
            now_playing: whether it has just begun, which does not count as a play yet.

        Raises:
            ServerError: as `ping`.

        """
        when = int((time.time() if at is None else at) * 1000)
        params: Params = [
            *(("id", song_id), ("time", when), ("submission", str(not now_playing).lower())),
        ]
        self._ask("scrobble", params, changes=True)

    def fetch(
        self, song: ServerSong, path: Path, *, largest: int, stop: threading.Event | None = None
    ) -> int:
        """Fetch a song's file as it is on the server.

        Args:
            song: the song.
            path: file to write.
            largest: most bytes to accept.
            stop: when this is set, give up.

        Returns:
            number of bytes written.

        Raises:
            ServerUnreachable: the song came too slowly, in part or not at all.
            ServerRefused: the server does not let the user have it.
            ServerError: it is too large, empty, incomplete or not a song.

        """
        if song.size is not None and song.size > largest:
            raise ServerError(f"the song has {song.size:,} bytes, at most {largest:,} are fetched")
        try:
            return self._save(song, path, largest, stop)
        except ServerRefused as error:
            if error.code != 50 or self._original == "stream":
                raise
        self._original = "stream"  # the user may listen, but not download
        return self._save(song, path, largest, stop)

    def cover(self, song_id: str, *, largest: int) -> bytes | None:
        """Return the picture that the server has for a song; None: it has none.

        Args:
            song_id: of the song.
            largest: bytes to accept.

        Raises:
            ServerRefused: code 70: the song, or its picture, is gone.
            ServerError: as in `ping`; it is too large.

        """
        song = self._ask("getSong", [("id", song_id)]).get("song")
        cover_id = song.get("coverArt") if isinstance(song, dict) else None
        if cover_id in (None, ""):
            return None
        return self._connection.picture("getCoverArt", [("id", str(cover_id))], largest=largest)

    def playlists(self) -> list[ServerPlaylist]:
        """Return the playlists that the user can see.

        Raises:
            ServerError: as `ping`.

        """
        answer = self._ask("getPlaylists")
        return [ServerPlaylist.of(entry) for entry in children(answer, "playlists", "playlist")]

    def playlist(self, playlist_id: str) -> tuple[ServerPlaylist, list[ServerSong]]:
        """Return a playlist and its songs, in order.

        Raises:
            ServerRefused: with code 70 if it is gone.
            ServerError: as `ping`.

        """
        answer = self._ask("getPlaylist", [("id", playlist_id)])
        found = answer.get("playlist")
        entry = found if isinstance(found, dict) else {}
        return ServerPlaylist.of(entry), songs_of(children(answer, "playlist", "entry"))

    def create_playlist(self, name: str, song_ids: Sequence[str]) -> str | None:
        """Make a playlist.

        Returns:
            its id, or None if the server does not say.

        Raises:
            ServerError: as `ping`.

        """
        params: Params = [("name", name), *(("songId", song_id) for song_id in song_ids)]
        made = self._ask("createPlaylist", params, changes=True).get("playlist")
        return str(made["id"]) if isinstance(made, dict) and made.get("id") else None

    def replace_playlist(self, playlist_id: str, song_ids: Sequence[str]) -> None:
        """Give a playlist other songs.

        Raises:
            ServerRefused: with code 70 if it, or a song, is gone.
            ServerError: as `ping`.

        """
        params: Params = [
            ("playlistId", playlist_id),
            *(("songId", song_id) for song_id in song_ids),
        ]
        self._ask("createPlaylist", params, changes=True)

    def extend_playlist(self, playlist_id: str, song_ids: Sequence[str]) -> None:
        """Add songs to the end of a playlist; errors as in `replace_playlist`."""
        params: Params = [("playlistId", playlist_id), *(("songIdToAdd", i) for i in song_ids)]
        self._ask("updatePlaylist", params, changes=True)

    def comment_playlist(self, playlist_id: str, comment: str) -> None:
        """Set a playlist's comment; errors as in `replace_playlist`."""
        params = [("playlistId", playlist_id), ("comment", comment)]
        self._ask("updatePlaylist", params, changes=True)

    def _save(
        self, song: ServerSong, path: Path, largest: int, stop: threading.Event | None
    ) -> int:
        params: list[tuple[str, str | int]] = [("id", song.id)]
        if self._original == "stream":
            params.append(("format", "raw"))
        return self._connection.save(
            self._original, params, path, size=song.size, largest=largest, stop=stop
        )

    def _ask(
        self, endpoint: str, params: Params = (), *, changes: bool = False
    ) -> Mapping[str, Any]:
        return self._connection.ask(endpoint, params, changes=changes)

    def _all_songs(self) -> Iterator[list[ServerSong]]:
        """Yield pages of all songs, as OpenSubsonic servers list them for an empty query."""
        offset, last = 0, None
        while True:
            params: Params = [
                *(("query", ""), ("artistCount", 0), ("albumCount", 0)),
                *(("songCount", _PAGE), ("songOffset", offset)),
            ]
            page = children(self._ask("search3", params), "searchResult3", "song")
            ids = [song.get("id") for song in page]
            if not page or ids == last:  # a server that knows no offset
                return
            yield songs_of(page)
            offset, last = offset + len(page), ids

    def _songs_of_albums(self) -> Iterator[list[ServerSong]]:
        offset, last = 0, None
        while True:
            params: Params = [
                *(("type", "alphabeticalByName"), ("size", _PAGE), ("offset", offset)),
            ]
            page = children(self._ask("getAlbumList2", params), "albumList2", "album")
            ids = [album.get("id") for album in page]
            if not page or ids == last:  # a server that knows no offset
                return
            for album in page:
                yield self._album(album)
            offset, last = offset + len(page), ids

    def _album(self, album: Mapping[str, Any]) -> list[ServerSong]:
        try:
            answer = self._ask("getAlbum", [("id", str(album.get("id")))])
        except ServerRefused as error:
            if error.code == 70:  # deleted since it was listed
                return []
            raise
        artist = text_of(album.get("artist"))
        return songs_of(children(answer, "album", "song"), albumartist=artist)
