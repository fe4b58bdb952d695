"""`vibelux mood`: the expression on a face."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, mood_bars, out, print_json, printable, spoken
from vibelux.cli.wrong_usage import wrong

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.face.reading import FaceReading
    from vibelux.language import Words


def mood(
    camera: bool = typer.Option(False, "--camera", help="Look at the face before the camera."),
    device: int | None = typer.Option(
        None, "--device", min=0, metavar="N", help="Which camera, counted from 0."
    ),
    live: bool = typer.Option(
        False, "--live", help="Show boxes and the expression as the camera sees them, until q."
    ),
    seconds: float | None = typer.Option(
        None, "--seconds", metavar="S", help="Look for so long (2 s; without end with --live)."
    ),
    image: Path | None = typer.Option(
        None, "--image", metavar="FILE", help="Look at the face in a picture."
    ),
    video: Path | None = typer.Option(
        None, "--video", metavar="FILE", help="Watch the face in a video."
    ),
    group: bool = typer.Option(
        False, "--group", help="The average of all faces instead of the main one."
    ),
    json: bool = typer.Option(
        False, "--json", help="Print one JSON object; for --video and --live one a frame."
    ),
    why: bool = typer.Option(False, "-v", "--why", help="Show the seven numbers."),
    plot: Path | None = typer.Option(
        None,
        "--plot",
        metavar="FILE.png",
        help="Draw the face and bars, or a video's curves.",
    ),
    model: Path | None = typer.Option(
        None, "--model", metavar="FILE", help="A face model other than the shipped one."
    ),
) -> None:
    """Say what expression is on a face.

    Give one of --camera, --image and --video. Only --plot stores what is seen.
    """
    if sum((camera, image is not None, video is not None)) != 1:
        given = {"--camera": camera, "--image": image is not None, "--video": video is not None}
        other = dict.fromkeys([name for name, value in given.items() if value][1:])
        raise wrong("face_source", instead=other or {"--camera": True})
    for flag, value in (("--device", device), ("--seconds", seconds), ("--live", live or None)):
        if value is not None and not camera:
            raise wrong("of_camera", name=flag, instead={flag: None})
    if seconds is not None and not 0 < seconds < float("inf"):
        raise wrong("seconds", seconds=f"{seconds:g}", instead={"--seconds": "2"})
    if live and plot is not None:
        raise wrong("live_stores", instead={"--plot": None})
    from vibelux.settings import load_settings

    model_path = load_settings(face_model=model).face_model
    if live:
        from vibelux.cli.mood_live import watch_camera

        watch_camera(
            device or 0, model_path=model_path, group=group, seconds=seconds, json=json, why=why
        )
    elif video is not None:
        from vibelux.cli.mood_video import watch_video

        watch_video(video, model_path=model_path, group=group, json=json, plot=plot, why=why)
    else:
        reading, source = _read(device or 0, seconds, image, model_path, group=group)
        if json:
            print_json(reading.as_json())
        seen = reading.require()
        if not json:
            _show(reading, seen, source, group=group, why=why)
        if plot is not None and reading.crop is not None:
            from vibelux.plots.mood import draw_mood

            draw_mood(plot, mood=seen, crop=reading.crop, title=source, model=reading.model)


def _read(
    device: int, seconds: float | None, image: Path | None, model_path: Path | None, *, group: bool
) -> tuple["FaceReading", str]:
    """Return the reading and a name for where it comes from."""
    from vibelux.face.sources import CAMERA_SECONDS, mood_of_camera, mood_of_image

    if image is not None:
        return mood_of_image(image, model_path=model_path, group=group), printable(image.name)
    with err().status(spoken().text("cli.look")):
        reading = mood_of_camera(
            device, seconds=seconds or CAMERA_SECONDS, model_path=model_path, group=group
        )
    return reading, spoken().text("cli.mood.camera", number=str(device))


def _show(reading: "FaceReading", seen: "Mood", source: str, *, group: bool, why: bool) -> None:
    """Print the mood in words, and its numbers where they are asked for."""
    from rich.text import Text

    from vibelux.emotions import mood_dict

    words, console = spoken(), out()
    print_mood(seen, group=group)
    count = len(reading.faces)
    if group or count > 1:
        read = sum(mood is not None for _, mood in reading.faces)
        if group:
            said = words.of_number("cli.mood.average", read, faces=words.figures(read))
        else:
            said = words.text("cli.mood.among", faces=words.figures(count))
        console.print(said)
    console.print(Text(words.text("cli.estimate"), style="dim"))
    if why:
        size = f"{reading.face.w:.0f}×{reading.face.h:.0f}" if reading.face else ""
        console.print()
        console.print(Text.assemble((source, "bold"), (f"  {size}", "dim")))
        console.print(mood_bars(mood_dict(seen), words, width=48))


def print_mood(mood: "Mood", *, group: bool) -> None:
    """Print the sentence for what a face, or several, look like."""
    from rich.text import Text

    from vibelux.language import sentence

    out().print(Text(sentence(looks(mood, spoken(), group=group)), style="bold"))


def looks(mood: "Mood", words: "Words", *, group: bool) -> str:
    """Return what a face, or several, look like: ``You look calm, a little happy``."""
    from vibelux.language.mood_phrase import face_phrase, mood_phrase

    if not group:
        return face_phrase(mood, words)
    named = mood_phrase(mood, words)
    if named == words.text("mood.flat"):
        return words.text("cli.mood.group_flat")
    return words.text("cli.mood.group", mood=named)
