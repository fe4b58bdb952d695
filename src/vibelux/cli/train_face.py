"""`vibelux train face`."""

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
from vibelux.errors import InvalidInput


def face(
    data: Annotated[
        Path,
        typer.Option(help="npz file, fer2013.csv, or a folder with one folder an emotion."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the model.")] = Path(
        "runs/face"
    ),
    ferplus: Annotated[
        Path | None, typer.Option(help="FER+ votes of a csv; default: fer2013new.csv beside it.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first model within minutes, on a smaller network.")
    ] = False,
    resume: Resume = False,
    start: Start = None,
    teachers: Annotated[
        list[Path] | None,
        typer.Option("--teacher", metavar="ONNX", help="Learn from its answers too; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of weights, order and augmentation.")] = 0,
    learning_rate: LearningRate = None,
    changed: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Another value of the recipe; repeatable."
        ),
    ] = None,
    precision: Precision = "bf16-mixed",
    devices: Devices = "auto",
    test: Annotated[
        str | None,
        typer.Option(help="Evaluate the finished model once on this part, such as PublicTest."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write plots and a page to this folder.")
    ] = None,
    source: Source = None,
    json: AsJson = False,
) -> None:
    """Train the face CNN and write face.onnx with its card."""
    with train_extra():
        from vibelux.training.export import weights_to_begin_with
        from vibelux.training.face.training import FaceRecipe, train_faces
        from vibelux.training.fit import changed_recipe
        from vibelux.training.progress import progress_bar, quiet
    from dataclasses import replace

    from vibelux.cli.evaluate_tables import print_faces
    from vibelux.datasets.face_files import read_faces
    from vibelux.evaluation.faces import evaluate_faces, predict_faces, recurring
    from vibelux.evaluation.report import Subject, write_face_report
    from vibelux.models import load_model
    from vibelux.training.face.export import update_card

    if quick and start == "pretrained":
        raise InvalidInput(
            "--quick trains a smaller network; it cannot start from the shipped weights"
        )
    stderr = console.err()
    labelled = read_faces(data, ferplus=ferplus)
    for name, reason in labelled.skipped:
        stderr.print(f"skipped {name}: {reason}")
    recipe = FaceRecipe(seed=seed)
    recipe = recipe.quick() if quick else recipe
    recipe = replace(
        recipe,
        epochs=epochs or recipe.epochs,
        learning_rate=learning_rate or recipe.learning_rate * (0.25 if start else 1.0),
    )
    recipe = changed_recipe(recipe, changed or [])
    with quiet():
        trained = train_faces(
            labelled,
            out,
            recipe=recipe,
            source=source or data.name,
            resume=resume,
            pretrained=weights_to_begin_with(start, "face"),
            teachers=teachers or (),
            precision=precision,
            devices=devices,
            callbacks=[progress_bar("face", stderr)],
            announce=lambda line: stderr.print(line, soft_wrap=True),
        )
    name, part = "the held-back part", trained.split.validation
    if test is not None:
        name, part = test, labelled.with_usage(test)
    network = load_model("face", trained.onnx)
    predictions = predict_faces(network, part.images)
    figures = evaluate_faces(part, predictions)
    update_card(trained.onnx, {name: figures})
    if report is not None:
        subject = Subject(
            model=network.card.model_id,
            data=f"{data.name} ({name})",
            command=f"vibelux evaluate face --model {trained.onnx} --data {data}",
            limits=network.card.limits,
            history=trained.history,
        )
        write_face_report(report, part, predictions, subject=subject)
    if json:
        console.print_json(figures)
    else:
        print_faces(
            console.out(),
            part,
            predictions,
            title=f"{network.card.model_id} on {name}",
            twins=recurring(labelled, part),
        )
