"""`vibelux subsonic playlist`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import enumerated, err, note, print_json, printable, spoken
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
from vibelux.cli.song_lines import print_songs
from vibelux.cli.song_list_options import Number
from vibelux.cli.subsonic_account import client_of
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import ServerError

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.language import Words
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
        False, "--replace", help="Also replace a playlist of this name that VibeluX did not make."
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
    given = [option for option, value in sources.items() if value is not None]
    if len(given) != 1:
        calm = spoken().text("everyday.calm.name")
        instead = dict.fromkeys(given[1:]) or {"--mood": calm}
        raise wrong("one_source", known=enumerated([*sources], spoken()), instead=instead)
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
        _tell_playlist(name, put, words)


def _require_songs(songs: int, server: str) -> None:
    if songs == 0:
        error = ServerError(spoken().text("cli.subsonic.no_songs", server=server))
        error.add_note("vibelux subsonic scan")
        raise error


def _mood_of_face(settings: "Settings", device: int, image: Path | None) -> "Mood":
    from vibelux.face.sources import mood_of_camera, mood_of_image

    model = settings.face_model
    if image is not None:
        return mood_of_image(image, model_path=model).require()
    return mood_of_camera(device, model_path=model).require()


def _tell_playlist(name: str, put: "PutPlaylist", words: "Words") -> None:
    key = "cli.subsonic.made" if put.created else "cli.subsonic.brought_up_to_date"
    songs = words.of_number("cli.scan.songs", put.songs, n=words.figures(put.songs))
    err().print(words.text(key, name=printable(name), songs=songs))
    if gone := len(put.dropped):
        note(words.of_number("cli.subsonic.gone", gone, n=words.figures(gone)))


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
