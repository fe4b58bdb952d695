"""What a scan knows and writes: which files are new, where known content went, what is gone.

All lists of files live in temporary tables of the catalogue's connection, so that the memory of a
scan does not grow with the number of songs. Every outcome is committed at once.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from vibelux.library.scan_files import Found
from vibelux.library.schema import OWN, TAGS, VERDICT, folder_range, path_bytes, path_of, songs
from vibelux.library.schema_blobs import REVISION, mood_of
from vibelux.library.tags import Tags, renamed, tags_of_name
from vibelux.library.workers_process import Job, Outcome

Change = Literal["analysed", "unchanged", "moved", "copied", "failed", "vanished"]

_KNOWN_LIMIT = 1000
"""Hashes sent with a job; songs of exactly the same size are few."""

_COPIES_LIMIT = 50
"""Songs of the same content that are looked at, to find the one whose file is gone."""

_temporary = MetaData()
_seen = Table(
    "scan_seen", _temporary, Column("id", Integer, primary_key=True), prefixes=["TEMPORARY"]
)
_pending = Table(
    "scan_pending",
    _temporary,
    Column("key", Integer, primary_key=True),
    Column("path", LargeBinary, unique=True, nullable=False),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("song_id", Integer),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class Terms:
    """What a scan counts as done.

    Attributes:
        model: id of the model; songs of another one are analysed again.
        retry: analyse failed files again although they have not changed.
        again: analyse everything again.

    """

    model: str
    retry: bool = False
    again: bool = False

    def hold_for(self, song: Row[Any]) -> bool:
        """Tell whether a song's verdict still counts, if its file has not changed."""
        if mood_of(song.mood) is not None:
            return song.model == self.model and (song.revision or 0) >= REVISION
        return song.reason_code is not None and not self.retry


