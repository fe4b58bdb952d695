"""Pictures with the places of their faces, listed in a csv file with one box per row.

| column | meaning |
| --- | --- |
| ``path`` | of the picture: absolute, or relative to the csv's folder |
| ``width``, ``height`` | of the picture in pixels |
| ``x``, ``y``, ``w``, ``h`` | the box in the picture's pixels, from its upper left corner |
| ``ignore`` | 1: a doubtful face, neither right nor wrong to find; may be left out |
| ``dataset``, ``source`` | the collection, and the picture's file in it; may be left out |

A picture has as many rows as boxes. One without faces has a single row whose box is 0, 0, 0, 0 or
empty. Other columns are ignored. Rows are numbered as a spreadsheet shows them: the header is row
1. A box is what WIDER FACE calls a face: forehead to chin, cheek to cheek (Yang et al. 2016).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.csv_rows import csv_rows
from vibelux.errors import DatasetError

REQUIRED = ("path", "width", "height", "x", "y", "w", "h")

Boxes = NDArray[np.float32]
"""[shape=(n, 4)] x, y, w, h in pixels."""


@dataclass(frozen=True)
class BoxImage:
    """A picture and the faces in it.

    Attributes:
        path: of the picture's file.
        name: the path exactly as the input has it.
        width: in pixels, as the input says.
        height: likewise.
        dataset: name of the collection, or "".
        source: the file that the picture came from, or "".
        faces: boxes to find, x, y, w, h in pixels [shape=(n, 4), dtype=float32].
        ignored: boxes that are neither right nor wrong to find [shape=(m, 4), dtype=float32].

    """

    path: Path
    name: str
    width: int
    height: int
    dataset: str
    source: str
    faces: Boxes
    ignored: Boxes

    @property
    def empty(self) -> bool:
        """Whether there is no face at all, not even a doubtful one."""
        return not len(self.faces) and not len(self.ignored)


@dataclass(frozen=True)
class BoxData:
    """Pictures with boxes, in the order of the input.

    Attributes:
        images: one per picture; a picture's rows need not be consecutive.

    """

    images: tuple[BoxImage, ...]

    def __len__(self) -> int:
        return len(self.images)


def read_face_boxes(*paths: Path) -> BoxData:
    """Read lists; no picture is opened.

    Args:
        paths: the csv files, UTF-8 with or without a byte order mark.

    Raises:
        DatasetError: a file is unreadable, a column is missing, a value is bad (row and column
            are named), a picture has two sizes, or a file lists no picture at all.

    """
    images: list[BoxImage] = []
    for path in paths:
        listed = _images(path)
        if not listed:
            raise DatasetError(
                f"{path} lists no picture; below the header it needs one row per box"
            )
        images += listed
    return BoxData(images=tuple(images))


@dataclass
class _Picture:
    size: tuple[int, int]
    dataset: str
    source: str
    faces: list[tuple[float, ...]]
    ignored: list[tuple[float, ...]]


def _images(path: Path) -> tuple[BoxImage, ...]:
    pictures: dict[str, _Picture] = {}
    for where, row in csv_rows(path, required=REQUIRED):
        _add(pictures, row, where)
    return tuple(
        BoxImage(
            path=path.parent / name,
            name=name,
            width=picture.size[0],
            height=picture.size[1],
            dataset=picture.dataset,
            source=picture.source,
            faces=np.array(picture.faces, dtype=np.float32).reshape(-1, 4),
            ignored=np.array(picture.ignored, dtype=np.float32).reshape(-1, 4),
        )
        for name, picture in pictures.items()
    )


def _add(pictures: dict[str, _Picture], row: Mapping[str, str], where: str) -> None:
    name = row["path"]
    if not name.strip():
        raise DatasetError(f"{where}: 'path' is empty")
    size = _side(row, "width", where), _side(row, "height", where)
    new = _Picture(size, row.get("dataset", "").strip(), row.get("source", "").strip(), [], [])
    picture = pictures.setdefault(name, new)
    if picture.size != size:
        first, again = ("{}×{}".format(*each) for each in (picture.size, size))
        raise DatasetError(f"{where}: {name} is {again} here and {first} in an earlier row")
    ignore = row.get("ignore", "").strip()
    if ignore not in ("", "0", "1"):
        raise DatasetError(f"{where}: ignore={ignore!r} must be 0 or 1")
    if not any(row[column].strip() for column in "xywh"):
        return
    box = tuple(_number(row, column, where) for column in "xywh")
    w, h = box[2:]
    if w < 0 or h < 0 or (w == 0) != (h == 0):
        raise DatasetError(
            f"{where}: {w:g}×{h:g} pixels is not a box; w and h must be positive, or both 0  "
            "for a picture without a face"
        )
    if w > 0:
        (picture.ignored if ignore == "1" else picture.faces).append(box)


def _side(row: Mapping[str, str], column: str, where: str) -> int:
    value = _number(row, column, where)
    if value < 1 or value != int(value):
        raise DatasetError(f"{where}: {column}={row[column]} must be a whole number, 1 or more")
    return int(value)


def _number(row: Mapping[str, str], column: str, where: str) -> float:
    try:
        value = float(row[column])
    except ValueError as error:
        raise DatasetError(f"{where}: {column}={row[column]!r} is not a number") from error
    if not math.isfinite(value):
        raise DatasetError(f"{where}: {column}={row[column]} must be a finite number")
    return value
