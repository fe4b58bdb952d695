"""What a scan knows and writes: which files are new, what became of each, what is gone.

Which song a file is, says `vibelux.library.scan_sources`. Every outcome is committed at once. Files
that could not be read before come last: where a disk is bad in places, they hold up nothing else.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    Row,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from vibelux.errors import AudioError
from vibelux.library.databases.database import database_of
from vibelux.library.durable_commits import DurableCommits
from vibelux.library.folders import below, note_scanned
from vibelux.library.forgotten_songs import recall
from vibelux.library.path_names import is_named, tags_from_path, with_names_of_path
from vibelux.library.scan_files import Found
from vibelux.library.scan_sources import Sources
from vibelux.library.scan_tables import create_table, pending_files
from vibelux.library.scan_verdicts import Terms, is_unread, outlives
from vibelux.library.schema import OWN, VERDICT, folder_range, path_bytes, path_of, songs
from vibelux.library.schema_blobs import REVISION, mood_rows
from vibelux.library.seen_songs import SeenSongs
from vibelux.library.song_identity import (
    key_after,
    key_of,
)
from vibelux.library.tags import Tags
from vibelux.library.workers_process import Job, Outcome
from vibelux.model_statistics import SongStatistics

Change = Literal["analysed", "unchanged", "moved", "copied", "failed", "unread", "vanished"]

_TAGS = tuple(field.name for field in fields(Tags))


_KNOWN = "SELECT {} FROM songs".format(
    ", ".join(
        (
            *("id", "path", "size", "mtime_ns", "state"),
            *("mood", "model", "revision", "reason_code", "reason", *_TAGS),
        )
    )
)
_SETTLED = (
    "SELECT path, size, mtime_ns, id, mood FROM songs WHERE path IN ({}) AND model = ? "
    "AND revision >= ? AND state = 'ok' AND reason_code IS NULL "
    "AND (albumartist IS NOT NULL OR (album IS NOT NULL AND artist IS NOT NULL))"
)
"""Of songs of which nothing is to be done, if their files are the same and their moods can be used:
what `Terms.need_nothing` and `is_named` say, of nearly all songs, in one question."""

_READ = 10_000
"""Ids read at once."""

_TOGETHER = 1000
"""Songs marked at once."""


class Ledger:
    """What one scan knows and writes, on a connection of its own.

    Args:
        connection: to the catalogue.
        terms: what counts as done.
        roots: the folders that are scanned; names of folders below them tell of untagged files.
        usual: how near embeddings of the model in use are to each other.

    """

    def __init__(
        self, connection: Connection, terms: Terms, roots: Sequence[Path], usual: SongStatistics
    ) -> None:
        self._connection, self._database = connection, database_of(connection)
        self._terms, self._usual = terms, usual
        self._roots = sorted(roots, key=lambda root: len(root.parts))
        self._sources = Sources(connection, terms, usual)
        self._commits = DurableCommits(connection)
        with connection.begin():
            create_table(connection)
        self._seen = SeenSongs()

    def enter(self, found: Sequence[Found]) -> tuple[int, int]:
        """Sort files into those that are done and those that need a worker.

        Args:
            found: at most a few thousand files.

        Returns:
            files that are unchanged, and how many of these had been missing.

        """
        by_path = {file.stored: file for file in found}
        with self._commits.begin():
            settled = self._take_settled(by_path)
            if not by_path:
                return settled, 0
            query = f"{_KNOWN} WHERE path IN ({', '.join('?' * len(by_path))})"
            query = self._database.sql(query)
            known = self._connection.exec_driver_sql(query, tuple(by_path)).all()
            have_mood = np.any(mood_rows([row.mood for row in known]), axis=1).tolist()
            done = [
                row
                for row, has_mood in zip(known, have_mood, strict=True)
                if self._is_done(row, by_path[row.path], has_mood=has_mood)
            ]
            returned = [row.id for row in done if row.state == "missing"]
            self._seen.add(np.array([row.id for row in known], np.int64))
            rows = {row.path: row for row in known}
            if returned:
                self._connection.execute(
                    update(songs).where(songs.c.id.in_(returned)).values(state=_present_state())
                )
            self._name(done)
            finished = {row.path for row in done}
            pending = [
                {
                    "path": path,
                    "size": _size(file, rows.get(path)),
                    "mtime_ns": file.mtime_ns,
                    "song_id": rows[path].id if path in rows else None,
                    "last": path in rows and is_unread(rows[path]),
                }
                for path, file in by_path.items()
                if path not in finished
            ]
            if pending:
                statement = self._database.insert(pending_files).on_conflict_do_nothing()
                self._connection.execute(statement, pending)
        return settled + len(done), len(returned)

    def _take_settled(self, by_path: dict[bytes, Found]) -> int:
        """Take files out that need no second look, and return how many they are."""
        if self._terms.again:
            return 0
        query = _SETTLED.format(", ".join("?" * len(by_path)))
        with closing(self._database.cursor(self._connection)) as cursor:
            rows = cursor.execute(query, (*by_path, self._terms.model, REVISION)).fetchall()
        rows = [row for row in rows if row[:3] == by_path[row[0]]]
        usable = np.any(mood_rows([row[4] for row in rows]), axis=1)
        self._seen.add(np.array([row[3] for row in rows], np.int64)[usable])
        for row, is_usable in zip(rows, usable.tolist(), strict=True):
            if is_usable:
                del by_path[row[0]]
        return int(np.count_nonzero(usable))

    def pending(self) -> int:
        """Return how many files need a worker."""
        with self._connection.begin():
            return self._connection.scalar(select(func.count()).select_from(pending_files)) or 0

    def pending_last(self) -> int:
        """Return how many of these come last."""
        query = select(func.count()).where(pending_files.c.last)
        with self._connection.begin():
            return self._connection.scalar(query) or 0

    def jobs(self) -> Iterator[Job]:
        """Yield the jobs of all pending files in the order they were found, unread ones last."""
        for last in (False, True):
            before = 0
            while True:
                with self._connection.begin():
                    query = select(pending_files).where(pending_files.c.last == last)
                    query = query.where(pending_files.c.key > before).order_by(pending_files.c.key)
                    rows = self._connection.execute(query.limit(200)).all()
                if not rows:
                    break
                for row in rows:
                    yield Job(row.key, path_of(row.path), self._sources.known(row))
                    before = row.key

    def settle(self, outcome: Outcome) -> Change | None:
        """Write down what became of a file.

        Returns:
            what it was; None if its content was known when the job began and is no longer: then
            the job must be done again without `Job.known`.

        """
        outcome = self._with_names(outcome)
        with self._commits.begin():
            query = select(pending_files).where(pending_files.c.key == outcome.job.key)
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
            own = self._connection.execute(
                select(songs).where(songs.c.path == pending.path)
            ).one_or_none()
            source = self._sources.of_content(pending, own, outcome.content_hash)
            if outcome.values and source is None:
                source = self._sources.of_sound(pending, own, outcome.values)
            if moved := source is not None and self._sources.has_come(source, own, pending):
                own = self._leave(source, own)
            elif own is not None and self._sources.is_replaced(own, source, outcome):
                self._set_aside(own)
                own = None
            if outcome.reason_code is None and not outcome.values:
                return self._settle_known(own, source, values, outcome.tags, moved=moved)
            song = source if moved else own
            if outcome.reason_code is not None:
                return self._settle_failure(own, song, outcome, values)
            values |= self._identity(own, source, outcome)
            values |= dict.fromkeys(VERDICT) | outcome.values
            values |= {"state": "ok", "analysed_at": int(time.time())}
            self._write(own, song, values)
            return "analysed"

    def note_folders(self, walked: Sequence[Path]) -> None:
        """Note folders as scanned, as of `vibelux.library.folders.note_scanned`."""
        with self._commits.begin():
            note_scanned(self._connection, walked)

    def rest(self) -> None:
        """Take what was written to the disk, if that is due; called while workers are busy."""
        self._commits.rest()

    def finish(self) -> None:
        """Take everything that was written to the disk."""
        self._commits.settle()

    def mark_missing(self, folders: Sequence[Path], unreachable: Sequence[Path]) -> int:
        """Mark the songs below folders that this scan has not seen.

        Args:
            folders: that were walked.
            unreachable: below them, where nothing can be said.

        Returns:
            songs that are missing now and were not before.

        """
        missing = [np.empty(0, np.int64)]
        with self._commits.begin():
            found = self._ids_below(folders, unreachable)
            missing += [ids[~self._seen.among(ids)] for ids in found]
            gone = np.unique(np.concatenate(missing))  # folders may lie in one another
            for first in range(0, gone.size, _TOGETHER):
                which = songs.c.id.in_(gone[first : first + _TOGETHER].tolist())
                self._connection.execute(update(songs).where(which).values(state="missing"))
        return gone.size

    def _ids_below(
        self, folders: Sequence[Path], unreachable: Sequence[Path]
    ) -> Iterator[NDArray[np.int64]]:
        """Yield the ids of all songs below folders (and at their own paths) that are not missing.

        Read as they lie in the index of paths: that takes a tenth of what one condition takes in
        which all of this is said.
        """
        server = self._database.unindexed("server")
        others = " AND path <> ? AND NOT (path >= ? AND path < ?)" * len(unreachable)
        left_out = [one for path in unreachable for one in (path_bytes(path), *folder_range(path))]
        with closing(self._database.cursor(self._connection)) as cursor:
            for folder in folders:
                for which, values in (
                    ("path = ?", (path_bytes(folder),)),
                    ("path >= ? AND path < ?", folder_range(folder)),
                ):
                    query = (
                        f"SELECT id FROM songs WHERE {which} AND {server} IS NULL "
                        f"AND state <> 'missing'{others}"
                    )
                    found = self._database.chunks(cursor, query, (*values, *left_out), _READ)
                    for rows in found:
                        yield np.array(rows, np.int64)[:, 0]

    def mark_gone(self, files: Sequence[Path]) -> int:
        """Mark songs as missing whose files are known to be gone, and return how many were not."""
        with self._commits.begin():
            for file in files:
                gone = songs.c.path == path_bytes(file), songs.c.server.is_(None)
                self._connection.execute(update(songs).where(*gone).values(state="missing"))
        return len(files)

    def count_below(self, folder: Path) -> int:
        """Return how many songs below a folder (or the file itself) are not missing."""
        query = select(func.count()).where(below(folder), songs.c.state != "missing")
        with self._connection.begin():
            return self._connection.scalar(query) or 0

    def _is_done(self, row: Row[Any], file: Found, *, has_mood: bool) -> bool:
        same: bool = row.size == file.size and row.mtime_ns == file.mtime_ns
        return same and self._terms.need_nothing(row, has_mood=has_mood)

    def _name(self, done: Sequence[Row[Any]]) -> None:
        """Name unchanged songs that have no tags by their paths."""
        for row in done:
            if is_named(row.artist, row.album, row.albumartist):
                continue
            path = path_of(row.path)
            tags = Tags(**{name: row._mapping[name] for name in _TAGS})
            told = with_names_of_path(tags, path, self._root_of(path))
            if told != tags:
                self._connection.execute(
                    update(songs).where(songs.c.id == row.id).values(**told.values())
                )

    def _with_names(self, outcome: Outcome) -> Outcome:
        """Return an outcome; a file without tags has those that its path tells."""
        path = outcome.job.path
        root = self._root_of(path)

        def told(columns: dict[str, Any]) -> dict[str, Any]:
            if "title" not in columns:
                return columns
            tags = Tags(**{name: columns.get(name) for name in _TAGS})
            return columns | with_names_of_path(tags, path, root).values()

        return replace(outcome, values=told(outcome.values), tags=told(outcome.tags))

    def _tags_from(self, path: Path) -> dict[str, Any]:
        return tags_from_path(path, self._root_of(path)).values()

    def _root_of(self, path: Path) -> Path | None:
        return next((root for root in self._roots if path.is_relative_to(root)), None)

    def _leave(self, source: Row[Any], own: Row[Any] | None) -> Row[Any] | None:
        """Let a song leave its place, to which the song that it replaces goes.

        What becomes of that one is seen later, unless no file is left there.

        Returns:
            the song that the catalogue has at the new place now.

        """
        left = update(pending_files).where(pending_files.c.path == source.path)
        if own is None or (is_unread(own) and own.mood is None):  # nothing is known that could go
            self._connection.execute(left.values(song_id=None))
            return own
        for song_id, path in (
            (own.id, b"\0" + own.path),  # no file has such a name, and no two songs have the same
            (source.id, own.path),
            (own.id, source.path),
        ):
            statement = update(songs).where(songs.c.id == song_id)
            self._connection.execute(statement.values(path=path))
        came = update(pending_files).where(pending_files.c.path == own.path)
        self._connection.execute(came.values(song_id=source.id))
        if not self._connection.execute(left.values(song_id=own.id)).rowcount:
            self._connection.execute(
                update(songs).where(songs.c.id == own.id).values(state="missing")
            )
            self._unsee(own.id)
        return source

    def _set_aside(self, own: Row[Any]) -> None:
        """Take a song out of its place, in which there is another one now; it may be found later.

        Until then it is missing, at a path below the file, where there can be none.
        """
        aside = own.path + b"/%d" % own.id
        self._connection.execute(
            update(songs).where(songs.c.id == own.id).values(path=aside, state="missing")
        )
        self._unsee(own.id)

    def _identity(
        self, own: Row[Any] | None, source: Row[Any] | None, outcome: Outcome
    ) -> dict[str, Any]:
        """Return what stays with a song whatever becomes of its file: its key and correction.

        Args:
            own: the song of the file's path, if there is one.
            source: the song that the file is, if it is known.
            outcome: of its analysis.

        """
        if source is not None:
            return {"known_by": key_of(source)} | {name: source._mapping[name] for name in OWN}
        known_by = {"known_by": key_after(self._connection, own, outcome.values, self._usual)}
        if own is not None:
            return known_by
        return known_by | recall(self._connection, outcome.content_hash, outcome.values)

    def _settle_failure(
        self,
        own: Row[Any] | None,
        song: Row[Any] | None,
        outcome: Outcome,
        values: dict[str, Any],
    ) -> Change:
        transient = outcome.reason_code in AudioError.TRANSIENT
        reason = {"reason_code": outcome.reason_code, "reason": outcome.reason}
        if song is not None and outlives(song, outcome):
            moved = own is None or own.id != song.id
            values = (values if moved else {}) | {"state": _present_state()}
            if transient:
                values |= reason  # so that the next scan tries again
        else:
            values |= dict.fromkeys(VERDICT) | self._tags_from(outcome.job.path) | reason
            values |= {"known_by": key_after(self._connection, song, {}, self._usual)}
            values |= {"state": "failed", "analysed_at": int(time.time())}
            if transient:
                values["content_hash"] = None  # nothing is known of this content
        self._write(own, song, values)
        return "unread" if transient else "failed"

    def _settle_known(
        self,
        own: Row[Any] | None,
        source: Row[Any] | None,
        values: dict[str, Any],
        tags: dict[str, Any],
        *,
        moved: bool,
    ) -> Change | None:
        if source is None or not self._terms.hold_for(source):
            return None
        values["state"] = "failed" if source.mood is None else "ok"
        if source.mood is not None:  # and its file could be read
            values |= {"reason_code": None, "reason": None}
        if moved or (own is not None and source.id == own.id):
            self._write(own, source, values | tags)
            return "moved" if moved else "unchanged"
        copy = {name: source._mapping[name] for name in (*VERDICT, *OWN)}
        self._write(own, own, copy | values | tags | {"known_by": key_of(source)})
        return "copied"

    def _write(self, own: Row[Any] | None, song: Row[Any] | None, values: dict[str, Any]) -> None:
        """Write a file's song.

        Args:
            own: the song that the catalogue has at the file's path, or None.
            song: the one to write to, or None for a new one.
            values: by the names of the columns.

        """
        if "known_by" in values and values["known_by"] == values.get("content_hash"):
            values = values | {"known_by": None}  # it need not be said twice
        if own is not None and song is not None and own.id != song.id:
            self._connection.execute(delete(songs).where(songs.c.id == own.id))
        if song is None:
            added = self._connection.execute(insert(songs).values(**values))
            (song_id,) = added.inserted_primary_key or (None,)
        else:
            song_id = song.id
            self._connection.execute(update(songs).where(songs.c.id == song_id).values(**values))
        self._seen.add(np.array([song_id], np.int64))

    def _unsee(self, song_id: int | None) -> None:
        """Let a song count as not found."""
        if song_id is not None:
            self._seen.remove(song_id)


def _size(file: Found, song: Row[Any] | None) -> int:
    """Return a file's size, where the system does not tell it the one that it had before."""
    if file.size < 0 and song is not None and song.size is not None:
        return int(song.size)
    return file.size


def _present_state() -> Any:
    """Return the state of a song whose file is there, from what is known about it."""
    return case((songs.c.mood.is_not(None), literal("ok")), else_=literal("failed"))
