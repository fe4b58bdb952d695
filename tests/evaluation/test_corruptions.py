import numpy as np
import pytest
from PIL import Image

from vibelux.datasets.faces import FaceData
from vibelux.errors import InvalidInput
from vibelux.evaluation.corruptions import (
    CORRUPTIONS,
    SEVERITIES,
    corrupt,
    evaluate_corruptions,
    rounds,
)
from vibelux.models import load_model


@pytest.fixture
def faces():
    """Three smooth grey pictures with structure everywhere."""
    rng = np.random.default_rng(0)
    rough = rng.integers(40, 210, (3, 12, 12), dtype=np.uint8)
    return np.stack([np.array(Image.fromarray(image).resize((48, 48))) for image in rough])


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_one_grows_with_its_severity_and_leaves_the_original_alone(faces, name):
    before = faces.copy()
    changes = []
    for severity in SEVERITIES:
        changed = corrupt(faces, name, severity=severity)
        assert changed.shape == faces.shape
        assert changed.dtype == np.uint8
        changes.append(np.abs(changed.astype(float) - faces).mean())
    assert 0 < changes[0] < changes[1] < changes[2]
    np.testing.assert_array_equal(faces, before)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_same_faces_become_the_same(faces, name):
    np.testing.assert_array_equal(
        corrupt(faces, name, severity=2), corrupt(faces, name, severity=2)
    )


def test_brightness_is_halved_and_raised_by_six_tenths_at_severity_two():
    grey = np.full((1, 48, 48), 100, np.uint8)
    assert corrupt(grey, "darker", severity=2).max() == 50
    assert corrupt(grey, "brighter", severity=2).min() == 160


def test_a_rotation_by_twenty_degrees_can_be_turned_back(faces):
    spot = np.zeros((1, 48, 48), np.uint8)
    spot[0, 21:27, 33:39] = 255
    y, x = np.argwhere(corrupt(spot, "rotation", severity=2)[0] > 128).mean(axis=0) - 23.5
    assert abs(np.degrees(np.arctan2(y, x))) == pytest.approx(20, abs=2)


def test_what_is_hidden_is_flat(faces):
    assert np.ptp(corrupt(faces, "lower_half_hidden", severity=3)[0, 24:]) == 0
    assert np.ptp(corrupt(faces, "eyes_hidden", severity=2)[0, 16:22]) == 0


@pytest.mark.parametrize(("name", "severity"), [("fog", 1), ("noise", 0), ("noise", 4)])
def test_unknown_ones_are_refused(faces, name, severity):
    with pytest.raises(InvalidInput, match=r"fog|severity=[04]"):
        corrupt(faces, name, severity=severity)


def test_figures_are_shares_and_the_means_of_their_parts(face_model, faces):
    data = FaceData(images=faces, label=np.array([0, 3, 6]))
    counted = []
    figures = evaluate_corruptions(load_model("face", face_model), data, on_progress=counted.append)
    assert counted == list(range(1, rounds() + 1))
    assert all(0 <= value <= 1 for key, value in figures.items() if not key.startswith("kept"))
    parts = [figures[f"{name}_2"] for name in CORRUPTIONS]
    assert figures["mean_2"] == pytest.approx(np.mean(parts))
