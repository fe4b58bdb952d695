"""Python gets what golden.json and pictures.json in tests/data hold others to as well."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vibelux.face.box import Box, merged, tilt_of
from vibelux.face.detector import FaceDetector, reduced
from vibelux.face.expression import ExpressionModel, crop_face
from vibelux.face.followed import Followed
from vibelux.face.image import read_image
from vibelux.face.plain_picture import plain_picture
from vibelux.face.reading import FaceReader, as_grey, judge, mouth_shown, sharpness
from vibelux.face.sampling import Window, sample, sample_levelled
from vibelux.face.sources import PICTURE_LOOKS

DATA = Path(__file__).parents[1] / "data"
GOLDEN: dict[str, Any] = json.loads((DATA / "golden.json").read_text("utf-8"))
FRAMES = {frame["frame"]: frame for frame in GOLDEN["frames"]}
PICTURES = {
    picture["name"]: picture for picture in json.loads((DATA / "pictures.json").read_text("utf-8"))
}


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector.load()


@pytest.fixture(scope="module")
def expression() -> ExpressionModel:
    return ExpressionModel.load()


def _grey(name: str) -> np.ndarray:
    return as_grey(np.array(Image.open(DATA / name))[:, :, ::-1])


def _row(box: Box) -> list[float]:
    return [box.x, box.y, box.w, box.h, box.score, box.turn]


def _unpacked(text: str, shape: tuple[int, int]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)


def test_is_of_the_shipped_models(detector: FaceDetector, expression: ExpressionModel) -> None:
    models = {"detector": detector.model.card.model_id, "face": expression.model.card.model_id}
    found = {name: GOLDEN[name] for name in models}
    assert found == models, "run: python tests/data/golden.py"


def test_grey() -> None:
    bgr = np.array([[pair["rgb"][::-1] for pair in GOLDEN["grey"]]], np.uint8)
    assert as_grey(bgr)[0].tolist() == [pair["grey"] for pair in GOLDEN["grey"]]
    for pair in GOLDEN["grey"]:
        red, green, blue = pair["rgb"]
        assert pair["grey"] == (9798 * red + 19235 * green + 3735 * blue + 16384) >> 15


def test_samples() -> None:
    for case in GOLDEN["samples"]:
        width, height = case["size"]
        window = Window(*case["window"])
        found = sample(_grey(case["frame"]), window, width=width, height=height)
        assert np.array_equal(found, _unpacked(case["pixels"], (height, width))), window


def test_levelled_samples() -> None:
    for case in GOLDEN["levelled"]:
        size, window = case["size"], Window(*case["window"])
        grey = _grey(case["frame"])
        found = sample_levelled(grey, window, size=size, degrees=case["degrees"])
        assert np.array_equal(found, _unpacked(case["pixels"], (size, size))), window


def test_tilts() -> None:
    for case in GOLDEN["tilted"]:
        degrees = tilt_of(np.array(case["points"], np.float32))
        assert degrees == pytest.approx(case["degrees"], abs=1e-9)


@pytest.mark.parametrize("name", FRAMES)
def test_input_of_the_detector(detector: FaceDetector, name: str) -> None:
    frame, grey = FRAMES[name], _grey(name)
    assert hashlib.sha256(grey.tobytes()).hexdigest() == frame["grey_sha256"]
    sides = {"longer_side": detector.longer_side, "multiple": detector.multiple}
    small, factor = reduced(grey, **sides)
    assert (small.shape[1], small.shape[0]) == (frame["input"]["width"], frame["input"]["height"])
    assert factor == frame["input"]["factor"]
    assert hashlib.sha256(small.tobytes()).hexdigest() == frame["input"]["sha256"]


@pytest.mark.parametrize("name", FRAMES)
def test_boxes(detector: FaceDetector, name: str) -> None:
    found = [[box.x, box.y, box.w, box.h, box.score] for box in detector.detect(_grey(name))]
    expected = np.array(FRAMES[name]["boxes"]).reshape(-1, 5)
    assert np.array(found).reshape(-1, 5).shape == expected.shape
    assert np.allclose(np.array(found).reshape(-1, 5), expected, rtol=0, atol=0.01)


@pytest.mark.parametrize("name", FRAMES)
def test_crops_and_moods(expression: ExpressionModel, name: str) -> None:
    grey = _grey(name)
    for face in FRAMES[name]["faces"]:
        box = Box(*face["box"], 1.0, tilt=face["tilt"])
        crop = crop_face(grey, box, scale=expression.crop_scale)
        assert np.array_equal(crop, _unpacked(face["crop"], (48, 48)))
        answer = expression.predict(crop[None])
        assert np.allclose(answer.moods[0], face["mood"], rtol=0, atol=1e-3)
        assert np.allclose(answer.labels[0], face["label"], rtol=0, atol=1e-3)
        assert sharpness(crop) == pytest.approx(face["sharpness"], abs=1e-5)
        assert mouth_shown(crop) == pytest.approx(face["mouth"], abs=1e-5)
        assert judge(box, crop, answer.moods[0], expression.statistics) == face["state"]


@pytest.mark.parametrize("name", PICTURES)
def test_picture_files(name: str, tmp_path: Path) -> None:
    picture = PICTURES[name]
    data = base64.b64decode(picture["file"])
    plain = plain_picture(data)
    assert plain.orientation == picture["orientation"]
    assert hashlib.sha256(plain.data).hexdigest() == picture["plain_sha256"]
    assert plain_picture(plain.data).data == plain.data
    path = tmp_path / "picture"
    path.write_bytes(data)
    grey = read_image(path).grey.astype(int)
    expected = _unpacked(picture["grey"], (picture["height"], picture["width"]))
    assert grey.shape == expected.shape
    lossy = name.startswith(("jpeg", "avif"))  # their decoders may round otherwise
    assert np.abs(grey - expected).max() <= (2 if lossy else 0)


def test_which_moods_are_unsure(expression: ExpressionModel) -> None:
    doubts = GOLDEN["doubts"]
    assert {doubt["unsure"] for doubt in doubts} == {False, True}
    for doubt in doubts:
        assert expression.statistics.is_unsure(np.array(doubt["mood"])) == doubt["unsure"]


@pytest.mark.parametrize("looks", GOLDEN["looks"])
def test_which_face_is_the_main_one(looks: dict[str, Any]) -> None:
    seen = [[Box(*row) for row in look] for look in looks["found"]]
    found = merged(seen, threshold=looks["threshold"])
    assert found == [Box(*row) for row in looks["faces"]]


@pytest.mark.parametrize("case", GOLDEN["followed"])
def test_a_face_that_is_followed(case: dict[str, Any]) -> None:
    boxes = [(time, Box(*place, 0.9, turn)) for time, *place, turn in case["found"]]
    known: Followed | None = Followed.begin(boxes[0][1], boxes[0][0])
    for (time, box), expected in zip(boxes[1:], case["boxes"], strict=True):
        assert known is not None
        known = known.moved(box, time)
        if expected is None:
            assert known is None
        else:
            assert known is not None
            assert _row(known.box) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("case", GOLDEN["closer"])
def test_a_closer_look(detector: FaceDetector, case: dict[str, Any]) -> None:
    face, known = Box(*case["face"]), Box(*case["known"])
    found = detector.closer(_grey(case["frame"]), face, known=known)
    assert _row(found) == pytest.approx(case["found"], abs=0.01)
    assert found != face


@pytest.mark.parametrize(
    "photo", GOLDEN["photos"], ids=lambda photo: f"{photo['frame']}-{photo['quarters']}"
)
def test_photos(expression: ExpressionModel, photo: dict[str, Any]) -> None:
    grey = np.ascontiguousarray(np.rot90(_grey(photo["frame"]), photo["quarters"]))
    reading = FaceReader(expression, FaceDetector.load(looks=PICTURE_LOOKS)).read(grey)
    assert reading.state == photo["state"]
    rows = [[box.x, box.y, box.w, box.h, box.score, box.turn] for box, _ in reading.faces]
    expected = np.array(photo["boxes"]).reshape(-1, 6)
    assert np.allclose(np.array(rows).reshape(-1, 6), expected, rtol=0, atol=0.01)
    for (_, mood), golden in zip(reading.faces, photo["moods"], strict=True):
        assert (mood is None) == (golden is None)
        assert mood is None or np.allclose(mood, golden, rtol=0, atol=1e-3)


def test_a_photo_on_its_side_has_the_same_mood_one_upside_down_has_none() -> None:
    upright, *lying = (photo for photo in GOLDEN["photos"] if photo["frame"] == "portrait.png")
    assert [photo["boxes"][0][-1] for photo in lying] == [3, 2, 1]
    assert [photo["state"] for photo in lying] == ["ok", "upside_down", "ok"]
    for photo in (lying[0], lying[2]):
        assert np.allclose(photo["moods"], upright["moods"], rtol=0, atol=0.01)


def test_the_drawn_faces_are_found() -> None:
    """Else the numbers would say nothing about the boxes."""
    assert [len(FRAMES[name]["boxes"]) for name in ("portrait.png", "edge.png")] == [1, 2]
    assert FRAMES["noise.png"]["boxes"] == []
