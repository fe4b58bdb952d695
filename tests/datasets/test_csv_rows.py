"""Rows of csv files, whatever bytes their paths have."""

import pytest

from vibelux.datasets.csv_rows import csv_rows
from vibelux.errors import DatasetError


def rows_of(path, data, *, required=("path",)):
    path.write_bytes(data)
    return list(csv_rows(path, required=required))


def test_rows_have_their_place_and_every_column(tmp_path):
    path = tmp_path / "songs.csv"
    found = rows_of(path, b"\xef\xbb\xbfPath, Genre ,year\r\na,rock,1999\n\n,,\nb\n")
    assert found == [
        (f"{path}, row 2", {"path": "a", "genre": "rock", "year": "1999"}),
        (f"{path}, row 5", {"path": "b", "genre": "", "year": ""}),
    ]


def test_a_path_that_is_not_utf8_keeps_its_bytes(tmp_path):
    [(_, row)] = rows_of(tmp_path / "songs.csv", b"path\n\xff.mp3\n")
    assert row["path"].encode("utf-8", "surrogateescape") == b"\xff.mp3"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has no column 'path'; it needs path, x, its columns are none"),
        (b"path,x,X\n", "more than one column 'x'"),
        (b"path,x\na,1,2\n", "row 2: 3 cells in 2 columns"),
        (b'path,x\n"a,1\n', "cannot read .*songs.csv"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, data, message):
    with pytest.raises(DatasetError, match=message):
        rows_of(tmp_path / "songs.csv", data, required=("path", "x"))
