"""The listening sessions of the pages that are open, over one catalogue and one listener."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from vibelux.emotions import Mood
from vibelux.errors import CatalogueEmpty, InvalidInput
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.live_columns import LiveColumns
from vibelux.library.song_columns import SongColumns
from vibelux.recommend.coverage import Coverage
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.listener.profile import What
from vibelux.recommend.picks import Pick, Picker
from vibelux.recommend.session import Session
from vibelux.service.disks import Disks
from vibelux.service.failures import Failure, logger
from vibelux.service.session_files import SessionFiles

Source = Literal["face", "chosen"]
"""Where a mood comes from: read from a face, or named by the person."""

_MOST = 32
"""Sessions in memory; the one that was not used for longest goes."""


@dataclass
class OpenSession:
    """A session of one page.

    Attributes:
        id: that the page knows it by.
        session: as of the library.
        picker: that the session was made with.
        saved: the session as it is on disk.
        lock: held by the thread that uses the session.

    """

    id: str
    session: Session
    picker: Picker
    saved: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class SessionStore:
    """All open sessions; safe to use from many threads.

    Args:
        catalogue: an open one.
        columns: its songs.
        listener: whose taste counts, and who learns.
        files: where sessions outlive the service.
        disks: that hold the songs.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        columns: LiveColumns,
        listener: Listener,
        files: SessionFiles,
        disks: Disks,
    ) -> None:
        self._catalogue, self._listener, self._files = catalogue, listener, files
        self._columns = columns
        self._disks = disks
        self._lock = threading.Lock()  # of what is below; sessions are used outside of it
        self._making = threading.Lock()  # a picker
        self._picker: tuple[SongColumns, Picker] | None = None
        self._open: OrderedDict[str, OpenSession] = OrderedDict()

    def recommend(
        self,
        mood: Mood,
        n: int,
        *,
        source: Source,
        seed: int | None,
        **ordering: Any,
    ) -> tuple[list[Pick], Coverage | None]:
        """Return the n songs that come first for a mood, and what the library holds of it.

        Nothing is kept.

        Raises:
            CatalogueEmpty: there are no songs.
            InvalidInput: a value out of range.

        """
        session, _ = self._new(source, seed=seed, **ordering)
        return session.queue(n, mood, chosen=source == "chosen"), session.coverage

    def open(self, *, source: Source, seed: int | None = None, **ordering: Any) -> str:
        """Begin a session and return its id.

        Raises:
            CatalogueEmpty: there are no songs.
            InvalidInput: a value out of range.

        """
        session, picker = self._new(source, seed=seed, **ordering)
        opened = OpenSession(secrets.token_urlsafe(12), session, picker)
        with self._lock:
            self._add(opened)
        return opened.id

    @contextmanager
    def using(self, session_id: str) -> Iterator[Session]:
        """Yield a session to use inside, brought up to date with the catalogue.

        Raises:
            Failure: 404, there is none with this id.

        """
        picker = self._shared()
        with ExitStack() as held:
            held.enter_context(self._files.using(session_id))
            with self._lock:
                if self._files.shared:
                    self._heed_others(session_id)
                opened = self._open.get(session_id) or self._resumed(session_id, picker)
                self._open.move_to_end(session_id)
            held.enter_context(opened.lock)
            if picker is not opened.picker and len(picker.columns):
                opened.session = Session.from_json(
                    opened.session.as_json(),
                    self._catalogue,
                    self._listener,
                    available=self._available,
                    picker=picker,
                )
                opened.picker = picker
            yield opened.session
            if (text := opened.session.as_json()) != opened.saved:
                self._files.write(session_id, text)
                opened.saved = text

    def end(self, session_id: str) -> None:
        """Forget a session, if there is one with this id."""
        with self._lock:
            self._open.pop(session_id, None)
            self._files.delete(session_id)

    def profile_counts(self) -> dict[str, int]:
        """Return what is known of the listener: the number of events of each kind."""
        return self._listener.profile.counts()

    def liked(self) -> list[int]:
        """Return the ids of the songs that the listener likes, ascending."""
        columns = self._shared().columns
        rows = (columns.find(key, path) for key, path in self._listener.profile.liked())
        return sorted({int(columns.ids[row]) for row in rows if row is not None})

    def forget(self) -> int:
        """Delete all that was learnt from the listener and return how many events there were."""
        self._files.clear()
        return self._listener.profile.forget()

    def close(self) -> None:
        """Leave all sessions; they can go on when the service is back."""
        with self._lock:
            self._open.clear()

    def _heed_others(self, session_id: str) -> None:
        """Leave a session that another process has gone on with, or ended."""
        opened = self._open.get(session_id)
        if opened is None or not opened.saved or self._files.failing:
            return
        if opened.saved != self._files.read(session_id):
            del self._open[session_id]

    def _resumed(self, session_id: str, picker: Picker) -> OpenSession:
        """Return a session of an earlier run."""
        text = self._files.read(session_id)
        try:
            if text is not None:
                session = Session.from_json(
                    text,
                    self._catalogue,
                    self._listener,
                    available=self._available,
                    picker=picker,
                )
                opened = OpenSession(session_id, session, picker, saved=text)
                self._add(opened)
                return opened
        except (InvalidInput, CatalogueEmpty) as error:
            logger.warning("a session cannot go on: %s", error)
        raise Failure(404, "session_unknown", "this session is over", "begin a new one")

    def _add(self, opened: OpenSession) -> None:
        self._open[opened.id] = opened
        if len(self._open) > _MOST:
            self._open.popitem(last=False)

    def _new(self, source: Source, *, seed: int | None, **rest: Any) -> tuple[Session, Picker]:
        picker = self._shared()
        session = Session(
            self._catalogue,
            self._listener,
            seed=seed,
            whose="the face" if source == "face" else "the mood",
            available=self._available,
            picker=picker,
            **rest,
        )
        return session, picker

    def _available(self, songs: Sequence[Song]) -> list[bool]:
        """Tell of songs whether their files are there, without waiting for a disk that hangs."""
        return self._disks.are_there([song.path for song in songs])

    def _shared(self) -> Picker:
        """Return the picker of the songs as they are now.

        Where songs came or went, all is prepared anew; while a thread does that, the others go on
        with the picker from before.
        """
        columns = self._columns.now()
        if (known := self._picker) is not None:
            others = known[1].columns.ids is not columns.playable.ids
            if known[0] is columns or (others and self._making.locked()):
                return known[1]
        with self._making:
            columns = self._columns.now()  # never older than the picker's
            if self._picker is None or self._picker[0] is not columns:
                began = time.monotonic()
                if self._picker is None:
                    picker = Picker(self._catalogue, self._listener, columns)
                else:
                    picker = self._picker[1].following(columns)
                self._picker = columns, picker
                self._columns.rest(time.monotonic() - began)
            return self._picker[1]


def note_feedback(
    session: Session, what: What | Literal["begun", "unliked"], song: Song, *, after_seconds: float
) -> None:
    """Tell a session what the listener did with a song.

    Raises:
        ProfileError: it cannot be saved.

    """
    match what:
        case "begun":
            session.begun(song)
        case "played":
            session.played(song)
        case "skipped":
            session.skipped(song, after_seconds)
        case "liked":
            session.liked(song)
        case "unliked":
            session.unliked(song)
        case "wrong_mood":
            session.wrong_mood(song)
