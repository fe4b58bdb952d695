"""The kernel machine beside the CNN: similarity to each of the songs it learnt from.

Kernel ridge regression (Saunders, Gammerman & Vovk 1998) over the measurements of windows. Two
windows are as alike as the weighted mean of Laplacian kernels, one for each group of
`SongMeasurements`, so that no large group outshouts a small one. Its weights are the solution of a
linear system: there is nothing to stop early, no seed that matters, and a few hundred songs are
learnt in seconds.

A song counts for the answers whose label it has. Distorted copies of each window (tempo,
equaliser, bandwidth, noise floor) count a third: they make the measurements' weight depend on what
survives a codec or another mastering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vibelux.datasets.songs import LabelledSong
from vibelux.errors import ModelError
from vibelux.music.spectrogram import MelSettings, mel_frequencies
from vibelux.training.export import read_weights
from vibelux.training.song.augment import Augmentation, margin, remaster, warp
from vibelux.training.song.log_mels import HeardSongs, repeated, window_frames, windows
from vibelux.training.song.measurements import SongMeasurements
from vibelux.training.song.targets import GEMS, song_targets

OUTPUTS: Mapping[str, int] = {
    "quadrant": 4,
    "mood": 7,
    "affect": 2,
    "gems": len(GEMS),
    "tension": 1,
}
"""Answers and their sizes, in the order of the last layer's rows."""

DISTORTIONS = Augmentation(
    stretch=0.08, bands=0.0, contrast=0.2, equaliser=4.0, bandwidth=0.4, floor=0.5
)

WEIGHTS: Mapping[str, float] = {
    "harmony": 3.0,
    "chords": 3.0,
    "progressions": 3.0,
    "roughness": 3.0,
}
"""Of the groups that tell valence; every other one weighs 1."""

_BLUNT = 0.1  # of the kernel's tip: without it rounding tells a window from itself
_CLIP = 4.0  # deviations from the mean beyond which a measurement is not believed
_FOLDS = 4
_CAUTIONS = (1.0, 4.0, 16.0, 64.0, 256.0, float("inf"))
_CAUTION_ROWS = 2000  # about the most windows that decide how cautiously a prior is corrected
_BATCH = 24  # windows measured together


