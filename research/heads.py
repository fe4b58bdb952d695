"""Which groups of measurements, and which ridge, valence and arousal should be learnt by.

``python research/heads.py [valence] [arousal]`` judges each candidate by collections that it did
not learn from, and also the choice among them: for each collection, the candidate is chosen that
does best on the four others, each judged by the remaining three. The last line is what such a
choice achieves.

Only undistorted windows are used, and 1,200 of them are kept for comparison; principal axes come
from all windows.
"""

import sys
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from measured import MeasuredData, research_data
from vibelux.evaluation.metrics import pearson_r
from vibelux.music.spectrogram import MelSettings
from vibelux.training.song.calibration import song_means
from vibelux.training.song.cross_dataset import learning_rows
from vibelux.training.song.kernel import KernelMachine
from vibelux.training.song.kernel_fit import fit_places, song_shares
from vibelux.training.song.targets import affect_of_labels, standard_affect

KEPT = 1200
SETS = ("4q", "emotify", "grekow_gtzan", "vgmidi", "emopia")
TONAL = ("harmony", "chords", "progressions")
ENERGY = ("cepstrum", "contrast", "roughness", "dynamics", "brightness")

Candidate = tuple[str, float, Mapping[str, float]]


def _weights(names: tuple[str, ...], weight: float, **others: float) -> dict[str, float]:
    return dict.fromkeys(names, weight) | others


CANDIDATES: Mapping[str, list[Candidate]] = {
    "valence": [
        ("all alike, ridge 2", 2.0, {}),
        *(
            (f"tonal x {k:g}, roughness x 3, ridge {r:g}", r, _weights(TONAL, k, roughness=3.0))
            for k, r in ((3, 1.0), (3, 2.0), (6, 2.0), (10, 2.0), (10, 4.0))
        ),
        *(
            (
                f"tonal x {k:g}, roughness x {k / 2:g}, no tempo, no correlation, ridge {r:g}",
                r,
                _weights(TONAL, k, roughness=k / 2, tempo=0.0, correlation=0.0),
            )
            for k, r in ((6, 2.0), (6, 4.0), (12, 2.0), (12, 4.0))
        ),
        (
            "tonal alone, ridge 2",
            2.0,
            dict.fromkeys(
                (
                    *("timbre", "cepstrum", "correlation", "pulsation", "colouring", "contrast"),
                    *("tempo", "rhythm", "dynamics", "brightness", "roughness"),
                ),
                0.0,
            ),
        ),
    ],
    "arousal": [
        ("all alike, ridge 1", 1.0, {}),
        ("all alike, ridge 2", 2.0, {}),
        ("tonal and roughness x 3, ridge 1", 1.0, _weights((*TONAL, "roughness"), 3.0)),
        *((f"energy x 3, ridge {r:g}", r, _weights(ENERGY, 3.0)) for r in (0.6, 1.0, 2.0)),
        ("energy x 6, ridge 1", 1.0, _weights(ENERGY, 6.0)),
    ],
}


class Kernels:
    """Likeness of all windows to the kept ones, one group at a time."""

    def __init__(self, data: MeasuredData) -> None:
        self.songs = data.songs
        measured = data.measured.windows(~data.measured.distorted)
        self.song = measured.song
        machine = KernelMachine(MelSettings(), rows=1, components=48)
        fit_places(machine, measured)
        rows = np.random.default_rng(0).permutation(len(self.song))[:KEPT]
        self.kept = np.sort(rows)
        self.groups = {}
        with torch.inference_mode():
            for name in measured.groups:
                at = machine.axes[name](machine.standard[name](measured.groups[name]))
                apart = torch.cdist(at, at[self.kept]).square() / machine.sizes[name]
                self.groups[name] = torch.exp(0.1 - torch.sqrt(apart + 0.01)).half().numpy()

    def mixed(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the weighted mean [shape=(w, kept)]."""
        total = np.zeros((len(self.song), len(self.kept)), np.float32)
        for name, values in self.groups.items():
            total += np.float32(weights.get(name, 1.0)) * values
        return total / sum(weights.get(name, 1.0) for name in self.groups)


def answers(
    kernels: Kernels,
    alike: NDArray[np.float32],
    ridge: float,
    labels: NDArray[np.floating],
    unheard: tuple[str, ...],
) -> NDArray[np.floating]:
    """Return the answers to all songs of a machine that did not learn from some collections."""
    allowed = set(range(len(kernels.songs)))
    for name in unheard:
        allowed &= set(learning_rows(kernels.songs, name).tolist())
    share = song_shares(kernels.songs) * np.isfinite(labels)
    share[[row for row in range(len(share)) if row not in allowed]] = 0
    weight = share[kernels.song]
    rows = np.flatnonzero(weight > 0)
    own = np.flatnonzero(np.isin(kernels.kept, rows))
    wanted, weight = labels[kernels.song[rows]], weight[rows] / ridge
    mean = (weight @ wanted) / weight.sum()
    basis = alike[np.ix_(rows, own)]
    weighted = (basis * weight[:, None].astype(np.float32)).T
    system = (weighted @ basis).astype(np.float64) + alike[np.ix_(kernels.kept[own], own)]
    system[np.diag_indices(len(own))] += 1e-4
    found = np.linalg.solve(system, weighted @ (wanted - mean))
    said = (alike[:, own] @ found + mean)[:, None].astype(np.float32)
    return song_means(said, kernels.song, len(kernels.songs))[:, 0]


def main(axes: list[str]) -> None:
    """Print a line per candidate, and what a choice among them achieves."""
    data = research_data()
    kernels = Kernels(data)
    standard = standard_affect(data.songs).astype(np.float64)
    given = np.array([affect_of_labels(song) for song in data.songs], dtype=np.float64)
    standard[~np.isfinite(given)] = np.nan
    collection = np.array([song.dataset for song in data.songs])
    for axis in axes:
        place = ("valence", "arousal").index(axis)
        labels = standard[:, place]

        def r(name: str, said: NDArray[np.floating], truth: NDArray[np.float64] = labels) -> float:
            rows = (collection == name) & np.isfinite(truth)
            return pearson_r(truth[rows], said[rows])

        outer, inner = [], []
        for name, ridge, weights in CANDIDATES[axis]:
            alike = kernels.mixed(weights)
            outer.append([r(s, answers(kernels, alike, ridge, labels, (s,))) for s in SETS])
            within = np.full((len(SETS), len(SETS)), np.nan)  # row: kept out of the choice
            for a, b in combinations(range(len(SETS)), 2):
                said = answers(kernels, alike, ridge, labels, (SETS[a], SETS[b]))
                within[a, b], within[b, a] = r(SETS[b], said), r(SETS[a], said)
            inner.append(np.nanmean(within, axis=1))
            each = "  ".join(f"{value:.3f}" for value in outer[-1])
            print(f"{axis:<8} {np.mean(outer[-1]):.4f}  {each}  {name}", flush=True)
        chosen = np.argmax(inner, axis=0)
        nested = [outer[best][place] for place, best in enumerate(chosen)]
        each = "  ".join(f"{value:.3f}" for value in nested)
        print(f"{axis:<8} {np.mean(nested):.4f}  {each}  chosen without each: {chosen.tolist()}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["valence", "arousal"])
