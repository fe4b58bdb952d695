"""How courses over time move: their spread, their change, and how they pulsate.

Plain tensor operations, which go into the exported graph.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

RATES = 24
"""Rates of modulation, from 0.5 to 12 Hz."""

SECONDS = 3.0
"""Length of the waves that modulation is measured with."""


def deviation(x: Tensor, dim: int = 2) -> Tensor:
    """Return the standard deviation along an axis."""
    return torch.sqrt((x - x.mean(dim=dim, keepdim=True)).square().mean(dim=dim) + 1e-6)


def change(x: Tensor) -> Tensor:
    """Return the mean absolute step from frame to frame, along the third axis."""
    return (x[:, :, 1:] - x[:, :, :-1]).abs().mean(dim=2)


class Modulation(nn.Module):
    """How strongly courses pulsate at each of `RATES` rates.

    Args:
        frames_per_second: of the courses.

    """

    def __init__(self, frames_per_second: float) -> None:
        super().__init__()
        length = round(SECONDS * frames_per_second)
        self.stride = max(1, length // 6)
        rates = torch.logspace(math.log10(0.5), math.log10(12.0), RATES)
        window = torch.hann_window(length, periodic=False)
        phase = 2 * math.pi * rates[:, None] * torch.arange(length)[None, :] / frames_per_second
        waves = torch.cat([torch.cos(phase), torch.sin(phase)]) * (window / window.sum())
        waves = waves - waves.mean(dim=1, keepdim=True)  # blind to the level itself
        self.register_buffer("waves", waves[:, None, :], persistent=False)

    waves: Tensor

    def forward(self, courses: Tensor) -> Tensor:
        """Map courses [shape=(k, c, frames)] to logarithms [shape=(k, c · RATES)]."""
        count, c, frames = courses.shape
        parts = functional.conv1d(courses.reshape(-1, 1, frames), self.waves, stride=self.stride)
        power = parts[:, :RATES].square() + parts[:, RATES:].square()
        strength = torch.log(torch.sqrt(power + 1e-8).mean(dim=2) + 1e-3)
        return strength.reshape(count, c * RATES)
