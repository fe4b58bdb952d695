"""Figures of a music model on labelled songs.

Songs without a label of some kind are left out of the figures of that kind.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.songs import QUADRANTS, LabelledSong, SongData
from vibelux.emotions import EMOTIONS
from vibelux.errors import AudioError, DatasetError
from vibelux.evaluation import metrics
from vibelux.evaluation.faces import Figures, defined
from vibelux.models import Model
from vibelux.music.emotion import MusicModel, SongAnalysis
from vibelux.music.preprocess import CONSTANTS_FILE
from vibelux.music.spectrogram import MelSettings

_POSITIVE_VALENCE = [0, 3]  # Q1 and Q4
_POSITIVE_AROUSAL = [0, 1]  # Q1 and Q2


@dataclass(frozen=True)
class SongPredictions:
    """What a model says about N songs; rows that could not be analysed are NaN.

    Attributes:
        mood: mixture of the seven [shape=(N, 7), dtype=float32].
        quadrant: probabilities of Q1 to Q4 [shape=(N, 4), dtype=float32].
        valence: pleasantness in [-1, 1] [shape=(N,), dtype=float32].
        arousal: energy in [-1, 1] [shape=(N,), dtype=float32].
        failed: (path as given, reason) of each song that could not be analysed.
        embedding: of length 1 [shape=(N, d), dtype=float32], or None if it was not kept.

    """

    mood: NDArray[np.float32]
    quadrant: NDArray[np.float32]
    valence: NDArray[np.float32]
    arousal: NDArray[np.float32]
    failed: tuple[tuple[str, str], ...] = ()
    embedding: NDArray[np.float32] | None = None

    @property
    def analysed(self) -> NDArray[np.bool_]:
        """Which songs were analysed [shape=(N,)]."""
        return np.isfinite(self.valence)


def predict_songs(
    model: Model,
    songs: SongData,
    *,
    workers: int = 2,
    max_windows: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> SongPredictions:
    """Run a model over songs.

    Args:
        model: a music model.
        songs: audio files, or spectrograms of `vibelux preprocess`.
        workers: threads; decoding and inference both run outside Python's lock.
        max_windows: most windows of an audio file to analyse; default: as in the card.
        on_progress: called with the number of songs done after each one.

    """
    music = MusicModel(model)

    def analysis(song: LabelledSong) -> SongAnalysis | AudioError | DatasetError:
        try:
            if song.preprocessed:
                return _analyse_spectrogram(music, song.path)
            return music.analyse_windows(song.path, max_windows=max_windows or music.max_windows)[0]
        except (AudioError, DatasetError) as error:
            return error

    mood = np.full((len(songs), len(EMOTIONS)), np.nan, dtype=np.float32)
    quadrant = np.full((len(songs), len(QUADRANTS)), np.nan, dtype=np.float32)
    valence = np.full(len(songs), np.nan, dtype=np.float32)
    arousal = np.full(len(songs), np.nan, dtype=np.float32)
    failed: list[tuple[str, str]] = []
    embedding: NDArray[np.float32] | None = None
    pool = ThreadPoolExecutor(workers)
    try:
        for i, result in enumerate(pool.map(analysis, songs.rows)):
            if isinstance(result, (AudioError, DatasetError)):
                failed.append((songs.rows[i].given, str(result)))
            else:
                mood[i], quadrant[i] = result.mood, result.quadrant
                valence[i], arousal[i] = result.valence, result.arousal
                if embedding is None:
                    embedding = np.full((len(songs), len(result.embedding)), np.nan, np.float32)
                embedding[i] = result.embedding
            if on_progress is not None:
                on_progress(i + 1)
    finally:
        pool.shutdown(cancel_futures=True)  # an interruption does not wait for the other songs
    return SongPredictions(
        mood, quadrant, valence, arousal, failed=tuple(failed), embedding=embedding
    )


def _analyse_spectrogram(music: MusicModel, path: Path) -> SongAnalysis:
    """Analyse a spectrogram file window by window.

    Raises:
        DatasetError: it is not a spectrogram made with this model's constants.

    """
    settings = music.settings
    _check_constants(path, settings)
    try:
        decibels = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path} is not a readable spectrogram: {error}") from error
    if not np.issubdtype(decibels.dtype, np.floating) or not np.isfinite(decibels).all():
        raise DatasetError(f"{path} is not a spectrogram: decibels are finite floats")
    if decibels.ndim != 2 or len(decibels) != settings.n_mels or not decibels.shape[1]:
        raise DatasetError(
            f"{path} has shape {decibels.shape}, ({settings.n_mels}, frames) is needed; "
            "write it again with vibelux preprocess"
        )
    width = settings.frames(round(music.window_seconds * settings.sample_rate))
    count = decibels.shape[1]
    if count < width:
        floor = 10 * np.log10(settings.amin)
        decibels = np.pad(decibels, ((0, 0), (0, width - count)), constant_values=floor)
    # the last window is moved back to end with the song
    starts = np.minimum(np.arange(0, count, width), max(count - width, 0))
    windows = np.stack([decibels[:, start : start + width] for start in starts])
    return music.analyse_log_mel(
        windows.astype(np.float32),
        starts * (settings.hop_length / settings.sample_rate),
        settings.seconds(count),
    )


def _check_constants(path: Path, settings: MelSettings) -> None:
    """Compare the constants beside preprocessed folders, if any, with the model's."""
    for folder in path.parents[1:4]:
        file = folder / CONSTANTS_FILE
        if file.is_file():
            try:
                found = json.loads(file.read_text(encoding="utf-8"))
                differ = [k for k, v in asdict(settings).items() if found.get(k, v) != v]
            except (OSError, ValueError, AttributeError) as error:
                raise DatasetError(f"cannot read {file}: {error}") from error
            if differ:
                name = differ[0]
                raise DatasetError(
                    f"{path} was made with {name}={found[name]}, the model needs "
                    f"{getattr(settings, name)}; write it again with vibelux preprocess"
                )
            return


