"""From a trained music network to ``music.onnx`` and its card."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vibelux.emotions import EMOTIONS
from vibelux.training.export import export_model
from vibelux.training.fit import laid_out
from vibelux.training.song.kernel import HEADS, KernelMachine
from vibelux.training.song.kernel_fit import KernelRecipe
from vibelux.training.song.log_mels import MAX_WINDOWS, WINDOW_SECONDS, Corpus, windows
from vibelux.training.song.model import Calibration, SongModel
from vibelux.training.song.targets import song_targets
from vibelux.training.song.training import SongTraining

OUTPUTS = {
    "mood": "mixture of the seven emotions (batch, 7), calibrated",
    "quadrant": "probabilities of Q1 (+V +A), Q2 (−V +A), Q3 (−V −A), Q4 (+V −A) (batch, 4), "
    "calibrated",
    "valence": "pleasantness in [-1, 1] (batch,)",
    "arousal": "energy in [-1, 1] (batch,)",
    "tension": "from calm (-1) to tense (1) (batch,)",
    "embedding": "features before the heads (batch, 96), L2-normalised",
}
COLLECTIONS = {
    "4q": "4QAED (Panda et al. 2018): quadrants checked by people, AllMusic mood words; "
    "research use",
    "emotify": "Emotify (Aljanaki et al. 2016): GEMS scales rated by listeners; research use",
    "grekow_gtzan": "Grekow's annotation of GTZAN: valence and arousal, means over experts; "
    "research use",
    "vgmidi": "VGMIDI (Ferreira & Whitehead 2019): valence and arousal, means over 28 to 32 "
    "raters; game music on a rendered piano; research use",
    "emopia": "EMOPIA (Hung et al. 2021): quadrants by four annotators; pop on a rendered piano; "
    "research use",
    "ravdess_song": "RAVDESS, sung part (Livingstone & Russo 2018): acted emotions; "
    "CC BY-NC-SA 4.0",
}
LIMITS = (
    "It estimates the emotion that music expresses to most listeners, not what anyone feels.",
    "Anger and fear nearly coincide in sound; their split is much less certain than their sum.",
    "Valence is recognised less surely than arousal: happy and angry, calm and sad are mixed up "
    "more often than loud and quiet.",
    "It does not understand lyrics.",
    "Music unlike the collections it was trained on, speech and noises get a guess.",
)
SELECTION = (
    "CNN: about ten candidates, most on inner validation. Moods and quadrants: about two hundred "
    "and fifty (groups of measurements and their weights, resolution of the spectrogram, kernels, "
    "ridges, projections, distortions, calibration) on out-of-fold predictions of the five folds "
    "and on Emotify as analysed by machines that knew 4QAED alone, so that the folds' figures are "
    "optimistic. Valence and arousal: about forty (ridges, weights of groups, scales of labels, "
    "shares of collections, windows compared with) by collections that were not learnt from, whose "
    "figures are a little optimistic by that; docs/music.md has those of a choice "
    "made inside the collections learnt from. Only looks by the command are counted "
    "(unheard_looks): most of the forty were experiments beside it."
)
"""How `SongRecipe`'s defaults came about, for the card."""

TOLERANCE = 5e-4
"""The kernel machine sums thousands of similarities in single precision."""

RARE = 30
"""An emotion that leads in fewer songs than this cannot be supported by the data."""


