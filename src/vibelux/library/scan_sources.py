"""Which song of the catalogue a file is: its own, one that has moved there, or one that it copies.

Files are rows of `vibelux.library.scan_tables.pending_files`, songs rows of the catalogue; ``own``
is the song that the catalogue has at the file's path, or None.
"""

from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from vibelux.errors import AudioError, FilesUnreachable
from vibelux.library.real_paths import real
from vibelux.library.scan_tables import pending_files
from vibelux.library.scan_verdicts import Terms
from vibelux.library.schema import path_of, songs
from vibelux.library.schema_blobs import REVISION
from vibelux.library.song_identity import another_song, same_sound, songs_of_sound
from vibelux.library.waited_call import waited_for
from vibelux.library.workers_process import Outcome
from vibelux.model_statistics import SongStatistics
from vibelux.music.reading_errors import code_of

_KNOWN_LIMIT = 1000
"""Hashes sent with a job; songs of exactly the same size are few."""

_COPIES_LIMIT = 50
"""Songs of the same content that are looked at, to find the one whose file is gone."""

_LOOK_PATIENCE = 10.0
"""Seconds to look for a song's old file, which may be on a disk that hangs."""


class Sources:
    """The songs that files may be.

    Args:
        connection: to the catalogue, with the tables of `vibelux.library.scan_tables`.
        terms: what counts as done.
        usual: how near embeddings of the model in use are to each other.

    """

    def __init__(self, connection: Connection, terms: Terms, usual: SongStatistics) -> None:
        self._connection = connection
        self._terms, self._usual = terms, usual

    def known(self, file: Row[Any]) -> frozenset[bytes]:
        """Return the hashes of contents of the file's size that need no analysis."""
        if self._terms.again:
            return frozenset()
        counts = and_(
            songs.c.mood.is_not(None),
            songs.c.model == self._terms.model,
            songs.c.revision >= REVISION,
        )
        if not self._terms.retry:
            failed = and_(
                songs.c.mood.is_(None), songs.c.reason_code.not_in(sorted(AudioError.TRANSIENT))
            )
            counts = or_(counts, failed)
        query = select(songs.c.content_hash).where(
            songs.c.server.is_(None),
            songs.c.size == file.size,
            songs.c.content_hash.is_not(None),
            counts,
        )
        with self._connection.begin():
            return frozenset(self._connection.scalars(query.limit(_KNOWN_LIMIT)))

    def of_content(
        self, file: Row[Any], own: Row[Any] | None, content_hash: bytes | None
    ) -> Row[Any] | None:
        """Return the song with this content: the file's own, else one whose file is gone."""
        if content_hash is None:
            return None
        same = and_(
            songs.c.server.is_(None),
            songs.c.size == file.size,
            songs.c.content_hash == content_hash,
        )
        if own is not None and (own.size, own.content_hash) == (file.size, content_hash):
            return own
        likely = (songs.c.state == "missing").desc()
        query = select(songs).where(same).order_by(likely, songs.c.id).limit(_COPIES_LIMIT)
        return max(
            self._connection.execute(query),
            key=lambda row: (_is_gone(row, file), self._terms.hold_for(row)),
            default=None,
        )

    def of_sound(
        self, file: Row[Any], own: Row[Any] | None, analysis: dict[str, Any]
    ) -> Row[Any] | None:
        """Return the song with the sound of a new file, or of one that is another song now."""
        if own is not None and same_sound(own, analysis, self._usual) is not False:
            return own
        found = songs_of_sound(self._connection, analysis, self._usual)
        return max(found, key=lambda row: _is_gone(row, file), default=None)

    def has_come(self, source: Row[Any], own: Row[Any] | None, file: Row[Any]) -> bool:
        """Tell whether a song has moved to a place, perhaps that of another one, and is not a copy.

        It has if its old place is empty, or holds something else that is still to be looked at.
        """
        if own is not None and source.id == own.id:
            return False
        there = self._connection.execute(
            select(pending_files).where(pending_files.c.path == source.path)
        ).one_or_none()
        if there is None:
            return _is_gone(source, file)
        if own is not None:
            return (there.size, there.mtime_ns) != (source.size, source.mtime_ns)
        return bool(there.size != source.size)  # else it was perhaps only touched

    def is_replaced(self, own: Row[Any], source: Row[Any] | None, outcome: Outcome) -> bool:
        """Tell whether a song's file is certainly another song now."""
        if outcome.reason_code is not None:
            return False
        if outcome.values:
            return another_song(own, outcome.values, self._usual)
        return source is not None and another_song(own, source._asdict(), self._usual)


def _is_gone(song: Row[Any], file: Row[Any]) -> bool:
    """Tell whether a song's file is no longer there, so that another one can be its new place."""
    before, after = path_of(song.path), path_of(file.path)

    def look() -> bool:
        # A name that differs in case only is the same file on macOS and Windows.
        if str(before).lower() == str(after).lower():
            return before.samefile(after)
        before.lstat()
        # Scans resolve folders. One that has become a link leads to where its files are now.
        return real(before.parent) != before.parent and real(before) == real(after)

    try:
        return waited_for(look, what=str(before), patience=_LOOK_PATIENCE)
    except FilesUnreachable:
        return False
    except OSError as error:
        return code_of(error) == "vanished"
