"""Figures of merit, on NumPy alone.

Conventions: ``label`` holds the true class of each row, ``probabilities`` one row of C
probabilities each, ``confusion[i, j]`` counts the rows of class i that were predicted as j. A
figure that is not defined (no rows, a single class, constant numbers) is NaN.

Sources:

- Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
  JASA 22.
- Guo, C. et al. (2017). On calibration of modern neural networks. ICML. (expected calibration
  error, reliability diagram)
- Hanley, J. A. & McNeil, B. J. (1982). The meaning and use of the area under a ROC curve.
  Radiology 143.
- Field, C. A. & Welsh, A. H. (2007). Bootstrapping clustered data. JRSS B 69.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Classes = NDArray[np.integer[Any]] | NDArray[np.bool_]

_Z95 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution
_SMALLEST = 1e-15  # stands for a probability of 0 in logarithms


def wilson_interval(correct: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson (1927).

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n) with p = correct / n, z = 1.96.

    Args:
        correct: successes, 0 to n.
        n: trials.

    """
    if n == 0:
        return math.nan, math.nan
    p, z = correct / n, _Z95
    middle = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def accuracy(label: Classes, predicted: Classes) -> float:
    """Return the share of rows whose predicted class is the true one.

    Args:
        label: true class [shape=(n,)].
        predicted: predicted class [shape=(n,)].

    """
    return float(np.mean(label == predicted)) if len(label) else math.nan


def confusion_matrix(label: Ints, predicted: Ints, *, classes: int) -> NDArray[np.int64]:
    """Count each pair of true and predicted class.

    Args:
        label: true class [shape=(n,)], 0 to classes - 1.
        predicted: predicted class [shape=(n,)], 0 to classes - 1.
        classes: number of classes C.

    Returns:
        counts [shape=(C, C), dtype=int64]; rows are the true classes.

    """
    pairs = label.astype(np.int64) * classes + predicted
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def recalls(confusion: Ints) -> NDArray[np.float64]:
    """Return each class's recall, true positives / rows of the class; NaN for a class without rows.

    Args:
        confusion: [shape=(C, C)].

    """
    rows = confusion.sum(axis=1)
    return _ratio(confusion.diagonal(), rows)


def macro_f1(confusion: Ints) -> float:
    """Return the mean of F1 = 2 TP / (2 TP + FP + FN) over the classes that have rows.

    Args:
        confusion: [shape=(C, C)].

    """
    rows = confusion.sum(axis=1)
    f1 = _ratio(2 * confusion.diagonal(), rows + confusion.sum(axis=0))
    return float(f1[rows > 0].mean()) if rows.any() else math.nan


def balanced_accuracy(confusion: Ints) -> float:
    """Return the mean recall of the classes that have rows.

    Args:
        confusion: [shape=(C, C)].

    """
    rows = confusion.sum(axis=1)
    return float(recalls(confusion)[rows > 0].mean()) if rows.any() else math.nan


def nll(probabilities: Floats, label: Ints) -> float:
    """Return the mean negative log likelihood, −mean ln p(true class), in nats.

    Args:
        probabilities: [shape=(n, C)]; zeros count as 1e-15.
        label: true class [shape=(n,)].

    """
    if not len(label):
        return math.nan
    p = probabilities[np.arange(len(label)), label].astype(np.float64)
    return float(-np.log(np.clip(p, _SMALLEST, 1)).mean())


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy, in equal-width bins of the confidence.

    Attributes:
        edges: of the bins [shape=(B + 1,)], from 0 to 1.
        count: rows in each bin [shape=(B,)].
        confidence: mean top probability [shape=(B,)], NaN in an empty bin.
        accuracy: share that is right [shape=(B,)], NaN in an empty bin.

    """

    edges: NDArray[np.float64]
    count: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def ece(self) -> float:
        """Expected calibration error, Σ (count / n) · |accuracy − confidence|."""
        if not self.count.any():
            return math.nan
        gaps = np.nan_to_num(np.abs(self.accuracy - self.confidence))
        return float((self.count * gaps).sum() / self.count.sum())


def reliability(probabilities: Floats, label: Ints, *, bins: int = 15) -> Reliability:
    """Compare the top probability with how often the top class is right (Guo et al. 2017).

    Args:
        probabilities: [shape=(n, C)].
        label: true class [shape=(n,)].
        bins: number of equal-width bins B of (0, 1]; each includes its upper edge.

    """
    edges = np.linspace(0, 1, bins + 1)
    top = probabilities.max(axis=1, initial=0).astype(np.float64)
    right = (probabilities.argmax(axis=1) == label) if len(label) else np.zeros(0, dtype=bool)
    place = np.clip(np.searchsorted(edges, top, side="left") - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    return Reliability(
        edges=edges,
        count=count,
        confidence=_ratio(np.bincount(place, weights=top, minlength=bins), count),
        accuracy=_ratio(np.bincount(place, weights=right, minlength=bins), count),
    )


def ece(probabilities: Floats, label: Ints, *, bins: int = 15) -> float:
    """Return the expected calibration error of the top probability (Guo et al. 2017).

    Args:
        probabilities: [shape=(n, C)].
        label: true class [shape=(n,)].
        bins: number of equal-width bins.

    """
    return reliability(probabilities, label, bins=bins).ece


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: P(score of a positive > score of a negative).

    The rank statistic (R − m(m+1)/2) / (m·k), R the positives' sum of ranks, m positives, k
    negatives; ties count one half (Hanley & McNeil 1982).

    Args:
        scores: [shape=(n,)].
        positive: which rows are positive [shape=(n,)].

    """
    m = int(positive.sum())
    k = len(positive) - m
    if m == 0 or k == 0:
        return math.nan
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]  # the mean rank of each value's ties
    return float((ranks[positive].sum() - m * (m + 1) / 2) / (m * k))


