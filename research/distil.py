"""A small CNN that learns from the kernel machine, judged by collections unknown to both.

``python research/distil.py prepare`` folds every window, undistorted and distorted, into the
network's input; ``python research/distil.py judge [SET…]`` then trains one network per collection,
which neither it nor its teacher learns from. Answers and weights are kept in ``runs/research``, so
that an interrupted run goes on with the next collection; ``python research/distil.py compare``
prints the figures beside the teacher's.

The network's input is two pictures. One holds the peaks of the spectrum, folded into five octaves
of twelve pitch classes: convolutions go round the octave, and their maximum over all pitch classes
is the same in every key. The other holds 48 bands of the whole spectrum, in time. The network
learns the teacher's answers, the labels, and the measurements of harmony, chords and progressions;
mixtures of two windows have mixed targets.
"""

import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from measured import research_data, research_songs
from vibelux.evaluation.metrics import pearson_r
from vibelux.music.spectrogram import MelSettings, mel_frequencies
from vibelux.training.song.calibration import song_means
from vibelux.training.song.cross_dataset import learning_rows
from vibelux.training.song.kernel import OUTPUTS
from vibelux.training.song.kernel_fit import (
    KernelRecipe,
    fit_kernel_machine,
    kernel_targets,
    learning_windows,
    song_shares,
)
from vibelux.training.song.measurements import Loudness
from vibelux.training.song.targets import affect_of_labels

OUT = Path("runs/research")
SETS = ("4q", "emotify", "grekow_gtzan", "vgmidi", "emopia")
TONAL = ("harmony", "chords", "progressions", "roughness")
OCTAVES = 5
LOWEST = 138.6  # Hz, C sharp: below, neighbouring semitones share a band
EPOCHS = 7
BATCH = 64
LEARNING_RATE = 3e-3
LABELS = 0.3  # weight of the labels beside the teacher's answers
AUXILIARY = 0.2
MIXING = 0.4


