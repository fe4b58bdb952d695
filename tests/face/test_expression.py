import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vibelux.errors import InvalidInput, ModelError
from vibelux.face.box import Box
from vibelux.face.expression import ExpressionModel, crop_face


@pytest.fixture(scope="module")
def shipped() -> ExpressionModel:
    return ExpressionModel.load()


def _position_picture() -> np.ndarray:
    """Two pictures [shape=(2, 200, 250)] whose pixels tell their column and their row."""
    y, x = np.mgrid[0:200, 0:250]
    return np.stack([x, y]).astype(np.uint8)


def test_crop_has_the_centre_and_scale_of_the_box() -> None:
    columns, rows = _position_picture()
    box = Box(60, 40, 80, 100, 1.0)
    across = crop_face(columns, box, scale=1.2)  # 1.2 × 80 = 96: each pixel averages 2 × 2
    down = crop_face(rows, box, scale=1.2)
    assert across.shape == (48, 48)
    assert across.dtype == np.uint8
    first = 60 + 40 - 48  # centre minus half the crop
    assert np.abs(across[0] - (first + 0.5 + 2 * np.arange(48))).max() <= 0.5
    assert np.abs(down[:, 0] - (40 + 50 - 48 + 0.5 + 2 * np.arange(48))).max() <= 0.5


def test_crop_moves_by_parts_of_a_pixel() -> None:
    ramp = np.tile(4 * np.arange(60, dtype=np.uint8), (60, 1))
    crop = crop_face(ramp, Box(5.25, 3.5, 48, 48, 1.0), scale=1.0)
    assert np.all(crop == 21 + 4 * np.arange(48))


def test_crop_averages_when_it_shrinks() -> None:
    stripes = np.zeros((480, 480), np.uint8)
    stripes[:, ::2] = 200
    crop = crop_face(stripes, Box(0, 0, 480, 480, 1.0), scale=1.0)
    assert np.all(crop == 100)


def test_crop_of_its_own_size_is_exact() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100), np.uint8)
    crop = crop_face(noise, Box(20, 30, 48, 48, 1.0), scale=1.0)
    assert np.array_equal(crop, noise[30:78, 20:68])


def test_crop_repeats_the_border_beyond_the_edge() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)
    crop = crop_face(noise, Box(-8, -10, 48, 48, 1.0), scale=1.0)
    assert np.array_equal(crop[10:, 8:], noise[:38, :40])
    assert np.all(crop[:10] == crop[10])
    assert np.all(crop[:, :8] == crop[:, 8:9])
    beyond = crop_face(noise, Box(500, 500, 48, 48, 1.0), scale=1.0)
    assert np.all(beyond == noise[-1, -1])


def test_crop_enlarges_small_faces() -> None:
    columns, _ = _position_picture()
    crop = crop_face(columns, Box(100, 100, 12, 12, 1.0), scale=1.0)
    assert crop.shape == (48, 48)
    assert np.all(np.diff(crop[0].astype(int)) >= 0)
    assert crop.min() >= 99 and crop.max() <= 112


def test_crop_refuses_emptiness() -> None:
    with pytest.raises(InvalidInput, match="cannot sample"):
        crop_face(np.zeros((10, 10), np.uint8), Box(0, 0, 0, 0, 1.0), scale=1.0)
    with pytest.raises(InvalidInput, match="shape"):
        crop_face(np.zeros((0, 10), np.uint8), Box(0, 0, 5, 5, 1.0), scale=1.0)


def test_shipped_model_gives_probabilities(shipped: ExpressionModel) -> None:
    crops = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)
    moods, labels, embeddings = shipped.predict(crops)
    for probabilities in (moods, labels):
        assert probabilities.shape == (5, 7)
        assert probabilities.dtype == np.float32
        assert np.all(probabilities >= 0)
        assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-4)
    one = shipped.predict(crops[2:3])
    assert np.allclose(one.moods[0], moods[2], atol=1e-5)


def test_shipped_card_has_the_crop(shipped: ExpressionModel) -> None:
    assert shipped.size == 48
    assert shipped.crop_scale == pytest.approx(1.24)


def test_refuses_other_crops(shipped: ExpressionModel) -> None:
    with pytest.raises(ModelError, match=r"shape \(1, 40, 40\)"):
        shipped.predict(np.zeros((1, 40, 40), np.uint8))
    with pytest.raises(ModelError, match="float64"):
        shipped.predict(np.zeros((1, 48, 48)))


@pytest.mark.parametrize("value", [None, "1.24", 0, -1, float("nan")])
def test_refuses_a_card_without_the_constant(known_model, value: object) -> None:
    constants = {"size": 48, "box_crop_scale": value}
    known_model.card = dataclasses.replace(known_model.card, preprocessing=constants)
    with pytest.raises(ModelError, match="box_crop_scale="):
        ExpressionModel(known_model)


@pytest.mark.parametrize("degrees", [-40, -20, 10, 30])
def test_a_tilted_face_is_levelled(degrees: int) -> None:
    """Eyes and a mouth drawn at an angle lie in the crop where they lie of an upright face."""

    def face(angle: float) -> np.ndarray:
        grey = Image.new("L", (320, 320), 100)
        turn = np.radians(angle)
        for x, y, radius in ((-20, -16, 8), (20, -16, 8), (0, 26, 14)):
            at = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
            middle = 160 + np.array(at)
            ImageDraw.Draw(grey).ellipse((*(middle - radius), *(middle + radius)), 255)
        return np.asarray(grey)

    upright = crop_face(face(0), Box(110, 98, 100, 124, 1), scale=1.24)
    levelled = crop_face(face(degrees), Box(110, 98, 100, 124, 1, tilt=degrees), scale=1.24)
    plain = crop_face(face(degrees), Box(110, 98, 100, 124, 1), scale=1.24)
    assert levelled.shape == (48, 48) and levelled.dtype == np.uint8
    away = [np.abs(crop.astype(float) - upright).mean() for crop in (levelled, plain)]
    assert away[0] < 3
    assert away[0] < away[1] / 3
