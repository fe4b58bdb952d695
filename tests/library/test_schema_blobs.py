import numpy as np
import pytest

from vibelux.library.schema_blobs import EMBEDDING, vector_blob, vector_of, vectors_of

ONE, OTHER = vector_blob([1, 2, 3], EMBEDDING), vector_blob([-1, 0.5, 0], EMBEDDING)
NOT_FINITE = vector_blob([1, np.nan, 0], EMBEDDING)


@pytest.mark.parametrize(
    "blobs",
    [
        [],
        [None, None],
        [ONE, OTHER],
        [None, ONE, NOT_FINITE, None, OTHER],
        [ONE, ONE[:4], b"", b"odd"],
        [b"", b""],
        [b"abc", b"def"],
        [ONE, "text", 7, OTHER],
    ],
)
@pytest.mark.parametrize("length", [None, 3, 4])
def test_many_vectors_are_read_as_one_by_one(blobs, length):
    many = vectors_of(blobs, EMBEDDING, length=length)
    for found, blob in zip(many, blobs, strict=True):
        alone = vector_of(blob, EMBEDDING, length=length)
        assert (found is None) == (alone is None)
        if found is not None:
            assert found.dtype == np.float32
            assert found.base is None
            np.testing.assert_array_equal(found, alone)
