"""How a recipe fares on collections that it does not know: trainings without each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.errors import DatasetError
from vibelux.evaluation.metrics import bootstrap_interval
from vibelux.evaluation.songs import SongPredictions, evaluate_songs
from vibelux.recommend.confidence import clearness_of, steadiness_of
from vibelux.training.song.calibration import calibrated
from vibelux.training.song.cross_dataset import (
    COMMAND,
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
from vibelux.training.song.network import SongNetwork
from vibelux.training.song.runs import Checked, Options, key_of
from vibelux.training.song.targets import affect_of_labels, rendered, teaches_moods
from vibelux.training.song.training import Heads, SongRecipe, fit_songs, predict

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
    judge = _Judge(corpus, measured, out, recipe, options, every_network=False)
    answered = judge.answers(collection)
    songs, predictions = answered.songs, answered.calibrated(Calibration())
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
    cross_validation: Path | None = None,
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
        cross_validation: file that `cross_validate_songs` wrote for the same recipe and songs:
            its constants calibrate the moods, as those of the model that ships, so that
            `unheard_confidence` is known, too. Without one, moods are not calibrated, and the CNN
            is only trained where they are judged.

    Returns:
        the songs of all judged collections, what was said about them, and the figures of
        `cross_dataset_figures` with ``looks``, and with those of `unheard_confidence`.

    Raises:
        DatasetError: there are fewer than two collections with valence or arousal, or a record
            cannot be read or written, or belongs to another recipe or other songs.

    """
    names = judged_collections(corpus.songs)
    constants = None
    if cross_validation is not None:
        constants = Checked.read(
            cross_validation, corpus, recipe=recipe, options=options
        ).calibration
    measured = measure_songs(corpus, KernelRecipe())
    folder = out / "cross-dataset"
    judge = _Judge(corpus, measured, folder, recipe, options, every_network=constants is not None)
    parts = []
    for name in names:
        options.announce(f"without {name}: {len(learning_rows(corpus.songs, name))} songs")
        parts.append(judge.answers(name))
    # Constants know the words of the collections that they were fitted on; these figures must not.
    judged = [Judged.of(part.songs, part.calibrated(Calibration())) for part in parts]
    other = None if against is None else read_answers(against, judged)
    figures = cross_dataset_figures(judged, other)
    figures["looks"] = count_look(out, figures)
    statistics: dict[str, Any] = {}
    if constants is not None:
        confidence, statistics = unheard_confidence(parts, constants)
        figures |= confidence
    key = key_of(recipe, corpus, options)
    kept = {name: value for name, value in figures.items() if not name.startswith("gain_")}
    write_record(out / RECORD_FILE, judged, key=key, figures=kept, statistics=statistics)
    songs = SongData(tuple(song for part in parts for song in part.songs))
    said = [part.calibrated(constants or Calibration()) for part in parts]
    return songs, _joined(said), figures


@dataclass(frozen=True)
class Answered:
    """One collection, and what a model that does not know it answers.

    Attributes:
        songs: n songs of one collection.
        heads: uncalibrated answers.
        knows_words: whether the model learnt from songs with mood words, or one for the whole song.
        knows_quadrants: whether it learnt quadrants.

    """

    songs: tuple[LabelledSong, ...]
    heads: Heads
    knows_words: bool
    knows_quadrants: bool

    @property
    def collection(self) -> str:
        """Name of the collection."""
        return self.songs[0].dataset

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of windows of each song [shape=(n,)]."""
        return np.bincount(self.heads.song, minlength=len(self.songs))

    def calibrated(self, constants: Calibration) -> SongPredictions:
        """Return what is said about each song."""
        return calibrated(self.heads, constants, len(self.songs))

    def windows(self, constants: Calibration) -> NDArray[np.float32]:
        """Return the moods of the songs' windows [shape=(w, 7)]."""
        count = len(self.heads.song)
        return calibrated(replace(self.heads, song=np.arange(count)), constants, count).mood


