"""`vibelux subsonic playlist`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, print_json, printable, spoken
from vibelux.cli.ordering_options import (
    Diversity,
    Goal,
    Length,
    Policy,
    Seed,
    Strength,
    given_order,
    mood_of,
)
from vibelux.cli.recommend import print_heading, shares_in_words
from vibelux.cli.scan_progress import songs_in_words
from vibelux.cli.song_lines import print_songs
from vibelux.cli.song_list_options import Number
from vibelux.cli.subsonic_account import client_of, note
from vibelux.errors import InvalidInput, ServerError

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.recommend.picks import Pick
    from vibelux.servers.playlists import PutPlaylist
    from vibelux.settings import Settings


def playlist(
    name: str = typer.Argument(..., help="Name of the playlist on the server."),
    mood: str | None = typer.Option(
        None, "--mood", metavar="MOOD", help='Calm, sad, or "happy=0.7, sad=0.3".'
    ),
    camera: bool = typer.Option(False, "--camera", help="Look at the face before the camera."),
    device: int = typer.Option(0, "--device", min=0, help="Number of the camera."),
    image: Path | None = typer.Option(None, "--image", help="Look at the face in a picture."),
    number: Number = 30,
    replace: bool = typer.Option(
        False, "--replace", help="Also a playlist of this name that VibeluX did not make."
    ),
    policy: Policy = None,
    goal: Goal = None,
    length: Length = None,
    strength: Strength = None,
    diversity: Diversity = None,
    seed: Seed = None,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Make a playlist for a mood on the server, or bring it up to date.

    Give exactly one of --mood, --camera and --image. Songs that were played on the server lately
    come later.
    """
    sources = {"--mood": mood, "--camera": camera or None, "--image": image}
    if sum(value is not None for value in sources.values()) != 1:
        raise InvalidInput(f"playlist needs exactly one of {', '.join(sources)}")
    from vibelux.language import words_of
    from vibelux.library.catalogue import Catalogue
    from vibelux.recommend.listener.listener import Listener
    from vibelux.recommend.session import Session
    from vibelux.settings import load_settings

    order = given_order(policy, goal, length=length, strength=strength, diversity=diversity)
    wanted = None if mood is None else mood_of("--mood", mood)
    settings = load_settings()
    with (
        client_of(settings) as client,
        Catalogue.of(settings, server=client.login.server) as catalogue,
    ):
        from vibelux.servers.playlists import put_playlist
        from vibelux.servers.scan import refresh_plays

        _require_songs(catalogue.counts()["ok"], client.login.server)
        refresh_plays(client, catalogue)
        whose = "the face" if wanted is None else "the mood"
        if wanted is None:
            wanted = _mood_of_face(settings, device, image)
        known = settings.profile if settings.profile.exists() else None
        with Listener.at(known) as listener:
            session = Session(
                catalogue,
                listener,
                seed=seed,
                whose=whose,
                available=lambda songs: [True] * len(songs),  # the server says when a song is gone
                **order,
            )
            picks = session.queue(number, wanted, chosen=mood is not None)
        ids = [pick.song.remote_id for pick in picks if pick.song.remote_id is not None]
        comment = f"{session.ordering.policy}: {shares_in_words(wanted, words_of('en'))}"
        put = put_playlist(client, name, ids, note=comment, replace=replace)
    if json:
        print_json(_as_json(name, wanted, put, picks))
    else:
        words = spoken()
        print_heading(wanted, words, of_face=mood is None, why=False)
        gone = set(put.dropped)
        on_it = [pick for pick in picks if pick.song.remote_id not in gone]
        print_songs(on_it, words, why=False)
        _tell_playlist(name, put)


def _require_songs(songs: int, server: str) -> None:
    if songs == 0:
        raise ServerError(
            f"the catalogue has no songs of {server} yet; listen to them first: "
            "vibelux subsonic scan"
        )


def _mood_of_face(settings: "Settings", device: int, image: Path | None) -> "Mood":
    from vibelux.face.sources import mood_of_camera, mood_of_image

    model = settings.face_model
    if image is not None:
        return mood_of_image(image, model_path=model).require()
    return mood_of_camera(device, model_path=model).require()


def _tell_playlist(name: str, put: "PutPlaylist") -> None:
    done = "made" if put.created else "brought up to date"
    err().print(f"{done} the playlist {printable(name)}, {songs_in_words(put.songs)}")
    if put.dropped:
        note(
            f"{songs_in_words(len(put.dropped))} went away from the server since the last scan and "
            "were left out"
        )


def _as_json(name: str, mood: "Mood", put: "PutPlaylist", picks: "list[Pick]") -> dict[str, object]:
    from vibelux.emotions import mood_dict

    return {
        "playlist": name,
        "id": put.id,
        "created": put.created,
        "dropped": list(put.dropped),
        "mood": mood_dict(mood),
        "songs": [
            {
                "id": pick.song.remote_id,
                "title": pick.song.title,
                "artist": pick.song.artist,
                "score": round(pick.score, 6),
                "reason": pick.reason,
            }
            for pick in picks
            if pick.song.remote_id not in put.dropped
        ],
    }
