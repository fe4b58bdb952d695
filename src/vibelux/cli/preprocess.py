"""`vibelux preprocess`: folders of songs to folders of spectrograms."""

from pathlib import Path

import typer

from vibelux.cli.console import err, out, printable


def preprocess(
    raw: Path = typer.Argument(..., metavar="RAW", help="Folder with RAW/EMOTION/*.mp3."),
    target: Path = typer.Argument(..., metavar="OUT", help="Folder for OUT/EMOTION/*.npy."),
    model: Path | None = typer.Option(
        None, "--model", metavar="FILE", help="A music model whose constants are used."
    ),
) -> None:
    """Turn songs sorted by emotion into spectrograms for training.

    Log-mel spectrograms of the first 90 s of each song, in decibels; what is up to date is left as
    it is.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Table

    from vibelux.models import WEIGHTS, Card
    from vibelux.music import preprocess as step
    from vibelux.music.spectrogram import MelSettings
    from vibelux.settings import load_settings

    path = load_settings(music_model=model).music_model or WEIGHTS / "music.onnx"
    settings = MelSettings.from_card(Card.read(path.with_suffix(".json")))
    console = err()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("songs"), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=None)
        report = step.preprocess(
            raw,
            target,
            settings,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    for name in report.folders:
        console.print(f"{printable(name)}/: no emotion, passed over", style="yellow")
    for given, reason in report.skipped:
        console.print(f"{printable(given)}: {printable(reason)}", style="yellow")

    table = Table(box=None, pad_edge=False)
    table.add_column("emotion")
    for heading in ("written", "unchanged", "total"):
        table.add_column(heading, justify="right")
    for emotion, new in report.written.items():
        count = new + report.unchanged[emotion]
        counts = (str(new), str(report.unchanged[emotion]), str(count))
        table.add_row(emotion, *counts, style=None if count else "dim")
    new, old = sum(report.written.values()), sum(report.unchanged.values())
    table.add_row("all", str(new), str(old), str(new + old), style="bold")
    out().print(table)
    if report.skipped:
        console.print(f"{len(report.skipped)} skipped, see above")
    if not new + old:
        raise typer.Exit(1)
