"""Cross-validation of the music network: no song is judged by a model that knows its artist.

Folds are lists of groups (artists). Those of 4QAED are in ``folds_4q.csv``, stratified by
quadrant, so that every recipe is measured on the same ones; any other group's fold follows from
its name. Within a fold nothing is stopped early, chosen or computed by the test part:
the number of epochs is fixed by the recipe, normalisation is per window or learnt from the
training part.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from lightning.pytorch.callbacks import Callback
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.evaluation.songs import SongPredictions
from vibelux.training.song.calibration import calibrated, fit_calibration
from vibelux.training.song.cross_dataset import artists_of
from vibelux.training.song.kernel import HEADS, OUTPUTS, KernelMachine
from vibelux.training.song.kernel_fit import (
    KernelRecipe,
    MeasuredSongs,
    fit_kernel_machine,
    measure_songs,
)
from vibelux.training.song.log_mels import Corpus
from vibelux.training.song.model import Calibration
from vibelux.training.song.targets import leading_emotion
from vibelux.training.song.training import Heads, SongRecipe, fit_songs, predict

COMMAND = "vibelux train music --cross-validate"
"""Prints, with the training's seed, the figures that a card takes from a cross-validation."""

OUT_OF_FOLD = "out-of-fold predictions of the cross-validation"
"""What these figures are of, as the card says it."""

FOLDS = 5
_HEADS = ("song", "mood", "quadrant", "embedding")


@dataclass(frozen=True)
class CrossValidation:
    """Every song judged by the network of the fold that left its group out.

    Attributes:
        songs: n songs; the emotion of one that carries only mood words is their strongest.
        labels: the same songs as they were labelled.
        folds: fold of each song [shape=(n,)].
        heads: uncalibrated answers; embeddings of two folds are those of two networks, and say
            nothing beside each other.
        predictions: calibrated ones; each fold with the constants of the other folds.
        calibration: fitted on all folds, for the model trained on all songs.
        history: a dictionary an epoch, averaged over the folds.

    """

    songs: SongData
    labels: tuple[LabelledSong, ...]
    folds: NDArray[np.int64]
    heads: Heads
    predictions: SongPredictions
    calibration: Calibration
    history: list[dict[str, float]]


def folds_of(songs: Sequence[LabelledSong]) -> NDArray[np.int64]:
    """Return the fold of each song, 0 to `FOLDS` - 1 [shape=(n,)]."""
    file = resources.files("vibelux.training.song") / "folds_4q.csv"
    listed = {
        row["group"]: int(row["fold"])
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    }
    artists = {
        name: fold
        for group, fold in listed.items()
        for name in artists_of(LabelledSong(path=Path(), given="", group=group))
    }
    return np.array([_fold(song, listed, artists) for song in songs], dtype=np.int64)


