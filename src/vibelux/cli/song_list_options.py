"""The options of commands that list songs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vibelux.cli.wrong_usage import WrongUsage
from vibelux.errors import InvalidInput

if TYPE_CHECKING:
    from vibelux.library.catalogue import Song
    from vibelux.settings import Settings

# What other programs call it is understood too; see `help_page.HIDDEN_NAMES`.
Number = Annotated[
    int,
    typer.Option("-n", "--number", "--limit", "--count", min=1, help="How many songs."),
]
Why = Annotated[bool, typer.Option("--why", help="Show the figures and the reason of each song.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Also write a playlist: .m3u8, .m3u, .xspf, .jspf or .pls."
    ),
]
M3u8 = Annotated[Path | None, typer.Option("--m3u8", hidden=True)]


def require_playlist(file: Path) -> None:
    """Check that a name ends like a playlist's, before anything is looked for in vain.

    Raises:
        WrongUsage: it does not.

    """
    from vibelux.library.playlists import require_format

    try:
        require_format(file)
    except InvalidInput as error:
        instead = {"--output": str(file.with_suffix(".m3u8"))}
        raise WrongUsage(str(error), instead=instead) from error


def open_songs(songs: "Sequence[Song]", playlist: Path | None, settings: "Settings") -> None:
    """Play songs with the system's player.

    Args:
        songs: to play.
        playlist: that they were written to; None: one is written.
        settings: of the folder where that lies.

    Raises:
        PlayerError, PlaylistError: it cannot be written or opened.

    """
    from vibelux.library.playlists import write_playlist
    from vibelux.players.system import open_playlist
    from vibelux.private_files import tighten

    if playlist is None:
        playlist = settings.home / "recommended.m3u8"  # must outlive this command
        write_playlist(playlist, list(songs))
        tighten(playlist)
    open_playlist(playlist)
