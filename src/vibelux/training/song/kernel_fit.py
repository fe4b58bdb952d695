"""How the kernel machine learns: measurements of windows, their weights, a linear system a head.

A song counts for the answers whose label it has. Distorted copies of each window (tempo,
equaliser, bandwidth, noise floor) count a third: they make the measurements' weight depend on what
survives a codec or another mastering. They are learnt from, but not kept for comparison: the answer
is sought among sums of likenesses to the windows as they are (Smola & Schölkopf 2000, "Sparse
greedy matrix approximation").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vibelux.datasets.songs import LabelledSong
from vibelux.music.spectrogram import MelSettings, mel_frequencies
from vibelux.training.song.augment import Augmentation, margin, remaster, warp
from vibelux.training.song.kernel import HEADS, OUTPUTS, KernelMachine, Standard
from vibelux.training.song.log_mels import Corpus, repeated, window_frames, windows
from vibelux.training.song.measurements import SongMeasurements
from vibelux.training.song.targets import rendered, song_targets, standard_affect

DISTORTIONS = Augmentation(
    stretch=0.08, bands=0.0, contrast=0.2, equaliser=4.0, bandwidth=0.4, floor=0.5
)

_RENDERED_SHARE = 0.5  # what a song on a computer's piano counts, against 1

_FOLDS = 4
_CAUTIONS = (1.0, 4.0, 16.0, 64.0, 256.0, float("inf"))
_CAUTION_ROWS = 2000  # at most about so many windows decide how cautiously a prior is corrected
_BATCH = 24  # windows measured together
_JITTER = 1e-4  # on the diagonal of the kept windows' kernel, against rounding


@dataclass(frozen=True)
class KernelRecipe:
    """What a kernel machine depends on besides its data and `HEADS`.

    Attributes:
        distorted_weight: what a distorted copy counts, against 1.
        components: of each group after projection on its principal axes, at most.
        windows: learnt from at most, half of them distorted; of larger collections a random part
            is taken.
        kept: windows that are compared with at most; of more a random part is taken.
        augmentation: of the distorted copies.
        seed: of the distortions and of the parts taken.

    """

    distorted_weight: float = 0.3
    components: int = 48
    windows: int = 16000
    kept: int = 3600
    augmentation: Augmentation = DISTORTIONS
    seed: int = 0


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
    kept = _kept(measured, recipe)
    before = 0 if prior is None else prior.learnt.out_features
    components = recipe.components if prior is None else max(prior.kept.values())
    machine = KernelMachine(settings, rows=before + len(kept), components=components)
    if prior is None:
        fit_places(machine, measured)
    else:
        machine.standard.load_state_dict(prior.standard.state_dict())
        machine.axes.load_state_dict(prior.axes.state_dict())
    with torch.inference_mode():
        places = machine.place(measured.groups)
        likenesses = machine.likenesses(places, places[kept])
        known = (
            None
            if prior is None
            else torch.cat(list(prior.answers_at(places).values()), dim=1).numpy()
        )
    targets, given = kernel_targets(songs, standard=prior is None)
    targets, given = targets[measured.song], given[measured.song]
    shares = song_shares(songs)[measured.song]
    shares = shares * np.where(measured.distorted, recipe.distorted_weight, 1.0)
    groups = np.unique([song.group for song in songs], return_inverse=True)[1]
    machine.learnt.weight[before:] = places[kept]
    if prior is not None:
        machine.learnt.weight[:before] = prior.learnt.weight
    first = 0
    for name, head in HEADS.items():
        columns = slice(first, first + head.size)
        first += head.size
        system = _System(
            likenesses[name].numpy(),
            kept,
            (shares / head.ridge).astype(np.float32),
            targets[:, columns],
            given[:, columns],
            None if known is None else known[:, columns],
        )
        caution = np.ones(head.size, dtype=np.float32)
        if prior is not None:
            caution = system.caution(groups[measured.song] % _FOLDS, _parts(columns))
        coefficients, means = system.solve(caution)
        answer = machine.answer[name]
        assert isinstance(answer, nn.Linear)
        answer.weight.zero_()
        answer.weight[:, before:] = torch.from_numpy(coefficients.T)
        answer.bias.copy_(torch.from_numpy(means))
        if prior is not None:
            old = prior.answer[name]
            assert isinstance(old, nn.Linear)
            answer.weight[:, :before] = old.weight
            answer.bias.copy_(old.bias)
    return machine.eval()


def song_shares(songs: Sequence[LabelledSong]) -> NDArray[np.float64]:
    """Return what each song counts [shape=(n,)]."""
    return np.where([rendered(song) for song in songs], _RENDERED_SHARE, 1.0)


def kernel_targets(
    songs: Sequence[LabelledSong], *, standard: bool = True
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the targets of n songs in the order of `OUTPUTS`, and which are given.

    Args:
        songs: n labelled songs.
        standard: whether valence and arousal are put on one scale, see `targets.standard_affect`.

    Returns:
        targets and whether they are given [shape=(n, sum of the sizes)].

    """
    found = song_targets(songs)
    affect = standard_affect(songs) if standard else found.affect
    parts = {
        "quadrant": (found.quadrant, found.quadrant_weight),
        "mood": (found.mood, found.mood_weight),
        "affect": (affect, found.affect_weight),
        "gems": (found.gems, found.gems_weight),
        "tension": (found.tension[:, None], found.tension_weight),
    }
    targets = np.concatenate([parts[name][0] for name in OUTPUTS], axis=1)
    given = [
        np.broadcast_to(weight if weight.ndim == 2 else weight[:, None], values.shape) > 0
        for values, weight in (parts[name] for name in OUTPUTS)
    ]
    return targets, np.concatenate(given, axis=1)


