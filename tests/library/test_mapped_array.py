import numpy as np
import pytest

from vibelux.library.column_writer import write_array
from vibelux.library.mapped_array import ArrayFile, FewRows, MappedArray, TakenRows


@pytest.mark.parametrize("axis", [0, -1])
def test_changed_rows_are_those_of_the_copy_alone(tmp_path, axis):
    rows = np.arange(60_000, dtype=np.float32).reshape(20_000, 3)
    whole = rows if axis == 0 else np.ascontiguousarray(rows.T)
    np.save(tmp_path / "a.npy", whole)
    file = ArrayFile(tmp_path / "a.npy")
    (tmp_path / "a.npy").unlink()  # as another process does that has written newer ones
    first = MappedArray.of(file, axis=axis)
    second = first.with_rows(np.array([1]), np.full((1, 3) if axis == 0 else (3, 1), -1))
    third = second.with_rows(
        np.array([7, 1]), np.full((2, 3) if axis == 0 else (3, 2), -2, np.float32)
    )
    for array, changed, value in ((first, [], 0), (second, [1], -1), (third, [1, 7], -2)):
        expected = rows.copy()
        expected[changed] = value
        np.testing.assert_array_equal(array.array, expected if axis == 0 else expected.T)
        assert array.rows.tolist() == changed
        with pytest.raises(ValueError, match="read-only"):
            array.array[0] = 5


@pytest.mark.parametrize("kind", ["in memory", "in a file", "without pread"])
def test_a_few_rows_are_those_of_the_array(tmp_path, monkeypatch, kind):
    rows = np.arange(6000, dtype=np.float16).reshape(2000, 3)
    np.save(tmp_path / "a.npy", rows)
    whole = MappedArray(rows) if kind == "in memory" else MappedArray.of(file_of(tmp_path))
    if kind == "without pread":
        monkeypatch.delattr("os.pread", raising=False)
    changed = whole.with_rows(np.array([3, 7]), np.full((2, 3), -1, np.float16))
    for wanted in ([], [5], [7, 0, 7, 1999, 3], range(2000)):
        some = np.array(wanted, np.int64)
        for array in (whole, changed):
            found = FewRows(array.array, array)
            assert found.shape == (2000, 3)
            np.testing.assert_array_equal(found[some], array.array[some])
        np.testing.assert_array_equal(FewRows(rows)[some], rows[some])


def test_names_and_numbers_are_read_as_rows_too(tmp_path):
    for values in (np.array([b"ab", b"", b"abc"], "S3"), np.arange(3.0)):
        np.save(tmp_path / "a.npy", values)
        found = MappedArray.of(file_of(tmp_path)).few(np.array([2, 0]))
        assert found.tolist() == values[[2, 0]].tolist()


def test_rows_that_are_taken_later_are_those_taken_now(tmp_path):
    array, rows = np.arange(12).reshape(6, 2), np.array([5, 0, 3])
    taken = TakenRows(array, rows)
    assert (taken.shape, taken.dtype, taken.nbytes, len(taken)) == ((3, 2), array.dtype, 48, 3)
    np.testing.assert_array_equal(np.asarray(taken), array[rows])
    np.testing.assert_array_equal(taken[1:], array[rows][1:])
    write_array(tmp_path / "a.npy", taken)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), array[rows])


def file_of(folder):
    return ArrayFile(folder / "a.npy")


def test_an_array_in_memory_is_copied():
    first = MappedArray(np.zeros((3, 2)))
    second = first.with_rows(np.array([2]), np.ones((1, 2)))
    assert (first.array.sum(), second.array.sum()) == (0, 2)


def test_a_file_without_rows(tmp_path):
    np.save(tmp_path / "a.npy", np.empty((0, 7), np.float32))
    assert ArrayFile(tmp_path / "a.npy").array().shape == (0, 7)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b[:40], lambda _: b"", bytes.upper]
)
def test_a_file_that_is_not_whole_is_refused(tmp_path, damage):
    np.save(tmp_path / "a.npy", np.zeros(100))
    path = tmp_path / "a.npy"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError):
        ArrayFile(path)
