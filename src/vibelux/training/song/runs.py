"""A music training from labelled songs to a model file, and the same over folds."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from lightning.pytorch.callbacks import Callback

from vibelux.datasets.song_files import read_songs
from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.errors import DatasetError
from vibelux.evaluation.songs import evaluate_songs
from vibelux.music.spectrogram import MelSettings
from vibelux.training.song.calibration import calibrated, fit_calibration
from vibelux.training.song.cross_dataset import COMMAND as CROSS_DATASET
from vibelux.training.song.cross_dataset import Record
from vibelux.training.song.cross_validation import (
    COMMAND,
    OUT_OF_FOLD,
    CrossValidation,
    cross_validate,
    folds_of,
    with_leading_emotions,
)
from vibelux.training.song.export import export_songs
from vibelux.training.song.figures import figures_of
from vibelux.training.song.kernel import HEADS, KernelMachine
from vibelux.training.song.kernel_fit import (
    KernelRecipe,
    fit_kernel_machine,
    measure_songs,
)
from vibelux.training.song.log_mels import Corpus
from vibelux.training.song.model import Calibration, Pooling
from vibelux.training.song.statistics import statistics_of
from vibelux.training.song.targets import mood_of_labels, rendered
from vibelux.training.song.training import SongRecipe, SongTraining, fit_songs, predict

LEFT_OUT = ("ravdess_song",)
"""Collections that are left out unless asked for: see docs/music.md for what that costs."""

_OF_ONE_COLLECTION = re.compile(r"auc_|.*_auc_(?!(low|high)$)")

_HELD_FOLD = 0  # about a fifth of the groups, where there is no cross-validation to rely on


@dataclass(frozen=True)
class TrainedSongs:
    """What a training yields.

    Attributes:
        onnx: the exported file, its card beside it.
        history: a dictionary an epoch.
        difference: largest difference between torch and ONNX Runtime on real windows.
        figures: of the cross-validation that belongs to it, else of held-back songs.

    """

    onnx: Path
    history: list[dict[str, float]]
    difference: float
    figures: dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How to run, apart from what is learnt.

    Attributes:
        resume: go on from what an interrupted run left in the output folder.
        pretrained: an ONNX file whose weights to begin with.
        precision: of Lightning's trainer.
        callbacks: given a name for the training, added to Lightning's trainer.
        announce: receives a line for each step worth mentioning.

    """

    resume: bool = False
    pretrained: Path | None = None
    precision: str = "bf16-mixed"
    callbacks: Callable[[str], Sequence[Callback]] = lambda _: ()
    announce: Callable[[str], None] = print

    def kernel_prior(self, settings: MelSettings) -> KernelMachine | None:
        """Return the kernel machine whose answers are to be corrected, or None.

        Raises:
            ModelError: the file to begin with holds none of this shape.

        """
        return None if self.pretrained is None else KernelMachine.read(self.pretrained, settings)


def gather(paths: Sequence[Path], *, leave_out: Sequence[str] = LEFT_OUT) -> SongData:
    """Read labelled songs from several places.

    Args:
        paths: manifests, folders that hold a ``manifest.csv``, or folders with one subfolder an
            emotion.
        leave_out: collections (column ``dataset``) that are not wanted.

    Returns:
        songs that carry a label to learn from; those that carry none are listed as skipped.

    Raises:
        DatasetError: as `read_songs`, or no song is left.

    """
    rows: list[LabelledSong] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        manifest = path / "manifest.csv"
        data = read_songs(manifest if manifest.is_file() else path)
        skipped += data.skipped
        for song in data.rows:
            if song.dataset in leave_out:
                continue
            if _has_label(song):
                rows.append(song)
            else:
                skipped.append((song.given, "carries no label to learn from"))
    if not rows:
        raise DatasetError(
            f"no song of {', '.join(map(str, paths))} carries a label to learn from; folders must "
            "be named by emotion, or a manifest needs quadrant, emotion, tags or gems columns"
        )
    return SongData(tuple(rows), tuple(skipped))


@dataclass(frozen=True)
class Checked:
    """What a cross-validation found for the model that is then trained on all of its songs.

    Attributes:
        calibration: fitted on its out-of-fold predictions.
        figures: of these predictions.
        statistics: of these predictions, as a card has them.

    """

    calibration: Calibration
    figures: dict[str, Any]
    statistics: dict[str, Any]

    @classmethod
    def read(cls, path: Path, corpus: Corpus, *, recipe: SongRecipe, options: Options) -> Self:
        """Read what `cross_validate_songs` wrote.

        Args:
            path: ``cross_validation.json``.
            corpus: the songs of the training.
            recipe: of the training.
            options: of the training.

        Raises:
            DatasetError: it cannot be read, or is of another recipe or of other songs.

        """
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            found, calibration = record["key"], _calibration(record["calibration"])
            figures, statistics = dict(record["figures"]), dict(record["statistics"])
            wanted = key_of(recipe, corpus, options)
            other = ", ".join(name for name, value in wanted.items() if found.get(name) != value)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DatasetError(
                f"{path} is not a cross-validation's result ({error}); make one with {COMMAND}"
            ) from error
        if other:
            raise DatasetError(
                f"the cross-validation {path} belongs to another training: it differs in {other}; "
                f"repeat it with {COMMAND}, or train without it"
            )
        return cls(calibration, figures, statistics)


