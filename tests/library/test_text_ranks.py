import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.library import text_ranks as module
from vibelux.library.text_column import TextColumn
from vibelux.library.text_ranks import text_ranks

LETTERS = st.sampled_from(["a", "b", "\0", "é", "\uffff", "\U0001f3b5", "\udcff", "abcdefgh"])
TEXTS = st.lists(st.lists(LETTERS, max_size=4).map("".join), max_size=20)


@given(TEXTS, st.sampled_from([1, 3, 1 << 16]))
def test_texts_have_the_order_of_their_characters(texts, together):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ROWS", together)
        ranks = text_ranks(TextColumn.of(texts, text=True)).tolist()
    expected = sorted(texts)
    assert ranks == [expected.index(text) if text else -1 for text in texts]


def test_slices_and_changed_texts_are_ordered_as_they_are():
    column = TextColumn.of(["d", "c", "b", "a"], text=True)
    assert text_ranks(column[1:3]).tolist() == [1, 0]
    changed = column.with_rows(np.array([0]), TextColumn.of(["aa"], text=True))
    assert text_ranks(changed).tolist() == [1, 3, 2, 0]
