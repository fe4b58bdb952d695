"""``song_embeddings.json``: ``{path: [seven numbers]}``, read and written.

The numbers of a song are its mood in the order of `EMOTIONS`. Paths are absolute, or relative to
the folder of the file.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, select

from vibelux.atomic_file import atomic_file
from vibelux.emotions import as_mood
from vibelux.errors import InvalidMood, PlaylistError
from vibelux.library.catalogue import Catalogue
from vibelux.library.databases.database import database_of
from vibelux.library.real_paths import as_scanned, real
from vibelux.library.schema import path_bytes, path_of, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.tags import tags_of_name

IMPORTED = "imported"
"""The model id of songs whose mood came from such a file; a scan replaces them by its own."""


@dataclass
class ImportReport:
    """What an import did.

    Attributes:
        imported: songs written.
        missing: of these, songs whose file is not there; they are kept as missing.
        kept: songs that a model of one's own has analysed already; left as they are.
        rejected: (row, reason) of every row that cannot be used.

    """

    imported: int = 0
    missing: int = 0
    kept: int = 0
    rejected: list[tuple[str, str]] = field(default_factory=list)


def export_embeddings(catalogue: Catalogue, path: Path) -> int:
    """Write the moods of all playable songs; the file is replaced in one step or not at all.

    Args:
        catalogue: with the songs.
        path: of the JSON file.

    Returns:
        the number of songs written.

    Raises:
        PlaylistError: the file cannot be written; one that was there before is unharmed.

    """
    exported = SongColumns.of(catalogue, "paths").playable
    with _replacing(path) as file:
        file.write("{")
        for number, (stored, mood) in enumerate(zip(exported.paths, exported.moods, strict=True)):
            # ASCII escapes carry also the bytes of a name that are not text.
            numbers = json.dumps([round(float(share), 7) for share in mood])
            file.write(f"{',' if number else ''}\n  {json.dumps(str(path_of(stored)))}: {numbers}")
        file.write("\n}\n")
    return len(exported)


def import_embeddings(catalogue: Catalogue, path: Path) -> ImportReport:
    """Read moods into the catalogue: every row that is good, and a reason for every other one.

    Args:
        catalogue: that receives the songs.
        path: of the JSON file.

    Raises:
        PlaylistError: the file cannot be read or is not such JSON; nothing was changed.

    """
    try:
        # Pairs instead of a dictionary: a path that is given twice must not pass unseen.
        rows = json.loads(path.read_bytes(), object_pairs_hook=_Pairs)
    except OSError as error:
        raise PlaylistError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise PlaylistError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(rows, _Pairs):
        raise PlaylistError(
            f'{path} holds no {{"path": [seven numbers], …}}, but a {type(rows).__name__}'
        )
    folder = real(path.parent)
    report = ImportReport()
    taken: set[bytes] = set()
    with catalogue.writing() as connection:
        for name, numbers in rows:
            try:
                values = _values(name, numbers, folder, catalogue)
            except ValueError as error:  # InvalidMood is one
                report.rejected.append((name, str(error)))
                continue
            if values["path"] in taken:
                report.rejected.append((name, "the path is given twice; the first one counts"))
                continue
            taken.add(values["path"])
            if not _write(connection, values):
                report.kept += 1
                continue
            report.imported += 1
            report.missing += values["state"] == "missing"
    return report


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs."""


def _values(name: str, numbers: Any, folder: Path, catalogue: Catalogue) -> dict[str, Any]:
    """Return the catalogue's columns for a row; raise ValueError with what is wrong in it."""
    if isinstance(numbers, _Pairs) or not isinstance(numbers, list):
        raise ValueError(f"a mood is a list of seven numbers, not {_shown(numbers)}")
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise ValueError(f"a mood is a list of seven numbers, not {_shown(numbers)}")
    try:
        mood = as_mood(numbers)
    except OverflowError as error:
        raise InvalidMood(f"a number is too large in {_shown(numbers)}") from error
    if not name or "\0" in name:
        raise ValueError("the path is empty or holds a NUL character")
    path = as_scanned(folder / name)
    try:
        if path.is_symlink() and (song := catalogue.song_at(path)) is not None:
            path = song.path  # known under its own name
        there = path.is_file()
        stored = path_bytes(path)
    except (OSError, UnicodeError) as error:
        raise ValueError(f"the path cannot be used here: {error}") from error
    return tags_of_name(path).values() | {
        "path": stored,
        "mood": vector_blob(mood),
        "model": IMPORTED,
        "state": "ok" if there else "missing",
    }


def _write(connection: Connection, values: dict[str, Any]) -> bool:
    """Write a song unless a model has analysed it."""
    query = select(songs.c.model, songs.c.mood).where(songs.c.path == values["path"])
    row = connection.execute(query).one_or_none()
    if row is not None and row.mood is not None and row.model != IMPORTED:
        return False
    cleared = {
        "valence": None,
        "arousal": None,
        "tension": None,
        "quadrant": None,
        "embedding": None,
        "course": None,
        "loudness": None,
        "peak": None,
        "revision": None,
        "reason_code": None,
        "reason": None,
    }
    statement = database_of(connection).insert(songs).values(**values, **cleared)
    statement = statement.on_conflict_do_update(index_elements=["path"], set_=values | cleared)
    connection.execute(statement)
    return True


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:59] + "…"


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    """Yield a file that takes the place of another one when the block ends well."""
    try:
        with (
            atomic_file(path, private=True) as part,
            part.open("w", encoding="ascii", newline="\n") as file,
        ):
            yield file
    except OSError as error:
        raise PlaylistError(f"cannot write {path}: {error.strerror or error}") from error
