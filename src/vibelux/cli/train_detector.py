"""`vibelux train detector`."""

from pathlib import Path
from typing import Annotated

import typer

from vibelux.cli import console
from vibelux.cli.extras import train_extra
from vibelux.cli.train_options import (
    AsJson,
    Devices,
    LearningRate,
    Precision,
    Resume,
    Source,
    Start,
)


def detector(
    boxes: Annotated[
        list[Path],
        typer.Option(
            help="csv file with a row a box: path, width, height, x, y, w, h, ignore; may be "
            "repeated."
        ),
    ],
    points: Annotated[
        Path | None,
        typer.Option(help="csv file with the five points of faces, as of evaluate detector."),
    ] = None,
    faces: Annotated[
        Path | None,
        typer.Option(help="Cut-out faces, as of train face; they teach where a face is."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the model.")] = Path(
        "runs/detector"
    ),
    epochs: Annotated[int | None, typer.Option(min=1, help="Rounds of --steps batches.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Batches a round.")] = None,
    resume: Resume = False,
    start: Start = None,
    seed: Annotated[int, typer.Option(help="Of weights and frames.")] = 0,
    learning_rate: LearningRate = None,
    precision: Precision = "bf16-mixed",
    devices: Devices = "auto",
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes that compose frames.")
    ] = None,
    source: Source = None,
    json: AsJson = False,
) -> None:
    """Train the face detector and write detector.onnx with its card."""
    with train_extra():
        from vibelux.training.detector.training import DetectorRecipe, train_detector
        from vibelux.training.export import weights_to_begin_with
        from vibelux.training.progress import progress_bar, quiet
    from dataclasses import replace

    from vibelux.datasets.face_boxes import read_face_boxes
    from vibelux.datasets.face_files import read_faces
    from vibelux.datasets.face_points import read_face_points

    stderr = console.err()
    data = read_face_boxes(*boxes)
    crops = None
    if faces is not None:
        read = read_faces(faces)
        crops = (read if read.usage is None else read.with_usage("Training")).images
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
            points={} if points is None else read_face_points(points),
            crops=crops,
            recipe=recipe,
            source=source or ", ".join(path.name for path in [*boxes, faces] if path is not None),
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
