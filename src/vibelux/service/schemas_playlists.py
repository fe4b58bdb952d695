"""What the API takes and gives about playlists, as of OpenAPI."""

from typing import Literal

from pydantic import BaseModel, Field

from vibelux.library.saved_playlists import LONGEST_NAME, SavedPlaylist
from vibelux.service.schemas import SongId, SongOut, Strict
from vibelux.service.text import sendable


class PlaylistAsked(Strict):
    """Songs to write into a playlist."""

    songs: list[SongId] = Field(min_length=1, max_length=100_000, examples=[[1]])
    name: str = Field(default="VibeluX", min_length=1, max_length=LONGEST_NAME, examples=["Sunday"])
    format: Literal["m3u8", "xspf", "jspf", "pls"] = "m3u8"


class PlaylistKept(Strict):
    """Songs to keep as a playlist."""

    songs: list[SongId] = Field(min_length=1, max_length=10_000, examples=[[1]])
    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["Calm, 30 November"])


class PlaylistName(Strict):
    """Another name for a playlist."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["Sunday"])


class PlaylistOut(BaseModel):
    """A playlist that was kept."""

    id: str = Field(examples=["5f0c2a9b1d3e4f67"])
    name: str = Field(examples=["Calm, 30 November"])
    made: int = Field(description="when, seconds since 1970", examples=[1795996800])
    songs: int = Field(description="how many it holds", examples=[20])

    @classmethod
    def of(cls, playlist: SavedPlaylist) -> "PlaylistOut":
        """Return what the API says of a playlist."""
        return cls(
            id=playlist.id,
            name=sendable(playlist.name),
            made=playlist.made,
            songs=len(playlist.entries),
        )


class PlaylistDetail(BaseModel):
    """A playlist with its songs."""

    playlist: PlaylistOut
    songs: list[SongOut] = Field(description="those that are in the library now, in order")
