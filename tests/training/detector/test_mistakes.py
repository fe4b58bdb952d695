"""Pictures that a detector gets wrong are found, and shown more often."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.face.drawn_face import draw_frame

from vibelux.datasets.face_boxes import BoxImage
from vibelux.errors import DatasetError
from vibelux.models import WEIGHTS
from vibelux.training.detector.canvas import Composer
from vibelux.training.detector.mistakes import mistaken
from vibelux.training.detector.pictures import read_pictures

SHIPPED = WEIGHTS / "detector.onnx"


def picture(folder, name, frame, *faces):
    path = folder / name
    Image.fromarray(frame).save(path)
    return BoxImage(
        path=path,
        name=name,
        width=frame.shape[1],
        height=frame.shape[0],
        dataset="drawn",
        source=name,
        faces=np.array(faces, np.float32).reshape(-1, 4),
        ignored=np.zeros((0, 4), np.float32),
    )


def test_a_missed_face_and_a_false_one_are_mistakes(tmp_path):
    person = draw_frame((200, 100, 220))
    face = (235, 110, 150, 210)
    nobody = np.full((480, 640), 90, np.uint8)
    images = [
        picture(tmp_path, "found.png", person, face),
        picture(tmp_path, "missed.png", nobody, face),
        picture(tmp_path, "false.png", person),
        picture(tmp_path, "nobody.png", nobody),
        picture(tmp_path, "too-small-to-count.png", nobody, (300, 200, 12, 14)),
        picture(tmp_path, "one-of-two.png", person, (20, 20, 60, 80), face),
    ]
    assert mistaken(SHIPPED, images).tolist() == [False, True, True, False, False, True]


def test_a_picture_that_cannot_be_read_is_named(tmp_path):
    image = picture(tmp_path, "gone.png", np.zeros((48, 64), np.uint8), (8, 8, 20, 20))
    image.path.unlink()
    with pytest.raises(DatasetError, match=r"gone\.png"):
        mistaken(SHIPPED, [image])


def test_a_heavier_picture_is_shown_more_often_than_its_neighbours(tmp_path):
    dark, bright = (np.full((120, 160), level, np.uint8) for level in (10, 240))
    pictures = read_pictures(
        [picture(tmp_path, f"{i}.png", dark, (40, 20, 60, 75)) for i in range(3)]
        + [picture(tmp_path, "bright.png", bright, (40, 20, 60, 75))]
    )
    pictures[-1] = replace(pictures[-1], weight=9.0)
    people = Composer(pictures)._people
    rng = np.random.default_rng(0)
    shown = np.mean([people.drawn(rng) is pictures[-1] for _ in range(2000)])
    assert shown == pytest.approx(0.75, abs=0.05)
