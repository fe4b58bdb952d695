"""A listening session with a player: it keeps the queue filled, learns, and saves itself."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from vibelux.emotions import Mood, as_mood
from vibelux.errors import CatalogueError, PlayerError, ProfileError
from vibelux.library.catalogue import Catalogue, Song
from vibelux.players.player import Ended, Event, Failed, Notice, Player, Playing, Started
from vibelux.players.saved_session import SavedSession
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.nearest_songs import playable
from vibelux.recommend.picks import Pick
from vibelux.recommend.session import Session

AHEAD = 7
"""Number of songs that the player is given in advance."""

_SAVED_EVERY = 5.0
"""Seconds between two saves of the position in the song."""

_FAILURES = 30
"""Number of songs in a row that cannot be played, after which something else must be wrong."""


class Listening:
    """Plays a session's songs.

    Call `tick` a few times a second; the other methods take what the listener does. Nothing here
    waits, and every event is saved before the next one.

    Args:
        catalogue: the open catalogue.
        listener: who listens.
        player: plays.
        goes_on: a session to go on with, from `Session.as_json`; None begins one.
        files_here: whether songs are played from this machine's files; if not, only the player
            knows which it has.
        save_to: file for the session; None saves nothing.
        **ordering: for a new session: ``whose`` and the other arguments of `Session`, by name.

    Raises:
        CatalogueError: the catalogue has no songs that can be played.
        InvalidInput: a value is out of range, or ``goes_on`` is not a session.

    """

    def __init__(
        self,
        catalogue: Catalogue,
        listener: Listener,
        player: Player,
        *,
        goes_on: str | None = None,
        files_here: bool = True,
        save_to: Path | None = None,
        **ordering: Any,
    ) -> None:
        self._catalogue, self._listener, self._player = catalogue, listener, player
        self._files_here = files_here
        self._save_to = save_to
        self._unplayable: set[int] = set()
        if goes_on is None:
            self._session = Session(catalogue, listener, available=self._available, **ordering)
        else:
            self._session = Session.from_json(
                goes_on, catalogue, listener, available=self._available
            )
        self._mood: Mood | None = None
        self._chosen = False
        self._told: set[int] = set()  # songs whose end the session already knows
        self._queued: list[int] = []  # ids that the player has yet to play
        self._failures = 0
        self._reason: str | None = None  # why the player could not play the last one that failed
        self._place: tuple[int | None, float] = (None, 0.0)  # the song that plays, seconds into it
        self._saved = time.monotonic()
        self._unsaved = False
        self._notes: list[str] = []
        self.pick: Pick | None = None
        self.upcoming: list[Pick] = []
        self.played = 0
        self.liked = False

    @property
    def session(self) -> Session:
        """The session."""
        return self._session

    @property
    def mood(self) -> Mood | None:
        """The listener's mood [shape=(7,)], None before `begin`."""
        return self._mood

    @property
    def player_name(self) -> str:
        """The player's name on the screen."""
        return self._player.name

    def playing(self) -> Playing | None:
        """Return what is playing."""
        return self._player.playing()

    def begin(
        self, mood: ArrayLike | None, *, chosen: bool, saved: SavedSession | None = None
    ) -> None:
        """Start playing, or go on.

        Args:
            mood: [shape=(7,)] of the listener; None goes on with the session's.
            chosen: the listener named the mood; no face was read.
            saved: the state in which a session that goes on was saved.

        Raises:
            CatalogueError: none of the songs can be played.
            PlayerError: the player fails.

        """
        if mood is not None:
            self._mood, self._chosen = as_mood(mood), chosen
        first: list[Song] = []
        if saved is not None:
            self.played = saved.played
            first = self._known(saved.song)
            if first:
                self._place = saved.song, saved.seconds
                self.played -= 1  # it begins once more
        self._fill(first, at=0.0 if saved is None else saved.seconds)
        if self._listener.profile.unsaved is not None:
            self._notes.append(self._listener.profile.unsaved)
        self._keep()

    def tick(self) -> list[str]:
        """Handle what has happened, keep the queue filled, and return notes for the listener.

        Raises:
            CatalogueError: none of the songs can be played any more.
            PlayerError: the player is gone, or plays nothing that it is given.

        """
        events = self._player.poll()
        for event in events:
            self._take(event)
        if events:
            self._fill()
        if events or time.monotonic() - self._saved >= _SAVED_EVERY:
            self._keep()
        notes, self._notes = self._notes, []
        return notes

    def feel(self, mood: ArrayLike, *, chosen: bool = False) -> None:
        """Take a mood; if it has moved, the next songs follow it."""
        self._mood, self._chosen = as_mood(mood), chosen
        self._fill()

    def change(self, **values: Any) -> None:
        """Change the session's ordering; see `Session.change`."""
        self._session.change(**values)
        self._fill()
        self._keep()

    def skip(self) -> None:
        """Go on to the next song; the listener did not want this one, or not now."""
        self._leave(lambda song, seconds: self._session.skipped(song, seconds))

    def wrong_mood(self) -> None:
        """Go on to the next song; this one does not fit the mood."""
        self._leave(lambda song, _: self._session.wrong_mood(song))

    def like(self) -> None:
        """Remember that the listener likes this song, or take that back if it was known."""
        now = self._player.playing()
        if now is None:
            return

        def turn() -> None:
            tell = self._session.unliked if self.liked else self._session.liked
            tell(now.song)
            self.liked = not self.liked

        self._tell(turn)

    def pause(self) -> None:
        """Pause, or go on."""
        now = self._player.playing()
        self._player.pause(now is None or not now.paused)  # also between two songs

    def end(self) -> None:
        """Save the session for the last time.

        Raises:
            PlayerError: the file cannot be written, and the listener does not know yet.

        """
        if not self._unsaved:
            self.save()

    def save(self) -> None:
        """Save the session as it is now.

        Raises:
            PlayerError: the file cannot be written.

        """
        self._saved = time.monotonic()
        if self._save_to is None:
            return
        now = self._player.playing()
        if now is not None:
            self._place = now.song.id, now.seconds
        song, seconds = self._place
        SavedSession(
            session=self._session.as_json(),
            song=song,
            seconds=seconds,
            played=self.played,
            saved_at=time.time(),
        ).write(self._save_to)

    def _leave(self, tell: Callable[[Song, float], None]) -> None:
        now = self._player.playing()
        if now is None or now.song.id in self._told:
            return
        self._tell(lambda: tell(now.song, now.seconds))
        self._told.add(now.song.id)
        self._fill()  # before the next song begins, which may be another one now
        self._player.skip()
        self._keep()

    def _tell(self, remember: Callable[[], None]) -> None:
        """Let the session learn; the music goes on even if nothing can be written."""
        try:
            remember()
        except ProfileError as error:
            self._notes.append(str(error))

    def _recall(self, song: Song) -> None:
        """Look up whether the listener likes a song."""
        self.liked = self._session.likes(song)

    def _keep(self) -> None:
        """Save the session, and say once if that is not possible."""
        try:
            self.save()
        except PlayerError as error:
            if not self._unsaved:
                self._notes.append(str(error))
            self._unsaved = True
        else:
            self._unsaved = False

    def _take(self, event: Event) -> None:
        if isinstance(event, Ended | Failed) and event.song.id == self._place[0]:
            self._place = None, 0.0
        match event:
            case Started(song):
                self.pick = self._session.begun(song)
                self.played += 1
                self.liked = False
                self._tell(lambda: self._recall(song))
                self._failures = 0
                if song.id in self._queued:
                    self._queued = self._queued[self._queued.index(song.id) + 1 :]
            case Ended(song, seconds, whole):
                if song.id in self._told:
                    self._told.remove(song.id)
                elif whole:
                    self._tell(lambda: self._session.played(song))
                else:
                    self._tell(lambda: self._session.skipped(song, seconds))
            case Failed(song, reason):
                self._notes.append(f"skipped {song.title}: {reason}")
                self._unplayable.add(song.id)
                self._reason = reason
                self._queued = [queued for queued in self._queued if queued != song.id]
                self._failures += 1
                if self._failures >= _FAILURES:
                    raise PlayerError(
                        f"none of {self._failures} songs in a row can be played by "
                        f"{self._player.name}; the last one: {reason}"
                    )
            case Notice(text):
                self._notes.append(text)

    def _fill(self, first: list[Song] | None = None, *, at: float = 0.0) -> None:
        """Give the player the next songs, if they have changed."""
        picks = self._queue() or self._start_over()
        self.upcoming = picks
        songs = [*(first or ()), *(pick.song for pick in picks)]
        if [song.id for song in songs] != self._queued:
            self._queued = [song.id for song in songs]
            self._player.enqueue(songs, at=at)

    def _queue(self) -> list[Pick]:
        return self._session.queue(AHEAD, self._mood, chosen=self._chosen)

    def _start_over(self) -> list[Pick]:
        """Start over once every song was played."""
        before = self._session
        self._session = Session(
            self._catalogue,
            self._listener,
            whose=before.whose,
            like=before.like,
            available=self._available,
            **asdict(before.ordering),
        )
        now = self._player.playing()
        if now is not None:
            self._session.begun(now.song)
        picks = self._queue()
        if picks:
            self._notes.append("every song was played; starting over")
        elif now is None:
            raise self._nothing_left()
        return picks

    def _nothing_left(self) -> CatalogueError | PlayerError:
        """Return why there is nothing to play: the player's reason if it was given every song."""
        if self._reason is not None and self._catalogue.counts()["ok"] <= len(self._unplayable):
            return PlayerError(
                f"{self._player.name} can play none of the catalogue's songs; the last one: "
                f"{self._reason}"
            )
        return CatalogueError(
            "none of the catalogue's songs can be played any more; connect the disk that holds "
            "them, or scan again: vibelux scan FOLDER"
        )

    def _available(self, songs: Sequence[Song]) -> list[bool]:
        return [
            song.id not in self._unplayable and (not self._files_here or playable(song.path))
            for song in songs
        ]

    def _known(self, song_id: int | None) -> list[Song]:
        if song_id is None:
            return []
        try:
            song = self._catalogue.song(song_id)
        except CatalogueError:
            return []
        return [song] if song.state == "ok" and self._available([song])[0] else []
