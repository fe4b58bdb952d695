from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.face_box_split import HELD_BACK, person, scene, split_boxes
from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.errors import DatasetError


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Ana_Ng_03.jpg", "Ana_Ng"),
        ("835_0_0.jpg", "835"),
        ("213034581_1.jpg", "213034581"),
        ("01570.jpg", "01570"),
        ("frames/Ana_Ng_0012.png", "Ana_Ng"),
        ("_12.jpg", "_12"),
    ],
)
def test_a_person_is_named_by_the_file(source: str, expected: str) -> None:
    assert person(source) == expected


def image_of(source: str, dataset: str = "drawn") -> BoxImage:
    faces = np.array([[1, 2, 30, 40]], np.float32)
    none = np.zeros((0, 4), np.float32)
    return BoxImage(Path(source), source, 64, 64, dataset, source, faces, none)


def test_a_person_is_on_one_side_and_other_detectors_boxes_are_never_held_back() -> None:
    names = [f"Name{i}_{k}.jpg" for i in range(200) for k in range(3)]
    images = [image_of(name) for name in names] + [image_of(name, "web_pseudo") for name in names]
    split = split_boxes(BoxData(images=tuple(images)))
    held, chosen_by, learnt = (
        {person(image.source) for image in part}
        for part in (split.held, split.validation, split.training)
    )
    assert not held & chosen_by and not held & learnt and not chosen_by & learnt
    assert 12 <= len(held) <= 40 and 12 <= len(chosen_by) <= 40
    assert all(image.dataset == "drawn" for image in (*split.held, *split.validation))
    assert len(split.training) + 2 * len(split.held + split.validation) == len(images)


def test_scenes_are_split_by_picture_and_some_collections_are_held_back_whole() -> None:
    assert scene("photos/2010_002737.jpg") == "2010_002737"
    scenes = [image_of(f"2010_{i:06}.jpg", "vocanimal_pseudo") for i in range(400)]
    whole = [image_of(f"COCO_val2014_{i:012}.jpg", "coco_pseudo") for i in range(9)]
    split = split_boxes(BoxData(images=tuple(scenes + whole)))
    held = [image for image in split.held if image.dataset == "vocanimal_pseudo"]
    assert len(held) == pytest.approx(400 * HELD_BACK / 256, abs=20)
    assert len(split.validation) == pytest.approx(400 * HELD_BACK / 256, abs=20)
    assert len(split.held) == len(held) + len(whole)
    assert all(image.dataset == "vocanimal_pseudo" for image in split.training + split.validation)


def test_too_few_persons_are_refused() -> None:
    with pytest.raises(DatasetError, match="no face is left held back among 1 pictures"):
        split_boxes(BoxData(images=(image_of("Name1_1.jpg"),)))


def test_flat_boxes_are_doubtful_on_both_sides() -> None:
    images = [image_of(f"Name{i}_1.jpg") for i in range(60)]
    flat = np.array([[1, 2, 30, 40], [5, 5, 40, 30]], np.float32)
    split = split_boxes(BoxData(tuple(replace(image, faces=flat) for image in images)))
    for image in (*split.training, *split.held):
        assert image.faces.tolist() == [[1, 2, 30, 40]]
        assert image.ignored.tolist() == [[5, 5, 40, 64]]
