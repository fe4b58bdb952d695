"""A file takes another one's place in one step, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vibelux.whole_file import whole_file


def test_the_new_takes_the_place_of_the_old(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with whole_file(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_old_alone(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as part:
        part.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_names_may_be_as_long_as_names_can_be(tmp_path: Path):
    path = tmp_path / ("n" * 251 + ".txt")
    with whole_file(path) as part:
        part.write_text("here")
    assert path.read_text() == "here"


def test_threads_do_not_write_into_each_others_files(tmp_path: Path):
    def write(number: int) -> None:
        path = tmp_path / f"{number}.txt"
        for _ in range(50):
            with whole_file(path) as part:
                part.write_text(f"{number}" * 1000)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    for number in range(8):
        assert (tmp_path / f"{number}.txt").read_text() == f"{number}" * 1000
    assert len(list(tmp_path.iterdir())) == 8
