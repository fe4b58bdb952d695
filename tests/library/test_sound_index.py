"""Nearest by sound, against sorting everything."""

import numpy as np
import pytest

from vibelux.errors import InvalidInput
from vibelux.library.sound_index import SoundIndex


def directions(n: int, d: int = 16) -> np.ndarray:
    rows = np.random.default_rng(n).standard_normal((n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_finds_what_sorting_everything_finds(dtype):
    rows = directions(70_000).astype(dtype)
    rows[[5, 40_000]] = rows[69_999]  # equal sounds keep their order, wherever they lie
    query = rows[69_999].astype(np.float32)
    indices, cosines = SoundIndex(rows).nearest(query, 40)
    exact = rows.astype(np.float64) @ (query / np.linalg.norm(query.astype(np.float64)))
    assert indices[:3].tolist() == [5, 40_000, 69_999]
    assert cosines[0] == cosines[2]
    expected = np.sort(exact)[::-1][:40]
    np.testing.assert_allclose(exact[indices], expected, atol=1e-6)
    np.testing.assert_allclose(cosines, np.minimum(expected, 1), atol=1e-6)
    assert indices.dtype == np.int64 and cosines.dtype == np.float32


def test_an_index_without_songs_and_wrong_questions():
    index = SoundIndex(np.empty((0, 4), np.float16))
    assert index.nearest(np.ones(4), 3)[0].shape == (0,)
    index = SoundIndex(directions(5))
    assert len(index.nearest(directions(1)[0], 9)[0]) == 5
    with pytest.raises(InvalidInput, match=r"has shape \(4,\), the songs' \(16,\)"):
        index.nearest(np.ones(4), 1)
    with pytest.raises(InvalidInput, match="n=-1"):
        index.nearest(directions(1)[0], -1)


def test_rows_that_are_no_embeddings_do_not_come():
    rows = directions(6)
    rows[[0, 3]] = 0
    index = SoundIndex(rows, rows.any(axis=1))
    indices, _ = index.nearest(-rows[1].astype(np.float32), 6)
    assert sorted(indices.tolist()) == [1, 2, 4, 5]
