"""`vibelux play`: a listening session in the terminal."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import confirm, enumerated, err, out, printable, require_catalogue, spoken
from vibelux.cli.ordering_options import (
    Diversity,
    Goal,
    Length,
    Personal,
    Policy,
    Strength,
    given_order,
    mood_of,
)
from vibelux.cli.wrong_usage import wrong

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.language import Words
    from vibelux.players.following import MoodFollower
    from vibelux.players.listening import Listening
    from vibelux.players.player import Player
    from vibelux.players.saved_session import SavedSession
    from vibelux.recommend.picks import Pick
    from vibelux.settings import Settings

_TICK = 0.25  # seconds between two looks at the keyboard and the player

_MOOD, _PLAYER = "The mood", "Where it plays"


def play(
    mood: str | None = typer.Option(
        None,
        "--mood",
        metavar="MOOD",
        help='Play for a mood: calm, sad, or "happy=0.7, sad=0.3".',
        rich_help_panel=_MOOD,
    ),
    camera: bool = typer.Option(
        False, "--camera", help="Look at the face once, at the start.", rich_help_panel=_MOOD
    ),
    follow: bool = typer.Option(
        False,
        "--follow",
        help="Keep the camera on: the music follows the face over minutes.",
        rich_help_panel=_MOOD,
    ),
    device: int = typer.Option(
        0, "--device", min=0, help="Number of the camera.", rich_help_panel=_MOOD
    ),
    image: Path | None = typer.Option(
        None, "--image", help="Look at the face in a picture.", rich_help_panel=_MOOD
    ),
    like: str | None = typer.Option(
        None,
        "--like",
        metavar="SONG",
        help="Instead of a mood: songs that sound like one, named by path, id or title.",
        rich_help_panel=_MOOD,
    ),
    policy: Policy = None,
    goal: Goal = None,
    length: Length = None,
    strength: Strength = None,
    diversity: Diversity = None,
    personal: Personal = None,
    resume: bool | None = typer.Option(
        None, "--resume/--fresh", help="Go on with the last session, or begin a new one."
    ),
    mpd: str | None = typer.Option(
        None,
        "--mpd",
        metavar="HOST[:PORT]",
        help="Play through MPD; without it where MPD_HOST says, or else on this computer.",
        rich_help_panel=_PLAYER,
    ),
    mpd_root: Path | None = typer.Option(
        None,
        "--mpd-root",
        metavar="FOLDER",
        help="The folder here that is MPD's music folder, if it cannot be found out.",
        rich_help_panel=_PLAYER,
    ),
    sound_device: str | None = typer.Option(
        None,
        "--sound-device",
        metavar="NAME",
        help="Part of a sound device's name; null makes no sound.",
        rich_help_panel=_PLAYER,
    ),
    face_model: Path | None = typer.Option(
        None, "--face-model", help="Use this ONNX file instead of the shipped one."
    ),
) -> None:
    """Play your songs in the terminal, ordered for a mood.

    Give one of --mood, --camera, --follow, --image and --like, or go on with the
    last session. What you play, skip and like is learnt on this machine; see vibelux
    profile. In a terminal, ? shows the keys.
    """
    from vibelux.library.catalogue import Catalogue
    from vibelux.players.listening import Listening
    from vibelux.recommend.listener.listener import Listener
    from vibelux.recommend.ranking import require_songs
    from vibelux.recommend.similar_songs import find_song
    from vibelux.settings import load_settings

    _require_one(mood=mood, camera=camera, follow=follow, image=image, like=like)
    chosen = mood_of("--mood", mood) if mood is not None else None
    order = given_order(
        policy, goal, length=length, strength=strength, diversity=diversity, personal=personal
    )
    if like is not None and order:
        name = f"--{next(iter(order))}"
        raise wrong("like", name=name, instead={f"--{each}": None for each in order})
    settings = load_settings(face_model=face_model)
    require_catalogue(settings.catalogue)
    state = settings.home / "listening.json"
    sourced = chosen is not None or camera or follow or image is not None or like is not None
    begins = sourced or policy == "off"
    saved = _to_go_on_with(state, resume=resume, begins=begins)
    if saved is None and not begins:
        calm = spoken().text("everyday.calm.name")
        raise wrong("play_what", instead={"--mood": calm})
    with ExitStack() as stack:
        catalogue = stack.enter_context(Catalogue.of(settings))
        require_songs(catalogue)
        this = None if like is None else find_song(catalogue, like)
        listener = stack.enter_context(Listener.at(settings.profile))
        player, here = _player(mpd, mpd_root, sound_device, settings.home / "mpd_modes.json")
        stack.callback(player.close)
        follower = stack.enter_context(_follower(settings, device)) if follow else None
        seen = follower.mood if follower else _looked_at(settings, device, camera, image)
        whose = "the face" if chosen is None and seen is not None else "the mood"
        listening = Listening(
            catalogue,
            listener,
            player,
            goes_on=None if saved is None else saved.session,
            files_here=here,
            save_to=state,
            **({"whose": whose, "like": this} | order if saved is None else {}),
        )
        if saved is not None:
            if order:
                listening.session.change(**order)
            if sourced:
                listening.session.whose = whose
        stack.callback(listening.end)
        stack.enter_context(_ended_by_signals())
        listening.begin(seen if chosen is None else chosen, chosen=seen is None, saved=saved)
        try:
            if sys.stdin.isatty() and out().is_terminal:
                from vibelux.cli.play_screen import show

                show(listening, follower, tick=_TICK)
            else:
                _print_along(listening, follower)
        finally:
            words, command = spoken(), "vibelux play --resume"
            key = "cli.play.stopped" if here else "cli.play.stopped_elsewhere"
            err().print(
                words.text(key, player=printable(words.translated(player.name)), command=command)
            )


def _require_one(**sources: object) -> None:
    given = [f"--{name}" for name, value in sources.items() if value not in (None, False)]
    if len(given) > 1:
        instead = dict.fromkeys(given[1:])
        raise wrong("only_one", given=enumerated(given, spoken()), instead=instead)


def _to_go_on_with(state: Path, *, resume: bool | None, begins: bool) -> "SavedSession | None":
    """Return the last session if it is to go on: not unasked where something was asked for."""
    from datetime import datetime

    from vibelux.players.saved_session import SavedSession

    if resume is False or (resume is None and begins):
        return None
    saved = SavedSession.read(state)
    if saved is None:
        if resume:
            calm = {} if begins else {"--mood": spoken().text("everyday.calm.name")}
            raise wrong("no_session", instead={"--resume": None, **calm})
        return None
    if resume is None and sys.stdin.isatty() and out().is_terminal:
        words = spoken()
        when = datetime.fromtimestamp(saved.saved_at).strftime(words.text("cli.play.when"))
        songs = words.figures(saved.played)
        asked = words.of_number("cli.play.go_on", saved.played, songs=songs, when=when)
        resume = confirm(asked, usual=True)
    return saved if resume is not False else None


def _player(
    mpd: str | None, root: Path | None, sound_device: str | None, modes_file: Path
) -> "tuple[Player, bool]":
    """Return the player, and whether it plays the files on this computer itself."""
    if mpd is not None and sound_device is not None:
        raise wrong("sound_device", instead={"--sound-device": None})
    usual = os.environ.get("MPD_HOST")
    if mpd is None and usual and sound_device is None:
        mpd = usual
    if mpd is None:
        from vibelux.players.embedded import EmbeddedPlayer

        if root is not None:
            raise wrong("mpd_root", instead={"--mpd": "localhost"})
        return EmbeddedPlayer(device=sound_device), True
    from vibelux.players.mpd import MpdPlayer
    from vibelux.players.mpd_server import mpd_address

    return MpdPlayer(mpd_address(mpd), root=root, modes_file=modes_file), False


def _follower(settings: "Settings", device: int) -> "MoodFollower":
    from vibelux.players.following import MoodFollower

    with err().status(spoken().text("cli.look")):
        return MoodFollower.of_camera(device, model_path=settings.face_model)


def _looked_at(
    settings: "Settings", device: int, camera: bool, image: Path | None
) -> "Mood | None":
    from vibelux.face.sources import mood_of_camera, mood_of_image

    if image is not None:
        return mood_of_image(image, model_path=settings.face_model).require()
    if camera:
        with err().status(spoken().text("cli.look")):
            return mood_of_camera(device, model_path=settings.face_model).require()
    return None


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a polite request to end save the session and give the terminal back."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    numbers = [signal.SIGTERM]
    if sys.platform != "win32":
        numbers.append(signal.SIGHUP)
    before = [(number, signal.signal(number, end)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _print_along(listening: "Listening", follower: "MoodFollower | None") -> None:
    """Print a line for each song, until a signal ends it."""
    import time

    from vibelux.cli.play_screen import Following

    console, notes = out(), err()
    words = spoken()
    notes.print(
        words.text("cli.play.on", player=printable(words.translated(listening.player_name)))
    )
    following = Following(listening, follower)
    if following.line:
        notes.print(printable(following.line))
    shown = None
    while True:
        for note in (*following.tick(), *listening.tick()):
            notes.print(printable(words.translated(note)))
        if listening.pick is not None and listening.pick is not shown:
            shown = listening.pick
            console.print(_line(shown, words), soft_wrap=True)
        time.sleep(_TICK)


def _line(pick: "Pick", words: "Words") -> str:
    from vibelux.recommend.reason_words import in_words

    artist = f" – {pick.song.artist}" if pick.song.artist else ""
    return printable(f"{pick.song.title}{artist}  {in_words(pick.reasons, words)}")
