"""What is exported: CNN and kernel machine over the same windows, pooled and calibrated."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vibelux.emotions import EMOTIONS
from vibelux.training.song.kernel import KernelMachine
from vibelux.training.song.network import SongNetwork, of_length_1


@dataclass(frozen=True)
class Pooling:
    """How two answers to one question become one: log-linearly, with a bias for each class.

    Both are added after scaling and the softmax is taken, so that the scales are what a
    temperature is to a single network (Guo et al. 2017).

    Attributes:
        network: scale of the CNN's logits.
        kernel: scale of the kernel machine's answers.
        scales: of the kernel machine's answer for each class besides, or empty for 1. A rare class
            has small answers (vector scaling, Guo et al. 2017).
        bias: added to each class, or empty for none.

    """

    network: float = 1.0
    kernel: float = 4.0
    scales: tuple[float, ...] = ()
    bias: tuple[float, ...] = ()

    def logits(self, network: Tensor, kernel: Tensor) -> Tensor:
        """Return pooled logits [shape=(k, classes)] of logits and answers of the same shape."""
        scales = torch.tensor(self.scales or 1.0, dtype=kernel.dtype)
        pooled = self.network * network + self.kernel * scales * kernel
        return pooled + torch.tensor(self.bias, dtype=pooled.dtype) if self.bias else pooled


@dataclass(frozen=True)
class Calibration:
    """Constants fitted on songs that were not learnt from; see `calibration`.

    Attributes:
        mood: of the seven.
        quadrant: of the quadrants.
        songs: how many songs they were fitted on.

    """

    mood: Pooling = Pooling(scales=(1.0,) * len(EMOTIONS), bias=(0.0,) * len(EMOTIONS))
    quadrant: Pooling = Pooling()
    songs: int = 0


class SongModel(nn.Module):
    """Log-mel windows to what the card's ``outputs`` say.

    Args:
        network: trained.
        kernel: fitted.
        calibration: of both together.

    """

    OUTPUTS = ("mood", "quadrant", "valence", "arousal", "tension", "embedding")

    def __init__(
        self, network: SongNetwork, kernel: KernelMachine, calibration: Calibration
    ) -> None:
        super().__init__()
        self.network = network
        self.kernel = kernel
        self.calibration = calibration

    def forward(self, log_mel: Tensor) -> tuple[Tensor, ...]:
        """Map dB [shape=(k, n_mels, frames)] to the arrays named by `OUTPUTS`."""
        found, known, fitted = self.network(log_mel), self.kernel(log_mel), self.calibration
        affect = known["affect"].clamp(-1, 1)
        return (
            torch.softmax(fitted.mood.logits(found["mood"], known["mood"]), dim=1),
            torch.softmax(fitted.quadrant.logits(found["quadrant"], known["quadrant"]), dim=1),
            affect[:, 0],
            affect[:, 1],
            known["tension"][:, 0].clamp(-1, 1),
            of_length_1(found["embedding"]),
        )
