"""`vibelux export`: from a training's checkpoint to an ONNX file (needs the [train] extra)."""

from pathlib import Path
from typing import Annotated

import typer

from vibelux.cli.console import err
from vibelux.errors import MissingExtra

app = typer.Typer(
    help="Export a training's checkpoint as an ONNX file with its card (needs the train extra).",
    no_args_is_help=True,
)


@app.callback()
def _export() -> None:
    pass


@app.command("face")
def face(
    checkpoint: Annotated[Path, typer.Argument(help="last.ckpt of `train face`.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write; its card goes beside it.")],
    data: Annotated[
        Path, typer.Option(help="What it was trained on; the held-back part calibrates it.")
    ],
    ferplus: Annotated[Path | None, typer.Option(help="FER+ votes of a csv.")] = None,
    source: Annotated[
        str | None, typer.Option(help="The data's name and terms, for the card.")
    ] = None,
) -> None:
    """Export a face checkpoint, also one of a training that still runs."""
    try:
        from vibelux.training import faces
        from vibelux.training.face_export import export_faces
    except ImportError as error:
        raise MissingExtra(
            f'export needs the train extra ({error.name} is missing): pip install "vibelux[train]"'
        ) from error
    from vibelux.datasets.faces import read_faces
    from vibelux.training.face_targets import split_faces

    training = faces.FaceTraining.read(checkpoint)
    split = split_faces(read_faces(data, ferplus=ferplus), seed=training.recipe.seed)
    difference = export_faces(
        training.network,
        split.validation,
        out,
        training=training.card_entry(source or data.name),
        metrics=training.card_metrics(),
    )
    err().print(
        f"{out} is written; torch and ONNX Runtime agree to {difference:.1e} on real faces",
        markup=False,
    )