def evaluate_songs(songs: SongData, predictions: SongPredictions) -> Figures:
    """Return the figures of `vibelux evaluate music --json`.

    | key | meaning |
    | --- | --- |
    | n | songs that were analysed |
    | quadrant_macro_f1, quadrant_accuracy | of the most probable quadrant |
    | valence_accuracy, arousal_accuracy | of the halves: V+ if p(Q1) + p(Q4) > ½, A+ if
      p(Q1) + p(Q2) > ½; against the halves of the labelled quadrant |
    | valence_r, arousal_r | Pearson's correlation |
    | valence_r2, arousal_r2 | coefficient of determination; needs labels in [-1, 1] |
    | emotion_macro_f1 | of the strongest of the seven, over the emotions that occur |
    | auc_<emotion>, n_<emotion> | of its share in the mood, against all other labelled songs; songs
    with this label |

    None where the labels that a figure needs are missing.

    Args:
        songs: N labelled songs.
        predictions: of the same N songs in the same order.

    """
    analysed = predictions.analysed
    quadrant = np.array([song.quadrant_index for song in songs.rows], dtype=np.int64)
    emotion = np.array([song.emotion_index for song in songs.rows], dtype=np.int64)
    figures: dict[str, int | float] = {"n": int(analysed.sum())}

    rows = analysed & (quadrant >= 0)
    figures |= quadrant_figures(quadrant[rows], predictions.quadrant[rows])

    for name, predicted in (("valence", predictions.valence), ("arousal", predictions.arousal)):
        labels = dimension(songs, name)
        rows = analysed & np.isfinite(labels)
        truth = labels[rows]
        figures[f"{name}_r"] = metrics.pearson_r(truth, predicted[rows])
        on_scale = bool((np.abs(truth) <= 1).all())
        figures[f"{name}_r2"] = metrics.r_squared(truth, predicted[rows]) if on_scale else np.nan

    rows = analysed & (emotion >= 0)
    labelled, moods = emotion[rows], predictions.mood[rows]
    confusion = metrics.confusion_matrix(labelled, moods.argmax(axis=1), classes=len(EMOTIONS))
    figures["emotion_macro_f1"] = metrics.macro_f1(confusion)
    for i, name in enumerate(EMOTIONS):
        figures[f"auc_{name}"] = metrics.auc(moods[:, i], labelled == i)
        figures[f"n_{name}"] = int((labelled == i).sum())
    return defined({name: figures[name] for name in SONG_KEYS})


def quadrant_figures(
    label: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> dict[str, int | float]:
    """Return the four figures of quadrants.

    Args:
        label: place in `QUADRANTS` [shape=(n,)].
        probabilities: of Q1 to Q4 [shape=(n, 4)].

    """
    predicted = probabilities.argmax(axis=1)
    confusion = metrics.confusion_matrix(label, predicted, classes=len(QUADRANTS))
    figures: dict[str, int | float] = {
        "quadrant_macro_f1": metrics.macro_f1(confusion),
        "quadrant_accuracy": metrics.accuracy(label, predicted),
    }
    for name, half in (("arousal", _POSITIVE_AROUSAL), ("valence", _POSITIVE_VALENCE)):
        # compared with the other half, not with ½: float32 probabilities miss a sum of 1 slightly
        others = [i for i in range(len(QUADRANTS)) if i not in half]
        positive = probabilities[:, half].sum(axis=1) > probabilities[:, others].sum(axis=1)
        figures[f"{name}_accuracy"] = metrics.accuracy(np.isin(label, half), positive)
    return figures


def dimension(songs: SongData, name: str) -> NDArray[np.float64]:
    """Return the labels ``valence`` or ``arousal`` [shape=(N,)], NaN if a song has none."""
    values = (getattr(song, name) for song in songs.rows)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


SONG_KEYS: tuple[str, ...] = (
    "n",
    "quadrant_macro_f1",
    "quadrant_accuracy",
    "arousal_accuracy",
    "valence_accuracy",
    "valence_r",
    "arousal_r",
    "valence_r2",
    "arousal_r2",
    "emotion_macro_f1",
    *(f"auc_{name}" for name in EMOTIONS),
    *(f"n_{name}" for name in EMOTIONS),
)
"""The keys of `evaluate_songs`, in order."""


def quadrant_intervals(
    songs: SongData, predictions: SongPredictions
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each of `quadrant_figures`, by bootstrap over the groups."""
    label = np.array([song.quadrant_index for song in songs.rows], dtype=np.int64)
    rows = np.flatnonzero(predictions.analysed & (label >= 0))
    groups = [songs.rows[i].group for i in rows]
    label, probabilities = label[rows], predictions.quadrant[rows]

    def figure(key: str) -> Callable[[NDArray[np.int64]], float]:
        return lambda drawn: quadrant_figures(label[drawn], probabilities[drawn])[key]

    keys = quadrant_figures(label, probabilities)
    return {key: metrics.bootstrap_interval(figure(key), groups) for key in keys}


def off_scale(songs: SongData) -> list[str]:
    """Return which of valence and arousal have labels outside [-1, 1]."""
    return [name for name in ("valence", "arousal") if (np.abs(dimension(songs, name)) > 1).any()]
