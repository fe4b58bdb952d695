import csv
from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.face_files import read_faces
from vibelux.datasets.faces import FERPLUS_COLUMNS
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError

IMAGES = np.random.default_rng(1).integers(256, size=(7, 48, 48), dtype=np.uint8)
PIXELS = [" ".join(map(str, image.ravel())) for image in IMAGES]


def write(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def faces_csv(folder: Path, usages: list[str] | None = None) -> Path:
    usages = usages or ["Training"] * 7
    rows = [[code, PIXELS[code], usages[code]] for code in range(7)]
    return write(folder / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)


def votes_csv(path: Path, usages: list[str], rows: int = 7) -> Path:
    header = ["Usage", "Image name", *FERPLUS_COLUMNS]
    body = [
        # FER+ names no image where most annotators saw no face
        [usages[i], "" if i == 6 else f"fer{i:07d}.png", *([0] * 9 + [10] if i == 6 else [i] * 10)]
        for i in range(rows)
    ]
    return write(path, header, body)


def test_kaggles_codes_become_the_seven(tmp_path: Path) -> None:
    data = read_faces(faces_csv(tmp_path))
    names = [EMOTIONS[i] for i in data.label]
    assert names == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    np.testing.assert_array_equal(data.images, IMAGES)
    assert data.votes is None
    assert data.usage is not None and set(data.usage) == {"Training"}


def test_votes_beside_the_faces_are_matched_row_by_row(tmp_path: Path) -> None:
    usages = ["Training"] * 4 + ["PublicTest"] * 3
    path = faces_csv(tmp_path, usages)
    votes_csv(tmp_path / "fer2013new.csv", usages)
    data = read_faces(path)
    assert data.votes is not None
    assert data.votes[:6, 2].tolist() == [0, 1, 2, 3, 4, 5]
    assert data.votes[6].tolist() == [0] * 9 + [10]
    assert len(data.with_usage("PublicTest")) == 3


def test_votes_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "votes").mkdir()
    votes = votes_csv(tmp_path / "votes" / "v.csv", ["Training"] * 7)
    data = read_faces(faces_csv(tmp_path), ferplus=votes)
    assert data.votes is not None and data.votes[3, 0] == 3
    with pytest.raises(DatasetError, match=r"cannot read .*none\.csv"):
        read_faces(faces_csv(tmp_path), ferplus=tmp_path / "none.csv")


def test_votes_of_other_rows_are_refused(tmp_path: Path) -> None:
    path = faces_csv(tmp_path)
    votes_csv(tmp_path / "fer2013new.csv", ["Training"] * 7, rows=6)
    with pytest.raises(DatasetError, match=r"votes for 6 rows, .* has 7"):
        read_faces(path)
    votes_csv(tmp_path / "fer2013new.csv", ["Training"] * 6 + ["PublicTest"])
    with pytest.raises(DatasetError, match=r"row 8 of .* is PublicTest, of .* it is Training"):
        read_faces(path)


def test_columns_may_come_in_any_order_with_spaces(tmp_path: Path) -> None:
    rows = [[3, "PublicTest", PIXELS[0]]]
    path = write(tmp_path / "icml_face_data.csv", ["emotion", " Usage", " pixels"], rows)
    data = read_faces(path)
    assert EMOTIONS[data.label[0]] == "happy"
    np.testing.assert_array_equal(data.images[0], IMAGES[0])


def test_without_usage_the_faces_name_no_parts(tmp_path: Path) -> None:
    data = read_faces(write(tmp_path / "f.csv", ["emotion", "pixels"], [[0, PIXELS[0]]]))
    assert data.usage is None


def test_bad_rows_are_listed_and_the_others_keep_votes_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [0, PIXELS[0], "Training"],
        [7, PIXELS[1], "Training"],
        ["", PIXELS[1], "Training"],
        [1, PIXELS[1].rsplit(" ", 1)[0], "Training"],
        [1, PIXELS[1].rsplit(" ", 1)[0] + " x", "Training"],
        [1, PIXELS[1].rsplit(" ", 1)[0] + " 256", "Training"],
        [1, PIXELS[1], "Training"],
    ]
    path = write(tmp_path / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)
    votes_csv(tmp_path / "fer2013new.csv", ["Training"] * 7)
    data = read_faces(path)
    assert data.label.tolist() == [0, 1]
    assert data.numbers is not None and data.numbers.tolist() == [0, 6]
    assert data.votes is not None and data.votes[1].tolist() == [0] * 9 + [10]
    reasons = dict(data.skipped)
    assert list(reasons) == [f"row {n}" for n in (3, 4, 5, 6, 7)]
    assert "emotion='7' is not a code from 0 to 6" in reasons["row 3"]
    assert reasons["row 5"] == "2303 pixels, 2304 are needed"
    assert reasons["row 6"] == "the pixels are not numbers separated by spaces"
    assert "256, 0 to 255 are needed" in reasons["row 7"]


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (["pixels", "Usage"], [], "has no column 'emotion'; its columns are pixels, usage"),
        (["emotion", "pixels"], [], "holds no labelled face"),
        (["emotion", "pixels"], [[9, "1"]], "holds no labelled face"),
    ],
)
def test_a_csv_without_faces_is_refused(
    tmp_path: Path, header: list[str], rows: list[list[object]], message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        read_faces(write(tmp_path / "f.csv", header, rows))


@pytest.mark.parametrize("cell", ["-1", "many", "nan"])
def test_votes_that_are_no_numbers_are_refused(tmp_path: Path, cell: str) -> None:
    path = faces_csv(tmp_path)
    votes = votes_csv(tmp_path / "fer2013new.csv", ["Training"] * 7)
    votes.write_text(votes.read_text().replace("3,3", f"3,{cell}", 1))
    with pytest.raises(DatasetError, match=r"row 5 of .* lacks ten votes"):
        read_faces(path)
