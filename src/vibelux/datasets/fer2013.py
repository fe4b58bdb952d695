"""Faces of ``fer2013.csv``, with the FER+ votes of ``fer2013new.csv``.

| file | columns |
| --- | --- |
| ``fer2013.csv`` (Kaggle 2013) | emotion (`EMOTION_OF_CODE`), pixels (2304 numbers), Usage |
| ``fer2013new.csv`` (Barsoum et al. 2016) | Usage, Image name, ten columns of votes |

The two have no common key: row n of one is row n of the other. FER+ leaves the image name of a row
empty where the annotators saw no face; its votes (for NF) still count.
"""

import csv
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import FERPLUS_COLUMNS, SIZE, FaceData
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError

EMOTION_OF_CODE: tuple[str, ...] = (
    "angry",
    "disgust",
    "fear",
    "happy",
    "sad",
    "surprise",
    "neutral",
)
"""Kaggle's codes 0 to 6; their order is not the order of `EMOTIONS`."""

_LABEL_OF_CODE = tuple(EMOTIONS.index(name) for name in EMOTION_OF_CODE)
_PIXELS = SIZE * SIZE


def read_csv(path: Path, *, ferplus: Path | None = None) -> FaceData:
    """Read FER2013 faces.

    A row whose label or pixels cannot be read is left out and listed as skipped.

    Args:
        path: ``fer2013.csv``; without a column ``Usage`` the faces have no parts.
        ferplus: votes, row by row; by default ``fer2013new.csv`` beside ``path``, if it exists.

    Raises:
        DatasetError: a file is unreadable, a column is missing, or the votes belong to other rows.

    """
    pixels: list[bytes] = []
    labels: list[int] = []
    usages: list[str] = []
    kept: list[int] = []
    skipped: list[tuple[str, str]] = []
    with_usage = True
    for index, row in enumerate(_rows(path, ("emotion", "pixels"))):
        with_usage = with_usage and "usage" in row
        usages.append(row.get("usage", ""))
        try:
            label, image = _label(row["emotion"]), _image(row["pixels"])
        except ValueError as error:
            skipped.append((f"row {index + 2}", str(error)))
            continue
        labels.append(label)
        pixels.append(image)
        kept.append(index)
    votes = None
    beside = path.with_name("fer2013new.csv")
    if ferplus is not None or beside.is_file():
        votes = _votes(ferplus or beside, path, usages if with_usage else None, len(usages))[kept]
    images = np.frombuffer(bytearray(b"".join(pixels)), dtype=np.uint8)
    return FaceData(
        images=images.reshape(-1, SIZE, SIZE),
        label=np.array(labels, dtype=np.int64),
        votes=votes,
        usage=np.array(usages, dtype=np.str_)[kept] if with_usage and kept else None,
        numbers=np.array(kept, dtype=np.int64),
        skipped=tuple(skipped),
    )


def _votes(path: Path, faces: Path, usages: list[str] | None, count: int) -> NDArray[np.float32]:
    """Return the votes [shape=(count, 10)] of every row of ``faces``."""
    names = [name.lower() for name in FERPLUS_COLUMNS]
    votes: list[list[float]] = []
    for index, row in enumerate(_rows(path, names)):
        if usages is not None and index < count and row.get("usage", "") not in ("", usages[index]):
            raise DatasetError(
                f"row {index + 2} of {path} is {row['usage']}, of {faces} it is {usages[index]}; "
                "the votes belong to other rows"
            )
        try:
            values = [float(row[name] or 0) for name in names]
            if not np.isfinite(values).all() or min(values) < 0:
                raise ValueError("a number is negative or not finite")
        except ValueError as error:
            raise DatasetError(f"row {index + 2} of {path} lacks ten votes: {error}") from error
        votes.append(values)
    if len(votes) != count:
        raise DatasetError(
            f"{path} has votes for {len(votes)} rows, {faces} has {count}; "
            "both need the same rows in the same order"
        )
    return np.array(votes, dtype=np.float32).reshape(-1, len(names))


def _rows(path: Path, wanted: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield each row as lower-case column name -> cell, after checking the header."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            columns = [name.strip().lower() for name in next(reader, [])]
            missing = [name for name in wanted if name not in columns]
            if missing:
                raise DatasetError(
                    f"{path} has no column {missing[0]!r}; its columns are {', '.join(columns)}"
                )
            for cells in reader:
                if cells:
                    cells += [""] * (len(columns) - len(cells))
                    yield dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"cannot read {path}: {error}") from error


def _label(code: str) -> int:
    if code not in {"0", "1", "2", "3", "4", "5", "6"}:
        raise ValueError(f"emotion={code!r} is not a code from 0 to 6")
    return _LABEL_OF_CODE[int(code)]


def _image(text: str) -> bytes:
    """Return the 2304 pixels of one row."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how NumPy < 2.3 reports other text
        try:
            # six times as fast as int() on each number, of which the file has 83 million
            values = np.fromstring(text, dtype=np.int32, sep=" ")
        except (ValueError, DeprecationWarning) as error:
            raise ValueError("the pixels are not numbers separated by spaces") from error
    if len(values) != _PIXELS:
        raise ValueError(f"{len(values)} pixels, {_PIXELS} are needed")
    if values.min() < 0 or values.max() > 255:
        raise ValueError(f"pixels from {values.min()} to {values.max()}, 0 to 255 are needed")
    return values.astype(np.uint8).tobytes()