@dataclass(frozen=True)
class Split:
    """What a training learns from, and what calibrates and measures it.

    Attributes:
        learnt: songs to learn from.
        held: songs held back, about a fifth of the groups; None with a cross-validation, or where
            there are too few groups.
        checked: a cross-validation of the same songs, or None.

    """

    learnt: Corpus
    held: Corpus | None
    checked: Checked | None = None

    @classmethod
    def of(cls, corpus: Corpus, checked: Checked | None) -> Self:
        """Split songs: with a cross-validation all are learnt from."""
        folds = folds_of(corpus.songs)
        rows = np.flatnonzero(folds != _HELD_FOLD), np.flatnonzero(folds == _HELD_FOLD)
        if checked is None and len(rows[0]) and len(rows[1]):
            return cls(corpus.take(rows[0]), corpus.take(rows[1]))
        return cls(corpus, None, checked)


def train_songs(
    corpus: Corpus,
    out: Path,
    *,
    recipe: SongRecipe,
    source: str,
    options: Options,
    cross_validation: Path | None = None,
    cross_dataset: Path | None = None,
) -> TrainedSongs:
    """Train on songs and write ``music.onnx`` with its card.

    Args:
        corpus: labelled songs.
        out: folder for checkpoints and the model.
        recipe: how to train.
        source: name of the data, for the card.
        options: how to run.
        cross_validation: file that `cross_validate_songs` wrote for the same recipe and songs: all
            songs are learnt from, calibration and figures come from there. Without one about a
            fifth of the groups is held back for both.
        cross_dataset: file that `unheard.cross_dataset_songs` wrote for the same recipe and songs:
            its figures go into the card.

    Raises:
        DatasetError: too few songs, or one of these files is of another recipe or other songs.
        ModelError: the weights to begin with cannot be used, or torch and ONNX Runtime disagree.

    """
    split = _split(corpus, cross_validation, recipe=recipe, options=options)
    unheard = Unheard.read(cross_dataset, key_of(recipe, corpus, options))
    training = fit_songs(
        split.learnt,
        split.held,
        out,
        recipe=recipe,
        resume=options.resume,
        pretrained=options.pretrained,
        precision=options.precision,
        callbacks=options.callbacks("training"),
    )
    onnx = out / "music.onnx"
    return _finish(training, corpus, split, onnx, source=source, options=options, unheard=unheard)


def finish_songs(
    training: SongTraining,
    corpus: Corpus,
    onnx: Path,
    *,
    source: str,
    options: Options,
    cross_validation: Path | None = None,
    cross_dataset: Path | None = None,
) -> TrainedSongs:
    """Calibrate the network of a checkpoint and export it.

    Args:
        training: as the checkpoint has it.
        corpus: the songs that it was made from.
        onnx: the file to write.
        source: name of the data, for the card.
        options: how it was run.
        cross_validation: that it was trained with, as of `train_songs`.
        cross_dataset: likewise.

    Raises:
        DatasetError: one of these files is of another recipe or other songs.
        ModelError: torch and ONNX Runtime disagree.

    """
    split = _split(corpus, cross_validation, recipe=training.recipe, options=options)
    unheard = Unheard.read(cross_dataset, key_of(training.recipe, corpus, options))
    return _finish(training, corpus, split, onnx, source=source, options=options, unheard=unheard)


@dataclass(frozen=True)
class Unheard:
    """What a card says about collections that were not learnt from.

    Attributes:
        metrics: figures; of the areas under the ROC curve only the means, the record has the
            others.
        statistics: of the answers, as far as they are known; they count before those of folds.

    """

    metrics: Mapping[str, Any] = field(default_factory=dict)
    statistics: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None, key: Mapping[str, Any]) -> Self:
        """Read the record of a training, or nothing where there is none.

        Raises:
            DatasetError: it cannot be read, or is of another recipe or of other songs.

        """
        if path is None:
            return cls()
        record = Record.read(path, key)
        told = {n: value for n, value in record.figures.items() if not _OF_ONE_COLLECTION.match(n)}
        metrics = {f"unheard_{name}": value for name, value in told.items()}
        return cls(metrics | {"unheard_command": CROSS_DATASET}, record.statistics)


def _split(
    corpus: Corpus, cross_validation: Path | None, *, recipe: SongRecipe, options: Options
) -> Split:
    if cross_validation is None:
        return Split.of(corpus, None)
    return Split.of(corpus, Checked.read(cross_validation, corpus, recipe=recipe, options=options))


