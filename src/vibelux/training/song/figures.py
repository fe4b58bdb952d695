"""Figures of a cross-validation, with intervals."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.metrics import (
    accuracy,
    auc,
    bootstrap_interval,
    confusion_matrix,
    macro_f1,
    pearson_r,
)
from vibelux.evaluation.songs import SongPredictions, evaluate_songs
from vibelux.recommend.confidence import clearness_of
from vibelux.training.song.calibration import song_means
from vibelux.training.song.cross_validation import CrossValidation, out_of_fold
from vibelux.training.song.log_mels import WINDOW_SECONDS
from vibelux.training.song.targets import (
    GEMS,
    SUPPORTED,
    gems_composites,
    rendered,
    song_targets,
    teaches_moods,
)

GEMS_CORE = ("joyful_activation", "tension", "sadness", "calmness")
"""Scales whose mean r is reported: the corners of the circumplex."""

LEADS = (0.1, 0.2, 0.3)
"""Shares by which a label's strongest emotion may lead before the second."""

INTERVALS = (
    "quadrant_macro_f1",
    "quadrant_accuracy",
    "arousal_accuracy",
    "valence_accuracy",
    "emotion_macro_f1",
    *(f"auc_{name}" for name in EMOTIONS),
    "supported_macro_f1",
    "supported_accuracy",
    "supported_mean_auc",
)


def figures_of(found: CrossValidation) -> dict[str, Any]:
    """Return the figures of `evaluate_songs` with intervals, and those of GEMS.

    Songs with a quadrant, an emotion or mood words count, of the collections that teach such; 95 %
    intervals draw whole groups with replacement, 1,000 times: ``<figure>_low`` and
    ``<figure>_high``. ``<figure>_<s>s`` is what is left where only s seconds of each song are
    analysed, ``supported_<figure>_led_by_<x>`` what it is among songs whose strongest emotion has
    at least a share x more than the second in the label. ``quadrant_accuracy_clear`` and
    ``quadrant_accuracy_mixed`` are those of the songs whose mood is called so; the limit is the
    median over all songs but rendered ones.
    ``gems_r_<scale>`` is the correlation of predicted with rated shares of listeners, ``gems_n``
    the number of songs.
    """
    rows = np.array(
        [
            i
            for i, s in enumerate(found.songs.rows)
            if (s.quadrant or s.emotion) and teaches_moods(s)
        ]
    )
    gems = np.array([i for i, s in enumerate(found.songs.rows) if all(g in s.gems for g in GEMS)])
    figures: dict[str, Any] = {}
    if len(rows):
        figures |= _judged(found, rows)
        groups = [found.songs.rows[i].group for i in rows]
        draws: dict[bytes, dict[str, Any]] = {}

        def drawn(name: str, chosen: NDArray[np.int64]) -> float:
            key = chosen.tobytes()
            if key not in draws:  # the same draws serve every figure
                draws[key] = _judged(found, rows[chosen])
            value = draws[key][name]
            return float("nan") if value is None else float(value)

        for name in INTERVALS:
            if figures[name] is not None:
                low, high = bootstrap_interval(partial(drawn, name), groups)
                figures |= {f"{name}_low": low, f"{name}_high": high}
        figures |= _calibration_errors(found, rows) | _seconds_figures(found, rows)
        figures |= _clear_figures(found, rows) | _confidence_figures(found, rows)
    if len(gems) > 2:
        figures |= _gems_figures(found, gems)
    return figures


