"""The folders whose songs the catalogue has: listed, and forgotten."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from vibelux.library.catalogue import Catalogue
from vibelux.library.column_files import discard
from vibelux.library.databases.database import database_of
from vibelux.library.forgotten_songs import keep
from vibelux.library.schema import folder_range, folders, path_bytes, path_of, songs


class Counts(NamedTuple):
    """Songs below a folder by their state.

    Attributes:
        songs: that can be played.
        failed: files that cannot be analysed, dismissed ones too.
        missing: songs whose file is gone.

    """

    songs: int
    failed: int
    missing: int


@dataclass(frozen=True)
class Folder:
    """A folder of the catalogue.

    Attributes:
        path: of the folder.
        songs: below it that can be played.
        failed: files below it that cannot be analysed.
        missing: songs below it whose file is gone.
        scanned_at: when it was scanned last, seconds since 1970; None: it is what the songs have
            in common that were found in another way.

    """

    path: Path
    songs: int
    failed: int
    missing: int
    scanned_at: int | None

    @property
    def key(self) -> str:
        """What tells the folder from others, in letters that any address may hold."""
        return blake2b(path_bytes(self.path), digest_size=8).hexdigest()


def folders_of(catalogue: Catalogue) -> list[Folder]:
    """Return the folders that were scanned and have songs, by path, and what holds the others.

    Raises:
        CatalogueError: the catalogue cannot be read.

    """
    with catalogue.reading() as connection:
        scanned = connection.execute(select(folders).order_by(folders.c.path)).all()
        inside = [below(path_of(row.path)) for row in scanned]
        found = [
            Folder(path_of(row.path), *_counts(connection, which), row.scanned_at)
            for row, which in zip(scanned, inside, strict=True)
        ]
        elsewhere = and_(true(), *(not_(which) for which in inside))
        others = and_(songs.c.server.is_(None), elsewhere)
        found += [
            Folder(path, *_counts(connection, and_(others, below(path))), None)
            for path in dict.fromkeys(_common(connection, elsewhere))
        ]
    return sorted(
        (folder for folder in found if folder.songs or folder.failed or folder.missing),
        key=lambda folder: path_bytes(folder.path),
    )


def note_scanned(connection: Connection, walked: Sequence[Path]) -> None:
    """Note folders as scanned; of those that lie in one another the outermost counts.

    Args:
        connection: to the catalogue, in a transaction that writes.
        walked: real paths of folders.

    """
    for path in sorted(set(walked), key=lambda path: len(path.parts)):
        above = [path_bytes(one) for one in path.parents]
        if connection.scalar(select(exists().where(folders.c.path.in_(above)))):
            continue  # it is a part of that one
        low, high = folder_range(path)
        inside = and_(folders.c.path >= low, folders.c.path < high)
        connection.execute(delete(folders).where(inside))
        row = {"path": path_bytes(path), "scanned_at": int(time.time())}
        statement = database_of(connection).insert(folders).values(**row)
        connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=row))


def count(catalogue: Catalogue, folder: Path) -> Counts:
    """Count the songs that the catalogue has below a folder.

    Args:
        catalogue: an open one.
        folder: as the catalogue knows it: absolute, without links to folders; or one file.

    """
    with catalogue.reading() as connection:
        return _counts(connection, below(folder))


def forget(catalogue: Catalogue, folder: Path, *, but: Sequence[Path] = ()) -> int:
    """Remove all songs below a folder from the catalogue; no file is touched.

    Likes, plays and corrections are kept: songs that come again by a scan have them.

    Args:
        catalogue: an open one.
        folder: as of `count`; it need not be there any more.
        but: folders below it whose songs stay.

    Returns:
        songs removed, in any state.

    Raises:
        CatalogueLocked: a scan runs, or another program writes.
        CatalogueError: the catalogue cannot be written.

    """
    which = and_(below(folder), *(not_(below(path)) for path in but))
    low, high = folder_range(folder)
    inside = and_(folders.c.path >= low, folders.c.path < high)
    noted = or_(folders.c.path == path_bytes(folder), inside)
    stay = [path_bytes(path) for path in but]
    with catalogue.database.scan_lock(), catalogue.writing() as connection:
        keep(connection, which)
        removed = connection.execute(delete(songs).where(which)).rowcount
        connection.execute(delete(folders).where(noted, folders.c.path.not_in(stay)))
    discard(catalogue.path)  # nothing is left that names their files
    return removed


def below(folder: Path) -> ColumnElement[bool]:
    """Return the condition on songs that they are files below a folder, or the file itself."""
    low, high = folder_range(folder)
    inside = and_(songs.c.path >= low, songs.c.path < high)
    return and_(songs.c.server.is_(None), or_(songs.c.path == path_bytes(folder), inside))


def _counts(connection: Connection, which: ColumnElement[bool]) -> Counts:
    states = ("ok", "failed", "missing")
    sums = (func.coalesce(func.sum(case((songs.c.state == s, 1), else_=0)), 0) for s in states)
    return Counts(*connection.execute(select(*sums).where(which)).one())


def _common(connection: Connection, which: ColumnElement[bool]) -> Iterator[Path]:
    """Yield the folders that songs have in common: one for each folder below the root.

    Only the first and the last path of each are read: what these share, those between share too.
    """
    path, after = songs.c.path, b""
    # By the index of paths: by that of servers SQLite would sort all songs for each question.
    server: ColumnElement[Any] = literal_column(database_of(connection).unindexed("songs.server"))
    which = and_(server.is_(None), which)
    while True:
        later = select(path).where(which, path >= after).order_by(path).limit(1)
        first: bytes | None = connection.scalar(later)
        if first is None:
            return
        low, after = folder_range(Path(*path_of(first).parts[:2]))
        if first < low:  # a file beside these folders
            after = first + b"\0"
        inside = select(path).where(which, path >= first, path < after)
        last = connection.scalar(inside.order_by(path.desc()).limit(1)) or first
        yield Path(os.path.commonpath([path_of(one).parent for one in (first, last)]))