def _finish(
    training: SongTraining,
    corpus: Corpus,
    split: Split,
    onnx: Path,
    *,
    source: str,
    options: Options,
    unheard: Unheard,
) -> TrainedSongs:
    kernel = _kernel_machine(split.learnt, options)
    if split.checked is not None:
        found, how = split.checked, OUT_OF_FOLD
    elif split.held is not None:
        found = _measure_held(training, kernel, split.held)
        how = f"{len(split.held)} songs held back from training, with the figures"
    else:
        found = _measure_learnt(training, kernel, split.learnt)
        how = "nothing: too few groups to hold some back"
    command = f"{COMMAND} --seed {training.recipe.seed}"
    difference = export_songs(
        training,
        kernel,
        corpus,
        onnx,
        calibration=found.calibration,
        calibrated_on=how,
        statistics={**found.statistics, **unheard.statistics},
        source=source,
        metrics={
            "how": how,
            **found.figures,
            **({"command": command} if split.checked else {}),
            **unheard.metrics,
        },
        notes={
            "songs_learnt_from": len(split.learnt),
            "epochs_done": len(training.history),
            **({"from": str(options.pretrained.name)} if options.pretrained else {}),
        },
    )
    options.announce(
        f"torch and ONNX Runtime agree to {difference:.1e} on real songs; {onnx} is written"
    )
    return TrainedSongs(onnx, training.history, difference, found.figures)


def cross_validate_songs(
    corpus: Corpus, out: Path, *, recipe: SongRecipe, options: Options
) -> tuple[CrossValidation, dict[str, Any]]:
    """Cross-validate; write calibration, figures and statistics to ``cross_validation.json``.

    Returns:
        the cross-validation and its figures.

    Raises:
        DatasetError, ModelError: as `cross_validate`.

    """
    found = cross_validate(
        corpus,
        out / "cross-validation",
        recipe=recipe,
        resume=options.resume,
        pretrained=options.pretrained,
        precision=options.precision,
        callbacks=lambda fold: options.callbacks(f"fold {fold + 1}"),
        announce=options.announce,
    )
    figures = figures_of(found)
    record = {
        "key": key_of(recipe, corpus, options),
        "calibration": asdict(found.calibration),
        "figures": figures,
        "statistics": statistics_of(
            found.heads,
            found.predictions,
            found.calibration,
            corpus.songs,
            folds=found.folds,
            counted=np.array([not rendered(song) for song in corpus.songs]),
        )
        | {"of": OUT_OF_FOLD, "command": f"{COMMAND} --seed {recipe.seed}"},
    }
    text = json.dumps(record, indent=2) + "\n"
    (out / "cross_validation.json").write_text(text, encoding="utf-8")
    return found, figures


def _kernel_machine(learnt: Corpus, options: Options) -> KernelMachine:
    recipe = KernelRecipe()
    measured = measure_songs(learnt, recipe)
    prior = options.kernel_prior(learnt.settings)
    return fit_kernel_machine(learnt.songs, measured, learnt.settings, recipe, prior=prior)


def _calibration(stored: dict[str, Any]) -> Calibration:
    def pooling(values: dict[str, Any]) -> Pooling:
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return Pooling(**known)

    return Calibration(
        mood=pooling(stored["mood"]), quadrant=pooling(stored["quadrant"]), songs=stored["songs"]
    )


def _measure_held(training: SongTraining, kernel: KernelMachine, held: Corpus) -> Checked:
    heads = predict(training.network, kernel, held)
    calibration = fit_calibration(heads, held.songs)
    predictions = calibrated(heads, calibration, len(held))
    figures = evaluate_songs(with_leading_emotions(held.songs), predictions)
    statistics = statistics_of(heads, predictions, calibration, held.songs)
    return Checked(calibration, dict(figures), statistics | {"of": "songs held back"})


def _measure_learnt(training: SongTraining, kernel: KernelMachine, learnt: Corpus) -> Checked:
    """Return no figures, but statistics: songs that were learnt from say what is usual, roughly."""
    heads, calibration = predict(training.network, kernel, learnt), Calibration()
    predictions = calibrated(heads, calibration, len(learnt))
    statistics = statistics_of(heads, predictions, calibration, learnt.songs)
    return Checked(calibration, {}, statistics | {"of": "songs learnt from"})


def _has_label(song: LabelledSong) -> bool:
    return (
        song.quadrant is not None
        or song.valence is not None
        or song.arousal is not None
        or mood_of_labels(song) is not None
    )


def key_of(recipe: SongRecipe, corpus: Corpus, options: Options) -> dict[str, Any]:
    """Return what a cross-validation and a training must share to belong together.

    The seed is not among it: figures of one seed speak for the recipe.
    """
    songs = "\n".join(sorted(song.given for song in corpus.songs))
    recipe = replace(recipe, seed=0)
    return json.loads(  # type: ignore[no-any-return]
        json.dumps(
            {
                "recipe": asdict(recipe),
                "kernel": asdict(KernelRecipe()),
                "heads": {name: asdict(head) for name, head in HEADS.items()},
                "spectrograms": asdict(corpus.settings),
                "songs": hashlib.sha256(songs.encode("utf-8", "surrogateescape")).hexdigest(),
                "from": str(options.pretrained) if options.pretrained else None,
            }
        )
    )
