import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vibelux.library.text_column import TextColumn, joined

NAMES = st.text(st.characters() | st.just("\udcff"), max_size=4)
TEXTS = st.lists(NAMES, min_size=1, max_size=12)


@given(TEXTS, st.data())
def test_a_column_of_texts_is_as_a_list_of_them(texts, data):
    column = TextColumn.of(texts, text=True)
    for _ in range(data.draw(st.integers(0, 3))):
        size = len(texts)
        place = st.integers(0, size - 1)
        match data.draw(st.sampled_from(("set", "slice", "take", "join"))):
            case "set":
                rows = data.draw(st.lists(place, max_size=3, unique=True))
                new = data.draw(st.lists(NAMES, min_size=len(rows), max_size=len(rows)))
                column = column.with_rows(np.array(rows, int), TextColumn.of(new, text=True))
                texts = [dict(zip(rows, new, strict=True)).get(n, t) for n, t in enumerate(texts)]
            case "slice":
                begin, end = data.draw(place), data.draw(st.integers(1, size))
                column, texts = column[begin:end], texts[begin:end]
            case "take":
                rows = data.draw(st.lists(place, max_size=12))
                column, texts = column[np.array(rows, int)], [texts[row] for row in rows]
            case "join":
                column, texts = joined([column, column[:1]]), texts + texts[:1]
        assert column.tolist() == list(column) == [column[n] for n in range(len(texts))] == texts
        assert np.array(column).tolist() == texts
        assert column.plain().tolist() == texts
        assert column.lengths().tolist() == [len(column._bytes(n)) for n in range(len(texts))]
        if not texts:
            return


def test_bytes_stay_as_they_are_and_what_is_neither_is_empty():
    column = TextColumn.of([b"/m/\xff.mp3", "ü", 7, None], text=False)
    assert column.tolist() == [b"/m/\xff.mp3", "ü".encode(), b"", b""]
    assert column[-4] == b"/m/\xff.mp3"


def test_the_same_values_change_nothing():
    column = TextColumn.of(["a", "b"], text=True)
    assert column.with_rows(np.array([1]), TextColumn.of(["b"], text=True)) is column
