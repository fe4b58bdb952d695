"""`vibelux recommend`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vibelux.cli.console import err, out, print_json, printable, require_catalogue
from vibelux.cli.ordering_options import (
    Diversity,
    Goal,
    Length,
    Personal,
    Policy,
    Seed,
    Strength,
    given_order,
)
from vibelux.cli.scan_progress import songs_in_words
from vibelux.cli.song_list_options import M3u8, Number, Output
from vibelux.errors import InvalidInput, NoFace

if TYPE_CHECKING:
    from rich.constrain import Constrain

    from vibelux.emotions import Mood
    from vibelux.recommend.picks import Pick
    from vibelux.recommend.ranking import Recommendation
    from vibelux.recommend.session import Session
    from vibelux.recommend.similar_songs import SimilarSong
    from vibelux.settings import Settings

_WIDEST = 100  # columns; further away from its song a score is hard to read


def recommend(
    camera: bool = typer.Option(False, "--camera", help="Look at the face before the camera."),
    device: int = typer.Option(0, "--device", min=0, help="Number of the camera."),
    image: Path | None = typer.Option(None, "--image", help="Look at the face in a picture."),
    video: Path | None = typer.Option(None, "--video", help="Look at the face in a video."),
    group: bool = typer.Option(False, "--group", help="For all faces, not only the main one."),
    mood: str | None = typer.Option(None, "--mood", help='For a mood: "happy=0.7,sad=0.3".'),
    number: Number = 10,
    order: str = typer.Option(
        "ranking",
        "--order",
        metavar="ORDER",
        help="ranking: the best first. listening: a shuffle that follows the mood, spreads artists "
        "and lets what was played lately come later.",
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    output: Output = None,
    m3u8: M3u8 = None,
    relative: bool = typer.Option(
        False, "--relative", help="Name files in the playlist relative to its folder."
    ),
    play: bool = typer.Option(False, "--open", help="Play it with the system's player."),
    policy: Policy = None,
    goal: Goal = None,
    length: Length = None,
    strength: Strength = None,
    diversity: Diversity = None,
    personal: Personal = None,
    seed: Seed = None,
    face_model: Path | None = typer.Option(
        None, "--face-model", help="Use this ONNX file instead of the shipped one."
    ),
) -> None:
    """List the songs that fit a mood or a face best.

    Give exactly one of --camera, --image, --video and --mood.
    """
    sources = {"--camera": camera, "--image": image, "--video": video, "--mood": mood}
    given = [name for name, value in sources.items() if value is not None and value is not False]
    if len(given) != 1:
        found = f"got {' and '.join(given)}" if given else "got none"
        raise InvalidInput(f"recommend needs exactly one of {', '.join(sources)}, {found}")
    if group and mood is not None:
        raise InvalidInput("--group is about faces; leave it out with --mood")
    from vibelux.emotions import mood_dict, parse_mood
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.playlists import require_format, write_playlist
    from vibelux.players.system import open_playlist
    from vibelux.private_files import tighten
    from vibelux.recommend.listener.listener import Listener
    from vibelux.recommend.ranking import recommend_songs, require_songs
    from vibelux.recommend.session import Session
    from vibelux.settings import load_settings

    options = {"strength": strength, "diversity": diversity, "personal": personal}
    ordering = given_order(policy, goal, length=length, **options)
    to_listen = _is_to_listen(order, policy=policy, goal=goal, **options, seed=seed)
    output = output or m3u8
    if output is not None:
        require_format(output)
    wanted = parse_mood(mood) if mood is not None else None
    settings = load_settings(face_model=face_model)
    require_catalogue(settings.catalogue)
    with Catalogue.of(settings) as catalogue:
        require_songs(catalogue)
        if wanted is None:
            try:
                wanted = _mood_of_face(
                    settings, device=device, image=image, video=video, group=group
                )
            except NoFace as error:
                if json:
                    print_json({"mood": None, "state": error.state, "songs": []})
                raise
        whose = "the mood" if mood is not None else "the face"
        songs: Sequence[Recommendation | Pick]
        notes: dict[str, object] = {}
        if to_listen:
            # What was learnt is used here and not added to: nothing has been heard yet.
            known = settings.profile if settings.profile.exists() else None
            with Listener.at(known) as listener:
                session = Session(catalogue, listener, seed=seed, whose=whose, **ordering)
                songs = session.queue(number, wanted, chosen=mood is not None)
            notes = _order_notes(session, songs)
        else:
            songs = recommend_songs(
                catalogue,
                wanted,
                n=number,
                of_face=mood is None,
            )
    if json:
        entries = [_entry(song) for song in songs]
        print_json({"mood": mood_dict(wanted), **notes, "songs": entries})
    else:
        out().print(playlist_table(songs, title=f"{whose.capitalize()}: {in_words(wanted)}"))
        if to_listen:
            err().print(_order_line(notes), highlight=False)
    if output is not None:
        whole = write_playlist(output, [song.song for song in songs], relative=relative)
        err().print(f"wrote {printable(str(output))}, {songs_in_words(len(songs))}")
        if whole:
            err().print(
                f"note: {whole} of them cannot be named relative to the playlist (they are on "
                "another drive, or their names do not fit on a line); they have their whole paths"
            )
    if play:
        if output is None:
            output = settings.home / "recommended.m3u8"  # must outlive this command
            write_playlist(output, [song.song for song in songs])
            tighten(output)
        open_playlist(output)


def _is_to_listen(order: str, **options: object) -> bool:
    """Return whether an order to listen to is wanted, which its options need."""
    if order not in ("ranking", "listening"):
        raise InvalidInput(f"--order {order} must be ranking or listening")
    given = [name for name, value in options.items() if value is not None]
    if order == "ranking" and given:
        raise InvalidInput(
            f"--{given[0]} is for an order to listen to; add --order listening, or leave it out"
        )
    return order == "listening"


def playlist_table(
    songs: "Sequence[Recommendation | Pick | SimilarSong]", *, title: str | None = None
) -> "Constrain":
    """Return songs in their order, each with its reason below, made for 80 columns and wider."""
    from rich.console import Group, RenderableType
    from rich.constrain import Constrain
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    lines: list[RenderableType] = [] if title is None else [Text(title, style="bold"), Text()]
    for rank, entry in enumerate(songs, start=1):
        head = Table.grid(padding=(0, 2, 0, 0), expand=True)
        head.add_column(justify="right", style="dim", width=len(str(len(songs))))
        head.add_column(overflow="fold", ratio=1)
        head.add_column(justify="right", style="cyan", no_wrap=True)
        name = Text(printable(entry.song.title or entry.song.path.stem), style="bold")
        if entry.song.artist:
            name.append(f" – {printable(entry.song.artist)}", style="not bold")
        head.add_row(str(rank), name, f"{entry.score:.3f}")
        reason = Text(printable(entry.reason), style="dim")
        lines += [head, Padding(reason, (0, 0, 0, len(str(len(songs))) + 2), expand=False)]
    return Constrain(Group(*lines), _WIDEST)


def in_words(mood: "Mood") -> str:
    """Return a mood's shares of at least 5 %, the largest first: ``happy 70 %, sad 30 %``."""
    from vibelux.emotions import mood_dict

    shares = sorted(mood_dict(mood).items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares if share >= 0.05)


