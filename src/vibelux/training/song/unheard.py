"""How a recipe fares on collections that it does not know: trainings without each of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vibelux.datasets.songs import LabelledSong, SongData
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
from vibelux.training.song.kernel_fit import (
    KernelRecipe,
    MeasuredSongs,
    fit_kernel_machine,
    measure_songs,
)
from vibelux.training.song.log_mels import Corpus
from vibelux.training.song.model import Calibration
from vibelux.training.song.runs import Options, key_of
from vibelux.training.song.targets import affect_of_labels
from vibelux.training.song.training import SongRecipe, fit_songs, predict

RECORD_FILE = "cross_dataset.json"


def measure_unheard(
    corpus: Corpus, collection: str, out: Path, *, recipe: SongRecipe, options: Options
) -> dict[str, Any]:
    """Train without one collection and measure on it: how the model fares on other people's data.

    Args:
        corpus: labelled songs of several collections.
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
    measured = measure_songs(corpus, KernelRecipe())
    songs, predictions = _judge(corpus, measured, collection, out, recipe=recipe, options=options)
    figures: dict[str, Any] = dict(evaluate_songs(with_leading_emotions(songs), predictions))
    if any(song.gems for song in songs):
        figures |= composite_figures(songs, predictions)
    return figures


def cross_dataset_songs(
    corpus: Corpus,
    out: Path,
    *,
    recipe: SongRecipe,
    options: Options,
    against: Path | None = None,
) -> tuple[SongData, SongPredictions, dict[str, Any]]:
    """Train without each collection in turn and measure on it; see `cross_dataset`.

    The answers are kept in ``cross_dataset.json`` of the output folder, and the look at their
    figures is counted in ``looks.json`` beside it.

    Args:
        corpus: labelled songs of several collections.
        out: folder for checkpoints and records.
        recipe: how to train.
        options: how to run.
        against: ``cross_dataset.json`` of another recipe and the same songs, to compare with.

    Returns:
        the songs of all judged collections, what was said about them, and the figures of
        `cross_dataset_figures` with ``looks``.

    Raises:
        DatasetError: there are fewer than two collections with valence or arousal, or a record
            cannot be read or written.

    """
    names = judged_collections(corpus.songs)
    measured = measure_songs(corpus, KernelRecipe())
    judged, parts = [], []
    for name in names:
        options.announce(f"without {name}: {len(learning_rows(corpus.songs, name))} songs")
        folder = out / "cross-dataset"
        found = _judge(corpus, measured, name, folder, recipe=recipe, options=options)
        judged.append(Judged.of(*found))
        parts.append(found[1])
    other = None if against is None else read_answers(against, judged)
    figures = cross_dataset_figures(judged, other)
    figures["looks"] = count_look(out, figures)
    key = key_of(recipe, corpus, options)
    kept = {name: value for name, value in figures.items() if not name.startswith("gain_")}
    write_record(out / RECORD_FILE, judged, key=key, figures=kept)
    songs = SongData(tuple(song for part in judged for song in part.songs))
    return songs, _joined(parts), figures


def _joined(parts: Sequence[SongPredictions]) -> SongPredictions:
    return SongPredictions(
        mood=np.concatenate([part.mood for part in parts]),
        quadrant=np.concatenate([part.quadrant for part in parts]),
        valence=np.concatenate([part.valence for part in parts]),
        arousal=np.concatenate([part.arousal for part in parts]),
    )


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
    corpus: Corpus,
    measured: MeasuredSongs,
    collection: str,
    out: Path,
    *,
    recipe: SongRecipe,
    options: Options,
) -> tuple[tuple[LabelledSong, ...], SongPredictions]:
    """Return the songs of a collection and what a model says that does not know it.

    The CNN, which has no part in valence and arousal, is trained where moods are judged.
    """
    rows = learning_rows(corpus.songs, collection)
    learnt = corpus.take(rows)
    own = np.flatnonzero([song.dataset == collection for song in corpus.songs])
    held = corpus.take(own)
    network = None
    if any(song.tags or song.emotion for song in held.songs):
        network = fit_songs(
            learnt,
            None,
            out / f"without-{collection}",
            recipe=recipe,
            resume=options.resume,
            pretrained=options.pretrained,
            precision=options.precision,
            callbacks=options.callbacks(f"without {collection}"),
        ).network
    kernel = fit_kernel_machine(
        learnt.songs,
        measured.take(rows),
        corpus.settings,
        KernelRecipe(),
        prior=options.kernel_prior(corpus.settings),
    )
    heads = predict(network, kernel, held, measured.take(own))
    return held.songs, calibrated(heads, Calibration(), len(held))
