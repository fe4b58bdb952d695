"""The kernel machine: similarity to windows that it learnt from.

Kernel ridge regression (Saunders, Gammerman & Vovk 1998) over the measurements of windows. Two
windows are as alike as the weighted mean of Laplacian kernels, one for each group of
`SongMeasurements`, so that no large group outshouts a small one. Its weights are the solution of a
linear system: there is nothing to stop early, no seed that matters, and some thousand windows are
learnt in seconds (`kernel_fit`).

Moods, valence and arousal are learnt apart (`HEADS`): what carries each of them over to music of
another kind differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from vibelux.errors import ModelError
from vibelux.music.spectrogram import MelSettings, mel_frequencies
from vibelux.training.export import read_weights
from vibelux.training.song.log_mels import window_frames
from vibelux.training.song.measurements import SongMeasurements
from vibelux.training.song.targets import GEMS

OUTPUTS: Mapping[str, int] = {
    "quadrant": 4,
    "mood": 7,
    "gems": len(GEMS),
    "tension": 1,
    "affect": 2,
}
"""Answers and their sizes, in the order of the heads' rows."""


@dataclass(frozen=True)
class Head:
    """Answers that are learnt together.

    Attributes:
        size: how many numbers.
        ridge: added to the kernel's diagonal for a window as it is.
        weights: of groups of measurements; every other one weighs 1, and one of 0 is not compared.

    """

    size: int
    ridge: float
    weights: Mapping[str, float]


HEADS: Mapping[str, Head] = {
    "moods": Head(
        size=sum(OUTPUTS.values()) - OUTPUTS["affect"],
        ridge=0.6,
        weights={"harmony": 3.0, "chords": 3.0, "progressions": 3.0, "roughness": 3.0},
    ),
    "valence": Head(
        size=1,
        ridge=2.0,
        weights={
            "harmony": 6.0,
            "chords": 6.0,
            "progressions": 6.0,
            "roughness": 3.0,
            "tempo": 0.0,
            "correlation": 0.0,
        },
    ),
    "arousal": Head(
        size=1,
        ridge=1.0,
        weights={
            "cepstrum": 3.0,
            "contrast": 3.0,
            "roughness": 3.0,
            "dynamics": 3.0,
            "brightness": 3.0,
        },
    ),
}
"""Of each head: `OUTPUTS` but valence and arousal, then these. What valence has in common in all
kinds of music is tonal; docs/music.md says how the numbers were found."""

_BLUNT = 0.1  # of the kernel's tip: without it rounding tells a window from itself
_CLIP = 4.0  # deviations from the mean beyond which a measurement is not believed


class Standard(nn.Module):
    """Measurements to deviations from their mean."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(size), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map [shape=(k, size)] to the same, mostly within ±1."""
        return torch.clamp((x - self.bias) * self.weight, -_CLIP, _CLIP)


class KernelMachine(nn.Module):
    """Log-mel windows to the answers in `OUTPUTS`.

    Args:
        settings: of the spectrograms.
        rows: number of windows that were learnt from.
        components: of each group, at most.

    """

    def __init__(self, settings: MelSettings, *, rows: int, components: int) -> None:
        super().__init__()
        frames = window_frames(settings)
        self.measurements = SongMeasurements(
            mel_frequencies(settings).tolist(), frames, settings.sample_rate / settings.hop_length
        )
        with torch.inference_mode():
            silence = torch.zeros(1, settings.n_mels, frames)
            sizes = {name: v.shape[1] for name, v in self.measurements(silence).items()}
        self.sizes = sizes
        self.kept = {name: min(size, components) for name, size in sizes.items()}
        self.standard = nn.ModuleDict({name: Standard(size) for name, size in sizes.items()})
        self.axes = nn.ModuleDict(
            {name: nn.Linear(size, self.kept[name], bias=False) for name, size in sizes.items()}
        )
        self.learnt = nn.Linear(sum(self.kept.values()), rows, bias=False)
        self.answer = nn.ModuleDict(
            {name: nn.Linear(rows, head.size) for name, head in HEADS.items()}
        )
        self.requires_grad_(False)

    def place(self, measured: Mapping[str, Tensor]) -> Tensor:
        """Map measurements to coordinates in which windows are compared [shape=(k, c)]."""
        parts = [self.axes[name](self.standard[name](measured[name])) for name in self.sizes]
        return torch.cat(parts, dim=1)

    def likenesses(self, places: Tensor, others: Tensor) -> dict[str, Tensor]:
        """Return the kernel of each head [shape=(k, n)].

        Args:
            places: [shape=(k, c)].
            others: [shape=(n, c)].

        """
        sums = {name: torch.zeros(1, device=places.device) for name in HEADS}
        weights = dict.fromkeys(HEADS, 0.0)
        first = 0
        for group, size in self.kept.items():
            a, b = places[:, first : first + size], others[:, first : first + size]
            first += size
            apart = a.square().sum(1, True) + b.square().sum(1)[None, :] - 2 * (a @ b.T)
            apart = apart.clamp(min=0) / self.sizes[group]
            alike = torch.exp(_BLUNT - torch.sqrt(apart + _BLUNT * _BLUNT))
            for name, head in HEADS.items():
                weight = head.weights.get(group, 1.0)
                if weight:
                    sums[name] = sums[name] + weight * alike
                    weights[name] += weight
        return {name: total / weights[name] for name, total in sums.items()}

    def forward(self, log_mel: Tensor) -> dict[str, Tensor]:
        """Map dB [shape=(k, n_mels, frames)] to each answer [shape=(k, its size)]."""
        return self.answers(self.measurements(log_mel))

    def answers(self, measured: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Map measurements of k windows to each answer [shape=(k, its size)]."""
        return self.answers_at(self.place(measured))

    def answers_at(self, places: Tensor) -> dict[str, Tensor]:
        """Map coordinates of k windows [shape=(k, c)] to each answer [shape=(k, its size)]."""
        alike = self.likenesses(places, self.learnt.weight)
        said = torch.cat([self.answer[name](alike[name]) for name in HEADS], dim=1)
        return dict(zip(OUTPUTS, torch.split(said, list(OUTPUTS.values()), dim=1), strict=True))

    @classmethod
    def read(cls, path: Path, settings: MelSettings) -> "KernelMachine":
        """Read the kernel machine of an exported model.

        Raises:
            ModelError: the file cannot be read or holds none of this shape.

        """
        prefix = "kernel."
        stored = {
            name.removeprefix(prefix): value
            for name, value in read_weights(path).items()
            if name.startswith(prefix)
        }
        try:
            components = max(v.shape[0] for name, v in stored.items() if name.startswith("axes"))
            machine = cls(settings, rows=len(stored["learnt.weight"]), components=components)
            machine.load_state_dict(stored)
        except (ValueError, KeyError, RuntimeError) as error:
            raise ModelError(
                f"{path} holds no kernel machine of this shape; train from scratch"
            ) from error
        return machine
