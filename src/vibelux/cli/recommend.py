"""`vibelux recommend`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vibelux.cli.console import (
    enumerated,
    err,
    note,
    out,
    percentage,
    print_json,
    require_catalogue,
    spoken,
    written,
)
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
from vibelux.cli.song_lines import print_songs
from vibelux.cli.song_list_options import M3u8, Number, Output, Why, open_songs, require_playlist
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import NoFace

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.language import Words
    from vibelux.recommend.picks import Pick
    from vibelux.recommend.ranking import Recommendation
    from vibelux.recommend.session import Session
    from vibelux.settings import Settings


def recommend(
    typed: list[str] | None = typer.Argument(
        None, metavar="[MOOD]...", help='A word (see --moods), or a mixture: "happy=0.7, sad=0.3".'
    ),
    moods: bool = typer.Option(False, "--moods", help="List the words for a mood."),
    camera: bool = typer.Option(False, "--camera", help="Look at the face before the camera."),
    device: int = typer.Option(0, "--device", min=0, help="Number of the camera."),
    image: Path | None = typer.Option(None, "--image", help="Look at the face in a picture."),
    video: Path | None = typer.Option(None, "--video", help="Look at the face in a video."),
    group: bool = typer.Option(False, "--group", help="For all faces, not only the main one."),
    mood: str | None = typer.Option(None, "--mood", metavar="MOOD", help="The same as MOOD."),
    number: Number = 10,
    order: str | None = typer.Option(
        None,
        "--order",
        metavar="ORDER",
        show_default="ranking",
        help="ranking: the best first. listening: a shuffle that follows the mood, spreads artists "
        "and lets what was played lately come later; its options below imply it.",
    ),
    why: Why = False,
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help="Also say the seed of an order to listen to, and more."
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

    Give a MOOD, or one of --camera, --image and --video.
    """
    words = spoken()
    if moods:
        _print_mood_words(words)
        return
    said = [*(typed or ()), *((mood,) if mood is not None else ())]
    place = words.translated("MOOD")
    sources = {place: said, "--camera": camera, "--image": image, "--video": video}
    given = [name for name, value in sources.items() if value]
    if len(given) != 1 or (typed and mood is not None):
        if not given:
            calm = words.text("everyday.calm.name")
            raise wrong("no_mood", instead={place: calm})
        given = [place, "--mood"] if typed and mood is not None else given
        instead = dict.fromkeys(given[1:])
        raise wrong("only_one", given=enumerated(given, words), instead=instead)
    of_face = not said
    if group and not of_face:
        raise wrong("group", instead={"--group": None})
    from vibelux.emotions import mood_dict
    from vibelux.everyday_moods import mood_of_text
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.playlists import write_playlist
    from vibelux.recommend.coverage import coverage_in_words
    from vibelux.recommend.journey import shorter_in_words
    from vibelux.recommend.listener.listener import Listener
    from vibelux.recommend.ranking import rank, require_songs
    from vibelux.recommend.session import Session
    from vibelux.settings import load_settings

    options = {"strength": strength, "diversity": diversity, "personal": personal}
    ordering = given_order(policy, goal, length=length, **options)
    to_listen = _is_to_listen(order, policy=policy, goal=goal, **options, seed=seed)
    output = output or m3u8
    if output is not None:
        require_playlist(output)
    wanted = None if of_face else mood_of_text(" ".join(said), words)
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
        songs: Sequence[Recommendation | Pick]
        notes: dict[str, object] = {}
        if to_listen:
            # What was learnt is used here and not added to: nothing has been played yet.
            known = settings.profile if settings.profile.exists() else None
            with Listener.at(known) as listener:
                session = Session(
                    catalogue,
                    listener,
                    seed=seed,
                    whose="the face" if of_face else "the mood",
                    **ordering,
                )
                songs = session.queue(number, wanted, chosen=not of_face)
                coverage, way = session.coverage, session.way
                if way is not None and len(way.places) < way.asked:
                    songs = songs[: len(way.places)]  # a shorter journey ends at its goal
            notes = _order_notes(session, songs)
        else:
            ranking = rank(catalogue, wanted, n=number, of_face=of_face)
            songs, coverage, way = ranking.songs, ranking.coverage, None
    if json:
        entries = [_entry(song) for song in songs]
        held = None if coverage is None else coverage.as_json()
        print_json({"mood": mood_dict(wanted), "coverage": held, **notes, "songs": entries})
    else:
        print_heading(
            wanted,
            words,
            of_face=of_face,
            why=why,
            typed=" ".join(said),
            policy=policy or "match",
            goal=goal,
        )
        print_songs(songs, words, why=why)
        held_in_words = [
            "" if coverage is None else coverage_in_words(coverage, words),
            "" if way is None else shorter_in_words(way, words),
        ]
        if sentences := " ".join(filter(None, held_in_words)):
            out().print()
            out().print(sentences)
        if to_listen and verbose:
            err().print(_order_line(notes, words), highlight=False)
    if output is not None:
        whole = write_playlist(output, [song.song for song in songs], relative=relative)
        err().print(written(output, len(songs), words), soft_wrap=True)
        if whole:
            note(words.of_number("cli.recommend.whole", whole, n=words.figures(whole)))
    if play:
        open_songs([song.song for song in songs], output, settings)