def export_songs(
    training: SongTraining,
    kernel: KernelMachine,
    corpus: Corpus,
    path: Path,
    *,
    calibration: Calibration,
    calibrated_on: str,
    statistics: Mapping[str, Any],
    source: str,
    metrics: Mapping[str, Any],
    notes: Mapping[str, Any] | None = None,
) -> float:
    """Put the calibration into the graph, export it and check it on real windows.

    Args:
        training: the trained network.
        kernel: the kernel machine beside it.
        corpus: songs; the windows of up to 32 of them, of all collections, are the check.
        path: of the ONNX file.
        calibration: fitted constants.
        calibrated_on: what they were fitted on, for the card.
        statistics: of the answers, for the card.
        source: name of the data, for the card.
        metrics: figures for the card.
        notes: more for the card's ``training``.

    Returns:
        the largest difference between torch and ONNX Runtime.

    Raises:
        ModelError: they differ by more than `TOLERANCE`.

    """
    graph = SongModel(
        laid_out(training.network, torch.contiguous_format).eval(), kernel, calibration
    )
    rows = np.unique(np.linspace(0, len(corpus) - 1, 32).astype(int))
    examples = np.concatenate([windows(corpus.log_mels[i], corpus.settings) for i in rows])
    examples = np.concatenate([examples, examples[:1]])  # the exporter wants two at least
    settings = asdict(corpus.settings)
    return export_model(
        graph,
        torch.from_numpy(examples),
        path,
        kind="music",
        version=date.today().strftime("%Y.%m.%d"),
        outputs=OUTPUTS,
        input_name="log_mel",
        input_range=(float(10 * np.log10(corpus.settings.amin)), 60.0),
        preprocessing={
            **settings,
            "window_seconds": WINDOW_SECONDS,
            "max_windows": MAX_WINDOWS,
            "short_songs": "repeated until they fill a window",
        },
        labels=EMOTIONS,
        calibration={
            "method": "log-linear pooling of CNN and kernel machine, window by window, in the "
            "graph; scales and biases minimise the cross entropy of songs",
            "fitted_on": calibrated_on,
            **asdict(calibration),
        },
        statistics=statistics,
        training={
            "data": source,
            "collections": collections_of(corpus),
            "labels": label_counts(corpus),
            "recipe": asdict(training.recipe),
            "augmentation": asdict(training.augmentation),
            "network": asdict(training.network.config),
            "kernel_machine": asdict(KernelRecipe())
            | {
                "windows_compared_with": kernel.learnt.out_features,
                "heads": {name: asdict(head) for name, head in HEADS.items()},
            },
            "recipe_chosen": SELECTION,
            **(notes or {}),
        },
        metrics=metrics,
        limits=limits_of(corpus),
        tolerance=TOLERANCE,
    )


def collections_of(corpus: Corpus) -> dict[str, str]:
    """Return collection -> number of songs and terms."""
    names = [song.dataset or "own data" for song in corpus.songs]
    return {
        name: f"{names.count(name)} songs. {COLLECTIONS.get(name, 'terms: see its owner')}"
        for name in sorted(set(names))
    }


def label_counts(corpus: Corpus) -> dict[str, Any]:
    """Return how many songs carry each kind of label, and how many each emotion leads."""
    targets = song_targets(corpus.songs)
    leading = targets.mood[targets.mood_weight > 0].argmax(axis=1)
    quadrants = targets.quadrant.sum(axis=0).astype(int)
    return {
        "quadrants": dict(zip(("Q1", "Q2", "Q3", "Q4"), quadrants.tolist(), strict=True)),
        "mood_words": int(targets.words_weight.sum()),
        "gems": int(targets.gems_weight.sum()),
        "strongest_emotion": dict(
            zip(EMOTIONS, np.bincount(leading, minlength=len(EMOTIONS)).tolist(), strict=True)
        ),
    }


def rare_emotions(corpus: Corpus) -> dict[str, int]:
    """Return the emotions that lead in fewer than `RARE` songs -> how many."""
    counts: dict[str, int] = label_counts(corpus)["strongest_emotion"]
    return {name: n for name, n in counts.items() if n < RARE}


def limits_of(corpus: Corpus) -> tuple[str, ...]:
    """Return what a model trained on these songs cannot do, a sentence each."""
    rare = ", ".join(f"{name} ({n})" for name, n in rare_emotions(corpus).items())
    if not rare:
        return LIMITS
    return (
        *LIMITS,
        f"The training data cannot support some emotions in music; of {len(corpus)} songs they are "
        f"the strongest in very few: {rare}. Their shares follow from single mood words at best.",
    )


def class_lines(corpus: Corpus, skipped: Sequence[tuple[str, str]]) -> list[str]:
    """Return what a person wants to know about the data before a training starts."""
    counts = label_counts(corpus)
    emotions = ", ".join(f"{name} {n}" for name, n in counts["strongest_emotion"].items())
    quadrants = ", ".join(f"{name} {n}" for name, n in counts["quadrants"].items())
    groups = len({song.group for song in corpus.songs})
    lines = [
        f"{len(corpus)} songs of {groups} groups; strongest emotion: {emotions}",
        f"quadrants: {quadrants}; mood words: {counts['mood_words']}; GEMS: {counts['gems']}",
    ]
    rare = rare_emotions(corpus)
    if rare:
        lines.append(f"note: too few songs to learn {', '.join(rare)} from")
    if skipped:
        lines.append(f"skipped {len(skipped)} files")
    return lines