def _mood_of_face(
    settings: "Settings", *, device: int, image: Path | None, video: Path | None, group: bool
) -> "Mood":
    """Return the mood of the face before the camera, unless a picture or a video is given."""
    from vibelux.face.sources import mood_of_camera, mood_of_image, mood_of_video

    model_path = settings.face_model
    if image is not None:
        reading = mood_of_image(image, model_path=model_path, group=group)
    elif video is not None:
        reading = mood_of_video(video, model_path=model_path, group=group)
    else:
        reading = mood_of_camera(device, model_path=model_path, group=group)
    return reading.require()


def _order_notes(session: "Session", songs: "Sequence[Recommendation | Pick]") -> dict[str, object]:
    from vibelux.emotions import mood_dict
    from vibelux.recommend.picks import variety_of

    ordering, variety = session.ordering, variety_of([entry.song for entry in songs])
    return {
        "policy": ordering.policy,
        "goal": None if ordering.goal is None else mood_dict(ordering.goal),
        "strength": ordering.strength,
        "diversity": ordering.diversity,
        "seed": session.seed,
        "variety": {
            "moods": round(variety.moods, 6),
            "sounds": None if variety.sounds is None else round(variety.sounds, 6),
            "artists": variety.artists,
        },
    }


def _order_line(notes: dict[str, Any]) -> str:
    variety = notes["variety"]
    sounds = "" if variety["sounds"] is None else f", sounds {variety['sounds']:.2f}"
    artists = f", artists {variety['artists']}" if variety["artists"] else ""
    return (
        f"{notes['policy']}, strength {notes['strength']:g}, seed {notes['seed']}; "
        f"variety: moods {variety['moods']:.2f}{sounds}{artists}"
    )


def _entry(recommendation: "Recommendation | Pick") -> dict[str, object]:
    from vibelux.emotions import mood_dict
    from vibelux.recommend.reasons import as_json

    song = recommendation.song
    return {
        "path": str(song.path),
        "title": song.title,
        "artist": song.artist,
        "score": round(recommendation.score, 6),
        "mood": None if song.mood is None else mood_dict(song.mood),
        "reason": recommendation.reason,
        "reasons": as_json(recommendation.reasons),
        "confidence": recommendation.confidence.as_json(),
    }
