"""Figures of a face model on labelled faces.

The model has two outputs, and each is compared with what it was made for: ``label`` (the FER2013
label) against the label, ``mood`` (the calibrated mixture) against the votes of FER+ annotators.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import FERPLUS_OF_SEVEN, FaceData, votes_of_seven
from vibelux.emotions import EMOTIONS
from vibelux.evaluation import metrics
from vibelux.models import Model

Figures = dict[str, int | float | None]
"""Figures by name; None where the data cannot give one."""


@dataclass(frozen=True)
class FacePredictions:
    """What a model says about N faces.

    Attributes:
        mood: mixture of the seven [shape=(N, 7), dtype=float32].
        label: probabilities of the label [shape=(N, 7), dtype=float32].

    """

    mood: NDArray[np.float32]
    label: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.mood)


@dataclass(frozen=True)
class VoteTarget:
    """Faces for which one emotion has the most FER+ votes.

    Attributes:
        rows: their places in the data [shape=(m,), dtype=int64].
        label: the emotion with the most votes [shape=(m,), dtype=int64].
        distribution: votes for the seven, summing to 1 [shape=(m, 7), dtype=float64].

    """

    rows: NDArray[np.int64]
    label: NDArray[np.int64]
    distribution: NDArray[np.float64]


def predict_faces(
    model: Model,
    images: NDArray[np.uint8],
    *,
    batch: int = 128,
    on_progress: Callable[[int], None] | None = None,
) -> FacePredictions:
    """Run a model over face crops.

    Args:
        model: a face model.
        images: [shape=(N, 48, 48), dtype=uint8].
        batch: crops a run.
        on_progress: called with the number of crops done after each batch.

    Raises:
        ModelError: the images do not fit the graph.

    """
    mood = np.empty((len(images), len(EMOTIONS)), dtype=np.float32)
    label = np.empty_like(mood)
    for start in range(0, len(images), batch):
        rows = slice(start, start + batch)
        outputs = model.run(np.ascontiguousarray(images[rows]))
        mood[rows], label[rows] = outputs["mood"], outputs["label"]
        if on_progress is not None:
            on_progress(min(start + batch, len(images)))
    return FacePredictions(mood=mood, label=label)


def vote_target(data: FaceData) -> VoteTarget:
    """Return the faces whose plurality of FER+ votes is one of the seven.

    One of the seven must have strictly more votes than each of the nine other answers: ties and
    pluralities of contempt, unknown or "not a face" are left out.
    """
    if data.votes is None:
        seven, rows = np.zeros((0, len(EMOTIONS))), np.zeros(0, dtype=np.int64)
    else:
        top_two = np.sort(data.votes, axis=1)[:, -2:]
        single = top_two[:, 1] > top_two[:, 0]
        rows = np.flatnonzero(single & np.isin(data.votes.argmax(axis=1), FERPLUS_OF_SEVEN))
        seven = votes_of_seven(data.votes[rows]).astype(np.float64)
    return VoteTarget(
        rows=rows,
        label=seven.argmax(axis=1),
        distribution=seven / seven.sum(axis=1, keepdims=True),
    )


def evaluate_faces(data: FaceData, predictions: FacePredictions) -> Figures:
    """Return the figures of `vibelux evaluate face --json`.

    | key | of | meaning |
    | --- | --- | --- |
    | n | | faces |
    | accuracy, accuracy_low, accuracy_high | label | share that is right, Wilson 95 % interval |
    | macro_f1, balanced_accuracy | label | mean F1 and mean recall of the emotions present |
    | nll, ece | label | negative log likelihood (nats), calibration error in 15 bins |
    | ferplus_n | | faces of `vote_target` |
    | ferplus_accuracy | mood | share whose strongest emotion has the most votes |
    | ferplus_cosine, ferplus_kl | mood | mean cosine, mean KL(votes ‖ mood) to the distribution |
    | ferplus_ece | mood | calibration error against the emotion with the most votes |
    | recall_<emotion> | label | of each of the seven |

    Without votes ``ferplus_n`` is 0 and the other four are None, as is the recall of an emotion
    that does not occur.

    Args:
        data: N labelled faces.
        predictions: of the same N faces in the same order.

    """
    predicted = predictions.label.argmax(axis=1)
    confusion = metrics.confusion_matrix(data.label, predicted, classes=len(EMOTIONS))
    low, high = metrics.wilson_interval(int(confusion.trace()), len(data))
    votes = vote_target(data)
    moods = predictions.mood[votes.rows]
    figures: dict[str, int | float] = {
        "n": len(data),
        "accuracy": metrics.accuracy(data.label, predicted),
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": metrics.macro_f1(confusion),
        "balanced_accuracy": metrics.balanced_accuracy(confusion),
        "nll": metrics.nll(predictions.label, data.label),
        "ece": metrics.ece(predictions.label, data.label),
        "ferplus_n": len(votes.rows),
        "ferplus_accuracy": metrics.accuracy(votes.label, moods.argmax(axis=1)),
        "ferplus_cosine": mean(metrics.cosines(moods, votes.distribution)),
        "ferplus_kl": mean(metrics.kl_divergences(votes.distribution, moods)),
        "ferplus_ece": metrics.ece(moods, votes.label),
    }
    for name, recall in zip(EMOTIONS, metrics.recalls(confusion), strict=True):
        figures[f"recall_{name}"] = float(recall)
    return defined(figures)


def recurring(data: FaceData, chosen: FaceData) -> NDArray[np.bool_]:
    """Return which chosen faces occur, pixel for pixel, in another part of the data too.

    Args:
        data: all parts.
        chosen: the faces of one part, as `FaceData.with_usage` gives them.

    Returns:
        mask [shape=(len(chosen),)]; all False if the chosen faces are not of one part.

    """
    if data.usage is None or chosen.usage is None or len(set(chosen.usage.tolist())) != 1:
        return np.zeros(len(chosen), dtype=np.bool_)
    others = set(data.rows(data.usage != chosen.usage[0]).hashes())
    return np.array([digest in others for digest in chosen.hashes()], dtype=np.bool_)


def mean(values: NDArray[np.floating] | NDArray[np.integer] | NDArray[np.bool_]) -> float:
    """Return the mean of the values that are defined, NaN if there is none."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else math.nan


def defined(figures: dict[str, int | float]) -> Figures:
    """Replace NaN, which JSON does not know, with None."""
    return {name: None if math.isnan(value) else value for name, value in figures.items()}
