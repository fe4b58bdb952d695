import numpy as np
import pytest

from vibelux.emotions import as_mood
from vibelux.training.face.statistics import WITHHELD, face_statistics


def faces(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return moods [shape=(count, 7)] and agreement: the stronger the first, the more agree."""
    rng = np.random.default_rng(0)
    agreement = rng.uniform(0.2, 1, count)
    rest = rng.dirichlet(np.ones(6), count)
    strongest = np.clip(agreement + rng.normal(0, 0.05, count), 0.15, 0.99)
    moods = np.column_stack([strongest, (1 - strongest)[:, None] * rest])
    return np.stack([as_mood(mood) for mood in moods]), agreement


def test_faces_that_people_disagree_about_are_told_from_clear_ones() -> None:
    moods, agreement = faces(3000)
    found = face_statistics(moods, agreement)
    np.testing.assert_allclose(found.usual_mood, moods.mean(axis=0), atol=1e-6)
    unsure = np.array([found.is_unsure(mood) for mood in moods])
    assert unsure[agreement >= 0.8].mean() == pytest.approx(WITHHELD, abs=0.002)
    assert unsure[agreement < 0.4].mean() > 0.8


@pytest.mark.parametrize("agreement", [None, np.zeros(200), np.ones(200)])
def test_without_votes_that_differ_the_entropy_is_the_doubt(agreement: np.ndarray | None) -> None:
    moods, _ = faces(200)
    found = face_statistics(moods, agreement)
    assert found.doubt.tolist() == [0] * 7 + [1]
    unsure = np.array([found.is_unsure(mood) for mood in moods])
    assert 0 < unsure.mean() < 0.05
