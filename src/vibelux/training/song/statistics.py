"""The statistics of a music model's card, from its answers to songs that it did not learn from.

- ``affect``: A, the least squares from the moods M to the valence and arousal Y of the same songs,
  drawn to the values R of Russell & Mehrabian by a ridge (Hoerl & Kennard 1970), because some
  emotions hardly occur in music: ``A = R + (Mᵀ M + λ I)⁻¹ Mᵀ (Y − M R)``, clipped to [-1, 1].
- ``typical_mood`` and ``mood_spread``: the mean mood, and the root of the mean squared distance of
  a share from the mean of its emotion, over all songs and emotions.
- ``clear`` and ``steady``: medians, so that half of the songs are called clear and half steady. Of
  collections that the model did not learn from, where these were measured (`unheard`).
- ``similar`` and ``near_duplicate``: the cosine of their embeddings that 5 % and 0.1 % of the pairs
  of songs by different artists reach. Songs that are said to sound alike are more so than 95 of 100
  pairs of strangers; copies of a piece in other codecs and loudness are nearer than the second
  (``python research/likeness.py``). Only embeddings of one network are compared: in a
  cross-validation those of one fold.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import RUSSELL_MEHRABIAN
from vibelux.datasets.songs import LabelledSong
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.evaluation.songs import SongPredictions
from vibelux.model_statistics import SongStatistics
from vibelux.models import Card
from vibelux.recommend.confidence import clearness_of, steadiness_of
from vibelux.training.song.calibration import calibrated, song_means
from vibelux.training.song.cross_dataset import Record, artists_of
from vibelux.training.song.cross_validation import COMMAND
from vibelux.training.song.model import Calibration
from vibelux.training.song.training import Heads

SIMILAR, NEAR_DUPLICATE = 0.05, 0.001
"""Shares of the pairs of songs by different artists that reach either cosine."""

RIDGE = 10.0
"""λ: ten songs of one pure emotion weigh as much as Russell & Mehrabian's value of it."""


def song_statistics(
    predictions: SongPredictions,
    windows: NDArray[np.floating],
    song: NDArray[np.int64],
    strangers: NDArray[np.floating],
) -> SongStatistics:
    """Return what is usual for a model's answers.

    Args:
        predictions: of n songs, all analysed, n >= 1.
        windows: [shape=(w, 7)] moods of their windows.
        song: [shape=(w,)] place of the song of each window, ascending.
        strangers: [shape=(p,)] as `stranger_cosines` returns them; none: nothing is similar.

    """
    moods = predictions.mood.astype(np.float64)
    affect = np.stack([predictions.valence, predictions.arousal], axis=1).astype(np.float64)
    missing = affect - moods @ RUSSELL_MEHRABIAN
    gram = moods.T @ moods + RIDGE * np.eye(len(EMOTIONS))
    places = RUSSELL_MEHRABIAN + np.linalg.solve(gram, moods.T @ missing)
    typical = moods.mean(axis=0)
    steadiness = steadiness_of(windows, np.bincount(song, minlength=len(moods)))
    known = steadiness[~np.isnan(steadiness)]
    return SongStatistics(
        affect=np.clip(places, -1, 1).astype(np.float32),
        typical_mood=typical.astype(np.float32),
        mood_spread=float(np.sqrt(np.square(moods - typical).mean())),
        clear=float(np.median(clearness_of(moods))),
        steady=float(np.median(known)) if known.size else 1.0,
        similar=_reached_by(SIMILAR, strangers),
        near_duplicate=_reached_by(NEAR_DUPLICATE, strangers),
    )


