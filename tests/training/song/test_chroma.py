"""Pitch classes fit what they should, whatever the key."""

import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.training.song.chroma import (
    MAJOR,
    MINOR,
    best_keys,
    fit,
    in_all_keys,
    intervals,
    pitch_fold,
)

KEYS = in_all_keys(torch.tensor([MAJOR, MINOR]))


def notes(*semitones: int) -> torch.Tensor:
    chroma = torch.zeros(1, 12, 1)
    chroma[0, [semitone % 12 for semitone in semitones]] = 1.0
    return chroma


def test_bands_go_to_their_pitch_class_and_others_nowhere():
    hz = torch.tensor([110.0, 440.0, 880.0, 466.16, 452.9, 9000.0])
    folded = pitch_fold(hz, lowest=200.0, highest=4000.0) @ torch.eye(6)
    assert folded[0].tolist() == pytest.approx([0, 0.4, 0.4, 0, 0.2, 0], abs=1e-3)
    assert folded[1].tolist() == pytest.approx([0, 0, 0, 2 / 3, 1 / 3, 0], abs=1e-3)
    assert float(folded[2:].abs().sum()) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("root", range(12))
def test_a_key_is_found_on_its_own_root(root):
    scale = notes(*(root + step for step in (0, 2, 4, 5, 7, 9, 11)))
    found = fit(scale, KEYS)
    assert found.shape == (1, 2, 12, 1)
    assert int(found.flatten().argmax()) == root  # major keys come first
    major, minor, difference = best_keys(found)[0].tolist()
    assert difference == pytest.approx(major - minor) and difference > 0


def test_a_minor_scale_fits_minor_keys_better():
    assert float(best_keys(fit(notes(0, 2, 3, 5, 7, 8, 11), KEYS))[0, 2]) < 0


def test_intervals_are_the_same_in_every_key():
    fifth = intervals(notes(0, 7))[0]
    assert fifth.tolist() == pytest.approx([0, 0, 0, 0, 0.5, 0], abs=1e-3)
    assert torch.allclose(fifth, intervals(notes(3, 10))[0])
