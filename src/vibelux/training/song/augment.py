"""What may happen to a log-mel window without changing its emotion.

Users' files differ from the training clips in level, mastering, codec, bandwidth and equalisation;
the network must not depend on those. All functions take and return dB [shape=(k, n_mels, frames)]
and draw one value a window from torch's generator.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Augmentation:
    """Strengths; zero switches a step off.

    Attributes:
        stretch: largest relative change of tempo.
        bands: largest shift along the mel axis, in bands (three are near a semitone above 1 kHz).
        contrast: largest relative change of the dynamic range, as mastering changes it.
        equaliser: deviation of a random smooth equaliser curve, in dB.
        bandwidth: probability of losing the highest or the lowest bands, as old recordings,
            telephones and low bit rates do.
        floor: probability of a noise floor 40 to 80 dB below the loudest point.
        masks: bands and frames of each of two SpecAugment masks an axis, at most.
        mixup: parameter of the Beta distribution of the mixing weight.

    """

    stretch: float = 0.1
    bands: float = 3.0
    contrast: float = 0.15
    equaliser: float = 3.0
    bandwidth: float = 0.2
    floor: float = 0.3
    masks: tuple[int, int] = (24, 24)
    mixup: float = 0.3


def margin(frames: int, augmentation: Augmentation) -> int:
    """Return how many frames must be cut out so that stretching can return `frames`."""
    return int(frames * (1 + augmentation.stretch)) + 1


def augment(log_mel: Tensor, frames: int, augmentation: Augmentation) -> Tensor:
    """Return changed windows [shape=(k, n_mels, frames)] of longer ones, see `margin`."""
    x = warp(log_mel, frames, augmentation)
    x = remaster(x, augmentation)
    return mask(x, augmentation)


def warp(x: Tensor, frames: int, augmentation: Augmentation) -> Tensor:
    """Change tempo and pitch a little by resampling both axes."""
    count, n_mels, length = x.shape
    factor = 1 + augmentation.stretch * _uniform(count, -1, 1)
    shift = augmentation.bands * _uniform(count, -1, 1)
    time = torch.arange(frames) * factor[:, None]  # (k, frames), in frames of the input
    time = time + (length - 1 - time[:, -1:]).clamp(min=0) * _uniform(count, 0, 1)[:, None]
    mel = torch.arange(n_mels) + shift[:, None]  # (k, n_mels)
    grid = torch.stack(
        [
            (2 * time / (length - 1) - 1)[:, None, :].expand(-1, n_mels, -1),
            (2 * mel / (n_mels - 1) - 1)[:, :, None].expand(-1, -1, frames),
        ],
        dim=3,
    )
    return functional.grid_sample(x[:, None], grid, padding_mode="border", align_corners=True)[:, 0]


def remaster(x: Tensor, augmentation: Augmentation) -> Tensor:
    """Change contrast, equalisation, bandwidth and noise floor."""
    count, n_mels, _ = x.shape
    mean = x.mean(dim=(1, 2), keepdim=True)
    contrast = 1 + augmentation.contrast * _uniform(count, -1, 1)
    x = mean + (x - mean) * contrast[:, None, None]

    mel = torch.linspace(0, torch.pi, n_mels)
    waves = torch.cos(mel * torch.arange(1, 6)[:, None])  # tilt first, then finer ripples
    weights = torch.randn(count, 5) / torch.arange(1, 6).sqrt() * augmentation.equaliser * 0.7
    x = x + (weights @ waves)[:, :, None]

    band = torch.arange(n_mels)
    highest = torch.where(
        _uniform(count, 0, 1) < augmentation.bandwidth, n_mels * _uniform(count, 0.6, 1.0), n_mels
    )
    lowest = torch.where(
        _uniform(count, 0, 1) < augmentation.bandwidth, n_mels * _uniform(count, 0.0, 0.08), 0.0
    )
    beyond = (band - highest[:, None]).clamp(min=0) + (lowest[:, None] - band).clamp(min=0)
    x = x - (8.0 * beyond)[:, :, None].clamp(max=90.0)

    top = torch.amax(x, dim=(1, 2), keepdim=True)
    depth = torch.where(_uniform(count, 0, 1) < augmentation.floor, _uniform(count, 40, 80), 120.0)
    return torch.maximum(x, top - depth[:, None, None])


def mask(x: Tensor, augmentation: Augmentation) -> Tensor:
    """Replace two runs of bands and two runs of frames by the window's mean (SpecAugment)."""
    mean = x.mean(dim=(1, 2), keepdim=True)
    for dim, widest in ((1, augmentation.masks[0]), (2, augmentation.masks[1])):
        size = x.shape[dim]
        place = torch.arange(size)
        for _ in range(2):
            width = widest * _uniform(len(x), 0, 1)
            start = (size - width) * _uniform(len(x), 0, 1)
            hit = (place >= start[:, None]) & (place < (start + width)[:, None])
            x = torch.where(hit.unsqueeze(3 - dim), mean, x)
    return x


def mixing_weight(augmentation: Augmentation) -> float:
    """Draw the share of a batch's own windows; the rest comes from a permutation of it."""
    if augmentation.mixup <= 0:
        return 1.0
    share = torch.distributions.Beta(augmentation.mixup, augmentation.mixup).sample()
    return float(torch.maximum(share, 1 - share))


def _uniform(count: int, low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(count)
