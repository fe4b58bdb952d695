"""The music model's kernel machine alone, over five folds of artists: figures of docs/music.md.

``python research/kernel_machine.py [PART…] [--data MANIFEST]``, parts:

alone
    What it achieves without the CNN.
distorted
    What learning from distorted copies of each window brings.
adapted
    A machine that knows Emotify, corrected by one fold of 4QAED as its user's songs, judged on the
    other four; mean over five such users.
tables
    How much depends on the table of mood words: every weight times a random factor.
acted
    How well it recognises the six emotions that RAVDESS's singers acted, and what learning from
    their sentences costs.

Needs the train extra; without the data there is nothing to measure.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray

from data import MANIFEST
from vibelux.datasets.songs import LabelledSong
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.metrics import (
    accuracy,
    auc,
    bootstrap_interval,
    confusion_matrix,
    macro_f1,
)
from vibelux.evaluation.songs import quadrant_figures
from vibelux.music.spectrogram import MelSettings, mel_frequencies
from vibelux.training.song import targets
from vibelux.training.song.calibration import song_means
from vibelux.training.song.cross_validation import FOLDS, folds_of
from vibelux.training.song.kernel import OUTPUTS, KernelMachine
from vibelux.training.song.kernel_fit import (
    KernelRecipe,
    MeasuredSongs,
    fit_kernel_machine,
    measure_songs,
)
from vibelux.training.song.log_mels import Corpus, read_corpus, window_frames
from vibelux.training.song.measurements import SongMeasurements
from vibelux.training.song.runs import gather
from vibelux.training.song.targets import SUPPORTED

CACHE = Path("runs/cache")
TAGGED, RATED, ACTED = "4q", "emotify", "ravdess_song"
SETTINGS = MelSettings()
RECIPE = KernelRecipe()
ACTED_RIDGE = 0.3  # the best of four between 0.1 and 1, by 0.3 points at most
DRAWS = 6
SPREAD = 0.5  # deviation of the logarithms of the factors for the tables' weights

Answers = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Songs:
    """Songs with their windows' measurements."""

    corpus: Corpus
    measured: MeasuredSongs

    @property
    def songs(self) -> tuple[LabelledSong, ...]:
        """Their labels."""
        return self.corpus.songs

    @classmethod
    def of(cls, corpus: Corpus) -> "Songs":
        """Measure all windows of songs."""
        recipe = replace(RECIPE, windows=8 * len(corpus))
        return cls(corpus, measure_songs(corpus, recipe))

    @classmethod
    def repeated_whole(cls, corpus: Corpus) -> "Songs":
        """Measure each song once, repeated as often as it completely fits into a window.

        A window that ends within a repetition would cut off a short sentence.
        """
        window = window_frames(SETTINGS)
        parts = []
        with torch.inference_mode():
            for log_mel in corpus.log_mels:
                times = max(1, window // log_mel.shape[1])
                whole = np.tile(log_mel.astype(np.float32), times)[None, :, :window]
                parts.append(measurements_of(whole.shape[2])(torch.from_numpy(whole)))
        groups = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        rows = np.arange(len(corpus))
        return cls(corpus, MeasuredSongs(rows, np.zeros(len(rows), dtype=bool), groups))

    def take(self, rows: NDArray[np.int64]) -> "Songs":
        """Return some of them."""
        return Songs(self.corpus.take(rows), self.measured.take(rows))

    def of_collections(self, *names: str) -> "Songs":
        """Return those of some collections."""
        return self.take(np.flatnonzero([song.dataset in names for song in self.songs]))

    def windows(self, *, distorted: bool) -> "Songs":
        """Return all songs with only their distorted or only their other windows."""
        return Songs(self.corpus, self.measured.windows(self.measured.distorted == distorted))

    def fit(self, prior: KernelMachine | None = None) -> KernelMachine:
        """Learn from them."""
        return fit_kernel_machine(self.songs, self.measured, SETTINGS, RECIPE, prior=prior)

    def folds(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return the rows to learn from and to judge, for each fold."""
        fold = folds_of(self.songs)
        return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(FOLDS)]


@lru_cache
def measurements_of(frames: int) -> SongMeasurements:
    """Return the measurements for windows of a number of frames."""
    rate = SETTINGS.sample_rate / SETTINGS.hop_length
    return SongMeasurements(mel_frequencies(SETTINGS).tolist(), frames, rate)


def answers(machine: KernelMachine, judged: Songs) -> Answers:
    """Return the answers for each window [shape=(w, size)]."""
    with torch.inference_mode():
        return {name: v.numpy() for name, v in machine.answers(judged.measured.groups).items()}


def of_songs(machine: KernelMachine, judged: Songs) -> Answers:
    """Return the answers for each song [shape=(n, size)], undistorted."""
    plain = judged.windows(distorted=False)
    count = len(judged.songs)
    return {
        name: song_means(values, plain.measured.song, count)
        for name, values in answers(machine, plain).items()
    }


def machines_of_folds(everything: Songs) -> list[tuple[KernelMachine, NDArray[np.int64]]]:
    """Return for each fold the machine that did not learn from it, and the fold's rows."""
    return [(everything.take(learnt).fit(), judged) for learnt, judged in everything.folds()]


def out_of_fold(everything: Songs) -> Answers:
    """Return the answers for each song by the machine that did not learn from its fold."""
    return unheard(machines_of_folds(everything), everything)


def unheard(
    machines: Sequence[tuple[KernelMachine, NDArray[np.int64]]], everything: Songs
) -> Answers:
    """Return the answers for each song by the machine of its fold."""
    count = len(everything.songs)
    found = {name: np.zeros((count, size), np.float32) for name, size in OUTPUTS.items()}
    for machine, judged in machines:
        for name, values in of_songs(machine, everything.take(judged)).items():
            found[name][judged] = values
    return found


def of_quadrants(songs: Sequence[LabelledSong], found: Answers) -> dict[str, float]:
    """Return the figures of the quadrants over the songs that have one."""
    label = np.array([song.quadrant_index for song in songs], dtype=np.int64)
    return quadrant_figures(label[label >= 0], found["quadrant"][label >= 0])


def auc_of_five(songs: Sequence[LabelledSong], found: Answers) -> float:
    """Return the mean AUC of the emotions that mood words support, over songs that have words."""
    leading = np.array([targets.leading_emotion(song) if song.tags else -1 for song in songs])
    rows = leading >= 0
    places = [EMOTIONS.index(name) for name in SUPPORTED]
    return float(np.mean([auc(found["mood"][rows, k], leading[rows] == k) for k in places]))


def alone(everything: Songs) -> dict[str, float]:
    """Return what the machine achieves without the CNN."""
    learnt = everything.of_collections(TAGGED, RATED)
    found = out_of_fold(learnt)
    return {
        **{f"alone_{k}": v for k, v in of_quadrants(learnt.songs, found).items()},
        "alone_mean_auc": auc_of_five(learnt.songs, found),
    }


def distorted(everything: Songs) -> dict[str, float]:
    """Return figures with and without learning from distorted copies."""
    both = everything.of_collections(TAGGED, RATED)
    plain = both.windows(distorted=False)
    figures = {}
    for name, source in (("with_copies", both), ("without_copies", plain)):
        machines = machines_of_folds(source)
        quadrants = of_quadrants(both.songs, unheard(machines, both))
        figures[f"{name}_quadrant_macro_f1"] = quadrants["quadrant_macro_f1"]
        clean, changed = (
            np.concatenate(
                [
                    answers(machine, both.take(judged).windows(distorted=kind))["affect"]
                    for machine, judged in machines
                ]
            )
            for kind in (False, True)
        )
        for axis, what in enumerate(("valence", "arousal")):
            r = np.corrcoef(clean[:, axis], changed[:, axis])[0, 1]
            figures[f"{name}_{what}_r"] = float(r)
    return figures


def adapted(everything: Songs) -> dict[str, float]:
    """Return the figures of users who correct a machine that knows Emotify."""
    prior = everything.of_collections(RATED).fit()
    tagged = everything.of_collections(TAGGED)
    figures: dict[str, list[float]] = {}
    for others, own in tagged.folds():
        users, judged = tagged.take(own), tagged.take(others)
        machines = {"own": users.fit(), "corrected": users.fit(prior)}
        for name, machine in machines.items():
            for k, v in of_quadrants(judged.songs, of_songs(machine, judged)).items():
                figures.setdefault(f"{name}_{k}", []).append(v)
        affect = of_songs(prior, judged)["affect"]
        truth = np.array([song.quadrant_index for song in judged.songs])
        for axis, positive in (("valence", truth % 3 == 0), ("arousal", truth < 2)):
            said = affect[:, ("valence", "arousal").index(axis)] > 0
            figures.setdefault(f"prior_{axis}_accuracy", []).append(accuracy(positive, said))
    return {name: float(np.mean(values)) for name, values in figures.items()}


def tables(everything: Songs) -> dict[str, float]:
    """Return how much labels, answers and AUC change with the table of mood words."""
    both = everything.of_collections(TAGGED, RATED)
    words = np.array([bool(song.tags) for song in both.songs])

    def labels() -> NDArray[np.float32]:
        found = targets.song_targets(both.songs)
        told: NDArray[np.float32] = found.mood[words]
        return told

    before, answered = labels(), out_of_fold(both)
    read, rng = targets.read_table, np.random.default_rng(0)
    moved, changed, aucs = [], [], []
    for _ in range(DRAWS):
        table = {
            word: _scaled(row * np.exp(rng.normal(0, SPREAD, len(EMOTIONS))))
            for word, row in read("mood_words").items()
        }

        def other(name: str, table: targets.Table = table) -> targets.Table:
            return table if name == "mood_words" else read(name)

        with patch.object(targets, "read_table", other):
            after, found = labels(), out_of_fold(both)
        moved.append(np.abs(after - before).sum(axis=1).mean() / 2)
        apart = found["mood"][words] - answered["mood"][words]
        changed.append(np.abs(apart).sum(axis=1).mean() / 2)
        aucs.append(auc_of_five(both.songs, found))
    return {
        "labels_move": float(np.mean(moved)),
        "answers_move": float(np.mean(changed)),
        "mean_auc_before": auc_of_five(both.songs, answered),
        "mean_auc_after": float(np.mean(aucs)),
        "mean_auc_after_worst": float(np.min(aucs)),
    }


def _scaled(row: NDArray[np.floating]) -> NDArray[np.float32]:
    return (row / row.sum() if row.sum() > 0 else row).astype(np.float32)


def acted(everything: Songs) -> dict[str, float]:
    """Return how well the acted emotions are recognised, and what the sentences cost."""
    sung = Songs.repeated_whole(everything.of_collections(ACTED).corpus)
    words, truth = np.unique([str(song.emotion) for song in sung.songs], return_inverse=True)
    wanted = np.eye(len(words), dtype=np.float32)[truth]
    said = np.zeros(len(truth), dtype=np.int64)
    for learnt, judged in sung.folds():
        part, asked = sung.take(learnt), sung.take(judged)
        machine = part.fit()
        with torch.inference_mode():
            places = machine.place(part.measured.groups)
            alike = machine.likenesses(places, places)["moods"].numpy()
            asked_places = machine.place(asked.measured.groups)
            likeness = machine.likenesses(asked_places, places)["moods"].numpy()
        rows = wanted[learnt][part.measured.song]
        weights = np.linalg.solve(alike + ACTED_RIDGE * np.eye(len(rows)), rows - rows.mean(axis=0))
        shares = likeness @ weights + rows.mean(axis=0)
        said[judged] = shares.argmax(axis=1)
    groups = [song.group for song in sung.songs]
    low, high = bootstrap_interval(lambda rows: accuracy(truth[rows], said[rows]), groups)
    tagged = everything.of_collections(TAGGED, RATED)
    return {
        "acted_sentences": float(len(truth)),
        "acted_emotions": float(len(words)),
        "acted_accuracy": accuracy(truth, said),
        "acted_accuracy_low": low,
        "acted_accuracy_high": high,
        "acted_macro_f1": macro_f1(confusion_matrix(truth, said, classes=len(words))),
        "mean_auc_without_sentences": auc_of_five(tagged.songs, out_of_fold(tagged)),
        "mean_auc_with_sentences": auc_of_five(everything.songs, out_of_fold(everything)),
    }


PARTS = {
    "alone": alone,
    "distorted": distorted,
    "adapted": adapted,
    "tables": tables,
    "acted": acted,
}


def measure(parts: Sequence[str] = tuple(PARTS), manifest: Path = MANIFEST) -> dict[str, float]:
    """Return the figures of some parts, by name."""
    if not manifest.is_file():
        print(f"there is no {manifest}: nothing measured", file=sys.stderr)
        return {}
    labelled = gather([manifest], leave_out=())
    everything = Songs.of(read_corpus(labelled.rows, settings=SETTINGS, cache=CACHE))
    figures: dict[str, float] = {}
    for part in parts:
        figures |= PARTS[part](everything)
    return figures


if __name__ == "__main__":
    arguments = sys.argv[1:]
    place = arguments.index("--data") if "--data" in arguments else len(arguments)
    chosen = arguments[:place] or list(PARTS)
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        sys.exit(f"there is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    for name, value in measure(chosen, *map(Path, arguments[place + 1 :])).items():
        print(f"{name:<36} {value:8.3f}")
