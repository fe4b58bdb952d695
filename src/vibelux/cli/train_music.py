"""`vibelux train music`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from vibelux.cli.console import err, out, print_json, printable
from vibelux.cli.extras import train_extra
from vibelux.errors import InvalidInput


def music(
    data: Annotated[
        list[Path] | None,
        typer.Option(
            help="Manifest csv, folder with one folder an emotion, or output of preprocess; may be "
            "repeated. Default: music/manifest.csv and more.csv of $VIBELUX_DATA."
        ),
    ] = None,
    cross_validate: Annotated[
        bool,
        typer.Option(
            "--cross-validate",
            help="Measure the recipe over five folds of artists; trains no final model.",
        ),
    ] = False,
    calibrate_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="cross_validation.json that --cross-validate wrote for this recipe and these "
            "songs: all songs are learnt from, calibration and figures come from there. With "
            "--cross-dataset it calibrates the moods, and says when songs are called clear.",
        ),
    ] = None,
    unheard: Annotated[
        str | None,
        typer.Option(
            metavar="COLLECTION",
            help="Measure on a collection of the manifest that is not learnt from.",
        ),
    ] = None,
    cross_dataset: Annotated[
        bool,
        typer.Option(
            "--cross-dataset",
            help="Measure the recipe on each collection in turn, learnt from the others; "
            "trains no final model.",
        ),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --cross-dataset: cross_dataset.json of another recipe, to compare with song "
            "by song.",
        ),
    ] = None,
    unheard_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="cross_dataset.json that --cross-dataset wrote for this recipe and these songs: "
            "its figures go into the card.",
        ),
    ] = None,
    out_folder: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Folder for checkpoints and the model.")
    ] = Path("runs/music"),
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLLECTION",
            help="Leave out a collection of the manifest; may be repeated. Default: ravdess_song "
            "(CC BY-NC-SA); 'none' takes all.",
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the songs.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights, order, crops and augmentation.")] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint in --out.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--from", help="'pretrained' (the shipped weights) or an ONNX file."),
    ] = None,
    precision: Annotated[
        str, typer.Option(help="Of Lightning's trainer: bf16-mixed, 16-mixed, 32-true.")
    ] = "bf16-mixed",
    report: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write plots and a page to this folder."),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --cross-validate or --cross-dataset: write a row for each song, "
            "judged by a model that does not know its artist.",
        ),
    ] = None,
    cache: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder where spectrograms are kept.")
    ] = Path("runs/cache"),
    json: Annotated[
        bool, typer.Option("--json", help="Print the figures as one JSON object.")
    ] = False,
) -> None:
    """Train the music model and write music.onnx with its card, or measure how well it can do."""
    if predictions is not None and not (cross_validate or cross_dataset):
        raise InvalidInput(
            "--predictions needs --cross-validate or --cross-dataset; for a finished model: "
            "vibelux evaluate music"
        )
    measures = {
        "--unheard": unheard is not None,
        "--cross-validate": cross_validate,
        "--cross-dataset": cross_dataset,
    }
    chosen = [name for name, given in measures.items() if given]
    if len(chosen) > 1:
        raise InvalidInput(f"{' and '.join(chosen)} are two ways to measure; choose one")
    if unheard_from is not None and chosen:
        raise InvalidInput("--unheard-from is for training a model, not for measuring a recipe")
    if calibrate_from is not None and chosen not in ([], ["--cross-dataset"]):
        raise InvalidInput(f"--calibrate-from has no part in {chosen[0]}")
    if against is not None and not cross_dataset:
        raise InvalidInput("--against needs --cross-dataset")
    if predictions is not None and not predictions.absolute().parent.is_dir():
        raise InvalidInput(f"--predictions {predictions} must be a file in an existing folder")
    paths = data or _default_data()
    with train_extra():
        from vibelux.training.export import weights_to_begin_with
        from vibelux.training.progress import progress_bar, quiet
        from vibelux.training.song import runs
        from vibelux.training.song import unheard as unheard_songs
        from vibelux.training.song.training import SongRecipe
    from dataclasses import replace

    from vibelux.evaluation.predictions import write_song_predictions
    from vibelux.music.spectrogram import MelSettings
    from vibelux.training.song.export import class_lines
    from vibelux.training.song.log_mels import read_corpus

    console = err()

    def announce(line: str) -> None:
        console.print(printable(line), soft_wrap=True)

    left_out = runs.LEFT_OUT if leave_out is None else tuple(leave_out)
    labelled = runs.gather(paths, leave_out=left_out)
    with _progress("spectrograms", len(labelled)) as advance:
        corpus = read_corpus(
            labelled.rows, settings=MelSettings(), cache=cache, on_progress=advance
        )
    skipped = (*labelled.skipped, *corpus.skipped)
    for name, reason in skipped[:20]:
        announce(f"skipped {name}: {reason}")
    for line in class_lines(corpus, skipped):
        announce(line)

    recipe = SongRecipe(seed=seed)
    if start is not None:
        # What is already known is lost at full speed.
        recipe = replace(recipe, learning_rate=recipe.learning_rate / 4)
    if epochs is not None:
        recipe = replace(recipe, epochs=epochs)
    options = runs.Options(
        resume=resume,
        pretrained=weights_to_begin_with(start, "music"),
        precision=precision,
        callbacks=lambda name: [progress_bar(name, console)],
        announce=announce,
    )
    source = ", ".join(path.name for path in paths)
    figures: Mapping[str, Any]
    with quiet():
        if cross_validate:
            found, figures = runs.cross_validate_songs(
                corpus, out_folder, recipe=recipe, options=options
            )
            history = found.history
            if predictions is not None:
                write_song_predictions(predictions, found.songs, found.predictions)
            if report is not None:
                _report(report, found, source=source, limits=())
        elif unheard is not None:
            figures = unheard_songs.measure_unheard(
                corpus, unheard, out_folder, recipe=recipe, options=options
            )
            history = []
        elif cross_dataset:
            songs, said, figures = unheard_songs.cross_dataset_songs(
                corpus,
                out_folder,
                recipe=recipe,
                options=options,
                against=against,
                cross_validation=calibrate_from,
            )
            if predictions is not None:
                write_song_predictions(predictions, songs, said)
            history = []
        else:
            trained = runs.train_songs(
                corpus,
                out_folder,
                recipe=recipe,
                source=source,
                options=options,
                cross_validation=calibrate_from,
                cross_dataset=unheard_from,
            )
            figures, history = trained.figures, trained.history
    if report is not None and history:
        from vibelux.plots.report import training_curves

        report.mkdir(parents=True, exist_ok=True)
        training_curves(report / "training.png", history)
    if json:
        print_json(figures)
    else:
        _print_figures(figures)


def _default_data() -> list[Path]:
    """Return the manifests of the project's research data, where they are."""
    root = Path(os.environ.get("VIBELUX_DATA") or "../shared/data")
    manifest = root / "music" / "manifest.csv"
    if not manifest.is_file():
        raise InvalidInput(
            "--data is needed: a manifest csv, or a folder with one folder an emotion "
            f"(there is no {manifest})"
        )
    more = manifest.with_name("more.csv")
    return [manifest, more] if more.is_file() else [manifest]


