import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.evaluation import metrics

LABEL = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 2, 2])
CONFUSION = np.array([[2, 1, 0], [0, 1, 1], [0, 0, 1]])


def test_the_confusion_matrix_has_the_true_class_in_rows() -> None:
    found = metrics.confusion_matrix(LABEL, PREDICTED, classes=3)
    np.testing.assert_array_equal(found, CONFUSION)


def test_accuracy_recall_and_f1_by_hand() -> None:
    assert metrics.accuracy(LABEL, PREDICTED) == pytest.approx(4 / 6)
    np.testing.assert_allclose(metrics.recalls(CONFUSION), [2 / 3, 1 / 2, 1])
    assert metrics.balanced_accuracy(CONFUSION) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    # F1: 2·2/(3+2), 2·1/(2+2), 2·1/(1+2)
    assert metrics.macro_f1(CONFUSION) == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)


def test_a_class_without_rows_has_no_recall_and_does_not_enter_means() -> None:
    confusion = np.array([[3, 1], [0, 0]])
    assert np.isnan(metrics.recalls(confusion)[1])
    assert metrics.balanced_accuracy(confusion) == pytest.approx(3 / 4)
    assert metrics.macro_f1(confusion) == pytest.approx(6 / 7)


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_agrees_with_published_values(
    correct: int, n: int, low: float, high: float
) -> None:
    assert metrics.wilson_interval(correct, n) == pytest.approx((low, high), abs=6e-5)


def test_nll_by_hand_and_zero_stays_finite() -> None:
    probabilities = np.array([[0.5, 0.5], [0.25, 0.75]])
    expected = -(math.log(0.5) + math.log(0.25)) / 2
    assert metrics.nll(probabilities, np.array([0, 0])) == pytest.approx(expected)
    assert metrics.nll(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(-math.log(1e-15))


def test_ece_by_hand() -> None:
    # two rows in the bin (0.6, 0.667], one right; one row in (0.867, 0.933], right
    probabilities = np.array([[0.62, 0.38], [0.34, 0.66], [0.9, 0.1]])
    label = np.array([0, 0, 0])
    found = metrics.reliability(probabilities, label)
    assert found.count[found.count > 0].tolist() == [2, 1]
    assert found.count.nonzero()[0].tolist() == [9, 13]
    assert found.ece == pytest.approx((2 * abs(0.5 - 0.64) + 1 * abs(1 - 0.9)) / 3)


def test_a_probability_on_an_edge_belongs_to_the_bin_below() -> None:
    found = metrics.reliability(np.array([[0.8, 0.2], [1.0, 0.0]]), np.array([0, 0]), bins=5)
    assert found.count.tolist() == [0, 0, 0, 1, 1]


def test_auc_by_hand_counts_ties_half() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.8])
    positive = np.array([False, True, False, True])
    # pairs (positive, negative): 0.4>0.1, 0.4=0.4, 0.8>0.1, 0.8>0.4
    assert metrics.auc(scores, positive) == pytest.approx(3.5 / 4)


def test_correlation_and_r_squared_by_hand() -> None:
    truth = np.array([1.0, 2.0, 3.0])
    assert metrics.pearson_r(truth, np.array([2.0, 4.0, 6.0])) == pytest.approx(1)
    assert metrics.r_squared(truth, np.array([2.0, 2.0, 2.0])) == pytest.approx(0)
    assert metrics.r_squared(truth, np.array([2.0, 4.0, 6.0])) == pytest.approx(1 - 14 / 2)


def test_cosine_and_kl_by_hand() -> None:
    p = np.array([[0.5, 0.5, 0.0]])
    q = np.array([[0.25, 0.5, 0.25]])
    assert metrics.cosines(p, q)[0] == pytest.approx(0.375 / math.sqrt(0.5 * 0.375))
    assert metrics.kl_divergences(p, q)[0] == pytest.approx(0.5 * math.log(2))
    assert metrics.kl_divergences(p, p)[0] == 0
    assert np.isfinite(metrics.kl_divergences(q, p)[0])


