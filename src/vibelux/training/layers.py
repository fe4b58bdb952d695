"""Layers that the networks share."""

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """Two convolutions with a shortcut around them (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(x + f(x)), same shape."""
        return torch.relu(x + self.norm(self.second(self.first(x))))


def convolution(inputs: int, outputs: int, *, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Return a padded convolution, batch norm and ReLU.

    Args:
        inputs: channels.
        outputs: channels.
        stride: in pixels.
        kernel: side in pixels, odd.

    """
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
