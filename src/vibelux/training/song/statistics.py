"""The statistics of a music model's card, from its answers to songs that it did not learn from.

- ``affect``: A, the least squares from the moods M to the valence and arousal Y of the same songs,
  drawn to the values R of Russell & Mehrabian by a ridge (Hoerl & Kennard 1970), because some
  emotions hardly occur in music: ``A = R + (Mᵀ M + λ I)⁻¹ Mᵀ (Y − M R)``, clipped to [-1, 1].
- ``typical_mood`` and ``mood_spread``: the mean mood, and the root of the mean squared distance of
  a share from the mean of its emotion, over all songs and emotions.
- ``clear`` and ``steady``: medians, so that half of the songs are called clear and half steady. Of
  collections that the model did not learn from, where these were measured (`unheard`).
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import RUSSELL_MEHRABIAN
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.evaluation.songs import SongPredictions
from vibelux.model_statistics import SongStatistics
from vibelux.models import Card
from vibelux.recommend.confidence import clearness_of, steadiness_of
from vibelux.training.song.calibration import calibrated
from vibelux.training.song.cross_dataset import Record
from vibelux.training.song.cross_validation import COMMAND
from vibelux.training.song.model import Calibration
from vibelux.training.song.training import Heads

RIDGE = 10.0
"""λ: ten songs of one pure emotion weigh as much as Russell & Mehrabian's value of it."""


def song_statistics(
    predictions: SongPredictions, windows: NDArray[np.floating], song: NDArray[np.int64]
) -> SongStatistics:
    """Return what is usual for a model's answers.

    Args:
        predictions: of n songs, all analysed, n >= 1.
        windows: [shape=(w, 7)] moods of their windows.
        song: [shape=(w,)] place of the song of each window, ascending.

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
    )


def statistics_of(
    heads: Heads,
    predictions: SongPredictions,
    calibration: Calibration,
    *,
    counted: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Return the statistics of answers to songs, as a card has them.

    Args:
        heads: the uncalibrated answers.
        predictions: the calibrated ones, of the same n songs.
        calibration: for the windows, whose answers are only compared with each other.
        counted: which songs count [shape=(n,)]; None, or where none does: all.

    """
    if counted is None or not counted.any():
        counted = np.ones(len(predictions.mood), dtype=np.bool_)
    rows = np.flatnonzero(counted)
    heads = heads.take(np.flatnonzero(np.isin(heads.song, rows)))
    count = len(heads.song)
    windows = calibrated(replace(heads, song=np.arange(count)), calibration, count).mood
    chosen = SongPredictions(
        mood=predictions.mood[rows],
        quadrant=predictions.quadrant[rows],
        valence=predictions.valence[rows],
        arousal=predictions.arousal[rows],
    )
    found = song_statistics(chosen, windows, np.searchsorted(rows, heads.song))
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
