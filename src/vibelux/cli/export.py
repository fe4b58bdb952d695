"""`vibelux export`: from a training's checkpoint to an ONNX file (needs the [train] extra)."""

from pathlib import Path
from typing import Annotated

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, print_json
from vibelux.cli.extras import train_extra
from vibelux.errors import InvalidInput

app = Commands(
    help="Make a checkpoint an ONNX file with its card (train extra).",
    examples=["vibelux export face runs/face/last.ckpt face.onnx --data fer2013.csv"],
)


@app.adds("face", examples=["vibelux export face runs/face/last.ckpt face.onnx --data fer2013.csv"])
def face(
    checkpoint: Annotated[Path, typer.Argument(help="last.ckpt of `train face`.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write; its card goes beside it.")],
    data: Annotated[
        Path, typer.Option(help="What it was trained on; the held-back part calibrates it.")
    ],
    ferplus: Annotated[Path | None, typer.Option(help="FER+ votes of a csv.")] = None,
    average: Annotated[
        list[Path] | None,
        typer.Option(metavar="CHECKPOINT", help="Average its weights in; may be repeated."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The data's name and terms, for the card.")
    ] = None,
) -> None:
    """Export a face checkpoint, also one of a training that still runs."""
    with train_extra():
        from vibelux.training.face.export import export_faces
        from vibelux.training.face.training import FaceTraining
        from vibelux.training.fit import average_weights
    from vibelux.datasets.face_files import read_faces
    from vibelux.training.face.targets import split_faces

    training = FaceTraining.read(checkpoint)
    others = [FaceTraining.read(path) for path in average or []]
    average_weights(training.network, [other.network for other in others])
    split = split_faces(read_faces(data, ferplus=ferplus))
    difference = export_faces(
        training.network,
        split.validation,
        out,
        training=training.card_entry(source or data.name, averaged_with=others),
        metrics={} if others else training.card_metrics(),
    )
    err().print(
        f"{out} is written; torch and ONNX Runtime agree to {difference:.1e} on real faces",
    )


@app.adds(
    "music",
    examples=["vibelux export music runs/music/last.ckpt music.onnx --data manifest.csv"],
)
def music(
    checkpoint: Annotated[Path, typer.Argument(help="last.ckpt of `train music`.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write; its card goes beside it.")],
    data: Annotated[list[Path], typer.Option(help="What it was trained on; may be repeated.")],
    leave_out: Annotated[
        list[str] | None,
        typer.Option(help="As it was trained with; 'none' takes all.", metavar="COLLECTION"),
    ] = None,
    calibrate_from: Annotated[
        Path | None, typer.Option(metavar="FILE", help="As it was trained with.")
    ] = None,
    cache: Annotated[Path, typer.Option(help="Folder where spectrograms are kept.")] = Path(
        "runs/cache"
    ),
) -> None:
    """Export a music checkpoint, also one of a training that still runs."""
    with train_extra():
        from vibelux.training.song import runs
        from vibelux.training.song.log_mels import read_corpus
        from vibelux.training.song.training import SongTraining
    from vibelux.music.spectrogram import MelSettings

    settings = MelSettings()
    training = SongTraining.read(checkpoint, settings)
    left_out = runs.LEFT_OUT if leave_out is None else tuple(leave_out)
    labelled = runs.gather(data, leave_out=left_out)
    corpus = read_corpus(labelled.rows, settings=settings, cache=cache)
    runs.finish_songs(
        training,
        corpus,
        out,
        source=", ".join(path.name for path in data),
        options=runs.Options(announce=lambda line: err().print(line, soft_wrap=True)),
        cross_validation=calibrate_from,
    )


@app.adds(
    "detector",
    examples=["vibelux export detector last.ckpt detector.onnx --boxes boxes.csv"],
)
def detector(
    checkpoint: Annotated[Path, typer.Argument(help="last.ckpt of `train detector`.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write; its card goes beside it.")],
    boxes: Annotated[
        list[Path],
        typer.Option(help="What it was trained on; may be repeated. A part sets the threshold."),
    ],
    source: Annotated[
        str | None, typer.Option(help="The data's name and terms, for the card.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="As it was trained with; the card says what it began with."),
    ] = None,
    pointed: Annotated[
        bool,
        typer.Option("--pointed", help="The graph gives eyes, nose and mouth, too."),
    ] = False,
) -> None:
    """Export a detector's checkpoint, also one of a training that still runs.

    The threshold is chosen by the part of the pictures that a training chooses by.
    """
    with train_extra():
        from vibelux.training.detector.training import DetectorTraining, export_detector
        from vibelux.training.export import weights_to_begin_with
    from dataclasses import replace

    from vibelux.datasets.face_box_split import split_boxes
    from vibelux.datasets.face_boxes import read_face_boxes

    training = DetectorTraining.read(checkpoint)
    training.recipe = replace(training.recipe, pointed=pointed or training.recipe.pointed)
    export_detector(
        training,
        split_boxes(read_face_boxes(*boxes)).validation,
        out,
        source=source or ", ".join(path.name for path in boxes),
        pretrained=weights_to_begin_with(start, "detector"),
        announce=lambda line: err().print(line, soft_wrap=True),
    )


@app.adds(
    "statistics",
    examples=[
        "vibelux export statistics face.onnx --data fer2013.csv",
        "vibelux export statistics music.onnx --cross-validation cross_validation.json",
    ],
)
def statistics(
    model: Annotated[
        Path, typer.Argument(metavar="ONNX", help="A face or music model; its card is changed.")
    ],
    cross_validation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of a music model: what train music wrote there."),
    ] = None,
    cross_dataset: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Of a music model, with --cross-validation: what train music --cross-dataset "
            "--calibrate-from wrote there; when a song is called clear or steady comes from there.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Of a face model: what it was trained on; the held-back part counts."),
    ] = None,
) -> None:
    """Compute anew what is usual for a model's answers, and write it into its card.

    The model stays as it is. Of a music model it comes from `train music --cross-validate`.
    """
    with train_extra():
        from vibelux.training.export import update_statistics
        from vibelux.training.face.export import card_statistics
        from vibelux.training.face.targets import split_faces
        from vibelux.training.song.statistics import read_statistics
    from vibelux.datasets.face_files import read_faces
    from vibelux.evaluation.faces import predict_faces
    from vibelux.models import Card, load_model

    card = Card.read(model.with_suffix(".json"))
    if cross_dataset is not None and cross_validation is None:
        raise InvalidInput("--cross-dataset needs --cross-validation")
    if card.kind == "music" and cross_validation is not None:
        found = read_statistics(cross_validation, card, unheard=cross_dataset)
    elif card.kind == "face" and data is not None:
        held = split_faces(read_faces(data)).validation
        found = card_statistics(predict_faces(load_model("face", model), held.images).mood, held)
    else:
        raise InvalidInput(
            f"{model} is a {card.kind} model; statistics have face models, from --data, and music "
            "models, from --cross-validation"
        )
    update_statistics(model, found)
    print_json(found)