def test_what_is_not_defined_is_nan() -> None:
    none = np.zeros(0, dtype=np.int64)
    undefined = [
        metrics.accuracy(none, none),
        metrics.nll(np.zeros((0, 7)), none),
        metrics.ece(np.zeros((0, 7)), none),
        metrics.macro_f1(np.zeros((3, 3), dtype=np.int64)),
        metrics.balanced_accuracy(np.zeros((3, 3), dtype=np.int64)),
        metrics.auc(np.array([0.1, 0.2]), np.array([True, True])),
        metrics.pearson_r(np.full(5, 0.1, np.float32), np.arange(5.0)),
        metrics.r_squared(np.full(5, 0.1, np.float32), np.arange(5.0)),
        *metrics.wilson_interval(0, 0),
        *metrics.bootstrap_interval(lambda rows: 1.0, []),
        *metrics.bootstrap_interval(lambda rows: math.nan, ["a"], samples=3),
    ]
    assert np.isnan(undefined).all()


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40).filter(
        lambda rows: len({positive for _, positive in rows}) == 2
    )
)
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in rows], dtype=np.float32)
    positive = np.array([is_positive for _, is_positive in rows])
    difference = scores[positive][:, None] - scores[~positive][None, :]
    pairs = ((difference > 0) + 0.5 * (difference == 0)).mean()
    assert metrics.auc(scores, positive) == pytest.approx(pairs)


def test_the_bootstrap_draws_whole_groups() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50)
    groups = ["a"] * 50 + ["b"] * 50

    def figure(rows: np.ndarray) -> float:
        return float(values[rows].mean())

    # two groups: each draw is 0, ½ or 1, so the interval says that two groups say nothing
    assert metrics.bootstrap_interval(figure, groups) == (0.0, 1.0)
    low, high = metrics.bootstrap_interval(figure, np.arange(100))
    assert 0.38 < low < 0.44
    assert 0.56 < high < 0.62
    assert metrics.bootstrap_interval(figure, np.arange(100)) == (low, high)
    assert metrics.bootstrap_interval(figure, np.arange(100), seed=1) != (low, high)


def test_figures_agree_with_scikit_learn() -> None:
    reference = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(3)
    label = random.integers(7, size=500)
    logits = random.normal(size=(500, 7)) + 1.5 * np.eye(7)[label]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    predicted = p.argmax(axis=1)
    confusion = metrics.confusion_matrix(label, predicted, classes=7)
    np.testing.assert_array_equal(confusion, reference.confusion_matrix(label, predicted))
    pairs = [
        (metrics.accuracy(label, predicted), reference.accuracy_score(label, predicted)),
        (metrics.macro_f1(confusion), reference.f1_score(label, predicted, average="macro")),
        (
            metrics.balanced_accuracy(confusion),
            reference.balanced_accuracy_score(label, predicted),
        ),
        (metrics.nll(p, label), reference.log_loss(label, p)),
        (metrics.auc(p[:, 2], label == 2), reference.roc_auc_score(label == 2, p[:, 2])),
        (metrics.r_squared(p[:, 0], p[:, 1]), reference.r2_score(p[:, 0], p[:, 1])),
        (metrics.pearson_r(p[:, 0], p[:, 1]), np.corrcoef(p[:, 0], p[:, 1])[0, 1]),
    ]
    ours, theirs = zip(*pairs, strict=True)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_ece_agrees_with_torchmetrics() -> None:
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchmetrics.functional.classification")
    random = np.random.default_rng(4)
    p = random.dirichlet(np.ones(7) * 0.4, size=800)
    label = random.integers(7, size=800)
    theirs = functional.multiclass_calibration_error(
        torch.tensor(p), torch.tensor(label), num_classes=7, n_bins=15
    )
    assert metrics.ece(p, label) == pytest.approx(float(theirs), abs=1e-6)