class Pictures(nn.Module):
    """Turns windows in dB into the network's two input pictures."""

    def __init__(self, settings: MelSettings) -> None:
        super().__init__()
        self.loudness = Loudness()
        hz = torch.tensor(mel_frequencies(settings), dtype=torch.float32)
        place = 12 * torch.log2(hz / LOWEST)
        apart = (place[None, :] - torch.arange(12 * OCTAVES)[:, None]).abs()
        # Where bands are wider than a semitone, notes are interpolated between the two nearest
        # bands.
        fold = torch.relu(1 - apart / torch.clamp(_gaps(place)[None, :], min=1.0))
        self.register_buffer("fold", fold / fold.sum(dim=1, keepdim=True).clamp(min=1e-6))
        self.envelope = nn.AvgPool2d((17, 1), stride=1, padding=(8, 0), count_include_pad=False)

    def forward(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        """Map dB [shape=(k, 192, frames)] to notes [shape=(k, 5, 12, t)] and bands (k, 48, 2 t)."""
        x = self.loudness(log_mel)
        peaks = torch.relu(x - self.envelope(x[:, None])[:, 0])
        notes = functional.avg_pool1d(self.fold @ peaks, 8)
        bands = functional.avg_pool1d(x.reshape(len(x), 48, 4, -1).mean(dim=2), 4)
        return notes.reshape(len(x), OCTAVES, 12, -1), bands


def _gaps(place: Tensor) -> Tensor:
    return torch.cat([place[1:] - place[:-1], place[-1:] - place[-2:-1]])


class Round(nn.Module):
    """A convolution that goes round the octave: one per channel, then one across channels."""

    def __init__(self, inputs: int, outputs: int, frames: int) -> None:
        super().__init__()
        self.frames = frames
        self.each = nn.Conv2d(inputs, inputs, (12, frames), groups=inputs, bias=False)
        self.across = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Map [shape=(k, inputs, 12, t)] to [shape=(k, outputs, 12, t)]."""
        wrapped = torch.cat([x, x[:, :, :11]], dim=2)
        wrapped = functional.pad(wrapped, (self.frames // 2, self.frames // 2))
        return torch.relu(self.norm(self.across(self.each(wrapped))))


class Student(nn.Module):
    """Maps the two pictures to all answers."""

    def __init__(self, tonal: int) -> None:
        super().__init__()
        self.chords = nn.Sequential(
            nn.Conv2d(OCTAVES, 48, (12, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(48),
            nn.ReLU(),
        )
        self.changes = nn.Sequential(
            Round(48, 64, 5), nn.MaxPool2d((1, 2)), Round(64, 96, 7), nn.MaxPool2d((1, 2))
        )
        self.turns = Round(96, 96, 5)
        widths = (48, 96, 96, 128)
        self.bands = nn.Sequential(
            *(
                nn.Sequential(
                    nn.Conv1d(a, b, 5, padding=2, bias=False),
                    nn.BatchNorm1d(b),
                    nn.ReLU(),
                    nn.MaxPool1d(2),
                )
                for a, b in pairwise(widths)
            )
        )
        self.tonal = nn.Sequential(nn.BatchNorm1d(4 * 96), nn.Linear(4 * 96, tonal))
        self.embedding = nn.Sequential(
            nn.BatchNorm1d(4 * 96 + 2 * 48 + 3 * 128),
            nn.Dropout(0.3),
            nn.Linear(4 * 96 + 2 * 48 + 3 * 128, 160, bias=False),
            nn.BatchNorm1d(160),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        self.heads = nn.Linear(160, 2 * sum(OUTPUTS.values()))

    def forward(self, notes: Tensor, bands: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return answers like the teacher's, like the labels, and the tonal measurements."""
        wrapped = torch.cat([notes, notes[:, :, :11]], dim=2)
        y = self.turns(self.changes(self.chords(wrapped)))
        best, usual = torch.amax(y, dim=2), y.mean(dim=2)
        harmony = torch.cat([_course(best), _course(usual)], dim=1)
        z = self.bands(bands)
        timbre = torch.cat([_course(z), torch.amax(z, dim=2), _course(bands)], dim=1)
        embedding = self.embedding(torch.cat([harmony, timbre], dim=1))
        like_teacher, like_labels = self.heads(embedding).chunk(2, dim=1)
        return like_teacher, like_labels, self.tonal(harmony)


def _course(x: Tensor) -> Tensor:
    mean = x.mean(dim=2)
    spread = torch.sqrt((x - mean[:, :, None]).square().mean(dim=2) + 1e-5)
    return torch.cat([mean, spread], dim=1)


def prepare() -> None:
    """Write the network's input for all windows, the undistorted ones first."""
    pictures = Pictures(MelSettings()).eval()
    parts: list[tuple[list[Tensor], list[Tensor]]] = [([], []), ([], [])]
    with torch.inference_mode():
        for _, *both in learning_windows(research_songs(), KernelRecipe()):
            for (notes, bands), log_mel in zip(parts, both, strict=True):
                found = pictures(log_mel)
                notes.append(found[0].half())
                bands.append(found[1].half())
    torch.save(
        {
            "notes": torch.cat([*parts[0][0], *parts[1][0]]),
            "bands": torch.cat([*parts[0][1], *parts[1][1]]),
        },
        OUT / "pictures.pt",
    )


def judge(names: list[str]) -> None:
    """Train without each of these collections, and judge by it."""
    torch.set_num_threads(1)
    data, seen = research_data(), torch.load(OUT / "pictures.pt")
    measured = data.measured
    song = torch.from_numpy(measured.song)
    tonal = torch.cat([measured.groups[name] for name in TONAL], dim=1)
    for name in names:
        done = OUT / f"student-{name}.npz"
        if done.is_file():
            continue
        rows = learning_rows(data.songs, name)
        songs = [data.songs[i] for i in rows]
        own = np.flatnonzero([s.dataset == name for s in data.songs])
        teacher = fit_kernel_machine(songs, measured.take(rows), MelSettings(), KernelRecipe())
        with torch.inference_mode():
            said = teacher.answers(measured.groups)
        answers = torch.cat([said[key] for key in OUTPUTS], dim=1)
        student = _train(seen, song, rows, data.songs, answers, tonal)
        torch.save(student.state_dict(), OUT / f"student-{name}.pt")
        plain = np.flatnonzero(np.isin(measured.song, own) & ~measured.distorted)
        like_teacher, like_labels = _answers(student, seen, plain)
        place = np.searchsorted(own, measured.song[plain])
        means = {
            key: song_means(values, place, len(own))
            for key, values in (
                ("teacher", answers[plain].numpy()),
                ("student", like_teacher),
                ("labels", like_labels),
            )
        }
        np.savez(done, **means)
        _print(name, data.songs, own, means)


def _train(
    seen: Mapping[str, Tensor],
    song: Tensor,
    rows: NDArray[np.int64],
    songs: tuple,
    answers: Tensor,
    tonal: Tensor,
) -> Student:
    torch.manual_seed(0)
    labels, given = (torch.from_numpy(v) for v in kernel_targets(songs))
    labels = labels.float()
    allowed = torch.zeros(len(songs), dtype=torch.bool)
    allowed[torch.from_numpy(rows)] = True
    learnt = torch.nonzero(allowed[song])[:, 0]
    share = torch.from_numpy(song_shares(songs)).float()[song]
    centre, spread = answers[learnt].mean(dim=0), answers[learnt].std(dim=0) + 1e-3
    wanted = (answers - centre) / spread
    tonal = ((tonal - tonal[learnt].mean(0)) / (tonal[learnt].std(0) + 1e-4)).clamp(-4, 4)
    labels = (labels - centre) / spread
    student = Student(tonal.shape[1]).to(memory_format=torch.channels_last)
    steps = EPOCHS * (len(learnt) // BATCH)
    optimizer = torch.optim.AdamW(student.parameters(), lr=LEARNING_RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    beta = torch.distributions.Beta(MIXING, MIXING)
    averaged = torch.optim.swa_utils.AveragedModel(
        student, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99), use_buffers=True
    )
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(learnt))[: len(learnt) // BATCH * BATCH].split(BATCH):
            first = learnt[batch]
            other = first[torch.randperm(BATCH)]
            lam = float(beta.sample())
            notes, bands = (
                lam * seen[key][first].float() + (1 - lam) * seen[key][other].float()
                for key in ("notes", "bands")
            )
            with torch.autocast("cpu", torch.bfloat16):
                found = student(notes, bands)
            like_teacher, like_labels, measures = (part.float() for part in found)
            loss = (like_teacher - _mixed(wanted, first, other, lam)).square().mean()
            loss = loss + AUXILIARY * (measures - _mixed(tonal, first, other, lam)).square().mean()
            for rows_of, weight in ((first, lam), (other, 1 - lam)):
                missed = (like_labels - labels[song[rows_of]]).square() * given[song[rows_of]]
                loss = loss + LABELS * weight * (missed * share[rows_of][:, None]).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(student.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            averaged.update_parameters(student)
        print(f"  loss {float(loss.detach()):.3f}", flush=True)
    trained: Student = averaged.module.eval()
    return trained


def _mixed(values: Tensor, first: Tensor, other: Tensor, share: float) -> Tensor:
    return share * values[first] + (1 - share) * values[other]


def _answers(
    student: Student, seen: Mapping[str, Tensor], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    parts = []
    with torch.inference_mode():
        for part in torch.from_numpy(rows).split(128):
            found = student(seen["notes"][part].float(), seen["bands"][part].float())
            parts.append((found[0].numpy(), found[1].numpy()))
    return np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts])


def _print(name: str, songs: tuple, own: NDArray[np.int64], means: Mapping) -> list[list[float]]:
    truth = np.array([affect_of_labels(songs[i]) for i in own], dtype=np.float64)
    found = dict(means)
    found["student and labels"] = found["student"] + 0.5 * found["labels"]
    spread = {key: values[:, -2:].std(axis=0) for key, values in found.items()}
    found["student and teacher"] = found["student"] / _wide(spread["student"]) + found[
        "teacher"
    ] / _wide(spread["teacher"])
    lines = []
    for key, values in found.items():
        line = []
        for axis in range(2):
            known = np.isfinite(truth[:, axis])
            line.append(pearson_r(truth[known, axis], values[known, axis - 2]))
        print(f"{name:<14} {key:<20} {line[0]:.3f} {line[1]:.3f}", flush=True)
        lines.append(line)
    return lines


def _wide(spread: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.concatenate([np.ones(sum(OUTPUTS.values()) - 2), spread])


def compare() -> None:
    """Print the means over the collections that were judged."""
    songs = research_data().songs
    lines = []
    for name in SETS:
        if (OUT / f"student-{name}.npz").is_file():
            own = np.flatnonzero([s.dataset == name for s in songs])
            with np.load(OUT / f"student-{name}.npz") as stored:
                lines.append(_print(name, songs, own, dict(stored)))
    names = ("teacher", "student", "labels", "student and labels", "student and teacher")
    for key, mean in zip(names, np.mean(lines, axis=0), strict=True):
        print(f"mean of {len(lines)}      {key:<20} {mean[0]:.3f} {mean[1]:.3f}")


if __name__ == "__main__":
    what, *chosen = sys.argv[1:] or ["compare"]
    {"prepare": prepare, "judge": lambda: judge(chosen or list(SETS)), "compare": compare}[what]()
