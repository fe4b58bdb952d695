"""Songs that the catalogue knows under another id, as after a server's database was rebuilt.

A song is the same if the size of its file, its tags and its length are the same and no other song
could be meant; or if its content is the same byte by byte, which shows once it has been fetched. It
keeps its entry, and with it its analysis and the person's corrections. For a song of another server
(which may be this one under another address), the new entry is a copy.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence

from vibelux.folding import canonical
from vibelux.library.server_songs import KnownSong, ServerSongs
from vibelux.servers.entries import ServerSong

_SLACK = 2.0
"""Seconds by which the server and the analysis may differ about the length of a song."""

_MANY = 10_000
"""Number of pairs of songs with the same tags that is too large to compare."""

Pair = tuple[ServerSong, KnownSong]


class Recognition:
    """Finds a server's songs among those in the catalogue.

    Args:
        songs: the server's songs in the catalogue.

    """

    def __init__(self, songs: ServerSongs) -> None:
        self._songs = songs
        self._gone: set[int] = set()  # entries of songs that the server does not list

    def of_listing(self, listed: Sequence[ServerSong]) -> int:
        """Give known songs the ids under which the server lists them now.

        An id that now stands for another song is taken from the song that had it.

        Args:
            listed: all songs of the server.

        Returns:
            number of songs that were recognised.

        """
        ids = {song.id for song in listed}
        with self._songs.transaction():
            known = self._songs.all()
            by_id = {row.remote_id: row for row in known}
            others = {
                song.id for song in listed if song.id in by_id and _is_another(song, by_id[song.id])
            }
            gone = [row for row in known if row.remote_id not in ids or row.remote_id in others]
            new = [song for song in listed if song.id not in by_id or song.id in others]
            pairs = _pairs(new, gone, (_by_file_and_tags, _by_file_and_title, _by_tags))
            moved = {row.id for _, row in pairs}
            self._gone = {row.id for row in gone} - moved
            for row in gone:
                if row.id in moved or row.remote_id in others:
                    self._songs.rename(row, None)
            for song, row in pairs:
                self._songs.rename(row, song.id)
            recognised = {song.id for song, _ in pairs}
            return len(pairs) + self._copy([song for song in new if song.id not in recognised])

    def of_content(self, song: ServerSong, content_hash: bytes | None) -> None:
        """Give a fetched song the entry of the one with the same content.

        Args:
            song: as the server lists it.
            content_hash: hash of its file, or None if unknown.

        """
        if content_hash is None or not self._gone:
            return
        with self._songs.transaction():
            if self._songs.with_ids([song.id]):
                return
            same = self._songs.with_content(song.size, content_hash)
            gone = [row for row in same if row.id in self._gone]
            if len(gone) == 1:
                self._gone.remove(gone[0].id)
                self._songs.rename(gone[0], song.id)

    def _copy(self, new: Sequence[ServerSong]) -> int:
        """Copy entries from other servers; return how many."""
        if not new:
            return 0
        known = self._songs.analysed_elsewhere()
        pairs = _pairs(new, known, (_by_file_and_tags,))
        for song, row in pairs:
            self._songs.copy(row, song.id)
        return len(pairs)


def _is_another(song: ServerSong, row: KnownSong) -> bool:
    """Return whether an id now stands for another song, not for one with better tags or sound."""
    titled = canonical(song.title or "untitled") != canonical(row.title)
    by = song.artist is not None and canonical(song.artist) != canonical(row.artist)
    if song.duration is None or row.duration is None:
        return titled and by and song.size != row.size
    return (titled or by) and not _last_as_long(song, row)


def _last_as_long(song: ServerSong, row: KnownSong) -> bool:
    if song.duration is None or row.duration is None:
        return True
    return bool(abs(song.duration - row.duration) <= _SLACK)


Key = Callable[[ServerSong | KnownSong], Hashable | None]


def _by_file_and_tags(song: ServerSong | KnownSong) -> Hashable | None:
    return None if song.size is None else (song.size, *_tags(song))


def _by_file_and_title(song: ServerSong | KnownSong) -> Hashable | None:
    return None if song.size is None else (song.size, _tags(song)[0])


def _by_tags(song: ServerSong | KnownSong) -> Hashable | None:
    """Return the tags of a song, if it has enough of them and a length."""
    title, artist, album, track = tags = _tags(song)
    enough = title and artist and (album or track) and song.duration is not None
    return tags if enough else None


def _tags(song: ServerSong | KnownSong) -> tuple[str, str, str, int | None]:
    title = canonical(song.title or "untitled")  # as the catalogue calls those without a title
    return title, canonical(song.artist), canonical(song.album), song.track


def _pairs(
    new: Sequence[ServerSong], known: Sequence[KnownSong], keys: Sequence[Key]
) -> list[Pair]:
    """Return songs with the entry of each; ambiguous ones are left out, not guessed."""
    found: list[Pair] = []
    for key in keys:
        songs_left = {song.id for song in new} - {song.id for song, _ in found}
        rows_left = {row.id for row in known} - {row.id for _, row in found}
        rows_of = defaultdict(list)
        for row in known:
            if row.id in rows_left and (value := key(row)) is not None:
                rows_of[value].append(row)
        songs_of = defaultdict(list)
        for song in new:
            if song.id in songs_left and (value := key(song)) in rows_of:
                songs_of[value].append(song)
        for value, some in songs_of.items():
            if len(some) * len(rows_of[value]) <= _MANY:
                found += _unmistakable(some, rows_of[value])
    return found


def _unmistakable(some: Sequence[ServerSong], rows: Sequence[KnownSong]) -> list[Pair]:
    """Return the pairs of songs and entries that fit each other and no others."""
    fitting = [
        (song, row)
        for song in some
        for row in rows
        if _last_as_long(song, row) and (None in (song.size, row.size) or song.size == row.size)
    ]
    songs_in = Counter(song.id for song, _ in fitting)
    rows_in = Counter(row.id for _, row in fitting)
    return [(song, row) for song, row in fitting if songs_in[song.id] == 1 and rows_in[row.id] == 1]
