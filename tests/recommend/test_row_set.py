import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vibelux.recommend.row_set import RowSet

ROWS = st.lists(st.integers(0, 11), max_size=6)


@given(ROWS, ROWS, ROWS)
def test_it_is_as_a_set_of_numbers(first, added, asked):
    rows = RowSet(12, first)
    rows.among()
    before = rows.copy()
    rows.add(np.array(added, np.int64))
    for found, expected in ((before, {*first}), (rows, {*first, *added})):
        assert (len(found), found.others) == (len(expected), 12 - len(expected))
        assert np.flatnonzero(found.among()).tolist() == sorted(expected)
        assert found.among(np.array(asked, np.int64)).tolist() == [row in found for row in asked]
        assert [row in found for row in asked] == [row in expected for row in asked]
