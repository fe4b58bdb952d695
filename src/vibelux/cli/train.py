"""`vibelux train`: train the CNNs on one's own data (needs the [train] extra)."""

import typer

from vibelux.cli import train_detector, train_face, train_music

app = typer.Typer(
    help="Train a face, music or detector CNN on labelled data (needs the train extra).",
    no_args_is_help=True,
)
app.command("face")(train_face.face)
app.command("music")(train_music.music)
app.command("detector")(train_detector.detector)
