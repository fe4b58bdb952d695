"""The five points of faces, listed in a csv file with one face per row.

Columns: ``path`` of the picture as in the list of boxes, then x and y in pixels of ``right_eye``,
``left_eye``, ``nose``, ``mouth_right`` and ``mouth_left``, such as ``right_eye_x``; right is the
person's right. Other columns are ignored.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.csv_rows import csv_rows
from vibelux.datasets.face_boxes import BoxImage
from vibelux.errors import DatasetError

POINTS = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left")

_COLUMNS = tuple(f"{point}_{axis}" for point in POINTS for axis in "xy")

FacePoints = Mapping[str, NDArray[np.float64]]
"""Name of a picture -> the points of its faces, x and y in pixels [shape=(k, 5, 2)]."""


def read_face_points(path: Path) -> FacePoints:
    """Read the list.

    Args:
        path: the csv file, UTF-8 with or without a byte order mark.

    Raises:
        DatasetError: the file is unreadable, a column is missing, or a value is no number.

    """
    found: dict[str, list[list[float]]] = {}
    for where, row in csv_rows(path, required=("path", *_COLUMNS)):
        try:
            points = [float(row[column]) for column in _COLUMNS]
        except ValueError as error:
            raise DatasetError(f"{where}: a point is not a number: {error}") from error
        found.setdefault(row["path"], []).append(points)
    return {name: np.array(rows).reshape(-1, 5, 2) for name, rows in found.items()}


def points_of_faces(image: BoxImage, points: FacePoints) -> NDArray[np.float64]:
    """Return the points of each face of a picture [shape=(n, 5, 2)], NaN where there are none.

    Points belong to the smallest box that contains their middle.
    """
    faces = image.faces.astype(np.float64)
    found = np.full((len(faces), 5, 2), np.nan)
    for face in points.get(image.name, np.zeros((0, 5, 2))):
        away = face.mean(axis=0) - faces[:, :2]
        inside = ((away >= 0) & (away <= faces[:, 2:])).all(axis=1)
        if inside.any():
            found[np.where(inside, faces[:, 2] * faces[:, 3], np.inf).argmin()] = face
    return found