def measure_songs(corpus: Corpus, recipe: KernelRecipe) -> MeasuredSongs:
    """Measure the windows of songs, each as it is and distorted.

    Of more windows than the recipe learns from, a random part is taken.
    """
    settings, frames = corpus.settings, window_frames(corpus.settings)
    measurements = SongMeasurements(
        mel_frequencies(settings).tolist(), frames, settings.sample_rate / settings.hop_length
    )
    songs, parts = [], []
    with torch.inference_mode():
        for song, undistorted, distorted in learning_windows(corpus, recipe):
            songs.append(song)
            parts.append((measurements(undistorted), measurements(distorted)))
    song = np.concatenate(songs)
    both = [part[0] for part in parts] + [part[1] for part in parts]
    return MeasuredSongs(
        np.tile(song, 2),
        np.repeat([False, True], len(song)),
        {name: torch.cat([part[name] for part in both]) for name in both[0]},
    )


def learning_windows(
    corpus: Corpus, recipe: KernelRecipe
) -> Iterator[tuple[NDArray[np.int64], Tensor, Tensor]]:
    """Yield windows of songs, and a distorted copy of each, some at a time.

    Yields:
        place of the song of each window [shape=(k,)], the windows as they are and the distorted
        ones, in dB [shape=(k, n_mels, frames)].

    """
    settings, frames = corpus.settings, window_frames(corpus.settings)
    longer = margin(frames, recipe.augmentation)
    clean = [windows(log_mel, settings) for log_mel in corpus.log_mels]
    song = np.repeat(np.arange(len(corpus)), [len(cut) for cut in clean])
    undistorted = np.concatenate(clean)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        chosen = np.sort(torch.randperm(len(song)).numpy()[: recipe.windows // 2])
        for first in range(0, len(chosen), _BATCH):
            rows = chosen[first : first + _BATCH]
            crops = []
            for row in rows:
                whole = repeated(corpus.log_mels[song[row]], longer)
                start = int(torch.randint(whole.shape[1] - longer + 1, ()))
                crops.append(torch.from_numpy(whole[:, start : start + longer].astype(np.float32)))
            changed = warp(torch.stack(crops), frames, recipe.augmentation)
            distorted = remaster(changed, recipe.augmentation)
            yield song[rows], torch.from_numpy(undistorted[rows]), distorted


def _kept(measured: MeasuredSongs, recipe: KernelRecipe) -> NDArray[np.int64]:
    """Return the windows that are compared with [shape=(m,)]: some of those as they are."""
    rows = np.flatnonzero(~measured.distorted)
    chosen = np.random.default_rng(recipe.seed).permutation(rows)[: recipe.kept]
    return np.sort(chosen)


def fit_places(machine: KernelMachine, measured: MeasuredSongs) -> None:
    """Fit means, deviations and principal axes to the windows learnt from."""
    undistorted = torch.from_numpy(~measured.distorted)
    for name, values in measured.groups.items():
        standard, axes = machine.standard[name], machine.axes[name]
        assert isinstance(standard, Standard) and isinstance(axes, nn.Linear)
        standard.bias.copy_(values[undistorted].mean(dim=0))
        standard.weight.copy_(1 / (values[undistorted].std(dim=0) + 1e-4))
        with torch.inference_mode():
            centred = standard(values)
            _, directions = torch.linalg.eigh(centred.T @ centred / len(centred))
        axes.weight.copy_(directions.flip(1)[:, : machine.kept[name]].T)


def _parts(columns: slice) -> list[int]:
    """Return the place in `OUTPUTS` that each of a head's columns belongs to."""
    of_column = np.repeat(np.arange(len(OUTPUTS)), list(OUTPUTS.values()))
    places: list[int] = of_column[columns].tolist()
    return places


@dataclass(frozen=True)
class _System:
    """The linear system of one head over n windows, m of which are compared with.

    Attributes:
        alike: likeness of each window to those that are compared with [shape=(n, m)].
        kept: places of the latter among the windows [shape=(m,)].
        weight: what each window counts, over the ridge [shape=(n,)].
        targets: [shape=(n, k)].
        given: whether they are known [shape=(n, k)].
        known: what is to be corrected [shape=(n, k)], or None: the mean.

    """

    alike: NDArray[np.float32]
    kept: NDArray[np.int64]
    weight: NDArray[np.float32]
    targets: NDArray[np.float32]
    given: NDArray[np.bool_]
    known: NDArray[np.float32] | None

    def solve(
        self, caution: NDArray[np.float32], among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Solve the ridge regression of each target on the windows where it is given.

        Args:
            caution: factor of the ridge [shape=(k,)]; infinity: nothing is learnt.
            among: windows to learn from, or None for all.

        Returns:
            coefficients [shape=(m, k)], 0 where nothing is given, and the targets' means
            [shape=(k,)].

        """
        count = self.targets.shape[1]
        coefficients = np.zeros((len(self.kept), count), np.float32)
        means = np.zeros(count, np.float32)
        usable = np.zeros(len(self.targets), dtype=np.bool_)
        usable[slice(None) if among is None else among] = True
        kinds, which = np.unique(np.vstack([self.given, caution]), axis=1, return_inverse=True)
        for place, (*pattern, factor) in enumerate(kinds.T):
            columns = np.flatnonzero(which == place)
            rows = np.flatnonzero(np.array(pattern, dtype=np.bool_) & usable)
            centres = np.flatnonzero(np.isin(self.kept, rows))
            if not len(centres) or np.isinf(factor):
                continue
            weight = self.weight[rows][:, None]
            wanted = self.targets[np.ix_(rows, columns)]
            means[columns] = (weight * wanted).sum(axis=0) / weight.sum()
            if self.known is None:
                wanted = wanted - means[columns]
            else:
                wanted = wanted - self.known[np.ix_(rows, columns)]
            alike = self.alike[np.ix_(rows, centres)]
            weighted = (alike * (weight / np.float32(factor))).T
            system = (weighted @ alike).astype(np.float64)
            system += self.alike[np.ix_(self.kept[centres], centres)]
            system[np.diag_indices(len(centres))] += _JITTER
            solution = torch.cholesky_solve(
                torch.from_numpy((weighted @ wanted).astype(np.float64)),
                torch.linalg.cholesky(torch.from_numpy(system)),
            )
            coefficients[np.ix_(centres, columns)] = solution.numpy()
        return coefficients, means

    def caution(self, fold: NDArray[np.int64], parts: Sequence[int]) -> NDArray[np.float32]:
        """Return by how much the ridge of each target's correction is to be raised [shape=(k,)].

        Where a prior is good already, what is left is mostly noise of the labels, which nobody
        should learn: infinity says so. Chosen for each answer as a whole, by the error on left-out
        groups.

        Args:
            fold: of each window [shape=(n,)].
            parts: which answer each target belongs to [shape=(k,)].

        """
        assert self.known is not None
        n, count = self.targets.shape
        rows = np.flatnonzero(np.arange(n) % max(1, n // _CAUTION_ROWS) == 0)
        errors = np.empty((len(_CAUTIONS), count))
        for place, caution in enumerate(_CAUTIONS):
            same = np.full(count, caution, dtype=np.float32)
            total = np.zeros(count)
            for left_out in range(_FOLDS):
                learnt, judged = rows[fold[rows] != left_out], rows[fold[rows] == left_out]
                coefficients, _ = self.solve(same, learnt)
                missed = self.targets[judged] - self.known[judged]
                missed = missed - self.alike[judged] @ coefficients
                total += (np.square(missed) * self.given[judged]).sum(axis=0)
            errors[place] = total
        answer = np.asarray(parts)
        best = np.empty(count, dtype=np.float32)
        for part in np.unique(answer):
            own = answer == part
            best[own] = _CAUTIONS[int(errors[:, own].sum(axis=1).argmin())]
        return best