def pearson_r(x: Floats, y: Floats) -> float:
    """Return the correlation coefficient of Pearson; NaN if either is constant.

    Args:
        x: [shape=(n,)].
        y: [shape=(n,)].

    """
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    a = x.astype(np.float64) - x.mean(dtype=np.float64)
    b = y.astype(np.float64) - y.mean(dtype=np.float64)
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(np.clip(a @ b / scale, -1, 1))


def r_squared(truth: Floats, predicted: Floats) -> float:
    """Return the coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)².

    It is 0 for predicting the mean every time, and negative for worse predictions.

    Args:
        truth: y [shape=(n,)]; constant values give NaN.
        predicted: ŷ [shape=(n,)].

    """
    if len(truth) < 2 or np.ptp(truth) == 0:
        return math.nan
    y = truth.astype(np.float64)
    return 1 - float(((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def cosines(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Return the cosine of each pair of rows [shape=(n,)]; NaN where one is all zero.

    Args:
        a: [shape=(n, C)].
        b: [shape=(n, C)].

    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return _ratio((a * b).sum(axis=1), norms)


def kl_divergences(p: Floats, q: Floats) -> NDArray[np.float64]:
    """Return KL(p ‖ q) = Σ p ln(p / q) of each pair of rows, in nats [shape=(n,)].

    Args:
        p: the true distributions [shape=(n, C)].
        q: the predicted distributions [shape=(n, C)]; zeros count as 1e-15.

    """
    p, q = p.astype(np.float64), np.clip(q.astype(np.float64), _SMALLEST, None)
    divergences: NDArray[np.float64] = (p * np.log(np.where(p > 0, p, q) / q)).sum(axis=1)
    return divergences


def bootstrap_interval(
    statistic: Callable[[NDArray[np.int64]], float],
    groups: ArrayLike,
    *,
    samples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a figure, drawing whole groups with replacement.

    Rows of one group (an artist, a person) are not independent; drawing rows one by one would give
    an interval that is too narrow (Field & Welsh 2007).

    Args:
        statistic: figure of the rows with these indices [shape=(k,)]; NaN draws are left out.
        groups: group of each row [shape=(n,)].
        samples: number of draws.
        seed: of the draws.

    """
    draws = grouped_draws(groups, samples=samples, seed=seed)
    return interval_of([statistic(rows) for rows in draws])


def grouped_draws(
    groups: ArrayLike, *, samples: int = 1000, seed: int = 0
) -> list[NDArray[np.int64]]:
    """Return the rows of each draw of `bootstrap_interval`, for several figures to share.

    Args:
        groups: group of each row [shape=(n,)]; without rows there are no draws.
        samples: number of draws.
        seed: of the draws.

    """
    _, place = np.unique(np.asarray(groups), return_inverse=True)
    if not len(place):
        return []
    order = np.argsort(place, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(place))[:-1])
    random = np.random.default_rng(seed)
    drawn = random.integers(len(members), size=(samples, len(members)))
    return [np.concatenate([members[i] for i in row]) for row in drawn]


def interval_of(drawn: ArrayLike) -> tuple[float, float]:
    """Return the 95 % percentile interval of a figure's draws, without those that are NaN.

    Args:
        drawn: [shape=(samples,)].

    """
    figures = np.asarray(drawn, dtype=np.float64)
    figures = figures[np.isfinite(figures)]
    if not len(figures):
        return math.nan, math.nan
    low, high = np.quantile(figures, (0.025, 0.975))
    return float(low), float(high)


def _ratio(numerator: NDArray[Any], denominator: NDArray[Any]) -> NDArray[np.float64]:
    """Divide; NaN where the denominator is 0."""
    result = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
