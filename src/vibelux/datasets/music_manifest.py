"""Songs listed in a manifest: a csv file with one song per row.

| column | meaning |
| --- | --- |
| ``path`` | absolute, or relative to the csv's folder; the only column that must be there |
| ``quadrant`` | ``Q1`` (+V +A), ``Q2`` (−V +A), ``Q3`` (−V −A) or ``Q4`` (+V −A) |
| ``valence``, ``arousal`` | numbers in [-1, 1] |
| ``emotion`` | one of the seven, an alias, or any other word |
| ``group`` | artist or actor: stays in one part of every split |
| ``dataset``, ``genre``, ``duration`` | name of the collection, genre, seconds |
| ``tags`` | mood words separated by ``;`` |
| ``gems_<scale>`` | share of listeners who felt it, in [0, 1] |

Empty cells mean "no such label". Other columns are ignored. Rows are numbered as a spreadsheet
shows them: the header is row 1.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from vibelux.datasets.csv_rows import csv_rows
from vibelux.datasets.songs import QUADRANTS, LabelledSong, SongData
from vibelux.errors import DatasetError

_GEMS = "gems_"


def read_manifest(path: Path, *, any_scale: bool = False) -> SongData:
    """Read a manifest.

    Args:
        path: the csv file, UTF-8 with or without a byte order mark.
        any_scale: accept valence and arousal outside [-1, 1].

    Raises:
        DatasetError: the file is unreadable, has no column ``path``, a bad value (row and column
            are named) or no song at all.

    """
    songs = [
        _song(cells, path.parent, where, any_scale)
        for where, cells in csv_rows(path, required=("path",))
    ]
    if not songs:
        raise DatasetError(f"{path} lists no song; below the header it needs one row per song")
    return SongData(rows=tuple(songs))


def _song(cells: Mapping[str, str], folder: Path, where: str, any_scale: bool) -> LabelledSong:
    given = cells["path"]
    if not given.strip():
        raise DatasetError(f"{where}: 'path' is empty")
    text = {name: value.strip() for name, value in cells.items()}
    dimension = (-math.inf, math.inf) if any_scale else (-1.0, 1.0)
    gems = {
        name.removeprefix(_GEMS): _number(text, name, where, (0.0, 1.0))
        for name in text
        if name.startswith(_GEMS)
    }
    return LabelledSong(
        path=folder / given,
        given=given,
        group=text.get("group") or given,
        dataset=text.get("dataset", ""),
        quadrant=_quadrant(text.get("quadrant", ""), where),
        valence=_number(text, "valence", where, dimension),
        arousal=_number(text, "arousal", where, dimension),
        emotion=text.get("emotion", "").lower() or None,
        tags=tuple(tag.strip().lower() for tag in text.get("tags", "").split(";") if tag.strip()),
        gems={name: value for name, value in gems.items() if value is not None},
        duration=_number(text, "duration", where, (0.0, math.inf)),
        genre=text.get("genre", ""),
    )


def _quadrant(text: str, where: str) -> str | None:
    if not text:
        return None
    name = text.upper()
    if name in {"1", "2", "3", "4"}:
        name = "Q" + name
    if name not in QUADRANTS:
        raise DatasetError(f"{where}: quadrant={text!r} must be one of {', '.join(QUADRANTS)}")
    return name


def _number(
    text: Mapping[str, str], column: str, where: str, limits: tuple[float, float]
) -> float | None:
    cell = text.get(column, "")
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError as error:
        raise DatasetError(f"{where}: {column}={cell!r} is not a number") from error
    low, high = limits
    if not math.isfinite(value) or not low <= value <= high:
        wanted = "a finite number" if math.isinf(high) else f"in [{low:g}, {high:g}]"
        if low == 0 and math.isinf(high):
            wanted = "a finite number that is not negative"
        hint = "; rescale the column first" if column in {"valence", "arousal"} else ""
        raise DatasetError(f"{where}: {column}={cell} must be {wanted}{hint}")
    return value