def _is_to_listen(order: str | None, **options: object) -> bool:
    """Return whether an order to listen to is wanted, which its options imply."""
    if order not in (None, "ranking", "listening"):
        raise wrong("order", order=order, instead={"--order": "listening"})
    given = [name for name, value in options.items() if value is not None]
    if order == "ranking" and given:
        raise wrong("ranking", name=f"--{given[0]}", instead={"--order": None})
    return order == "listening" or bool(given)


def shares_in_words(mood: "Mood", words: "Words") -> str:
    """Return a mood's shares of at least 5 %, the largest first: ``happy 70%, sad 30%``."""
    from vibelux.emotions import mood_dict

    shares = sorted(mood_dict(mood).items(), key=lambda item: -item[1])
    return ", ".join(
        f"{words.text(f'emotions.{name}')} {percentage(share, words, decimals=0)}"
        for name, share in shares
        if share >= 0.05
    )


def print_heading(
    mood: "Mood",
    words: "Words",
    *,
    of_face: bool,
    why: bool,
    typed: str = "",
    policy: str = "match",
    goal: str | None = None,
) -> None:
    """Print above a list which mood its songs are for.

    Args:
        mood: that they are for.
        words: of the language.
        of_face: it is a face's.
        why: say its shares.
        typed: the mood as a person named it.
        policy: where the songs lead.
        goal: the mood that a journey leads to, likewise.

    """
    from rich.text import Text

    from vibelux.everyday_moods import mood_of_text
    from vibelux.language import sentence
    from vibelux.language.mood_phrase import face_phrase, mood_phrase

    if why:
        key = "cli.recommend.face_shares" if of_face else "cli.recommend.mood_shares"
        said = words.text(key, shares=shares_in_words(mood, words))
    elif of_face:
        said = sentence(face_phrase(mood, words))
    else:
        steps = policy in words.names("cli.recommend.policies")
        key = f"cli.recommend.policies.{policy}" if steps else "cli.recommend.mood"
        said = words.text(key, mood=_named(typed, mood, words))
    if goal is not None and not why:
        start = mood_phrase(mood, words) if of_face else _named(typed, mood, words)
        end = _named(goal, mood_of_text(goal, words), words)
        said = words.text("cli.recommend.journey", mood=start, goal=end)
    out().print(Text(said, style="bold"))
    out().print()


def _named(typed: str, mood: "Mood", words: "Words") -> str:
    """Return a mood's name where one word was typed for it, else what it is in words."""
    from vibelux.everyday_moods import name_of_mood
    from vibelux.language.mood_phrase import mood_phrase

    return name_of_mood(typed, words) or mood_phrase(mood, words)


def _print_mood_words(words: "Words") -> None:
    """Print which words stand for a mood, and what each means."""
    from rich.text import Text

    from vibelux.emotions import EMOTIONS

    console = out()
    console.print(Text(words.text("cli.moods.title"), style="bold"))
    console.print()
    keys = words.names("everyday")
    names = [words.text(f"everyday.{key}.name") for key in keys]
    for key, name in zip(keys, names, strict=True):
        meaning = words.text(f"everyday.{key}.meaning")
        console.print(Text.assemble(f"  {name:<{max(map(len, names))}}  ", (meaning, "dim")))
    console.print()
    console.print(words.text("cli.moods.emotions"))
    emotions = ", ".join(words.text(f"emotions.{name}") for name in EMOTIONS)
    console.print(Text(f"  {emotions}", style="dim"))
    console.print()
    first, second = words.text("emotions.happy"), words.text("emotions.sad")
    example = f'vibelux recommend "{first}=0.7, {second}=0.3"'
    console.print(words.text("cli.moods.mixture", example=example))


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


def _order_line(notes: dict[str, Any], words: "Words") -> str:
    strength, seed = f"{notes['strength']:g}", str(notes["seed"])
    variety = {
        "moods": f"{notes['variety']['moods']:.2f}",
        "sounds": None
        if notes["variety"]["sounds"] is None
        else f"{notes['variety']['sounds']:.2f}",
        "artists": str(notes["variety"]["artists"]) if notes["variety"]["artists"] else None,
    }
    parts = [
        words.text(f"cli.recommend.variety.{name}", number=number)
        for name, number in variety.items()
        if number is not None
    ]
    return words.text(
        "cli.recommend.order",
        policy=notes["policy"],
        strength=strength,
        seed=seed,
        variety=", ".join(parts),
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