def _progress(what: str, total: int) -> Any:
    from vibelux.training.progress import counting

    return counting(what, total, err())


def _report(folder: Path, found: Any, *, source: str, limits: tuple[str, ...]) -> None:
    import shlex
    import sys

    from vibelux.evaluation.report import Subject, write_song_report

    subject = Subject(
        model="music network, each song judged by a fold that does not know its artist",
        data=source,
        command=shlex.join(["vibelux", *sys.argv[1:]]),
        limits=limits,
        history=found.history,
    )
    page = write_song_report(folder, found.songs, found.predictions, subject=subject)
    err().print(f"report: {printable(str(page))}", soft_wrap=True)


def _print_figures(figures: Mapping[str, Any]) -> None:
    """Print a figure a line, with its 95 % interval and number of songs where there are any."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    for heading in ("figure", "value", "95 % interval", "songs"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for name, value in figures.items():
        if name.endswith(("_low", "_high")) or name.startswith("n_"):
            continue
        low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
        count = figures.get(f"n_{name.removeprefix('auc_')}")
        if value is None and count is None:
            continue
        table.add_row(
            name.replace("_", " ")
            .replace("auc", "AUC")
            .replace("f1", "F1")
            .replace("gems", "GEMS"),
            "–" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}",
            "" if low is None or high is None else f"{low:.3f} – {high:.3f}",
            "" if count is None else str(count),
        )
    out().print(table)
