"""The music CNN: log-mel windows in; logits of mood, quadrant, valence, arousal, embedding out.

Two branches see the same window. A small residual CNN (convolution, max pooling, dropout) looks
for local patterns; fixed descriptors (each band's level and change, and how strongly groups of
bands pulsate at 24 rates: the modulation spectrum) tell it about timbre and rhythm as a whole,
which few labelled clips cannot teach a CNN. `model.SongModel` puts a kernel machine beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor, nn

from vibelux.emotions import EMOTIONS
from vibelux.music.spectrogram import MelSettings, mel_frequencies
from vibelux.training.song.chroma import (
    MAJOR,
    MINOR,
    best_keys,
    fit,
    in_all_keys,
    intervals,
    pitch_fold,
)
from vibelux.training.song.courses import RATES, Modulation, change, deviation
from vibelux.training.song.measurements import Loudness
from vibelux.training.song.targets import GEMS


@dataclass(frozen=True)
class SongNetworkConfig:
    """The shape of the network; stored in checkpoints.

    Attributes:
        bands: mel bands that it sees; finer spectrograms are pooled to this number.
        channels: of the stem and the three residual stages.
        columns: features of one column, that is of one moment.
        embedding: size of the embedding.
        words: size of the auxiliary head of mood words.
        dropout: before the embedding and the heads.
        descriptors: whether the second branch is there.

    """

    bands: int = 96
    channels: tuple[int, int, int, int] = (24, 32, 64, 96)
    columns: int = 128
    embedding: int = 96
    words: int = 215
    dropout: float = 0.3
    descriptors: bool = True


class Bands(nn.Module):
    """Pool the power of neighbouring bands: the CNN needs no finer pitch."""

    def __init__(self, bands: int) -> None:
        super().__init__()
        self.bands = bands

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map dB [shape=(k, n_mels, frames)] to dB [shape=(k, bands, frames)]."""
        count, n_mels, frames = log_mel.shape
        if n_mels == self.bands:
            return log_mel
        power = torch.exp(log_mel * (math.log(10) / 10))
        power = power.reshape(count, self.bands, n_mels // self.bands, frames).mean(dim=2)
        return torch.log(power) * (10 / math.log(10))


class Residual(nn.Module):
    """Two 3×3 convolutions beside a shortcut, after a 2×2 max pooling."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(2, ceil_mode=False)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map [shape=(k, inputs, h, w)] to [shape=(k, outputs, h // 2, w // 2)]."""
        x = self.pool(x)
        y = torch.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        return torch.relu(y + self.shortcut(x))


class Descriptors(nn.Module):
    """Timbre and rhythm of a whole window, without learnt filters.

    For each band: mean, deviation and mean absolute change over time. For each group of eight
    bands: the strength of its modulation, see `Modulation`.
    """

    BANDS = 8

    def __init__(self, n_mels: int, frames_per_second: float) -> None:
        super().__init__()
        self.groups = n_mels // self.BANDS
        self.modulation = Modulation(frames_per_second)
        self.size = 3 * n_mels + self.groups * RATES

    def forward(self, x: Tensor) -> Tensor:
        """Map a normalised window [shape=(k, n_mels, frames)] to [shape=(k, size)]."""
        bands = x.reshape(-1, self.groups, self.BANDS, x.shape[2]).mean(dim=2)
        return torch.cat([x.mean(dim=2), deviation(x), change(x), self.modulation(bands)], dim=1)


class Tonality(nn.Module):
    """Which notes sound together, whatever the key: what tells major from minor.

    Mel bands between `LOWEST` and `HIGHEST` are about half a semitone wide. Peaks above the
    spectrum's envelope are folded into twelve pitch classes, four times a second. From these: how
    strongly each interval sounds at once and over the window, the fit of the best major and the
    best minor key, and how fast the harmony changes.

    The key profiles are the probe-tone ratings of Krumhansl & Kessler (1982).
    """

    LOWEST, HIGHEST = 500.0, 4000.0
    FRAMES = 8
    size = 6 + 6 + 3 + 3 + 1 + 2

    def __init__(self, frequencies: Sequence[float]) -> None:
        super().__init__()
        hz = torch.tensor(frequencies, dtype=torch.float32)
        fold = pitch_fold(hz, lowest=self.LOWEST, highest=self.HIGHEST)
        self.register_buffer("fold", fold, persistent=False)
        self.register_buffer("keys", in_all_keys(torch.tensor([MAJOR, MINOR])), persistent=False)

    fold: Tensor
    keys: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Map a normalised window [shape=(k, n_mels, frames)] to [shape=(k, size)]."""
        envelope = nn.functional.avg_pool2d(
            x[:, None], (9, 1), stride=1, padding=(4, 0), count_include_pad=False
        )[:, 0]
        chroma = self.fold @ torch.relu(x - envelope)
        chroma = nn.functional.avg_pool1d(chroma, self.FRAMES)  # (k, 12, beats)
        whole = chroma.mean(dim=2, keepdim=True)
        return torch.cat(
            [
                intervals(chroma),
                intervals(whole),
                best_keys(fit(chroma, self.keys)),
                best_keys(fit(whole, self.keys)),
                change(chroma).mean(dim=1, keepdim=True),
                torch.amax(whole, dim=1),
                deviation(whole, dim=1),
            ],
            dim=1,
        )


class SongNetwork(nn.Module):
    """Log-mel windows to the logits of all heads."""

    def __init__(self, config: SongNetworkConfig, settings: MelSettings) -> None:
        super().__init__()
        self.config = config
        stem, *stages = config.channels
        settings = replace(settings, n_mels=config.bands)
        self.bands = Bands(config.bands)
        self.loudness = Loudness()
        self.input_norm = nn.BatchNorm1d(settings.n_mels)
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(stem), nn.ReLU()
        )
        widths = (stem, *stages)
        self.stages = nn.ModuleList(
            Residual(inputs, outputs) for inputs, outputs in pairwise(widths)
        )
        rows = (settings.n_mels // 2) // 2 ** len(stages)
        # One column at a time: which bands sound together matters, so their order is kept.
        self.columns = nn.Sequential(
            nn.Conv1d(widths[-1] * rows, config.columns, 1, bias=False),
            nn.BatchNorm1d(config.columns),
            nn.ReLU(),
        )
        branches = []
        if config.descriptors:
            rhythm = Descriptors(settings.n_mels, settings.sample_rate / settings.hop_length)
            tonality = Tonality(mel_frequencies(settings).tolist())
            branches = [
                _branch(rhythm, rhythm.size, 96, config.dropout),
                _branch(tonality, tonality.size, 32, 0.0),
            ]
        self.branches = nn.ModuleList(branches)
        self.dropout = nn.Dropout(config.dropout)
        self.embedding = nn.Sequential(
            nn.Linear(
                2 * config.columns + (96 + 32) * config.descriptors, config.embedding, bias=False
            ),
            nn.BatchNorm1d(config.embedding),
            nn.ReLU(),
        )
        sizes = {
            "mood": len(EMOTIONS),
            "quadrant": 4,
            "affect": 2,
            "gems": len(GEMS),
            "words": config.words,
        }
        self.heads = nn.ModuleDict(
            {name: nn.Linear(config.embedding, size) for name, size in sizes.items()}
        )

    def embed(self, log_mel: Tensor) -> Tensor:
        """Map dB [shape=(k, n_mels, frames)] to embeddings [shape=(k, embedding)], unscaled."""
        x = self.loudness(self.bands(log_mel))
        y = self.stem(self.input_norm(x)[:, None])
        for stage in self.stages:
            y = stage(y)
        y = self.columns(y.flatten(1, 2))
        pooled = [y.mean(dim=2), torch.amax(y, dim=2)]
        measured = [branch(x) for branch in self.branches]
        features = torch.cat([self.dropout(torch.cat(pooled, dim=1)), *measured], dim=1)
        embedding: Tensor = self.embedding(features)
        return embedding

    def forward(self, log_mel: Tensor) -> dict[str, Tensor]:
        """Map dB [shape=(k, n_mels, frames)] to each head's logits and the embedding."""
        embedding = self.embed(log_mel)
        dropped = self.dropout(embedding)
        return {name: head(dropped) for name, head in self.heads.items()} | {"embedding": embedding}


def of_length_1(embedding: Tensor) -> Tensor:
    """Scale embeddings [shape=(k, d)] to length 1; those of zeros stay."""
    return embedding / torch.sqrt(embedding.square().sum(1, True) + 1e-12)


def _branch(measured: nn.Module, inputs: int, outputs: int, dropout: float) -> nn.Module:
    return nn.Sequential(
        measured,
        nn.BatchNorm1d(inputs),
        nn.Dropout(dropout),
        nn.Linear(inputs, outputs, bias=False),
        nn.BatchNorm1d(outputs),
        nn.ReLU(),
    )
