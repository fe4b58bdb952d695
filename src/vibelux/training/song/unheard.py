"""How a recipe fares on collections that it does not hear: trainings without each of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vibelux.datasets.songs import LabelledSong
from vibelux.errors import DatasetError
from vibelux.evaluation.songs import SongPredictions, evaluate_songs
from vibelux.training.song.calibration import calibrated
from vibelux.training.song.cross_dataset import (
    Judged,
    count_look,
    cross_dataset_figures,
    learning_rows,
    read_answers,
    write_record,
)
from vibelux.training.song.cross_validation import with_leading_emotions
from vibelux.training.song.figures import composite_figures
from vibelux.training.song.log_mels import HeardSongs
from vibelux.training.song.model import Calibration
from vibelux.training.song.runs import Options, kernel_machine_of, key_of
from vibelux.training.song.targets import affect_of_labels
from vibelux.training.song.training import SongRecipe, fit_songs, predict

RECORD_FILE = "cross_dataset.json"


def measure_unheard(
    heard: HeardSongs, collection: str, out: Path, *, recipe: SongRecipe, options: Options
) -> dict[str, Any]:
    """Train without one collection and measure on it: how the model fares on other people's data.

    Args:
        heard: labelled songs of several collections.
        collection: the one to leave out (column ``dataset``), with all songs by its artists.
        out: folder for the checkpoints.
        recipe: how to train.
        options: how to run.

    Returns:
        figures of `evaluate_songs` as far as it has labels, and of `composite_figures` where it has
        GEMS ratings.

    Raises:
        DatasetError: there is no such collection, or nothing else to learn from.

    """
    songs, predictions = _judge(heard, collection, out, recipe=recipe, options=options)
    figures: dict[str, Any] = dict(evaluate_songs(with_leading_emotions(songs), predictions))
    if any(song.gems for song in songs):
        figures |= composite_figures(songs, predictions)
    return figures


def cross_dataset_songs(
    heard: HeardSongs,
    out: Path,
    *,
    recipe: SongRecipe,
    options: Options,
    against: Path | None = None,
) -> dict[str, Any]:
    """Train without each collection in turn and measure on it; see `cross_dataset`.

    The answers are kept in ``cross_dataset.json`` of the output folder, and the look at their
    figures is counted in ``looks.json`` beside it.

    Args:
        heard: labelled songs of several collections.
        out: folder for checkpoints and records.
        recipe: how to train.
        options: how to run.
        against: ``cross_dataset.json`` of another recipe and the same songs, to compare with.

    Returns:
        figures of `cross_dataset_figures`, and ``looks``.

    Raises:
        DatasetError: there are fewer than two collections with valence or arousal, or a record
            cannot be read or written.

    """
    names = judged_collections(heard.songs)
    judged = []
    for name in names:
        options.announce(f"without {name}: {len(learning_rows(heard.songs, name))} songs")
        judged.append(
            Judged.of(*_judge(heard, name, out / "cross-dataset", recipe=recipe, options=options))
        )
    other = None if against is None else read_answers(against, judged)
    figures = cross_dataset_figures(judged, other)
    figures["looks"] = count_look(out, figures)
    key = key_of(recipe, heard, options)
    kept = {name: value for name, value in figures.items() if not name.startswith("gain_")}
    write_record(out / RECORD_FILE, judged, key=key, figures=kept)
    return figures


def judged_collections(songs: Sequence[LabelledSong]) -> list[str]:
    """Return the collections whose songs say something about valence or arousal, in their order.

    Raises:
        DatasetError: there are fewer than two.

    """
    names = list(dict.fromkeys(s.dataset for s in songs if affect_of_labels(s) != (None, None)))
    if len(names) < 2:
        raise DatasetError(
            f"{len(names)} collections with valence, arousal, quadrants or GEMS scales are too few "
            "to judge one by the others; give several manifests, or a column dataset"
        )
    return names


def _judge(
    heard: HeardSongs, collection: str, out: Path, *, recipe: SongRecipe, options: Options
) -> tuple[tuple[LabelledSong, ...], SongPredictions]:
    """Return the songs of a collection and what a model says that never heard it."""
    learnt = heard.take(learning_rows(heard.songs, collection))
    held = heard.take(np.flatnonzero([song.dataset == collection for song in heard.songs]))
    training = fit_songs(
        learnt,
        None,
        out / f"without-{collection}",
        recipe=recipe,
        resume=options.resume,
        pretrained=options.pretrained,
        precision=options.precision,
        callbacks=options.callbacks(f"without {collection}"),
    )
    heads = predict(training.network, kernel_machine_of(learnt, options), held)
    return held.songs, calibrated(heads, Calibration(), len(held))
