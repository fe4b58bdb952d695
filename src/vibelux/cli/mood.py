"""`vibelux mood`: the expression on a face."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, mood_bars, out, print_json, printable
from vibelux.errors import InvalidInput

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.face.reading import FaceReading


def mood(
    camera: bool = typer.Option(False, "--camera", help="Look at the face before the camera."),
    device: int | None = typer.Option(
        None, "--device", min=0, metavar="N", help="Which camera, counted from 0."
    ),
    image: Path | None = typer.Option(
        None, "--image", metavar="FILE", help="Look at the face in a picture."
    ),
    video: Path | None = typer.Option(
        None, "--video", metavar="FILE", help="Look at the face in a video, on average."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON object."),
    plot: Path | None = typer.Option(
        None, "--plot", metavar="FILE.png", help="Draw the face beside the bars."
    ),
    model: Path | None = typer.Option(
        None, "--model", metavar="FILE", help="A face model other than the shipped one."
    ),
) -> None:
    """Print the expression on a face as a mood.

    Give one of --camera, --image and --video. Only --plot stores what is seen.
    """
    if sum((camera, image is not None, video is not None)) != 1:
        raise InvalidInput("give exactly one of --camera, --image FILE and --video FILE")
    if device is not None and not camera:
        raise InvalidInput(f"--device {device} chooses a camera; add --camera")

    reading, source = _read(device or 0, image, video, model)
    if json:
        print_json(reading.as_json())
    seen = reading.require()
    if not json:
        _show(reading, seen, source)
    if plot is not None and reading.crop is not None:
        from vibelux.plots.mood import draw_mood

        draw_mood(plot, mood=seen, crop=reading.crop, title=source, model=reading.model)


def _read(
    device: int, image: Path | None, video: Path | None, model: Path | None
) -> tuple["FaceReading", str]:
    """Return the reading and a name for where it comes from."""
    from vibelux.face.sources import mood_of_camera, mood_of_image, mood_of_video
    from vibelux.settings import load_settings

    model_path = load_settings(face_model=model).face_model
    if image is not None:
        return mood_of_image(image, model_path=model_path), printable(image.name)
    if video is not None:
        with err().status("watching the video …"):
            return mood_of_video(video, model_path=model_path), printable(video.name)
    with err().status("look into the camera …"):
        return mood_of_camera(device, model_path=model_path), f"camera {device}"


def _show(reading: "FaceReading", seen: "Mood", source: str) -> None:
    """Print the face and the bars of its mood."""
    from rich.text import Text

    from vibelux.emotions import mood_dict, strongest

    size = f"{reading.face.w:.0f}×{reading.face.h:.0f} pixels" if reading.face else ""
    count = len(reading.faces)
    among = f", the main one of {count} faces" if count > 1 else ""
    console = out()
    console.print(
        Text.assemble(
            (source, "bold"),
            (f"  face of {size}{among}", "dim"),
        )
    )
    console.print()
    console.print(mood_bars(mood_dict(seen), width=48))
    console.print()
    console.print(
        Text.assemble(
            "Mostly ",
            (strongest(seen), "bold"),
            (": an estimate of the expression, not of feelings.", "dim"),
        )
    )