def _fold(song: LabelledSong, listed: dict[str, int], artists: dict[str, int]) -> int:
    if song.group in listed:
        return listed[song.group]
    if known := sorted(artists_of(song) & artists.keys()):  # the artist of another collection
        return artists[known[0]]
    digest = hashlib.sha256(song.group.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % FOLDS


def cross_validate(
    corpus: Corpus,
    out: Path,
    *,
    recipe: SongRecipe,
    resume: bool = False,
    pretrained: Path | None = None,
    precision: str = "bf16-mixed",
    callbacks: Callable[[int], Sequence[Callback]] = lambda _: (),
    announce: Callable[[str], None] = print,
) -> CrossValidation:
    """Train `FOLDS` networks, each without one fold, and let each judge the fold left out.

    Args:
        corpus: all songs.
        out: folder for the checkpoints, ``fold-0`` to ``fold-4``.
        recipe: of each training.
        resume: keep folds that are finished and go on in the one that is not.
        pretrained: an ONNX file whose weights each fold begins with. Its training must not have
            seen these songs, or the figures say nothing.
        precision: of Lightning's trainer.
        callbacks: given a fold, added to Lightning's trainer.
        announce: receives a line for each step worth mentioning.

    Raises:
        DatasetError: too few songs or groups.
        ModelError: the weights to begin with cannot be used.

    """
    folds = folds_of(corpus.songs)
    if len(np.unique(folds)) < FOLDS:
        raise DatasetError(
            f"{len({song.group for song in corpus.songs})} groups (artists) are too few "
            f"for {FOLDS} folds; give more songs, or a column group"
        )
    measured: MeasuredSongs | None = None
    parts: list[Heads] = []
    histories: list[list[dict[str, float]]] = []
    for fold in range(FOLDS):
        test = np.flatnonzero(folds == fold)
        learnt, judged = corpus.take(np.flatnonzero(folds != fold)), corpus.take(test)
        folder = out / f"fold-{fold}"
        done = folder / "done.npz"
        key = _key(recipe, learnt, judged)
        found = _finished(done, key) if resume else None
        if found is None:
            announce(f"fold {fold + 1} of {FOLDS}: {len(learnt)} songs to learn from")
            training = fit_songs(
                learnt,
                None,
                folder,
                recipe=recipe,
                resume=resume,
                pretrained=pretrained,
                precision=precision,
                callbacks=callbacks(fold),
            )
            prior = None if pretrained is None else KernelMachine.read(pretrained, corpus.settings)
            measured = measured or measure_songs(corpus, KernelRecipe())
            kernel = fit_kernel_machine(
                learnt.songs,
                measured.take(np.flatnonzero(folds != fold)),
                corpus.settings,
                KernelRecipe(),
                prior=prior,
            )
            found = (
                predict(training.network, kernel, judged, measured.take(test)),
                training.history,
            )
            _save(done, key, *found)
        heads, history = found
        parts.append(replace(heads, song=test[heads.song]))
        histories.append(history)
    heads = _joined(parts)
    songs = with_leading_emotions(corpus.songs)
    return CrossValidation(
        songs=songs,
        labels=corpus.songs,
        folds=folds,
        heads=heads,
        predictions=out_of_fold(corpus.songs, heads, folds),
        calibration=fit_calibration(heads, corpus.songs),
        history=[
            {name: float(np.mean([e[name] for e in epoch])) for name in epoch[0]}
            for epoch in zip(*histories, strict=True)
        ],
    )


def out_of_fold(
    songs: Sequence[LabelledSong], heads: Heads, folds: NDArray[np.int64]
) -> SongPredictions:
    """Calibrate each fold with the constants of the others, so that no label is used twice."""
    result: SongPredictions | None = None
    for fold in range(FOLDS):
        own = folds == fold
        constants = fit_calibration(heads, songs, rows=~own)
        found = calibrated(heads, constants, len(songs))
        if result is None:
            result = found
        for name in ("mood", "quadrant", "valence", "arousal"):
            getattr(result, name)[own] = getattr(found, name)[own]
    assert result is not None  # there are folds
    return result


def with_leading_emotions(songs: Sequence[LabelledSong]) -> SongData:
    """Give songs with mood words, but no emotion, the strongest emotion of their words."""
    return SongData(
        tuple(
            replace(song, emotion=EMOTIONS[place])
            if song.emotion is None and song.tags and (place := leading_emotion(song)) >= 0
            else song
            for song in songs
        )
    )


def _joined(parts: Sequence[Heads]) -> Heads:
    order = np.argsort(np.concatenate([part.song for part in parts]), kind="stable")
    return Heads(
        **{n: np.concatenate([getattr(p, n) for p in parts])[order] for n in _HEADS},
        kernel={n: np.concatenate([p.kernel[n] for p in parts])[order] for n in OUTPUTS},
    )


def _key(recipe: SongRecipe, learnt: Corpus, judged: Corpus) -> str:
    """Return what a finished fold depends on, so that --resume never mixes two recipes."""
    given = "\n".join(song.given for part in (learnt, judged) for song in part.songs)
    digest = hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest()
    kernel = asdict(KernelRecipe()) | {name: asdict(head) for name, head in HEADS.items()}
    parts = {**asdict(recipe), "kernel": kernel, "songs": digest}
    return json.dumps({**parts, "spectrograms": str(learnt.settings)}, sort_keys=True)


def _save(path: Path, key: str, heads: Heads, history: list[dict[str, float]]) -> None:
    with path.open("wb") as file:
        arrays: dict[str, Any] = {name: getattr(heads, name) for name in _HEADS}
        arrays |= {f"kernel_{name}": values for name, values in heads.kernel.items()}
        np.savez(file, key=key, history=json.dumps(history), **arrays)


def _finished(path: Path, key: str) -> tuple[Heads, list[dict[str, float]]] | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["key"]) != key:
                return None
            kernel = {name: stored[f"kernel_{name}"] for name in OUTPUTS}
            heads = Heads(**{name: stored[name] for name in _HEADS}, kernel=kernel)
            return heads, json.loads(str(stored["history"]))
    except (OSError, ValueError, KeyError, EOFError):
        return None
