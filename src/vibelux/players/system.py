"""The system's program for playlists."""

import os
import subprocess
import sys
import time
from pathlib import Path

from vibelux.errors import PlaylistError
from vibelux.library.real_paths import absolute


def open_playlist(path: Path) -> None:
    """Play a playlist with the system's program for playlists.

    Args:
        path: the playlist.

    Raises:
        PlaylistError: the system has no opener or no program for playlists, or it fails at once.

    """
    file = absolute(path)
    hint = f"open {file} in your music player by hand"
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        if sys.platform == "win32":
            os.startfile(file)
            return
        player = subprocess.Popen(
            [opener, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the music goes on when the terminal closes
        )
    except FileNotFoundError as error:
        raise PlaylistError(f"this system has no {opener} to start a player; {hint}") from error
    except OSError as error:
        raise PlaylistError(f"cannot start a player: {error}; {hint}") from error
    # An opener that finds no player soon says so; one that still runs is the player itself.
    deadline = time.monotonic() + 3
    while (code := player.poll()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if code:
        raise PlaylistError(f"{opener} found no program that plays playlists; {hint}")
