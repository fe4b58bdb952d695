"""The statistics of a face model's card, from its answers to faces that it did not learn from.

``usual_mood`` is the mean of these answers.
"""

import numpy as np
from numpy.typing import NDArray

from vibelux.model_statistics import FaceStatistics


def face_statistics(moods: NDArray[np.floating]) -> FaceStatistics:
    """Return what is usual for a model's answers.

    Args:
        moods: [shape=(n, 7)] of n faces, n >= 1.

    """
    return FaceStatistics(usual_mood=moods.mean(axis=0, dtype=np.float64).astype(np.float32))
