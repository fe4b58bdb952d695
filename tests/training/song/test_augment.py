"""Augmentation of log-mel windows."""

import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.training.song.augment import Augmentation, augment, margin, mixing_weight

NOTHING = Augmentation(
    stretch=0, bands=0, contrast=0, equaliser=0, bandwidth=0, floor=0, masks=(0, 0), mixup=0
)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def test_without_strength_only_the_place_changes():
    time = torch.arange(float(margin(100, NOTHING)))
    x = time + 0.1 * torch.arange(96.0)[None, :, None].expand(4, -1, 1)
    moved = augment(x, 100, NOTHING) - x[:, :, :100]
    assert moved.shape == (4, 96, 100)
    assert (moved >= -0.01).all() and (moved <= 1.01).all()
    assert (moved.amax((1, 2)) - moved.amin((1, 2)) < 0.01).all()  # one start a window
    assert mixing_weight(NOTHING) == 1


def test_every_window_is_changed_in_its_own_way():
    augmentation = Augmentation()
    x = torch.randn(96, margin(100, augmentation)).mul(15).expand(6, -1, -1)
    changed = augment(x, 100, augmentation)
    assert changed.shape == (6, 96, 100)
    assert torch.isfinite(changed).all()
    assert all((changed[i] - changed[0]).abs().mean() > 0.5 for i in range(1, 6))


def test_lost_bandwidth_leaves_the_middle_alone():
    augmentation = Augmentation(**{**NOTHING.__dict__, "bandwidth": 1.0})
    x = torch.zeros(16, 96, margin(60, augmentation))
    changed = augment(x, 60, augmentation)
    assert (changed[:, 10:55].abs() < 1e-3).all()
    assert (changed[:, 95] < -8).float().mean() > 0.5


def test_masks_hide_bands_and_frames():
    augmentation = Augmentation(**{**NOTHING.__dict__, "masks": (12, 24)})
    x = torch.arange(96.0)[None, :, None].expand(8, -1, margin(80, augmentation))
    hidden = (augment(x, 80, augmentation) - x[:, :, :80]).abs() > 0.25
    assert 0 < hidden.float().mean() < 0.7


def test_the_mixing_weight_keeps_the_larger_share():
    weights = [mixing_weight(Augmentation(mixup=0.3)) for _ in range(50)]
    assert all(0.5 <= weight <= 1 for weight in weights)
    assert len(set(weights)) > 10
