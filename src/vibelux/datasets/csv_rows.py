"""The rows of a csv file of paths, whose header is checked.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from vibelux.errors import DatasetError


def csv_rows(path: Path, *, required: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows that are not empty.

    Args:
        path: the csv file, UTF-8 with or without a byte order mark.
        required: columns that have to be there.

    Yields:
        where the row is, such as ``songs.csv, row 2``, and its cells by the lower-case names of
        their columns, "" for those that are missing at its end.

    Raises:
        DatasetError: the file is unreadable, a column is missing or there twice, or a row has more
            cells than there are columns.

    """
    try:
        # surrogateescape: a path that is not valid UTF-8 still finds its file
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = [name.strip().lower() for name in next(reader, [])]
            _check(path, columns, required)
            for number, cells in enumerate(reader, start=2):
                if not any(cell.strip() for cell in cells):
                    continue
                where = f"{path}, row {number}"
                if len(cells) > len(columns):
                    raise DatasetError(f"{where}: {len(cells)} cells in {len(columns)} columns")
                given = dict(zip(columns, cells, strict=False))
                yield where, dict.fromkeys(columns, "") | given
    except (OSError, csv.Error) as error:
        raise DatasetError(f"cannot read {path}: {error}") from error


def _check(path: Path, columns: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in columns]
    if missing:
        needs = f" it needs {', '.join(required)}," if len(required) > 1 else ""
        raise DatasetError(
            f"{path} has no column {missing[0]!r};{needs} its columns are "
            f"{', '.join(columns) or 'none'}"
        )
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise DatasetError(f"{path} has more than one column {min(twice)!r}; keep one")
