"""`vibelux train detector`."""

from pathlib import Path
from typing import Annotated

import typer

from vibelux.cli import console
from vibelux.cli.extras import train_extra


def detector(
    boxes: Annotated[
        Path,
        typer.Option(help="csv file with a row a box: path, width, height, x, y, w, h, ignore."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the model.")] = Path(
        "runs/detector"
    ),
    epochs: Annotated[int | None, typer.Option(min=1, help="Rounds of --steps batches.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Batches a round.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint in --out.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--from", help="'pretrained' (the shipped weights) or an ONNX file."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of weights and frames.")] = 0,
    learning_rate: Annotated[float | None, typer.Option(help="Highest of the schedule.")] = None,
    precision: Annotated[
        str, typer.Option(help="Of Lightning's trainer: bf16-mixed, 16-mixed, 32-true.")
    ] = "bf16-mixed",
    devices: Annotated[str, typer.Option(help="Of Lightning's trainer.")] = "auto",
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes that compose frames.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The data's name and terms, for the card.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the figures as one JSON object.")
    ] = False,
) -> None:
    """Train the face detector and write detector.onnx with its card."""
    with train_extra():
        from vibelux.training.detector.training import DetectorRecipe, train_detector
        from vibelux.training.export import weights_to_begin_with
        from vibelux.training.progress import progress_bar, quiet
    from dataclasses import replace

    from vibelux.datasets.face_boxes import read_face_boxes

    stderr = console.err()
    data = read_face_boxes(boxes)
    recipe = DetectorRecipe(seed=seed)
    recipe = replace(
        recipe,
        epochs=epochs or recipe.epochs,
        steps=steps or recipe.steps,
        learning_rate=learning_rate or recipe.learning_rate * (0.25 if start else 1.0),
    )
    with quiet():
        trained = train_detector(
            data,
            out,
            recipe=recipe,
            source=source or boxes.name,
            resume=resume,
            pretrained=weights_to_begin_with(start, "detector"),
            precision=precision,
            devices=devices,
            workers=workers,
            callbacks=[progress_bar("detector", stderr)],
            announce=lambda line: stderr.print(line, soft_wrap=True),
        )
    if json:
        console.print_json(trained.figures)
    else:
        for name, figure in trained.figures.items():
            console.out().print(f"{name:<16} {'–' if figure is None else f'{figure:.4f}'}")