def stranger_cosines(
    embeddings: NDArray[np.floating], songs: Sequence[LabelledSong], folds: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return how alike songs by different artists sound.

    Args:
        embeddings: [shape=(n, d)] of the songs; of any length, 0 where there is none.
        songs: the n songs; two of which no artist's name and no group is the same are strangers.
        folds: [shape=(n,)] equal numbers where the same network gave the embeddings.

    Returns:
        [shape=(p,), dtype=float32] cosines of all pairs of strangers within the folds.

    """
    lengths = np.linalg.norm(embeddings, axis=1)
    found = [np.empty(0, np.float32)]
    for fold in np.unique(folds):
        rows = np.flatnonzero((folds == fold) & (lengths > 0))
        units = (embeddings[rows] / lengths[rows, None]).astype(np.float32)
        strangers = np.triu(np.ones((len(rows), len(rows)), dtype=np.bool_), 1)
        by_name: dict[str, list[int]] = {}
        for place, row in enumerate(rows.tolist()):
            for name in artists_of(songs[row]) | {songs[row].group}:
                by_name.setdefault(name, []).append(place)
        for places in by_name.values():
            strangers[np.ix_(places, places)] = False
        found.append((units @ units.T)[strangers])
    return np.concatenate(found)


def _reached_by(share: float, cosines: NDArray[np.floating]) -> float:
    """Return the cosine that a share of them reaches, at least 0; 1 where there are none."""
    return float(np.clip(np.quantile(cosines, 1 - share), 0, 1)) if cosines.size else 1.0


def statistics_of(
    heads: Heads,
    predictions: SongPredictions,
    calibration: Calibration,
    songs: Sequence[LabelledSong],
    *,
    folds: NDArray[np.int64] | None = None,
    counted: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Return the statistics of answers to songs, as a card has them.

    Args:
        heads: the uncalibrated answers.
        predictions: the calibrated ones, of the same n songs.
        calibration: for the windows, whose answers are only compared with each other.
        songs: the n songs.
        folds: by which fold's network each song was judged [shape=(n,)]; None: all by one.
        counted: which songs count [shape=(n,)]; None, or where none does: all.

    """
    if counted is None or not counted.any():
        counted = np.ones(len(predictions.mood), dtype=np.bool_)
    rows = np.flatnonzero(counted)
    folds = np.zeros(len(counted), dtype=np.int64) if folds is None else folds
    heads = heads.take(np.flatnonzero(np.isin(heads.song, rows)))
    count = len(heads.song)
    windows = calibrated(replace(heads, song=np.arange(count)), calibration, count).mood
    chosen = SongPredictions(
        mood=predictions.mood[rows],
        quadrant=predictions.quadrant[rows],
        valence=predictions.valence[rows],
        arousal=predictions.arousal[rows],
    )
    song = np.searchsorted(rows, heads.song)
    strangers = stranger_cosines(
        song_means(heads.embedding, song, len(rows)),
        [songs[row] for row in rows.tolist()],
        folds[rows],
    )
    found = song_statistics(chosen, windows, song, strangers)
    return found.as_json() | {"songs": len(rows)}


def read_statistics(path: Path, card: Card, *, unheard: Path | None = None) -> dict[str, Any]:
    """Read the statistics of a cross-validation for a card of the same recipe.

    Args:
        path: ``cross_validation.json``.
        card: of a model that was trained on all of the songs.
        unheard: ``cross_dataset.json``, whose statistics count before those of the folds.

    Raises:
        DatasetError: it cannot be read, has no statistics, or is of another recipe.

    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        statistics, recipe = dict(record["statistics"]), dict(record["key"]["recipe"])
        own = dict(card.training["recipe"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{path} is not a cross-validation's result with statistics ({error}); make one with "
            f"{COMMAND}"
        ) from error
    if other := [name for name in recipe if name != "seed" and own.get(name) != recipe[name]]:
        raise DatasetError(
            f"the cross-validation {path} belongs to another model than {card.model_id}: it "
            f"differs in {', '.join(other)}; repeat it with {COMMAND}"
        )
    if unheard is not None:
        statistics |= Record.read(unheard, {"recipe": {**recipe, "seed": 0}}).statistics
    return statistics
