from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.evaluation.detector import (
    DetectorPredictions,
    evaluate_boxes,
    ious,
    match,
    predict_boxes,
)
from vibelux.face.detector import FaceDetector

Rows = Sequence[Sequence[float]]


def _image(
    faces: Rows = (), ignored: Rows = (), *, name: str = "a.png", folder: Path = Path()
) -> BoxImage:
    return BoxImage(
        path=folder / name,
        name=name,
        width=640,
        height=480,
        dataset="drawn",
        source="",
        faces=np.array(faces, np.float32).reshape(-1, 4),
        ignored=np.array(ignored, np.float32).reshape(-1, 4),
    )


def _predicted(*pairs: tuple[BoxImage, Rows], size: tuple[int, int] = (640, 480)):
    return DetectorPredictions(
        images=tuple(image for image, _ in pairs),
        detections=tuple(np.array(rows, np.float64).reshape(-1, 5) for _, rows in pairs),
        sizes=np.array([size] * len(pairs)),
        milliseconds=np.array([1.0, 9.0, 2.0][: len(pairs)]),
        failed=(),
    )


def test_overlap_of_two_boxes() -> None:
    box = np.array([[0.0, 0.0, 10.0, 20.0]])
    others = np.array(
        [[0, 0, 10, 20], [5, 0, 10, 20], [10, 0, 5, 5], [2, 2, 5, 4], [0, 0, 0, 0]], float
    )
    assert ious(box, others)[0] == pytest.approx([1, 1 / 3, 0, 0.1, 0])
    assert ious(np.zeros((0, 4)), others).shape == (0, 5)


def test_figures_of_a_mixture() -> None:
    near = (100, 100, 100, 100)
    half = (120, 100, 100, 100, 0.9)  # IoU 80 / 120 with near
    third = (40, 100, 100, 100, 0.9)  # IoU 40 / 160
    loose = (300 + 40, 100, 100, 100, 0.8)  # IoU 60 / 140 = 0.43
    figures = evaluate_boxes(
        _predicted(
            (_image([near, (300, 100, 100, 100), (500, 300, 50, 50)]), [half, loose]),
            (_image([near]), [third]),
            (_image(), [(0, 0, 50, 50, 0.7), (200, 200, 50, 50, 0.6)]),
        )
    )
    assert figures == {
        "images": 3,
        "faces": 4,
        "recall_50": 0.25,
        "recall_35": 0.5,
        "recall_50_large": pytest.approx(1 / 3),
        "recall_35_large": pytest.approx(2 / 3),
        "false_per_image": 1.0,
        "images_empty": 1,
        "false_per_empty": 2.0,
        "ms_median": 2.0,
    }


def test_a_face_is_found_once_and_the_best_score_chooses_first() -> None:
    faces = [(100, 100, 100, 100), (160, 100, 100, 100)]
    between = (130, 100, 100, 100, 0.9)  # IoU 70 / 130 with both
    exact = (100, 100, 100, 100, 0.5)
    found = match(_predicted((_image(faces), [between, exact])))
    assert found.found_50.tolist() == [True, False]
    found = match(_predicted((_image(faces), [between, (160, 100, 100, 100, 0.5)])))
    assert found.found_50.tolist() == [True, True]
    twice = match(_predicted((_image(faces[:1]), [exact, exact])))
    assert twice.found_50.tolist() == [True]
    assert twice.false.tolist() == [0]


def test_ignored_boxes_are_neither_right_nor_wrong() -> None:
    crowd = (300, 100, 200, 200)
    inside, across = (320, 120, 60, 60, 0.9), (270, 120, 80, 80, 0.9)
    outside = (250, 120, 80, 80, 0.9)  # 30 of its 80 pixels inside
    found = match(_predicted((_image([], [crowd]), [inside, across, outside])))
    assert len(found.sides) == 0
    assert found.empty.tolist() == [False]
    assert found.false.tolist() == [1]


def test_large_is_more_than_80_pixels_at_640() -> None:
    faces = [(0, 0, 80, 80), (100, 0, 80.1, 80), (300, 0, 40, 170)]
    assert match(_predicted((_image(faces), []))).large.tolist() == [False, True, True]
    twice = match(_predicted((_image(faces), []), size=(960, 1280)))
    assert twice.large.tolist() == [False, False, False]


def test_without_faces_a_recall_is_undefined() -> None:
    figures = evaluate_boxes(_predicted((_image(), [])))
    assert (figures["faces"], figures["recall_50"], figures["false_per_image"]) == (0, None, 0)


def test_predicts_in_the_pixels_of_the_file(
    detector_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.full((960, 1280), 100, np.uint8)
    picture[400:600, 320:480] = 255
    Image.fromarray(picture).save(tmp_path / "a.jpg", quality=100)
    (tmp_path / "b.png").write_text("no picture")
    data = BoxData(
        (
            _image([(320, 400, 160, 200)], name="a.jpg", folder=tmp_path),
            _image(name="b.png", folder=tmp_path),
            _image(name="c.png", folder=tmp_path),
        )
    )
    done: list[int] = []
    detector = FaceDetector.load(detector_model)
    found = predict_boxes(detector, data, on_progress=done.append)
    assert found.detections[0][0] == pytest.approx([320, 400, 160, 200, 1], abs=4)
    assert found.sizes.tolist() == [[1280, 960]]
    assert [name for name, _ in found.failed] == ["b.png", "c.png"]
    assert done == [0, 1, 2]
    assert found.levels == pytest.approx(np.array([[255, picture.mean()]]), abs=1)
    assert evaluate_boxes(found)["recall_50_large"] == 1
    monkeypatch.setattr("vibelux.face.image.MEMORY", 2 * picture.size)  # decoded at half its size
    reduced = predict_boxes(detector, data)
    assert reduced.sizes.tolist() == [[1280, 960]]
    assert reduced.detections[0] == pytest.approx(found.detections[0], abs=8)