def _judged(found: CrossValidation, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return the figures of `evaluate_songs` and those of the emotions that lead in enough songs.

    ``supported_macro_f1``, ``supported_accuracy`` and ``supported_mean_auc``: the strongest share
    among the `SUPPORTED` against the leading emotion, and each share against all other songs.
    """
    songs, predictions = _taken(found, rows)
    leading = np.array([song.emotion_index for song in songs.rows], dtype=np.int64)
    places = [EMOTIONS.index(name) for name in SUPPORTED]
    inside = np.isin(leading, places)
    strongest = np.array(places)[predictions.mood[:, places].argmax(axis=1)]
    confusion = confusion_matrix(leading[inside], strongest[inside], classes=len(EMOTIONS))
    labelled = leading >= 0
    occurring = [place for place in places if (leading == place).any()]
    aucs = [
        auc(predictions.mood[labelled, place], leading[labelled] == place) for place in occurring
    ]
    return evaluate_songs(songs, predictions) | {
        "supported_macro_f1": macro_f1(confusion),
        "supported_accuracy": accuracy(leading[inside], strongest[inside]),
        "supported_mean_auc": float(np.mean(aucs)) if aucs else None,
        "supported_n": int(inside.sum()),
    }


def _calibration_errors(found: CrossValidation, rows: NDArray[np.int64]) -> dict[str, float]:
    """Return how far shares are from the truth, over ten bins of equally many songs.

    ``ece_<emotion>``: mean distance of the predicted share from how often the emotion leads;
    ``ece_share_<emotion>``: from the share that the mood words give it.
    """
    leading = np.array([found.songs.rows[i].emotion_index for i in rows], dtype=np.int64)
    labelled = leading >= 0
    mood = found.predictions.mood[rows]
    targets = song_targets([found.labels[i] for i in rows])
    told = targets.mood_weight > 0
    figures = {}
    for place, name in enumerate(EMOTIONS):
        leads = (leading == place)[labelled]
        figures[f"ece_{name}"] = _calibration_error(mood[labelled, place], leads)
        figures[f"ece_share_{name}"] = _calibration_error(
            mood[told, place], targets.mood[told, place]
        )
    return figures


def _seconds_figures(found: CrossValidation, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return what is left of some figures where fewer windows of each song are analysed."""
    of_window = found.heads.song
    first = np.searchsorted(of_window, of_window)  # windows lie together, song by song
    place = np.arange(of_window.size) - first
    count = np.bincount(of_window)[of_window]
    figures: dict[str, Any] = {}
    for windows, kept in ((1, place == count // 2), (2, (place == 0) | (place == count - 1))):
        heads = found.heads.take(np.flatnonzero(kept))
        fewer = replace(found, predictions=out_of_fold(found.labels, heads, found.folds))
        judged = _judged(fewer, rows)
        for name in ("quadrant_macro_f1", "arousal_accuracy", "valence_accuracy"):
            figures[f"{name}_{windows * WINDOW_SECONDS:.0f}s"] = judged[name]
    return figures


def _clear_figures(found: CrossValidation, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return figures of the supported emotions where the label leaves little doubt."""
    labels = np.sort(song_targets([found.labels[i] for i in rows]).mood, axis=1)
    lead = labels[:, -1] - labels[:, -2]
    figures: dict[str, Any] = {}
    for least in LEADS:
        judged = _judged(found, rows[lead >= least])
        for name in ("macro_f1", "accuracy", "n"):
            figures[f"supported_{name}_led_by_{least:g}"] = judged[f"supported_{name}"]
    return figures


def _confidence_figures(found: CrossValidation, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return the quadrant's accuracy among songs with a clear and with a mixed mood."""
    clearness = clearness_of(found.predictions.mood)
    usual = np.array([not rendered(song) for song in found.songs.rows])
    clear = clearness[rows] >= np.median(clearness[usual])
    return {
        f"quadrant_accuracy_{name}": _judged(found, rows[chosen])["quadrant_accuracy"]
        if chosen.any()
        else None
        for name, chosen in (("clear", clear), ("mixed", ~clear))
    }


def _calibration_error(share: NDArray[np.floating], truth: NDArray[Any]) -> float:
    bins = [b for b in np.array_split(np.argsort(share), 10) if len(b)]
    apart = [abs(share[b].mean() - truth[b].mean()) * len(b) for b in bins]
    return float(np.sum(apart) / max(len(share), 1))


def composite_figures(
    songs: Sequence[LabelledSong], predictions: SongPredictions
) -> dict[str, float]:
    """Return r of predicted valence and arousal with composites of GEMS ratings, and intervals.

    For a model that did not learn from these songs' data set; see `gems_composites`.

    Args:
        songs: n songs; those without GEMS ratings do not count.
        predictions: of the same n songs.

    """
    rows = np.array([i for i, song in enumerate(songs) if all(g in song.gems for g in GEMS)])
    rated = np.array([gems_composites(songs[i].gems) for i in rows])
    figures: dict[str, float] = {"composite_n": len(rows)}
    for axis, name in enumerate(("valence", "arousal")):
        predicted = getattr(predictions, name)[rows]
        truth = rated[:, axis]
        groups = [songs[i].group for i in rows]
        low, high = bootstrap_interval(partial(_r_of_rows, predicted, truth), groups)
        figures[f"composite_{name}_r"] = pearson_r(predicted, truth)
        figures |= {f"composite_{name}_r_low": low, f"composite_{name}_r_high": high}
    return figures


def _r_of_rows(
    predicted: NDArray[np.floating], truth: NDArray[np.floating], rows: NDArray[np.int64]
) -> float:
    return pearson_r(predicted[rows], truth[rows])


def _gems_figures(found: CrossValidation, rows: NDArray[np.int64]) -> dict[str, float]:
    shares = song_means(found.heads.kernel["gems"], found.heads.song, len(found.songs))
    figures: dict[str, float] = {"gems_n": len(rows)}
    for place, scale in enumerate(GEMS):
        rated = np.array([found.songs.rows[i].gems[scale] for i in rows])
        figures[f"gems_r_{scale}"] = pearson_r(shares[rows, place], rated)
    figures["gems_r_mean"] = float(np.mean([figures[f"gems_r_{scale}"] for scale in GEMS_CORE]))
    return figures


def _taken(found: CrossValidation, rows: NDArray[np.int64]) -> tuple[SongData, SongPredictions]:
    p = found.predictions
    return (
        SongData(tuple(found.songs.rows[i] for i in rows)),
        SongPredictions(p.mood[rows], p.quadrant[rows], p.valence[rows], p.arousal[rows]),
    )
