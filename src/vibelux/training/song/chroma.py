"""Pitch classes of a spectrogram, and the keys, chords and intervals that they fit.

Plain tensor operations, which go into the exported graph.
"""

import torch
from torch import Tensor

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Probe-tone ratings of Krumhansl & Kessler (1982)."""


def pitch_fold(hz: Tensor, *, lowest: float, highest: float) -> Tensor:
    """Return what folds bands into pitch classes, each the mean of its bands.

    Args:
        hz: [shape=(bands,)] centres.
        lowest: in Hz: below, neighbouring semitones share a band.
        highest: in Hz.

    Returns:
        [shape=(12, bands)] with A first.

    """
    place = (12 * torch.log2(hz / 440.0)) % 12
    distance = (place[None, :] - torch.arange(12)[:, None] + 6) % 12 - 6
    fold = (1 - distance.abs()).clamp(min=0) * ((hz >= lowest) & (hz <= highest))
    return fold / fold.sum(dim=1, keepdim=True).clamp(min=1e-6)


def in_all_keys(templates: Tensor) -> Tensor:
    """Return templates [shape=(t, 12)] centred, of length 1 and on each root: (t, 12 roots, 12)."""
    scaled = unit(templates - templates.mean(dim=1, keepdim=True))
    return torch.stack([torch.roll(scaled, root, dims=1) for root in range(12)], dim=1)


def fit(chroma: Tensor, templates: Tensor) -> Tensor:
    """Return how well pitch classes fit templates on each root, as correlations.

    Args:
        chroma: [shape=(k, 12, beats)].
        templates: [shape=(t, 12 roots, 12)] as of `in_all_keys`.

    Returns:
        [shape=(k, t, 12 roots, beats)].

    """
    scaled = unit(chroma - chroma.mean(dim=1, keepdim=True))
    found = templates.reshape(-1, 12) @ scaled
    return found.reshape(chroma.shape[0], -1, 12, chroma.shape[2])


def best_keys(fits: Tensor) -> Tensor:
    """Return the fit of the best major and minor key, and their difference.

    Args:
        fits: [shape=(k, 2, 12 roots, beats)] of major and minor keys, as of `fit`.

    Returns:
        [shape=(k, 3)], means over the beats.

    """
    best = torch.amax(fits, dim=2).mean(dim=2)
    return torch.cat([best, best[:, :1] - best[:, 1:]], dim=1)


def intervals(chroma: Tensor) -> Tensor:
    """Return the autocorrelation over pitch classes at one to six semitones [shape=(k, 6)]."""
    scaled = unit(chroma)
    lags = [
        (scaled * torch.roll(scaled, lag, dims=1)).sum(dim=1).mean(dim=1) for lag in range(1, 7)
    ]
    return torch.stack(lags, dim=1)


def unit(x: Tensor) -> Tensor:
    """Scale to length 1 along the second axis."""
    return x / torch.sqrt(x.square().sum(dim=1, keepdim=True) + 1e-4)