class Ledger:
    """The books of one scan, on a connection of its own."""

    def __init__(self, connection: Connection, terms: Terms) -> None:
        self._connection = connection
        self._terms = terms
        with connection.begin():
            _temporary.create_all(connection, checkfirst=False)

    def enter(self, found: Sequence[Found]) -> tuple[int, int]:
        """Sort files into those that are done and those that need a worker.

        Args:
            found: at most a few hundred files.

        Returns:
            files that are unchanged, and how many of these had been missing.

        """
        by_path = {path_bytes(file.path): file for file in found}
        with self._connection.begin():
            query = select(songs).where(songs.c.path.in_(list(by_path)))
            rows = {row.path: row for row in self._connection.execute(query)}
            done = [row for path, row in rows.items() if self._is_done(row, by_path[path])]
            returned = [row.id for row in done if row.state == "missing"]
            self._run(insert(_seen).prefix_with("OR IGNORE"), [{"id": r.id} for r in rows.values()])
            if returned:
                self._connection.execute(
                    update(songs).where(songs.c.id.in_(returned)).values(state=_present_state())
                )
            finished = {row.path for row in done}
            pending = [
                {
                    "path": path,
                    "size": file.size,
                    "mtime_ns": file.mtime_ns,
                    "song_id": rows[path].id if path in rows else None,
                }
                for path, file in by_path.items()
                if path not in finished
            ]
            self._run(insert(_pending).prefix_with("OR IGNORE"), pending)
        return len(done), len(returned)

    def pending(self) -> int:
        """Return how many files need a worker."""
        with self._connection.begin():
            return self._connection.scalar(select(func.count()).select_from(_pending)) or 0

    def jobs(self) -> Iterator[Job]:
        """Yield the jobs of all pending files in the order they were found."""
        last = 0
        while True:
            with self._connection.begin():
                query = select(_pending).where(_pending.c.key > last).order_by(_pending.c.key)
                rows = self._connection.execute(query.limit(200)).all()
            if not rows:
                return
            for row in rows:
                yield Job(row.key, path_of(row.path), self._known(row))
                last = row.key

    def settle(self, outcome: Outcome) -> Change | None:
        """Write down what became of a file.

        Returns:
            what it was; None if its content was known when the job began and is no longer: then
            the job must be done again without `Job.known`.

        """
        with self._connection.begin():
            query = select(_pending).where(_pending.c.key == outcome.job.key)
            pending = self._connection.execute(query).one()
            if outcome.reason_code == "vanished":
                self._unsee(pending.song_id)
                return "vanished"
            values = {
                "path": pending.path,
                "size": pending.size,
                "mtime_ns": pending.mtime_ns,
                "content_hash": outcome.content_hash,
            }
            source = self._source(pending, outcome.content_hash)
            if outcome.reason_code is None and not outcome.values:
                return self._settle_known(pending, source, values)
            values |= dict.fromkeys(VERDICT)
            values |= outcome.values or tags_of_name(outcome.job.path).values()
            values |= {"reason_code": outcome.reason_code, "reason": outcome.reason}
            values |= {"state": "failed" if outcome.reason_code else "ok"}
            values |= {"analysed_at": int(time.time())}
            moved = source is not None and pending.song_id is None and _is_gone(source, pending)
            self._write(source.id if source is not None and moved else pending.song_id, values)
            return "failed" if outcome.reason_code else "analysed"

    def mark_missing(self, folders: Sequence[Path], unreachable: Sequence[Path]) -> int:
        """Mark the songs below folders that this scan has not seen.

        Args:
            folders: that were walked.
            unreachable: below them, where nothing can be said.

        Returns:
            songs that are missing now and were not before.

        """
        gone = and_(
            songs.c.state != "missing",
            or_(false(), *(_below(folder) for folder in folders)),
            *(not_(_below(folder)) for folder in unreachable),
            not_(exists().where(_seen.c.id == songs.c.id)),
        )
        with self._connection.begin():
            result = self._connection.execute(update(songs).where(gone).values(state="missing"))
            return result.rowcount

    def count_below(self, folder: Path) -> int:
        """Return how many songs below a folder (or the file itself) are not missing."""
        query = select(func.count()).where(_below(folder), songs.c.state != "missing")
        with self._connection.begin():
            return self._connection.scalar(query) or 0

    def _is_done(self, row: Row[Any], file: Found) -> bool:
        same = (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
        return same and not self._terms.again and self._terms.hold_for(row)

    def _known(self, pending: Row[Any]) -> frozenset[bytes]:
        if self._terms.again:
            return frozenset()
        counts = and_(
            songs.c.mood.is_not(None),
            songs.c.model == self._terms.model,
            songs.c.revision >= REVISION,
        )
        if not self._terms.retry:
            counts = or_(counts, and_(songs.c.mood.is_(None), songs.c.reason_code.is_not(None)))
        query = select(songs.c.content_hash).where(
            songs.c.server.is_(None),
            songs.c.size == pending.size,
            songs.c.content_hash.is_not(None),
            counts,
        )
        with self._connection.begin():
            return frozenset(self._connection.scalars(query.limit(_KNOWN_LIMIT)))

    def _source(self, pending: Row[Any], content_hash: bytes | None) -> Row[Any] | None:
        """Return the song with this content: the file's own, else one whose file is gone."""
        if content_hash is None:
            return None
        same = and_(
            songs.c.server.is_(None),
            songs.c.size == pending.size,
            songs.c.content_hash == content_hash,
        )
        likely = ((songs.c.id == pending.song_id).desc(), (songs.c.state == "missing").desc())
        query = select(songs).where(same).order_by(*likely).limit(_COPIES_LIMIT)
        rows = self._connection.execute(query).all()
        own = [row for row in rows if row.id == pending.song_id]
        held = own or sorted(
            rows, key=lambda row: (_is_gone(row, pending), self._terms.hold_for(row)), reverse=True
        )
        return held[0] if held else None

    def _settle_known(
        self, pending: Row[Any], source: Row[Any] | None, values: dict[str, Any]
    ) -> Change | None:
        if source is None or not self._terms.hold_for(source):
            return None
        values["state"] = "failed" if source.mood is None else "ok"
        if source.id == pending.song_id:
            self._write(source.id, values)
            return "unchanged"
        before = Tags(**{name: source._mapping[name] for name in TAGS})
        tags = renamed(before, before=path_of(source.path), after=path_of(pending.path))
        moved = pending.song_id is None and _is_gone(source, pending)
        if not moved:
            values |= {name: source._mapping[name] for name in (*VERDICT, *OWN)}
        self._write(source.id if moved else pending.song_id, values | tags.values())
        return "moved" if moved else "copied"

    def _write(self, song_id: int | None, values: dict[str, Any]) -> None:
        if song_id is not None:
            self._connection.execute(update(songs).where(songs.c.id == song_id).values(**values))
        else:
            statement = upsert(songs).values(**values)
            # The path may have come into the catalogue since, by an import.
            statement = statement.on_conflict_do_update(index_elements=["path"], set_=values)
            self._connection.execute(statement)
            query = select(songs.c.id).where(songs.c.path == values["path"])
            song_id = self._connection.scalar(query)
        self._run(insert(_seen).prefix_with("OR IGNORE"), [{"id": song_id}])

    def _unsee(self, song_id: int | None) -> None:
        """Let a song count as not found."""
        if song_id is not None:
            self._connection.execute(_seen.delete().where(_seen.c.id == song_id))

    def _run(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(statement, rows)


def _present_state() -> Any:
    """Return the state of a song whose file is there, from what is known about it."""
    return case((songs.c.mood.is_not(None), literal("ok")), else_=literal("failed"))


def _below(folder: Path) -> Any:
    low, high = folder_range(folder)
    inside = and_(songs.c.path >= low, songs.c.path < high)
    return or_(songs.c.path == path_bytes(folder), inside)


def _is_gone(song: Row[Any], pending: Row[Any]) -> bool:
    """Tell whether a song's file is no longer there, so that another one can be its new place."""
    before, after = path_of(song.path), path_of(pending.path)
    try:
        # A name that differs in case only is the same file on macOS and Windows.
        if str(before).lower() == str(after).lower():
            return before.samefile(after)
        return not os.path.lexists(before)
    except OSError:
        return True
