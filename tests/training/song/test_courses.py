"""What courses over time do is measured whatever their level."""

import math

import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.training.song.courses import RATES, Modulation, change, deviation

FRAMES_PER_SECOND = 30.0


def wave(rate: float, *, level: float = 0.0) -> torch.Tensor:
    time = torch.arange(300) / FRAMES_PER_SECOND
    return (level + torch.sin(2 * math.pi * rate * time))[None, None, :]


@pytest.mark.parametrize("place", [4, 12, 20])
def test_a_course_pulsates_at_its_own_rate(place):
    rate = float(torch.logspace(math.log10(0.5), math.log10(12.0), RATES)[place])
    strength = Modulation(FRAMES_PER_SECOND)(torch.cat([wave(rate), wave(0.0)], dim=1))
    assert strength.shape == (1, 2 * RATES)
    assert int(strength[0, :RATES].argmax()) == place
    assert float(strength[0, RATES:].max()) < float(strength[0, :RATES].max()) - 3


def test_the_level_itself_is_not_a_modulation():
    modulation = Modulation(FRAMES_PER_SECOND)
    assert torch.allclose(modulation(wave(2.0)), modulation(wave(2.0, level=50.0)), atol=0.05)


def test_spread_and_change_of_a_course():
    course = torch.tensor([[[0.0, 2.0, 0.0, 2.0]]])
    assert float(deviation(course)) == pytest.approx(1.0, abs=1e-3)
    assert float(change(course)) == pytest.approx(2.0)
