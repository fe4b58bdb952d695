"""What the catalogue has of a server's songs, and how a scan of the server writes to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, literal, select, update

from vibelux.library.durable_commits import DurableCommits
from vibelux.library.schema import OWN, VERDICT, remote_path, songs
from vibelux.library.song_identity import key_after
from vibelux.model_statistics import SongStatistics

_TOGETHER = 500
"""Songs in one statement."""

_TOLD_APART_BY = (
    *("id", "remote_id", "size", "content_hash"),
    *("title", "artist", "album", "track", "duration"),
)

_COPIED = (*VERDICT, *OWN, "known_by", "size", "content_hash", "state")

KnownSong = Row[Any]
"""A song as the catalogue has it: its columns by name."""


class ServerSongs:
    """The songs of one server, on a connection of its own.

    Args:
        connection: to the catalogue, whose transactions write.
        server: see `vibelux.library.catalogue.Song.server`.
        usual: how near embeddings of the model in use are to each other.

    """

    def __init__(self, connection: Connection, server: str, usual: SongStatistics) -> None:
        self._connection, self.server, self._usual = connection, server, usual
        self._commits = DurableCommits(connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write inside; all is on the disk at the end."""
        with self._connection.begin():
            yield

    @contextmanager
    def quick_transaction(self) -> Iterator[None]:
        """Write inside; all is committed at the end, and on the disk within seconds."""
        with self._commits.begin():
            yield

    def rest(self) -> None:
        """Take what was written to the disk, if that is due; called while workers are busy."""
        self._commits.rest()

    def settle(self) -> None:
        """Take everything that was written to the disk."""
        self._commits.settle()

    def with_ids(self, remote_ids: Sequence[str]) -> dict[str, KnownSong]:
        """Return the songs that have these ids on the server, by id, with all columns."""
        here = songs.c.server == self.server
        query = select(songs).where(here, songs.c.remote_id.in_(remote_ids))
        return {row.remote_id: row for row in self._connection.execute(query)}

    def all(self) -> Sequence[KnownSong]:
        """Return all songs, with what tells them apart, as they were found."""
        return self._told_apart(songs.c.server == self.server)

    def with_content(self, size: int | None, content_hash: bytes) -> Sequence[KnownSong]:
        """Return the songs whose files have this size and content."""
        same = songs.c.size == size, songs.c.content_hash == content_hash
        return self._told_apart(songs.c.server == self.server, *same)

    def analysed_elsewhere(self) -> Sequence[KnownSong]:
        """Return the songs of other servers that have a mood."""
        elsewhere = songs.c.server.is_not(None), songs.c.server != self.server
        return self._told_apart(*elsewhere, songs.c.mood.is_not(None))

    def key_after(self, song: KnownSong | None, analysed: Mapping[str, Any]) -> bytes | None:
        """Return the key of a song that was analysed, as in `song_identity.key_after`."""
        return key_after(self._connection, song, analysed, self._usual)

    def add(self, remote_id: str, values: Mapping[str, Any]) -> None:
        """Add a song.

        Args:
            remote_id: of the song on the server.
            values: of its other columns, by name.

        """
        self._connection.execute(insert(songs).values({**values, **self._place(remote_id)}))

    def change(self, song: KnownSong, values: Mapping[str, Any]) -> None:
        """Change columns of a song, if they are not so already.

        Args:
            song: with all columns.
            values: by the names of the columns.

        """
        changed = {name: v for name, v in values.items() if v != song._mapping[name]}
        if changed:
            self._update(song.id, changed)

    def rename(self, song: KnownSong, remote_id: str | None) -> None:
        """Give a song another id on the server; None takes away the one that it had."""
        if remote_id is None:
            gone = remote_path(self.server, f"gone/{song.id}")
            self._update(song.id, {"remote_id": None, "path": gone})
        else:
            self._update(song.id, self._place(remote_id))

    def copy(self, song: KnownSong, remote_id: str) -> None:
        """Add a song that is known of another server, with its analysis and correction."""
        copied = (songs.c[name] for name in _COPIED)
        place = self._place(remote_id)
        said = (literal(value, songs.c[name].type) for name, value in place.items())
        source = select(*copied, *said).where(songs.c.id == song.id)
        self._connection.execute(insert(songs).from_select([*_COPIED, *place], source))

    def mark_missing(self, listed: Collection[str]) -> int:
        """Mark the songs that the server did not list, and return how many that are."""
        query = select(songs.c.id, songs.c.remote_id).where(
            songs.c.server == self.server, songs.c.state != "missing"
        )
        gone = [row.id for row in self._connection.execute(query) if row.remote_id not in listed]
        for first in range(0, len(gone), _TOGETHER):
            some = gone[first : first + _TOGETHER]
            statement = update(songs).where(songs.c.id.in_(some))
            self._connection.execute(statement.values(state="missing"))
        return len(gone)

    def _place(self, remote_id: str) -> dict[str, Any]:
        path = remote_path(self.server, remote_id)
        return {"server": self.server, "remote_id": remote_id, "path": path}

    def _update(self, song_id: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(songs).where(songs.c.id == song_id).values(**values))

    def _told_apart(self, *where: ColumnElement[bool]) -> Sequence[KnownSong]:
        query = select(*(songs.c[name] for name in _TOLD_APART_BY)).where(*where)
        return self._connection.execute(query.order_by(songs.c.id)).all()
