"""Predictions as a csv file, from which anyone can recompute every figure.

One row per item or detection, in input order, with all digits of the float32 numbers.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import FaceData
from vibelux.datasets.songs import QUADRANTS, SongData
from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import DatasetError, VibeluxError
from vibelux.evaluation.detector import DetectorPredictions
from vibelux.evaluation.faces import FacePredictions
from vibelux.evaluation.songs import SongPredictions


def write_face_predictions(path: Path, data: FaceData, predictions: FacePredictions) -> None:
    """Write ``path`` or ``id``, the mood's seven columns and ``label_angry`` … ``label_surprise``.

    ``path`` is relative to the folder that was read; for other data ``id`` is the place of the row
    in its file, from 0.

    Raises:
        VibeluxError: the file cannot be written.

    """
    numbers = np.arange(len(data)) if data.numbers is None else data.numbers
    names = data.paths or [str(number) for number in numbers]
    header = ["path" if data.paths else "id", *EMOTIONS, *(f"label_{name}" for name in EMOTIONS)]
    rows = (
        [name, *map(_digits, mood), *map(_digits, label)]
        for name, mood, label in zip(names, predictions.mood, predictions.label, strict=True)
    )
    _write(path, header, rows)


def write_song_predictions(path: Path, songs: SongData, predictions: SongPredictions) -> None:
    """Write ``path`` as in the input, the mood's seven columns, quadrant, valence and arousal.

    The quadrant is the most probable one, ``Q1`` to ``Q4``; ``p_q1`` … ``p_q4`` are their
    probabilities. The cells of a song that could not be analysed are empty.

    Raises:
        VibeluxError: the file cannot be written.

    """
    header = ["path", *EMOTIONS, "quadrant", "valence", "arousal", "p_q1", "p_q2", "p_q3", "p_q4"]
    rows = (
        [
            song.given,
            *map(_digits, predictions.mood[i]),
            QUADRANTS[int(predictions.quadrant[i].argmax())],
            _digits(predictions.valence[i]),
            _digits(predictions.arousal[i]),
            *map(_digits, predictions.quadrant[i]),
        ]
        if analysed
        else [song.given, *[""] * (len(header) - 1)]
        for i, (song, analysed) in enumerate(zip(songs.rows, predictions.analysed, strict=True))
    )
    _write(path, header, rows)


@dataclass(frozen=True, eq=False)
class SongPrediction:
    """What a model says about a song.

    Attributes:
        mood: [shape=(7,), dtype=float32].
        affect: [shape=(2,), dtype=float32] valence and arousal in [-1, 1].

    """

    mood: Mood
    affect: NDArray[np.float32]


def read_song_predictions(path: Path) -> dict[str, SongPrediction]:
    """Read what `write_song_predictions` wrote.

    Returns:
        path as in the file -> prediction, without songs that could not be analysed.

    Raises:
        DatasetError: the file cannot be read, lacks a column, or a value cannot be used.

    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.DictReader(file)
            lacking = {"path", *EMOTIONS, "valence", "arousal"} - set(reader.fieldnames or ())
            if lacking:
                raise DatasetError(f"{path} lacks the columns {', '.join(sorted(lacking))}")
            return {row["path"]: _prediction(row) for row in reader if row[EMOTIONS[0]]}
    except (OSError, csv.Error, ValueError, TypeError) as error:
        raise DatasetError(f"cannot read the predictions {path}: {error}") from error


def _prediction(row: Mapping[str, str]) -> SongPrediction:
    affect = np.array([float(row["valence"]), float(row["arousal"])], np.float32)
    if not (np.abs(affect) <= 1).all():
        raise ValueError(f"valence and arousal of {row['path']} must lie within -1 and 1")
    return SongPrediction(as_mood([float(row[name]) for name in EMOTIONS]), affect)


def write_detector_predictions(path: Path, predictions: DetectorPredictions) -> None:
    """Write ``path`` as in the input, x, y, w, h in the picture's pixels and score.

    One row per detection, the highest score of a picture first.

    Raises:
        VibeluxError: the file cannot be written.

    """
    rows = (
        [image.name, *(f"{value:.9g}" for value in row)]
        for image, found in zip(predictions.images, predictions.detections, strict=True)
        for row in found.tolist()
    )
    _write(path, ["path", "x", "y", "w", "h", "score"], rows)


def _digits(value: np.float32) -> str:
    return f"{value:.9g}"


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    try:
        # surrogateescape: a path that is not valid UTF-8 comes out as it came in
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        raise VibeluxError(f"cannot write the predictions to {path}: {error}") from error
