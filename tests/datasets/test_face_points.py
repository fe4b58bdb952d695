from pathlib import Path

import numpy as np

from vibelux.datasets.face_boxes import BoxImage
from vibelux.datasets.face_points import POINTS, points_of_faces, read_face_points


def test_points_belong_to_the_smallest_box_around_them(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    columns = ",".join(f"{name}_{axis}" for name in POINTS for axis in "xy")
    path.write_text(f"path,{columns},score\na.jpg,10,10,20,10,15,15,11,20,19,20,0.9\n")
    faces = np.array([[0, 0, 90, 90], [5, 5, 20, 20], [60, 60, 9, 9]], np.float32)
    none = np.zeros((0, 4), np.float32)
    image = BoxImage(tmp_path / "a.jpg", "a.jpg", 99, 99, "", "", faces, none)
    points = read_face_points(path)
    found = points_of_faces(image, points)
    assert found[1].tolist() == [[10, 10], [20, 10], [15, 15], [11, 20], [19, 20]]
    assert np.isnan(found[[0, 2]]).all()
    assert np.isnan(points_of_faces(image, {})).all()
