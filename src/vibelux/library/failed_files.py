"""Files that cannot be analysed: listed by folder, put aside, and tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, select

from vibelux.library.catalogue import Catalogue
from vibelux.library.databases.database import database_of
from vibelux.library.schema import dismissed_failures, path_of, songs
from vibelux.library.schema_blobs import text_of


@dataclass(frozen=True)
class FailedFile:
    """A file that cannot be analysed.

    Attributes:
        id: of its song.
        path: of the file.
        code: one word as of `AudioError.code`.
        reason: a sentence.

    """

    id: int
    path: Path
    code: str
    reason: str


def failed_files(catalogue: Catalogue, *, limit: int | None = None) -> list[FailedFile]:
    """Return the files that failed and were not dismissed, by path.

    Args:
        catalogue: an open one; of its server's songs, if it has one.
        limit: at most so many; None: all.

    Raises:
        CatalogueError: the catalogue cannot be read.

    """
    columns = (songs.c.id, songs.c.path, songs.c.reason_code, songs.c.reason)
    query = select(*columns).where(_failed(catalogue), not_(_dismissed)).order_by(songs.c.path)
    with catalogue.reading() as connection:
        return [
            FailedFile(row.id, path_of(row.path), text_of(row[2]) or "", text_of(row[3]) or "")
            for row in connection.execute(query.limit(limit))
        ]


def count_failed(catalogue: Catalogue) -> int:
    """Return how many files failed and were not dismissed."""
    query = select(func.count()).where(_failed(catalogue), not_(_dismissed))
    with catalogue.reading() as connection:
        return connection.scalar(query) or 0


def dismiss(catalogue: Catalogue, ids: Sequence[int] | None = None) -> int:
    """Put failures aside until their files change.

    Args:
        catalogue: an open one.
        ids: of their songs; None: all there are.

    Returns:
        how many were put aside.

    Raises:
        CatalogueError: it cannot be written.

    """
    which = and_(_failed(catalogue), not_(_dismissed))
    if ids is not None:
        which = and_(which, songs.c.id.in_(list(ids)))
    with catalogue.writing() as connection:
        found = connection.scalars(select(songs.c.id).where(which)).all()
        state = select(songs.c.id, songs.c.size, songs.c.mtime_ns).where(which)
        statement = database_of(connection).insert(dismissed_failures)
        statement = statement.from_select(["song", "size", "mtime_ns"], state)
        now = {name: statement.excluded[name] for name in ("size", "mtime_ns")}
        connection.execute(statement.on_conflict_do_update(index_elements=["song"], set_=now))
    return len(found)


def show_again(catalogue: Catalogue) -> None:
    """Take back all that was put aside."""
    with catalogue.writing() as connection:
        connection.execute(delete(dismissed_failures))


def _failed(catalogue: Catalogue) -> ColumnElement[bool]:
    return and_(songs.c.server == catalogue.server, songs.c.state == "failed")


_dismissed = exists().where(
    dismissed_failures.c.song == songs.c.id,
    dismissed_failures.c.size.is_not_distinct_from(songs.c.size),
    dismissed_failures.c.mtime_ns.is_not_distinct_from(songs.c.mtime_ns),
)