def unheard_confidence(
    parts: Sequence[Answered], constants: Calibration
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how sure a model is of songs of collections that it does not know, and when rightly.

    Collections count whose judge knows mood words: the moods of another are no model's that ships.

    Args:
        parts: each collection.
        constants: for calibration, fitted on other songs.

    Returns:
        Figures: ``clear_<collection>``, the share of songs whose mood is called clear, and, where
        songs and judge know quadrants, ``quadrant_accuracy_clear_<collection>`` and
        ``quadrant_accuracy_mixed_<collection>`` of the songs that are called so, with the ends of
        95 % intervals, drawn by groups.

        Statistics for a card: ``clear`` and ``steady``, medians over songs that are not rendered,
        so that half of what is unheard is called clear and half steady; none without such songs.
        Collections of single windows do not count beside others: a mean over several is less clear.

    """
    known = [part for part in parts if part.knows_words]
    usual = [part for part in known if not rendered(part.songs[0])]
    if any(part.counts.max() > 1 for part in usual):
        usual = [part for part in usual if part.counts.max() > 1]
    if not usual:
        return {}, {}
    clear = np.concatenate([clearness_of(part.calibrated(constants).mood) for part in usual])
    steady = np.concatenate([steadiness_of(part.windows(constants), part.counts) for part in usual])
    limit = float(np.median(clear))
    statistics = {
        "clear": round(limit, 4),
        "steady": round(float(np.nanmedian(steady)), 4) if np.isfinite(steady).any() else 1.0,
        "confidence": {
            "of": "collections that were not learnt from: "
            f"{', '.join(part.collection for part in usual)}",
            "songs": len(clear),
            "command": f"{COMMAND} --calibrate-from cross_validation.json",
        },
    }
    figures: dict[str, Any] = {}
    for part in known:
        said = part.calibrated(constants)
        sure = clearness_of(said.mood) >= limit
        figures[f"clear_{part.collection}"] = float(sure.mean())
        if part.knows_quadrants:
            figures |= _confidence_figures(part, said, sure)
    return figures, statistics


def _confidence_figures(
    part: Answered, said: SongPredictions, sure: NDArray[np.bool_]
) -> dict[str, Any]:
    label = np.array([song.quadrant_index for song in part.songs], dtype=np.int64)
    figures: dict[str, Any] = {}
    for name, called in (("clear", sure), ("mixed", ~sure)):
        chosen = np.flatnonzero(called & (label >= 0))
        if not len(chosen):
            continue
        right = label[chosen] == said.quadrant[chosen].argmax(axis=1)
        figure = f"quadrant_accuracy_{name}_{part.collection}"
        groups = [part.songs[i].group for i in chosen]
        low, high = bootstrap_interval(partial(_share, right), groups)
        figures |= {figure: float(right.mean()), f"{figure}_low": low, f"{figure}_high": high}
    return figures


def _share(right: NDArray[np.bool_], rows: NDArray[np.int64]) -> float:
    return float(right[rows].mean())


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


@dataclass(frozen=True)
class _Judge:
    """Trains without a collection and answers for its songs.

    Attributes:
        corpus: songs of all collections.
        measured: their windows.
        out: folder for the checkpoints.
        recipe: how to train.
        options: how to run.
        every_network: whether the CNN, which has no part in valence and arousal, is trained where
            no mood is judged, too.
        networks: trained so far, by the songs that teach them.

    """

    corpus: Corpus
    measured: MeasuredSongs
    out: Path
    recipe: SongRecipe
    options: Options
    every_network: bool
    networks: dict[tuple[str, ...], SongNetwork] = field(default_factory=dict)

    def answers(self, collection: str) -> Answered:
        """Return what a model that does not know a collection answers for its songs."""
        corpus, options = self.corpus, self.options
        rows = learning_rows(corpus.songs, collection)
        learnt = corpus.take(rows)
        own = np.flatnonzero([song.dataset == collection for song in corpus.songs])
        held = corpus.take(own)
        network = None
        if self.every_network or any(song.tags or song.emotion for song in held.songs):
            network = self._network(learnt, collection)
        kernel = fit_kernel_machine(
            learnt.songs,
            self.measured.take(rows),
            corpus.settings,
            KernelRecipe(),
            prior=options.kernel_prior(corpus.settings),
        )
        teachers = [song for song in learnt.songs if teaches_moods(song)]
        return Answered(
            held.songs,
            predict(network, kernel, held, self.measured.take(own)),
            knows_words=any(song.tags or song.emotion for song in teachers),
            knows_quadrants=any(song.quadrant for song in teachers),
        )

    def _network(self, learnt: Corpus, collection: str) -> SongNetwork:
        """Return the CNN; the same songs that teach moods yield the same one."""
        taught = tuple(song.given for song in learnt.songs if teaches_moods(song))
        if taught not in self.networks:
            options = self.options
            self.networks[taught] = fit_songs(
                learnt,
                None,
                self.out / f"without-{collection}",
                recipe=self.recipe,
                resume=options.resume,
                pretrained=options.pretrained,
                precision=options.precision,
                callbacks=options.callbacks(f"without {collection}"),
            ).network
        return self.networks[taught]
