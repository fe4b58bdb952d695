"""`vibelux evaluate face`, `music` and `detector`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, print_json, printable
from vibelux.errors import DatasetError, InvalidInput, VibeluxError

app = Commands(
    help="Measure a model on labelled data.",
    examples=["vibelux evaluate face --data fer2013.csv --usage PublicTest"],
)

_Model = Annotated[
    Path | None, typer.Option("--model", help="ONNX file with its card; default: the shipped one.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]
_Predictions = Annotated[
    Path | None,
    typer.Option("--predictions", help="Write one row an item, in input order, to this csv."),
]
_Report = Annotated[
    Path | None, typer.Option("--report", help="Write a page and plots to this folder.")
]


@app.adds(
    "face",
    examples=["vibelux evaluate face --data fer2013.csv --usage PublicTest"],
)
def face(
    data: Annotated[
        Path,
        typer.Option(help="npz file, fer2013.csv, or a folder with one folder an emotion."),
    ],
    usage: Annotated[
        str | None, typer.Option(help="Only this part of the data, such as PublicTest.")
    ] = None,
    ferplus: Annotated[
        Path | None,
        typer.Option(help="FER+ votes of a csv; default: fer2013new.csv beside it."),
    ] = None,
    model: _Model = None,
    json: _Json = False,
    predictions: _Predictions = None,
    report: _Report = None,
    corruptions: Annotated[
        bool, typer.Option("--corruptions", help="Also under worse light, blur, shift and so on.")
    ] = False,
) -> None:
    """Measure a face model: accuracy, calibration, agreement with FER+ votes."""
    from vibelux.cli.evaluate_tables import print_corruptions, print_faces
    from vibelux.datasets.face_files import read_faces
    from vibelux.evaluation.corruptions import evaluate_corruptions, rounds
    from vibelux.evaluation.faces import evaluate_faces, predict_faces, recurring
    from vibelux.evaluation.predictions import write_face_predictions
    from vibelux.evaluation.report import Subject, write_face_report
    from vibelux.models import load_model
    from vibelux.settings import load_settings

    if ferplus is not None and data.suffix.lower() != ".csv":
        raise InvalidInput(f"--ferplus belongs to a fer2013.csv, --data is {data}")
    _check_writable(predictions, report)
    settings = load_settings(face_model=model)
    network = load_model("face", settings.face_model, threads=settings.workers)
    everything = read_faces(data, ferplus=ferplus)
    _list_skipped(everything.skipped)
    faces = everything if usage is None else everything.with_usage(usage)
    with _progress("faces", len(faces)) as advance:
        found = predict_faces(network, faces.images, on_progress=advance)
    figures = evaluate_faces(faces, found)
    worse: dict[str, float] = {}
    if corruptions:
        with _progress("corruptions", rounds()) as advance:
            worse = evaluate_corruptions(network, faces, on_progress=advance)
    name = data.name if usage is None else f"{data.name} ({usage})"
    if json:
        print_json({**figures, **{f"corruption_{key}": value for key, value in worse.items()}})
    else:
        twins = recurring(everything, faces)
        print_faces(out(), faces, found, title=f"{network.card.model_id} on {name}", twins=twins)
        if worse:
            print_corruptions(out(), worse)
    if predictions is not None:
        write_face_predictions(predictions, faces, found)
    if report is not None:
        subject = Subject(
            model=network.card.model_id, data=name, command=_command(), limits=network.card.limits
        )
        _say_written(write_face_report(report, faces, found, subject=subject))


@app.adds(
    "music",
    examples=["vibelux evaluate music --manifest manifest.csv"],
)
def music(
    manifest: Annotated[
        Path,
        typer.Option(
            help="csv with the column path and any of quadrant, valence, arousal, emotion, group; "
            "or a folder with one folder an emotion."
        ),
    ],
    model: _Model = None,
    json: _Json = False,
    predictions: _Predictions = None,
    report: _Report = None,
    windows: Annotated[
        int | None,
        typer.Option(min=1, help="Analyse at most this many windows of a song."),
    ] = None,
) -> None:
    """Measure a music model: quadrants, valence and arousal, emotions."""
    from vibelux.cli.evaluate_tables import print_songs
    from vibelux.datasets.song_files import read_songs
    from vibelux.evaluation.predictions import write_song_predictions
    from vibelux.evaluation.report import Subject, write_song_report
    from vibelux.evaluation.songs import evaluate_songs, off_scale, predict_songs
    from vibelux.models import load_model
    from vibelux.settings import load_settings

    _check_writable(predictions, report)
    settings = load_settings(music_model=model)
    network = load_model("music", settings.music_model)
    songs = read_songs(manifest, any_scale=True)
    _list_skipped(songs.skipped)
    with _progress("songs", len(songs)) as advance:
        found = predict_songs(
            network,
            songs,
            workers=settings.workers,
            max_windows=windows,
            on_progress=advance,
        )
    _list_skipped(found.failed)
    if not found.analysed.any():
        raise DatasetError(f"none of the {len(songs)} songs of {manifest} could be analysed")
    console = err()
    for dimension in off_scale(songs):
        console.print(
            f"note: labels of {dimension} leave [-1, 1]; its R² needs that scale and is left out",
        )
    words = ", ".join(f"{word} ({n})" for word, n in songs.unknown_emotions().items())
    if words:
        console.print(f"note: not among the seven, left out: {printable(words)}")
    figures = evaluate_songs(songs, found)
    if json:
        print_json(figures)
    else:
        print_songs(out(), songs, found, title=f"{network.card.model_id} on {manifest.name}")
    if predictions is not None:
        write_song_predictions(predictions, songs, found)
    if report is not None:
        subject = Subject(
            model=network.card.model_id,
            data=manifest.name,
            command=_command(),
            limits=network.card.limits,
        )
        _say_written(write_song_report(report, songs, found, subject=subject))


@app.adds(
    "detector",
    examples=["vibelux evaluate detector --boxes boxes.csv --held-back"],
)
def detector(
    boxes: Annotated[
        list[Path],
        typer.Option(
            help="csv with the columns path, width, height, x, y, w, h and, where wanted, ignore "
            "and dataset; one row a face. May be repeated."
        ),
    ],
    points: Annotated[
        Path | None,
        typer.Option(help="csv with the five points of faces; adds how they are turned."),
    ] = None,
    held_back: Annotated[
        bool,
        typer.Option("--held-back", help="Only the pictures that `train detector` holds back."),
    ] = False,
    model: _Model = None,
    json: _Json = False,
    predictions: Annotated[
        Path | None,
        typer.Option(help="Write one row a detection, in input order, to this csv."),
    ] = None,
) -> None:
    """Measure a face detector: faces found, false ones, time."""
    from vibelux.cli.evaluate_tables import print_detector
    from vibelux.datasets.face_box_split import split_boxes
    from vibelux.datasets.face_boxes import BoxData, read_face_boxes
    from vibelux.datasets.face_points import read_face_points
    from vibelux.evaluation.detector import evaluate_boxes, predict_boxes
    from vibelux.evaluation.face_groups import recall_by_group
    from vibelux.evaluation.predictions import write_detector_predictions
    from vibelux.face.detector import FaceDetector

    _check_writable(predictions, None)
    finder = FaceDetector.load(model)
    data = read_face_boxes(*boxes)
    names = ", ".join(path.name for path in boxes)
    known = None if points is None else read_face_points(points)
    if held_back:
        data = BoxData(images=split_boxes(data).held)
    with _progress("pictures", len(data)) as advance:
        found = predict_boxes(finder, data, on_progress=advance)
    _list_skipped(found.failed)
    if not found.images:
        raise DatasetError(f"none of the {len(data)} pictures of {names} can be read")
    if json:
        print_json({**evaluate_boxes(found), "groups": recall_by_group(found, known)})
    else:
        print_detector(out(), found, known, title=f"{finder.model.card.model_id} on {names}")
    if predictions is not None:
        write_detector_predictions(predictions, found)


@app.adds(
    "match",
    examples=["vibelux evaluate match --faces a.csv --songs b.csv --predictions c.csv"],
)
def match(
    faces: Annotated[Path, typer.Option(help="Labelled faces, as of evaluate face.")],
    songs: Annotated[Path, typer.Option(help="Manifest of songs with the column quadrant.")],
    predictions: Annotated[
        Path,
        typer.Option(
            help="csv of the songs' moods from models that do not know their artist: "
            "train music --cross-validate (or --cross-dataset) --predictions FILE."
        ),
    ],
    usage: Annotated[str, typer.Option(help="Part of the faces.")] = "PublicTest",
    artists: Annotated[
        str, typer.Option(help="Songs of all artists, or of the first or second half of them.")
    ] = "all",
    collection: Annotated[
        str | None, typer.Option(help="Only songs of this collection (column dataset).")
    ] = None,
    model: _Model = None,
    json: _Json = False,
) -> None:
    """Measure how often songs recommended for a face belong where its emotion is."""
    from vibelux.cli.evaluate_match_table import print_matching
    from vibelux.datasets.face_files import read_faces
    from vibelux.datasets.song_files import read_songs
    from vibelux.evaluation.faces import predict_faces
    from vibelux.evaluation.matching import (
        evaluate_matching,
        half_of,
        matching_data,
        of_collection,
    )
    from vibelux.evaluation.predictions import read_song_predictions
    from vibelux.model_statistics import ModelStatistics
    from vibelux.models import load_model
    from vibelux.settings import load_settings

    settings = load_settings(face_model=model)
    network = load_model("face", settings.face_model, threads=settings.workers)
    labelled = read_faces(faces)
    if labelled.usage is not None:
        labelled = labelled.with_usage(usage)
    data = matching_data(
        labelled,
        of_collection(read_songs(songs), collection),
        read_song_predictions(predictions),
        ModelStatistics.of(settings),
    )
    data = data.with_songs(half_of(data.group, artists))
    with _progress("faces", len(labelled)) as advance:
        moods = predict_faces(network, labelled.images, on_progress=advance).mood
    found = evaluate_matching(data.with_faces(moods))
    if json:
        print_json(
            {
                "faces": len(labelled),
                "songs": len(data.songs),
                "methods": {name: precision.figures() for name, precision in found.items()},
            }
        )
    else:
        title = f"{len(labelled):,} faces, {len(data.songs):,} songs, {network.card.model_id}"
        print_matching(out(), found, title=title)


@app.adds(
    "similar",
    examples=["vibelux evaluate similar --songs manifest.csv"],
)
def similar(
    songs: Annotated[Path, typer.Option(help="Manifest of songs with quadrant and group.")],
    model: _Model = None,
    json: _Json = False,
) -> None:
    """Measure how often the songs nearest by sound share artist and quadrant."""
    from dataclasses import asdict

    import numpy as np

    from vibelux.cli.evaluate_match_table import print_sound
    from vibelux.datasets.song_files import read_songs
    from vibelux.datasets.songs import SongData
    from vibelux.evaluation.songs import predict_songs
    from vibelux.evaluation.sound import evaluate_sound
    from vibelux.models import load_model
    from vibelux.settings import load_settings

    settings = load_settings(music_model=model)
    network = load_model("music", settings.music_model)
    labelled = SongData(tuple(song for song in read_songs(songs).rows if song.quadrant))
    with _progress("songs", len(labelled)) as advance:
        found = predict_songs(network, labelled, workers=settings.workers, on_progress=advance)
    _list_skipped(found.failed)
    if found.embedding is None:
        raise DatasetError(f"no song of {songs} has a quadrant and can be analysed")
    analysed = found.analysed
    figures = evaluate_sound(
        found.embedding[analysed],
        np.array([song.group for song in labelled.rows])[analysed],
        np.array([song.quadrant_index for song in labelled.rows])[analysed],
    )
    if json:
        print_json(asdict(figures))
    else:
        print_sound(out(), figures, title=f"{network.card.model_id} on {songs.name}")


def _check_writable(predictions: Path | None, report: Path | None) -> None:
    """Refuse at once what would fail after minutes of work."""
    if predictions is not None and (predictions.is_dir() or not predictions.parent.is_dir()):
        raise InvalidInput(f"--predictions {predictions} must be a file in an existing folder")
    if report is not None:
        try:
            report.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VibeluxError(f"cannot make the folder {report}: {error}") from error


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr while the terminal shows it; yield what takes the number done."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    title = TextColumn("{task.description}", style="dim", markup=False)
    columns = (title, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = err()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def _list_skipped(skipped: Sequence[tuple[str, str]], *, most: int = 20) -> None:
    console = err()
    for name, reason in skipped[:most]:
        console.print(f"skipped {printable(name)}: {printable(reason)}")
    if len(skipped) > most:
        console.print(f"… and {len(skipped) - most} more; skipped in all: {len(skipped)}")


def _say_written(page: Path) -> None:
    err().print(f"report: {printable(str(page))}", soft_wrap=True)


def _command() -> str:
    """Return the command line that prints the same figures."""
    import shlex

    return shlex.join(["vibelux", *sys.argv[1:]])
