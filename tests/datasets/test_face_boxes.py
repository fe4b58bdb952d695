from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.face_boxes import BoxData, read_face_boxes
from vibelux.errors import DatasetError

HEADER = "dataset,path,width,height,x,y,w,h,ignore,source\n"


def read(folder: Path, text: str, *, encoding: str = "utf-8") -> BoxData:
    path = folder / "boxes.csv"
    path.write_bytes(text.encode(encoding, errors="surrogateescape"))
    return read_face_boxes(path)


def test_a_pictures_rows_are_one_image_in_the_order_of_the_file(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        HEADER + "web,a/1.jpg,640,480,10.5,20,30,40,0,Anna_01.jpg\n"
        "web,b.jpg,320,240,0.0,0.0,0.0,0.0,1,\n"
        "web,a/1.jpg,640,480,-5,2,8,9,1,Anna_01.jpg\n"
        "web,a/1.jpg,640,480,100,0,50,60,0,Anna_01.jpg\n",
    )
    first, second = data.images
    assert (first.path, first.name) == (tmp_path / "a" / "1.jpg", "a/1.jpg")
    assert (first.width, first.height) == (640, 480)
    assert (first.dataset, first.source) == ("web", "Anna_01.jpg")
    assert first.faces.dtype == np.float32
    assert first.faces.tolist() == [[10.5, 20, 30, 40], [100, 0, 50, 60]]
    assert first.ignored.tolist() == [[-5, 2, 8, 9]]
    assert second.faces.shape == second.ignored.shape == (0, 4)
    assert [len(image.faces) for image in data.images] == [2, 0]


def test_collection_source_and_ignore_may_be_left_out(tmp_path: Path) -> None:
    data = read(tmp_path, "H,W,Y,X,path,width,height,extra\n4,3,2,1,a.png,9,9,?\n,,,,b.png,9,9\n")
    first, second = data.images
    assert first.faces.tolist() == [[1, 2, 3, 4]]
    assert (first.dataset, first.source, len(first.ignored)) == ("", "", 0)
    assert len(second.faces) == 0


def test_an_absolute_path_stays_and_odd_names_are_kept(tmp_path: Path) -> None:
    absolute = tmp_path / "elsewhere" / "a.jpg"
    (tmp_path / "lists").mkdir()
    data = read(
        tmp_path / "lists",
        f'{HEADER}x,{absolute},9,9,0,0,3,3,0,\nx,"ü, ""\udcff"".jpg",9,9,0,0,3,3,0,\n',
        encoding="utf-8-sig",
    )
    assert data.images[0].path == absolute
    assert data.images[1].name == 'ü, "\udcff".jpg'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'path'; it needs path, width, .* its columns are none"),
        ("path,width,height,x,y,w\n", "has no column 'h'"),
        ("path,path,width,height,x,y,w,h\n", "more than one column 'path'"),
        (HEADER, "lists no picture"),
        (HEADER + "a, ,9,9,0,0,1,1,0,\n", "row 2: 'path' is empty"),
        (HEADER + "\na,b,9,9,0,zero,1,1,0,\n", "row 3: y='zero' is not a number"),
        (HEADER + "a,b,9,9,0,0,inf,1,0,\n", "row 2: w=inf must be a finite number"),
        (HEADER + "a,b,9,0,0,0,1,1,0,\n", "row 2: height=0 must be a whole number"),
        (HEADER + "a,b,9.5,9,0,0,1,1,0,\n", r"row 2: width=9\.5 must be a whole number"),
        (HEADER + "a,b,9,9,0,0,-1,1,0,\n", "row 2: -1×1 pixels is not a box"),
        (HEADER + "a,b,9,9,0,0,5,0,0,\n", "row 2: 5×0 pixels is not a box"),
        (HEADER + "a,b,9,9,0,0,1,1,yes,\n", "row 2: ignore='yes' must be 0 or 1"),
        (HEADER + "a,b,9,9,0,0,1,1,0,s,t\n", "row 2: 11 cells in 10 columns"),
        (
            HEADER + "a,b,9,9,0,0,1,1,0,\na,b,8,9,0,0,1,1,0,\n",
            "row 3: b is 8×9 here and 9×9 in an earlier row",
        ),
        (HEADER + 'a,"b,9\n', r"cannot read .*boxes\.csv"),
    ],
)
def test_bad_input_is_named_with_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot read .*none\.csv"):
        read_face_boxes(tmp_path / "none.csv")


def test_the_research_list_has_its_known_counts(shared_data: Path) -> None:
    data = read_face_boxes(shared_data / "facedet" / "boxes.csv")
    counts = dict.fromkeys(("helen", "ytfaces", "lm5_80", "inria_neg"), 0)
    for image in data.images:
        if image.dataset in counts:
            counts[image.dataset] += 1
    assert counts == {"helen": 870, "ytfaces": 1500, "lm5_80": 3000, "inria_neg": 480}
    negatives = [image for image in data.images if image.dataset == "inria_neg"]
    assert sum(len(image.faces) for image in negatives) == 0
    assert sum(len(image.ignored) for image in negatives) == 9
    assert data.images[0].path.is_file()
