import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vibelux.library.row_index import RowIndex


@given(st.lists(st.binary(max_size=3), max_size=40), st.binary(max_size=3))
def test_every_row_of_a_value_is_found_in_order(values, sought):
    rows = np.arange(len(values), dtype=np.int64)[::-1]
    found = RowIndex.of(values, rows).rows(sought).tolist()
    expected = sorted(int(row) for value, row in zip(values, rows, strict=True) if value == sought)
    assert [row for row in found if values[len(values) - 1 - row] == sought] == expected
    assert found == sorted(found)
