"""Where songs for a mood are asked for: answered here, and for a large library next door as well.

Ranking a hundred thousand songs takes a processor some milliseconds, and Python's threads share
one. So when a question about a large library comes while another one is being answered, a second
process is started. It reads the same catalogue and profile, and from then on takes the questions
that would have to wait.
"""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection

from starlette.concurrency import run_in_threadpool

from vibelux.emotions import as_mood, mood_dict
from vibelux.errors import VibeluxError
from vibelux.library.catalogue import Catalogue
from vibelux.recommend.listener import Listener
from vibelux.service.disks import Disks
from vibelux.service.failures import logger
from vibelux.service.kept_sessions import KeptSessions
from vibelux.service.schemas import Asked, PickOut, Picks
from vibelux.service.sittings import Sittings
from vibelux.settings import Settings

_LARGE = 20_000


class Desk:
    """Answers questions; safe to use from many tasks of one event loop.

    Args:
        sittings: of this process.
        settings: where the catalogue and the profile lie.
        large: songs from which on a second process is worth its memory.

    """

    def __init__(self, sittings: Sittings, settings: Settings, *, large: int = _LARGE) -> None:
        self._sittings, self._settings, self._large = sittings, settings, large
        self._answering = 0
        self._second: SecondProcess | None = None
        self._expired = 0

    async def answer(self, asked: Asked) -> bytes:
        """Return `Picks` as JSON.

        Raises:
            VibeluxError: as `Sittings.recommend`.

        """
        if self._answering and (second := self._next_door()) is not None:
            body = await run_in_threadpool(second.answer, asked, self._expired)
            if body is not None:
                return body
        self._answering += 1
        try:
            return await run_in_threadpool(answer, self._sittings, asked)
        finally:
            self._answering -= 1

    def expire(self) -> None:
        """Let the next answers heed everything that was written to the catalogue."""
        self._expired += 1

    def close(self) -> None:
        """End the second process, if there is one."""
        if self._second is not None:
            self._second.close()

    def _next_door(self) -> "SecondProcess | None":
        """Return the second process if it can answer; start it where it is worth it."""
        large = self._sittings.songs >= self._large
        if self._second is None and large and (os.cpu_count() or 1) > 1:
            self._second = SecondProcess(self._settings)
        return self._second if self._second is not None and self._second.ready else None


def answer(sittings: Sittings, asked: Asked) -> bytes:
    """Return `Picks` as JSON.

    Raises:
        VibeluxError: as `Sittings.recommend`.

    """
    mood = as_mood(asked.mood)
    picks = sittings.recommend(
        mood, asked.n, source=asked.source, seed=asked.seed, **asked.values()
    )
    found = Picks(mood=mood_dict(mood), songs=[PickOut.of(pick) for pick in picks])
    return found.model_dump_json().encode()


class SecondProcess:
    """The second process, seen from the first; safe to use from many threads.

    It is started in the background, and ends with the first one, however that ends.

    Args:
        settings: where the catalogue and the profile lie.
        patience: seconds after which a question is answered by the first process after all.

    Attributes:
        ready: it can answer.

    """

    def __init__(self, settings: Settings, *, patience: float = 10.0) -> None:
        self.ready = False
        self._patience = patience
        self._closed = False
        self._lock = threading.Lock()
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(theirs, settings), daemon=True
        )
        threading.Thread(target=self._start, args=(theirs,), daemon=True).start()

    def answer(self, asked: Asked, expired: int) -> bytes | None:
        """Return what `answer` does, or None where the first process should answer.

        Args:
            asked: the question.
            expired: how often the first process was told to read the catalogue again.

        """
        try:
            with self._lock:
                if not self.ready:
                    return None
                self._pipe.send((asked, expired))
                if self._pipe.poll(self._patience):
                    body: bytes | None = self._pipe.recv()
                    return body
            self._ended("does not answer")
        except (EOFError, OSError):
            self._ended("has ended")
        return None

    def close(self) -> None:
        """End the process; it writes nothing that could be lost."""
        self.ready, self._closed = False, True
        self._kill()

    def _start(self, theirs: Connection) -> None:
        try:
            self._process.start()
            theirs.close()  # so that its end is noticed
            if self._closed:
                self._kill()
            if trouble := self._pipe.recv():
                self._ended(f"cannot be started: {trouble}")
            else:
                self.ready = True
        except (EOFError, OSError) as error:
            self._ended(f"cannot be started: {error}")

    def _ended(self, how: str) -> None:
        if not self._closed:
            logger.warning("the second process %s; the first one answers alone", how)
        self.ready, self._closed = False, True
        self._kill()

    def _kill(self) -> None:
        """End the process even if it was stopped: Python waits for it at its own end."""
        if self._process.is_alive():
            self._process.kill()


def _work(pipe: Connection, settings: Settings) -> None:
    """Answer until the first process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first one decides what Ctrl-C means
    try:
        with Catalogue(settings.catalogue) as catalogue, Listener.at(settings.profile) as listener:
            kept = KeptSessions(settings.home / "sessions")
            sittings = Sittings(catalogue, listener, kept, Disks())
            heeded = 0
            sittings.prepare()
            pipe.send(None)
            while True:
                asked, expired = pipe.recv()
                if expired != heeded:
                    sittings.expire()
                    heeded = expired
                try:
                    body = answer(sittings, asked)
                except Exception:  # the first process meets it too, and says what it is
                    body = None
                pipe.send(body)
    except VibeluxError as error:
        pipe.send(str(error))
    except (EOFError, OSError):
        return