@dataclass(frozen=True)
class KernelRecipe:
    """What a kernel machine depends on besides its data.

    Attributes:
        ridge: added to the kernel's diagonal for a window as it is.
        distorted_weight: what a distorted copy counts, against 1.
        components: of each group after projection on its principal axes, at most.
        windows: learnt from at most; of larger collections a random part is taken.
        augmentation: of the distorted copies.
        seed: of the distortions.

    """

    ridge: float = 0.6
    distorted_weight: float = 0.3
    components: int = 48
    windows: int = 6600
    augmentation: Augmentation = DISTORTIONS
    seed: int = 0


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
        self.answer = nn.Linear(rows, sum(OUTPUTS.values()))
        self.requires_grad_(False)

    def place(self, measured: Mapping[str, Tensor]) -> Tensor:
        """Map measurements to coordinates in which windows are compared [shape=(k, c)]."""
        parts = [self.axes[name](self.standard[name](measured[name])) for name in self.sizes]
        return torch.cat(parts, dim=1)

    def likeness(self, places: Tensor, others: Tensor) -> Tensor:
        """Return the kernel [shape=(k, n)] of places [shape=(k, c)] and others [shape=(n, c)]."""
        total = torch.zeros(1, device=places.device)
        weights = 0.0
        first = 0
        for name, size in self.kept.items():
            a, b = places[:, first : first + size], others[:, first : first + size]
            first += size
            apart = a.square().sum(1, True) + b.square().sum(1)[None, :] - 2 * (a @ b.T)
            weight = WEIGHTS.get(name, 1.0)
            apart = apart.clamp(min=0) / self.sizes[name]
            total = total + weight * torch.exp(_BLUNT - torch.sqrt(apart + _BLUNT * _BLUNT))
            weights += weight
        return total / weights

    def forward(self, log_mel: Tensor) -> dict[str, Tensor]:
        """Map dB [shape=(k, n_mels, frames)] to each answer [shape=(k, its size)]."""
        return self.answers(self.measurements(log_mel))

    def answers(self, measured: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Map measurements of k windows to each answer [shape=(k, its size)]."""
        alike = self.likeness(self.place(measured), self.learnt.weight)
        answers = torch.split(self.answer(alike), list(OUTPUTS.values()), dim=1)
        return dict(zip(OUTPUTS, answers, strict=True))

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


@dataclass(frozen=True)
class MeasuredSongs:
    """Windows of songs, as they are and distorted, measured once for all folds.

    Attributes:
        song: place of each window's song [shape=(w,)].
        distorted: whether it is a distorted copy [shape=(w,)].
        groups: name -> measurements [shape=(w, size of the group)].

    """

    song: NDArray[np.int64]
    distorted: NDArray[np.bool_]
    groups: Mapping[str, Tensor]

    def take(self, songs: NDArray[np.int64]) -> "MeasuredSongs":
        """Return the windows of some songs, which are numbered anew in that order."""
        place = np.full(int(max(self.song.max(), songs.max())) + 1, -1)
        place[songs] = np.arange(len(songs))
        kept = self.windows(place[self.song] >= 0)
        return replace(kept, song=place[kept.song])

    def windows(self, kept: NDArray[np.bool_]) -> "MeasuredSongs":
        """Return some of the windows [shape=(w,)] of the same songs."""
        rows = torch.from_numpy(np.flatnonzero(kept))
        return MeasuredSongs(
            self.song[kept],
            self.distorted[kept],
            {name: values[rows] for name, values in self.groups.items()},
        )


def fit_kernel_machine(
    songs: Sequence[LabelledSong],
    measured: MeasuredSongs,
    settings: MelSettings,
    recipe: KernelRecipe,
    *,
    prior: KernelMachine | None = None,
) -> KernelMachine:
    """Learn from songs.

    Args:
        songs: n labelled songs.
        measured: their windows.
        settings: of their spectrograms.
        recipe: how.
        prior: a machine whose answers are corrected rather than learnt anew: its windows are kept,
            and the songs teach the difference, as cautiously as serves those of them that are left
            out in turn.

    Returns:
        the machine, without gradients.

    """
    rows = len(measured.song)
    if prior is None:
        machine = KernelMachine(settings, rows=rows, components=recipe.components)
        _fit_places(machine, measured)
        before = torch.zeros(0, machine.learnt.in_features)
    else:
        before = prior.learnt.weight
        machine = KernelMachine(
            settings, rows=rows + len(before), components=max(prior.kept.values())
        )
        machine.standard.load_state_dict(prior.standard.state_dict())
        machine.axes.load_state_dict(prior.axes.state_dict())
    known = None
    with torch.inference_mode():
        places = machine.place(measured.groups)
        kernel = machine.likeness(places, places).numpy()
        if prior is not None:
            known = prior.answer(machine.likeness(places, before)).numpy()
    ridge = np.where(measured.distorted, recipe.ridge / recipe.distorted_weight, recipe.ridge)
    ridge = ridge.astype(np.float32)
    targets, given = kernel_targets(songs)
    targets, given = targets[measured.song], given[measured.song]
    caution = np.ones(targets.shape[1], dtype=np.float32)
    if known is not None:
        groups = np.unique([song.group for song in songs], return_inverse=True)[1]
        fold = groups[measured.song] % _FOLDS
        caution = _caution(kernel, ridge, targets, given, known, fold)
    coefficients, means = _solve(kernel, ridge, targets, given, known, caution)
    weight, bias = torch.from_numpy(coefficients.T), torch.from_numpy(means)
    if prior is not None:
        weight, bias = torch.cat([prior.answer.weight, weight], dim=1), prior.answer.bias
    machine.learnt.weight.copy_(torch.cat([before, places]))
    machine.answer.weight.copy_(weight)
    machine.answer.bias.copy_(bias)
    return machine.eval()


def kernel_targets(songs: Sequence[LabelledSong]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the targets of n songs in the order of `OUTPUTS`, and which are given.

    Returns:
        targets and whether they are given [shape=(n, sum of the sizes)].

    """
    found = song_targets(songs)
    parts = {
        "quadrant": (found.quadrant, found.quadrant_weight),
        "mood": (found.mood, found.mood_weight),
        "affect": (found.affect, found.affect_weight),
        "gems": (found.gems, found.gems_weight),
        "tension": (found.tension[:, None], found.tension_weight),
    }
    targets = np.concatenate([parts[name][0] for name in OUTPUTS], axis=1)
    given = [
        np.broadcast_to(weight if weight.ndim == 2 else weight[:, None], values.shape) > 0
        for values, weight in (parts[name] for name in OUTPUTS)
    ]
    return targets, np.concatenate(given, axis=1)


def measure_songs(heard: HeardSongs, recipe: KernelRecipe) -> MeasuredSongs:
    """Measure the windows of songs, each as it is and distorted.

    Of more windows than the recipe learns from, a random part is taken.
    """
    settings, frames = heard.settings, window_frames(heard.settings)
    longer = margin(frames, recipe.augmentation)
    clean = [windows(log_mel, settings) for log_mel in heard.log_mels]
    song = np.repeat(np.arange(len(heard)), [len(cut) for cut in clean])
    as_heard = np.concatenate(clean)
    measurements = SongMeasurements(
        mel_frequencies(settings).tolist(), frames, settings.sample_rate / settings.hop_length
    )
    parts: dict[bool, list[dict[str, Tensor]]] = {False: [], True: []}
    with torch.inference_mode(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        chosen = np.sort(torch.randperm(len(song)).numpy()[: recipe.windows // 2])
        for first in range(0, len(chosen), _BATCH):
            rows = chosen[first : first + _BATCH]
            parts[False].append(measurements(torch.from_numpy(as_heard[rows])))
            crops = []
            for row in rows:
                whole = repeated(heard.log_mels[song[row]], longer)
                start = int(torch.randint(whole.shape[1] - longer + 1, ()))
                crops.append(torch.from_numpy(whole[:, start : start + longer].astype(np.float32)))
            changed = warp(torch.stack(crops), frames, recipe.augmentation)
            parts[True].append(measurements(remaster(changed, recipe.augmentation)))
    both = parts[False] + parts[True]
    return MeasuredSongs(
        np.tile(song[chosen], 2),
        np.repeat([False, True], len(chosen)),
        {name: torch.cat([part[name] for part in both]) for name in both[0]},
    )


def _fit_places(machine: KernelMachine, measured: MeasuredSongs) -> None:
    """Fit means, deviations and principal axes to the windows learnt from."""
    as_heard = torch.from_numpy(~measured.distorted)
    for name, values in measured.groups.items():
        standard, axes = machine.standard[name], machine.axes[name]
        assert isinstance(standard, Standard) and isinstance(axes, nn.Linear)
        standard.bias.copy_(values[as_heard].mean(dim=0))
        standard.weight.copy_(1 / (values[as_heard].std(dim=0) + 1e-4))
        with torch.inference_mode():
            centred = standard(values)
            _, directions = torch.linalg.eigh(centred.T @ centred / len(centred))
        axes.weight.copy_(directions.flip(1)[:, : machine.kept[name]].T)


def _caution(
    kernel: NDArray[np.float32],
    ridge: NDArray[np.float32],
    targets: NDArray[np.float32],
    given: NDArray[np.bool_],
    known: NDArray[np.float32],
    fold: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return by how much the ridge of each target's correction is to be raised [shape=(m,)].

    Where a prior is good already, what is left is mostly noise of the labels, which nobody should
    learn: infinity says so. Chosen for each answer as a whole, by the error on left-out groups.
    """
    rows = np.flatnonzero(np.arange(len(ridge)) % max(1, len(ridge) // _CAUTION_ROWS) == 0)
    errors = np.empty((len(_CAUTIONS), targets.shape[1]))
    for place, caution in enumerate(_CAUTIONS):
        same = np.full(targets.shape[1], caution, dtype=np.float32)
        total = np.zeros(targets.shape[1])
        for left_out in range(_FOLDS):
            learnt, judged = rows[fold[rows] != left_out], rows[fold[rows] == left_out]
            coefficients, _ = _solve(
                kernel[np.ix_(learnt, learnt)],
                ridge[learnt],
                targets[learnt],
                given[learnt],
                known[learnt],
                same,
            )
            missed = targets[judged] - known[judged]
            missed = missed - kernel[np.ix_(judged, learnt)] @ coefficients
            total += (np.square(missed) * given[judged]).sum(axis=0)
        errors[place] = total
    ends = np.cumsum(list(OUTPUTS.values()))[:-1]
    summed = np.stack([part.sum(axis=1) for part in np.split(errors, ends, axis=1)], axis=1)
    chosen = np.array(_CAUTIONS, dtype=np.float32)[summed.argmin(axis=0)]
    return np.repeat(chosen, list(OUTPUTS.values()))


def _solve(
    kernel: NDArray[np.float32],
    ridge: NDArray[np.float32],
    targets: NDArray[np.float32],
    given: NDArray[np.bool_],
    known: NDArray[np.float32] | None,
    caution: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Solve the ridge regression of each target on the rows where it is given.

    Args:
        kernel: [shape=(n, n)].
        ridge: [shape=(n,)].
        targets: [shape=(n, m)].
        given: [shape=(n, m)].
        known: what is to be corrected [shape=(n, m)], or None: the mean.
        caution: factor of the ridge [shape=(m,)]; infinity: nothing is learnt.

    Returns:
        coefficients [shape=(n, m)], 0 where nothing is given, and the targets' means [shape=(m,)].

    """
    coefficients, means = np.zeros_like(targets), np.zeros_like(targets[0])
    kinds, which = np.unique(np.vstack([given, caution]), axis=1, return_inverse=True)
    for place, (*pattern, factor) in enumerate(kinds.T):
        columns = np.flatnonzero(which == place)
        rows = np.flatnonzero(pattern)
        if not len(rows) or np.isinf(factor):
            continue
        wanted = targets[np.ix_(rows, columns)]
        share = ridge.min() / ridge[rows]
        means[columns] = share @ wanted / share.sum()
        wanted = wanted - (means[columns] if known is None else known[np.ix_(rows, columns)])
        system = kernel[np.ix_(rows, rows)]
        system[np.diag_indices(len(rows))] += ridge[rows] * np.float32(factor)
        solution = torch.cholesky_solve(
            torch.from_numpy(wanted), torch.linalg.cholesky(torch.from_numpy(system))
        )
        coefficients[np.ix_(rows, columns)] = solution.numpy()
    return coefficients, means
