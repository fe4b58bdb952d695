"""Playlists on a music server: created, and updated later."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from vibelux.errors import ServerError, ServerRefused
from vibelux.servers.client import Client
from vibelux.servers.entries import ServerPlaylist

MARK = "Made by VibeluX"
"""How the comments of our playlists begin: others are only replaced on request."""

_TOGETHER = 80
"""Song ids in one request: they are in its address, which servers cut off at 8 kB."""


@dataclass(frozen=True)
class PutPlaylist:
    """The result of putting a playlist on a server.

    Attributes:
        id: its id on the server.
        created: whether it is new, or replaced one that was gone.
        songs: number of its songs now.
        dropped: ids of songs that the server no longer has.

    """

    id: str
    created: bool
    songs: int
    dropped: tuple[str, ...] = ()


def put_playlist(
    client: Client,
    name: str,
    song_ids: Sequence[str],
    *,
    note: str = "",
    replace: bool = False,
) -> PutPlaylist:
    """Create a playlist, or replace the songs of ours that has this name.

    Args:
        client: the server's client.
        name: name of the playlist.
        song_ids: in playing order, at least one.
        note: text for the playlist's comment.
        replace: also replace a playlist that is not ours.

    Raises:
        ServerError: the server cannot be asked, has a playlist of this name that is not ours, or
            has none of the songs; or it broke off, and the message says how far it got.

    """
    try:
        return _put(client, name, song_ids, note=note, replace=replace)
    except ServerRefused as error:
        if error.code != 70:
            raise
    # A song is gone since the last scan (a playlist that is gone was already created anew).
    kept = [song_id for song_id in song_ids if client.has_song(song_id)]
    dropped = tuple(song_id for song_id in song_ids if song_id not in set(kept))
    if not kept or not dropped:
        raise ServerError(
            f"{client.login.server} has none of the {len(song_ids)} songs any more; scan again: "
            "vibelux subsonic scan"
        )
    put = _put(client, name, kept, note=note, replace=replace)
    return PutPlaylist(put.id, put.created, put.songs, dropped)


def _put(
    client: Client, name: str, song_ids: Sequence[str], *, note: str, replace: bool
) -> PutPlaylist:
    first, rest = song_ids[:_TOGETHER], song_ids[_TOGETHER:]
    before = client.playlists()
    mine = _own(before, name, client)
    created = mine is None
    if mine is not None:
        if not replace and not (mine.comment or "").startswith(MARK):
            raise ServerError(
                f"{client.login.server} has a playlist {name!r} that VibeluX did not make; choose "
                "another name, or replace it with --replace"
            )
        try:
            client.replace_playlist(mine.id, first)
            playlist_id = mine.id
        except ServerRefused as error:
            if error.code != 70 or _is_there(client, mine.id):
                raise
            created = True  # somebody has just deleted it
    if created:
        playlist_id = _created(client, name, first, before)
    done = len(first)
    try:
        client.comment_playlist(playlist_id, " · ".join(filter(None, (MARK, note))))
        while rest:
            client.extend_playlist(playlist_id, rest[:_TOGETHER])
            done += len(rest[:_TOGETHER])
            rest = rest[_TOGETHER:]
        put, songs = client.playlist(playlist_id)
    except ServerRefused:
        raise
    except ServerError as error:
        raise ServerError(
            f"{error}; the playlist has {done} of {len(song_ids)} songs so far, the same command "
            "completes it"
        ) from error
    return PutPlaylist(playlist_id, created, len(songs) or put.songs or 0)


def _created(
    client: Client, name: str, song_ids: Sequence[str], before: Sequence[ServerPlaylist]
) -> str:
    playlist_id = client.create_playlist(name, song_ids)
    if playlist_id is not None:
        return playlist_id
    # Older servers do not say: it is the one that was not there before.
    known = {playlist.id for playlist in before}
    for playlist in client.playlists():
        if playlist.name == name and playlist.id not in known:
            return playlist.id
    raise ServerError(f"{client.login.server} says that it made {name!r}, but does not list it")


def _own(playlists: Sequence[ServerPlaylist], name: str, client: Client) -> ServerPlaylist | None:
    """Return the user's playlist of this name, preferably one of ours."""
    owners = (None, client.login.user) if client.login.auth != "api-key" else None
    found = [
        playlist
        for playlist in playlists
        if _composed(playlist.name) == _composed(name)
        and (owners is None or playlist.owner in owners)
    ]
    found.sort(key=lambda one: (not (one.comment or "").startswith(MARK), one.name != name))
    return found[0] if found else None


def _composed(name: str) -> str:
    """Return a name with composed accents (NFC), in the case that the person chose."""
    return unicodedata.normalize("NFC", name)


def _is_there(client: Client, playlist_id: str) -> bool:
    try:
        client.playlist(playlist_id)
    except ServerRefused as error:
        if error.code == 70:
            return False
        raise
    return True
