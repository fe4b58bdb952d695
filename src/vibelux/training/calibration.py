"""Calibration of probabilities by one temperature."""

import numpy as np
from numpy.typing import NDArray


def fit_temperature(logits: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """Return the temperature that minimises the cross entropy (Guo et al. 2017).

    The cross entropy is convex in 1/T, so a golden-section search over 0.25 ≤ T ≤ 4 finds it.

    Args:
        logits: [shape=(n, k)], not from rows that were learnt from.
        targets: distributions or one-hot rows [shape=(n, k)].

    Returns:
        temperature, > 1 for a network that was too sure of itself.

    """
    values = logits.astype(np.float64)

    def loss(inverse: float) -> float:
        scaled = values * inverse
        scaled -= scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-(targets * (scaled - log_sum)).sum(axis=1).mean())

    low, high = 0.25, 4.0
    ratio = (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return round(2 / (low + high), 4)
