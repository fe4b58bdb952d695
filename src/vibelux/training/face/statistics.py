"""The statistics of a face model's card, from its answers to faces that it did not learn from.

``usual_mood`` is the mean of these answers. ``doubt`` tells faces that people disagree about from
those that they agree about, by a logistic regression from the mood alone; from ``unsure`` on, a
face counts as one of the former, which `WITHHELD` of the latter do.
"""

import numpy as np
from numpy.typing import NDArray

from vibelux.model_statistics import FaceStatistics, doubt_features

CLEAR = 0.8
"""Share of the ten annotators who agree about a clear face, at least."""

DISPUTED = 0.5
"""Share of the annotators who agree about a disputed face, less than."""

WITHHELD = 0.0175
"""Share of the clear faces whose mood is not given. Of others it should be at most 0.02."""

PRIOR = 0.1
"""Deviation of the weights' normal prior, for features of unit deviation."""


def face_statistics(
    moods: NDArray[np.floating], agreement: NDArray[np.floating] | None
) -> FaceStatistics:
    """Return what is usual for a model's answers.

    Args:
        moods: [shape=(n, 7)] of n faces, n >= 1.
        agreement: share of the annotators who gave the commonest answer [shape=(n,)], or None
            where nobody was asked: then the entropy alone is the doubt, and all faces are clear.

    """
    features = doubt_features(moods)
    clear = np.ones(len(moods), dtype=bool)
    doubt = np.eye(features.shape[1])[-1]
    if agreement is not None:
        clear, disputed = agreement >= CLEAR, agreement < DISPUTED
        if clear.any() and disputed.any():
            rows = clear | disputed
            doubt = _logistic(features[rows], disputed[rows])
    if not clear.any():
        clear[:] = True
    # What the card holds, so that no face is on the other side for the last digit.
    doubt = doubt.round(4)
    return FaceStatistics(
        usual_mood=moods.mean(axis=0, dtype=np.float64).astype(np.float32),
        doubt=doubt,
        unsure=float(np.quantile(features[clear] @ doubt, 1 - WITHHELD)),
    )


def _logistic(features: NDArray[np.float64], is_so: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression [shape=(k,)], by Newton's method.

    Args:
        features: [shape=(n, k)].
        is_so: what they tell [shape=(n,)].

    """
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.column_stack([(features - mean) / deviation, np.ones(len(features))])
    penalty = np.append(np.full(features.shape[1], PRIOR**-2), 1e-6)
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-(rows @ weights)))
        slope = rows.T @ (chance - is_so) + penalty * weights
        curvature = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        weights -= np.linalg.solve(curvature, slope)
    return np.asarray(weights[:-1] / deviation)
