"""Plays through MPD, sharing its queue with its other clients.

Songs are queued after the one that plays; nothing that others queued is removed. Other programs may
skip, pause and queue at any time, so MPD's state is asked for, never assumed.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vibelux.errors import PlayerError
from vibelux.library.catalogue import Song
from vibelux.players.mpd_files import MpdFiles, MpdLacks
from vibelux.players.mpd_modes import MpdModes
from vibelux.players.mpd_server import MpdAddress, MpdGone, MpdRefused, MpdServer
from vibelux.players.player import Ended, Event, Failed, Notice, Playing, Started

_GIVE_UP = 30.0
"""Seconds without an answer after which we give up on MPD."""

_AGAIN = 2.0
"""Seconds between attempts to reach it."""

_END = 1.5
"""A song counts as played from this many seconds before its end: MPD is asked twice a second."""

_PLAYED = 1.0
"""A song that ends by itself within this many seconds was not played at all."""

_NEEDED = (
    *("status", "stats", "playlistinfo", "lsinfo", "addid", "deleteid"),
    *("playid", "seekcur", "pause", "play", "next"),
)
"""Commands that MPD has to permit."""

_KEPT = 20
"""Number of played songs that stay in MPD's queue, to go back to."""


class MpdPlayer:
    """Plays songs through MPD.

    Args:
        address: where MPD listens.
        root: see `MpdFiles`.
        modes_file: see `MpdModes`.

    Raises:
        MissingExtra: python-mpd2 is not installed.
        PlayerError: MPD does not answer, is something else, or wants another password.

    """

    def __init__(
        self, address: MpdAddress, *, root: Path | None = None, modes_file: Path | None = None
    ) -> None:
        self._server = MpdServer(address)
        self._files = MpdFiles(self._server, root=root)
        self._modes = MpdModes(self._server, modes_file)
        self._events: list[Event] = []
        self._ours: dict[int, Song] = {}  # songs queued by us: MPD's id -> song
        self._past: list[int] = []  # ids of our played songs
        self._wanted: tuple[list[Song], float] | None = None  # not yet sent to MPD
        self._began = False
        self._current: int | None = None  # id of our song that plays
        self._seconds = 0.0
        self._paused = False
        self._skipped = False
        self._looked = time.monotonic()
        self._lost: float | None = None
        self._tried = 0.0
        try:
            self._server.require(*_NEEDED)
            self._files.prepare()
            self._events += map(Notice, self._modes.switch_off())
        except MpdGone as error:
            raise PlayerError(
                f"MPD at {address} does not answer ({error}); start it, or give its address: "
                "--mpd HOST:PORT"
            ) from error
        except (MpdRefused, PlayerError) as error:
            self._server.close()
            raise PlayerError(str(error)) from error

    @property
    def name(self) -> str:
        """The player's name on the screen."""
        return f"MPD at {self._server.address}"

    def enqueue(self, songs: Sequence[Song], *, at: float = 0.0) -> None:
        """Make these the next songs, after the one that plays; at first, begin with them.

        If MPD already plays the first of them, as after we were killed, it goes on.
        """
        self._wanted = list(songs), at
        self._bear(self._tell)

    def poll(self) -> list[Event]:
        """Return what has happened since the last call, in order."""
        self._bear(self._look)
        events, self._events = self._events, []
        return events

    def playing(self) -> Playing | None:
        """Return what is playing, as of the last `poll`."""
        if self._current is None:
            return None
        return Playing(self._ours[self._current], self._seconds, self._paused)

    def skip(self) -> None:
        """End the song; the next one begins."""
        if self._current is not None:
            self._skipped = True
            self._bear(lambda: self._server.ask("next"))

    def pause(self, paused: bool) -> None:
        """Pause, or go on."""

        def pause() -> None:
            self._server.ask("pause", int(paused))
            if not paused and self._server.ask("status").get("state") == "stop":
                self._server.ask("play")

        self._bear(pause)

    def close(self) -> None:
        """Leave MPD, which goes on playing its queue."""
        with contextlib.suppress(MpdGone, MpdRefused, PlayerError):
            if self._lost is None:
                self._modes.restore()
        self._server.close()

    def _look(self) -> None:
        """Ask for MPD's state and handle it; send what could not be sent before."""
        status = self._server.ask("status")
        if self._lost is not None:
            self._lost = None
            self._events.append(Notice(f"{self.name} answers again"))
            self._recognise()
        self._notice(status)
        self._tell()

    def _tell(self) -> None:
        """Make MPD's queue what is wanted."""
        if self._wanted is None:
            return
        songs, at = self._wanted
        named = [(song, name) for song in songs if (name := self._name(song)) is not None]
        queue = self._server.ask("playlistinfo")
        status = self._server.ask("status")
        if not self._began and named:
            self._began = self._adopt(named[0], queue, status)
            if self._began:
                named = named[1:]
                self._adopt_following(named, queue, status)
        place = int(status["song"]) + 1 if "song" in status else len(queue)
        ahead = [entry for entry in queue[place:] if int(entry["id"]) in self._ours]
        same = 0
        for entry, (_, name) in zip(ahead, named, strict=False):
            if entry["file"] != name:
                break
            same += 1
            place = int(entry["pos"]) + 1
        for entry in ahead[same:]:
            with contextlib.suppress(MpdRefused):  # removed meanwhile
                self._server.ask("deleteid", entry["id"])
            del self._ours[int(entry["id"])]
        ahead = ahead[:same]
        for song, name in named[same:]:
            try:
                number = self._server.ask("addid", name, min(place, self._length()))
            except MpdRefused as error:
                self._files.forget(song)
                self._events.append(Failed(song, f"MPD refuses it: {error}"))
                continue
            place += 1
            if name.startswith("/"):  # MPD may have another name for a file outside its folder
                self._files.called(song, self._server.ask("playlistid", number)[0]["file"])
            self._ours[int(number)] = song
            ahead.append({"id": number})
        # Never against the person: another client's song, or a stop, is respected.
        idle = not self._began or "songid" not in status
        if ahead and idle:
            self._began = True
            self._server.ask("playid", ahead[0]["id"])
            self._start(int(ahead[0]["id"]))  # the song may be over before the next look
            if at > 0:
                with contextlib.suppress(MpdRefused):  # the queue has become shorter
                    self._server.ask("seekcur", f"{at:.3f}")
        self._wanted = None

    def _length(self) -> int:
        return int(self._server.ask("status")["playlistlength"])

    def _name(self, song: Song) -> str | None:
        try:
            return self._files.name_of(song)
        except MpdLacks as error:
            self._events.append(Failed(song, str(error)))
            return None

    def _adopt(self, first: tuple[Song, str], queue: list[Any], status: dict[str, str]) -> bool:
        """Take over a song that MPD already plays; return whether it does."""
        if status.get("state") not in ("play", "pause") or "song" not in status:
            return False
        entry = queue[int(status["song"])]
        if entry["file"] != first[1]:
            return False
        self._ours[int(entry["id"])] = first[0]
        return True

    def _adopt_following(
        self, named: list[tuple[Song, str]], queue: list[Any], status: dict[str, str]
    ) -> None:
        songs = {name: song for song, name in named}
        for entry in queue[int(status["song"]) + 1 :]:
            if entry["file"] not in songs:
                return
            self._ours[int(entry["id"])] = songs[entry["file"]]

    def _recognise(self) -> None:
        """Find our songs in the queue again: a restarted MPD gives them other numbers."""
        songs = {self._name(song): song for song in self._ours.values()}
        now = None if self._current is None else self._ours[self._current]
        queue = self._server.ask("playlistinfo")
        self._ours = {
            int(entry["id"]): songs[entry["file"]] for entry in queue if entry["file"] in songs
        }
        self._past = []
        same = (number for number, song in self._ours.items() if now and song.id == now.id)
        self._current = next(same, None)

    def _notice(self, status: dict[str, str]) -> None:
        """Compare MPD's state with the previous one."""
        now = time.monotonic()
        passed, self._looked = now - self._looked, now
        number = int(status["songid"]) if "songid" in status else None
        if number != self._current and self._current is not None:
            self._over(self._ours[self._current], passed, status.get("error"))
        self._skipped &= number == self._current
        if number != self._current:
            known = number is not None and number in self._ours
            self._current = None
            if known and number is not None:
                self._start(number)
        if self._current is not None:
            self._seconds = float(status.get("elapsed", self._seconds))
            self._paused = status.get("state") != "play"

    def _start(self, number: int) -> None:
        """Note that MPD plays one of our songs."""
        self._current, self._seconds, self._looked = number, 0.0, time.monotonic()
        self._events.append(Started(self._ours[number]))
        self._tidy(number)

    def _over(self, song: Song, passed: float, error: str | None) -> None:
        played = self._seconds + (0.0 if self._paused else passed)
        self._seconds = 0.0
        if played < _PLAYED and not self._skipped:
            # MPD forgets the error of a song that it cannot decode as soon as it plays the next.
            self._events.append(Failed(song, error or "MPD left it at once"))
            return
        length = song.duration
        whole = not self._skipped and (length is None or played >= length - _END)
        self._events.append(Ended(song, played if length is None else min(played, length), whole))

    def _tidy(self, number: int) -> None:
        """Note a song as played, and remove those of long ago from the queue."""
        self._past = [past for past in self._past if past != number and past in self._ours]
        self._past.append(number)
        while len(self._past) > _KEPT:
            old = self._past.pop(0)
            del self._ours[old]
            with contextlib.suppress(MpdRefused):
                self._server.ask("deleteid", old)

    def _bear(self, action: Callable[[], None]) -> None:
        """Do something, and bear with MPD being away for a while."""
        now = time.monotonic()
        if self._lost is not None and now - self._tried < _AGAIN:
            return
        self._tried = now
        try:
            action()
        except MpdRefused as error:
            self._events.append(Notice(f"{self.name} says: {error}"))
        except MpdGone as error:
            if self._lost is None:
                self._lost = now
                self._events.append(Notice(f"{self.name} does not answer; trying again"))
            elif time.monotonic() - self._lost > _GIVE_UP:
                raise PlayerError(
                    f"{self.name} has not answered for {_GIVE_UP:.0f} s ({error}); start it again, "
                    "then go on with vibelux play --resume"
                ) from error
