import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.face_files import read_faces
from vibelux.datasets.faces import FERPLUS_COLUMNS, FaceData
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.faces import (
    FacePredictions,
    evaluate_faces,
    predict_faces,
    recurring,
    vote_target,
)
from vibelux.models import load_model

KEYS = [
    *("n", "accuracy", "accuracy_low", "accuracy_high", "macro_f1", "balanced_accuracy"),
    *("nll", "ece"),
    *("ferplus_n", "ferplus_accuracy", "ferplus_cosine", "ferplus_kl", "ferplus_ece"),
    *(f"recall_{name}" for name in EMOTIONS),
]


def votes(**answers: float) -> list[float]:
    return [answers.get(name, 0.0) for name in FERPLUS_COLUMNS]


def faces_of(label: list[int], votes: list[list[float]] | None = None) -> FaceData:
    return FaceData(
        images=np.zeros((len(label), 48, 48), dtype=np.uint8),
        label=np.array(label, dtype=np.int64),
        votes=None if votes is None else np.array(votes, dtype=np.float32),
    )


def certain(*classes: int, top: float = 0.94) -> np.ndarray:
    p = np.full((len(classes), 7), (1 - top) / 6, dtype=np.float32)
    p[np.arange(len(classes)), list(classes)] = top
    return p


def test_the_keys_are_exactly_the_documented_ones_in_order() -> None:
    data = faces_of([0, 1])
    figures = evaluate_faces(data, FacePredictions(mood=certain(0, 0), label=certain(0, 0)))
    assert list(figures) == KEYS


def test_label_figures_come_from_the_label_output_and_votes_from_the_mood() -> None:
    data = faces_of(
        [3, 3, 5, 5], [votes(happiness=8, neutral=2), *[votes(sadness=6, neutral=4)] * 3]
    )
    predictions = FacePredictions(mood=certain(3, 3, 5, 5), label=certain(3, 3, 3, 5))
    figures = evaluate_faces(data, predictions)
    assert figures["accuracy"] == 0.75
    assert (figures["recall_happy"], figures["recall_sad"]) == (1.0, 0.5)
    assert figures["recall_angry"] is None
    assert figures["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert figures["nll"] == pytest.approx(-(3 * math.log(0.94) + math.log(0.01)) / 4, rel=1e-5)
    assert figures["ece"] == pytest.approx(0.94 - 0.75, abs=1e-6)
    assert figures["ferplus_n"] == 4
    assert figures["ferplus_accuracy"] == 0.75  # the second face: votes sad, mood happy
    assert figures["ferplus_ece"] == pytest.approx(0.94 - 0.75, abs=1e-6)
    mood = certain(3, 3, 5, 5).astype(np.float64)
    target = np.zeros((4, 7))
    target[0, [3, 4]] = 0.8, 0.2
    target[1:, [5, 4]] = 0.6, 0.4
    cosine = (mood * target).sum(1) / np.linalg.norm(mood, axis=1) / np.linalg.norm(target, axis=1)
    kl = [
        sum(t * math.log(t / m) for t, m in zip(ts, ms, strict=True) if t)
        for ts, ms in zip(target, mood, strict=True)
    ]
    assert figures["ferplus_cosine"] == pytest.approx(cosine.mean())
    assert figures["ferplus_kl"] == pytest.approx(np.mean(kl))


def test_only_a_plurality_of_one_of_the_seven_counts() -> None:
    data = faces_of(
        [0] * 6,
        [
            votes(anger=6, disgust=4),
            votes(anger=5, disgust=5),  # a tie
            votes(contempt=6, anger=4),  # none of the seven
            votes(anger=4, unknown=4, fear=2),  # a tie with "unknown"
            votes(NF=10),
            votes(surprise=4, contempt=3, unknown=3),
        ],
    )
    target = vote_target(data)
    assert target.rows.tolist() == [0, 5]
    assert [EMOTIONS[i] for i in target.label] == ["angry", "surprise"]
    np.testing.assert_allclose(target.distribution[1], np.eye(7)[6])
    np.testing.assert_allclose(target.distribution[0], [0.6, 0.4, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("rows", [None, [votes(NF=10)] * 2])
def test_without_usable_votes_their_figures_are_none(rows: list[list[float]] | None) -> None:
    data = faces_of([0, 1], rows)
    figures = evaluate_faces(data, FacePredictions(mood=certain(0, 1), label=certain(0, 1)))
    assert figures["ferplus_n"] == 0
    names = ("ferplus_accuracy", "ferplus_cosine", "ferplus_kl", "ferplus_ece")
    assert [figures[name] for name in names] == [None] * 4
    assert figures["accuracy"] == 1.0


def test_predictions_keep_the_order_over_batches(face_model: Path) -> None:
    images = np.zeros((11, 48, 48), dtype=np.uint8)
    classes = np.arange(11) % 7
    images[np.arange(11), 0, classes] = 255
    done: list[int] = []
    found = predict_faces(load_model("face", face_model), images, batch=4, on_progress=done.append)
    assert found.label.argmax(axis=1).tolist() == classes.tolist()
    assert done == [4, 8, 11]
    top = np.exp(8) / (np.exp(8) + 6)
    np.testing.assert_allclose(found.label.max(axis=1), top, rtol=1e-5)
    np.testing.assert_allclose(found.mood.max(axis=1), np.exp(4) / (np.exp(4) + 6), rtol=1e-5)


def test_faces_that_recur_in_another_part_are_found() -> None:
    images = np.zeros((5, 48, 48), dtype=np.uint8)
    images[:, 0, 0] = [1, 2, 2, 3, 3]
    usage = np.array(["Training", "Training", "PublicTest", "PublicTest", "PublicTest"])
    data = replace(faces_of([0] * 5), images=images, usage=usage)
    assert recurring(data, data.with_usage("PublicTest")).tolist() == [True, False, False]
    assert not recurring(data, data).any()  # more than one part
    assert not recurring(faces_of([0, 0]), faces_of([0, 0])).any()


def test_the_research_data_has_its_known_counts(shared_data: Path) -> None:
    data = read_faces(shared_data / "face" / "fer2013.npz")
    public = data.with_usage("PublicTest")
    assert (len(data), len(public)) == (32298, 3589)
    assert recurring(data, public).sum() == 280
    assert len(vote_target(public).rows) == 3372
