"""Access to the disks with music, which may hang: a network share, a sleeping drive.

A thread that waits for such a disk cannot be stopped. So everything that touches the listener's
files runs in a few threads of its own, is awaited for a limited time, and never keeps the process
alive.
"""

import asyncio
import math
import os
import re
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from vibelux.service.failures import Failure, logger
from vibelux.service.text import sendable

T = TypeVar("T")

_PATIENCE = 10.0
"""Seconds, within which a sleeping drive is awake again."""

_THREADS = 16

_OF_ONE_DISK = 8
"""Number of threads that one disk may hold up."""

_MOUNTS_LAST = 10.0
"""Seconds for which the list of mounted disks is kept."""


@dataclass(eq=False)
class _Task:
    """Work that a thread does.

    Attributes:
        work: the work, which touches files.
        disk: the disk with the files.
        done: called with the result or the error, unless the task was left.
        late: called with a result that nobody waits for any more.
        began: when it began, by the monotonic clock; None while it waits for a thread.
        left: whether nobody waits for it any more.

    """

    work: Callable[[], Any]
    disk: str
    done: Callable[[Any, BaseException | None], None]
    late: Callable[[Any], None] | None = None
    began: float | None = None
    left: bool = False


@dataclass(eq=False)
class _Look:
    """Looks whether files of one disk exist.

    Attributes:
        paths: the files' paths.
        found: whether each is there, as far as they were looked at.
        over: set when that is done.
        left: whether nobody waits for it any more.

    """

    paths: list[Path] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    left: bool = False

    def look(self) -> None:
        """Look for the files, one after the other."""
        for path in self.paths:
            if self.left:
                return
            self.found.append(_is_file(path))

    def done(self, _: Any, error: BaseException | None) -> None:
        """Note that it is over."""
        if error is not None:
            logger.warning("%s: %s", self.paths[0], error)
        self.over.set()


class Disks:
    """Runs what touches the listener's files; safe to use from many threads.

    Args:
        patience: seconds that an answer may take.
        threads: number of threads for all disks.
        of_one_disk: number of threads for each disk.

    """

    def __init__(
        self,
        *,
        patience: float = _PATIENCE,
        threads: int = _THREADS,
        of_one_disk: int = _OF_ONE_DISK,
    ) -> None:
        self.patience, self._most, self._of_one_disk = patience, threads, of_one_disk
        self._changed = threading.Condition()  # guards the attributes below
        self._waiting: deque[_Task] = deque()
        self._running: set[_Task] = set()
        self._threads = self._idle = 0
        self._mounted: tuple[float, list[str]] = (-math.inf, [])

    async def ask(
        self,
        work: Callable[[], T],
        *,
        where: Path,
        late: Callable[[T], None] | None = None,
        patience: float | None = None,
    ) -> T:
        """Return what work returns.

        Args:
            work: the work, which touches files.
            where: one of these files.
            late: called with a result that came too late, to close it.
            patience: seconds that the answer may take; a disk that others have waited for longer is
                not asked at all. None for the usual time; the disk is then asked in any case.

        Raises:
            Failure: 503 if the disk does not answer.
            Exception: whatever the work raises.

        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            if answer.done():  # cancelled while this was on its way
                if error is None and late is not None:
                    late(result)
            elif error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)

        def done(result: Any, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(settle, result, error)

        disk = self._disk_of(where)
        if patience is not None and self._is_overdue(disk, patience):
            raise _silent(where, logged=False)  # who waited has said it
        task = self._begin(_Task(work, disk, done, late), where)
        try:
            async with asyncio.timeout(self.patience if patience is None else patience):
                return await answer
        except TimeoutError:
            if answer.done() and not answer.cancelled():
                raise  # the work's own
            raise _silent(where) from None
        finally:
            self._leave(task)

    def run(self, work: Callable[[], object], *, where: Path) -> None:
        """Have work done at some time, without waiting for it."""

        def done(_: Any, error: BaseException | None) -> None:
            if error is not None:
                logger.warning("%s: %s", where, error)

        with suppress(Failure):  # the disk hangs, and the file stays open until the process ends
            self._begin(_Task(work, self._disk_of(where), done), where)

    def are_there(self, paths: Sequence[Path], *, patience: float = 1.0) -> list[bool]:
        """Return whether each file is there; True if its disk does not answer soon.

        Args:
            paths: the files; one thread looks for all of a disk.
            patience: seconds that all answers together may take.

        """
        looks: dict[str, _Look] = {}
        for path in paths:
            looks.setdefault(self._disk_of(path), _Look()).paths.append(path)
        until = time.monotonic() + patience
        begun = [(look, self._begin_look(disk, look, patience)) for disk, look in looks.items()]
        for look, task in begun:
            if task is not None:
                look.over.wait(max(0.0, until - time.monotonic()))
                look.left = True
                self._leave(task)
        there = {
            path: found
            for look in looks.values()
            for path, found in zip(look.paths, look.found, strict=False)
        }
        return [there.get(path, True) for path in paths]

    def _begin_look(self, disk: str, look: "_Look", patience: float) -> _Task | None:
        """Give a look to a thread, or return None if the disk has not answered for some time."""
        if self._is_overdue(disk, patience):
            return None
        with suppress(Failure):
            return self._begin(_Task(look.look, disk, look.done), look.paths[0])
        return None

    def _begin(self, task: _Task, where: Path) -> _Task:
        """Give a task to a thread.

        Raises:
            Failure: 503 if all threads already wait for a disk.

        """
        with self._changed:
            hung = self._overdue(None, self.patience)
            if hung >= self._most or self._overdue(task.disk, self.patience) >= self._of_one_disk:
                raise _silent(where)
            self._waiting.append(task)
            if self._idle < len(self._waiting) and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, name="disk", daemon=True).start()
            self._changed.notify()
        return task

    def _leave(self, task: _Task) -> None:
        with self._changed:
            task.left = True
            if task in self._waiting:
                self._waiting.remove(task)

    def _disk_of(self, path: Path) -> str:
        """Return where the disk of a path is mounted, without touching it."""
        read, places = self._mounted
        if time.monotonic() - read > _MOUNTS_LAST:
            places = _mounted()
            self._mounted = time.monotonic(), places
        text = os.path.abspath(path)  # noqa: PTH100 - resolve() would wait for the disk
        within = f"{text}/"
        for place in places:
            if within.startswith(place):
                return place
        return str(Path(*Path(text).parts[:3]))  # such as /Volumes/Music

    def _is_overdue(self, disk: str, patience: float) -> bool:
        """Return whether a thread has waited for a disk longer than a time."""
        with self._changed:
            return self._overdue(disk, patience) > 0

    def _overdue(self, disk: str | None, patience: float) -> int:
        """Count the threads that have waited longer than a time for a disk, or for any disk."""
        limit = time.monotonic() - patience
        return sum(
            task.began is not None and task.began < limit and disk in (None, task.disk)
            for task in self._running
        )

    def _work(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                while not self._waiting:
                    self._changed.wait()
                self._idle -= 1
                task = self._waiting.popleft()
                task.began = time.monotonic()
                self._running.add(task)
            result, error = None, None
            try:
                result = task.work()
            except BaseException as raised:
                error = raised
            with self._changed:
                self._running.discard(task)
                left = task.left
            try:
                if not left:
                    task.done(result, error)
                elif error is None and task.late is not None:
                    task.late(result)
            except Exception:  # the event loop has ended meanwhile
                logger.debug("nobody waits for %s", task.disk, exc_info=True)
            del task, result, error


class Blocks(AsyncIterator[bytes]):
    """A file's blocks, one by one; the disk may hang before any of them.

    Iterating raises what the blocks raise, and `Failure` 503 if the disk stops answering.

    Args:
        disks: does the reading.
        blocks: the file's blocks.
        where: the file's path.
        close: closes the file.

    """

    def __init__(
        self, disks: Disks, blocks: Iterator[bytes], *, where: Path, close: Callable[[], object]
    ) -> None:
        self._disks, self._where = disks, where
        self._reading = _Reading(blocks, close)

    async def __anext__(self) -> bytes:
        block = await self._disks.ask(self._reading.next, where=self._where)
        if block is None:
            raise StopAsyncIteration
        return block

    def close(self) -> None:
        """Close the file as soon as no thread reads from it."""
        self._disks.run(self._reading.close, where=self._where)


@dataclass
class _Reading:
    """Blocks that are read in one thread, from a file that another may close meanwhile."""

    blocks: Iterator[bytes]
    close_file: Callable[[], object]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: bool = False
    _closed: bool = False

    def next(self) -> bytes | None:
        """Return the next block, or None if there are no more or the file was closed."""
        with self._lock:
            block = None if self._closing else next(self.blocks, None)
        if self._closing:
            self.close()
        return block

    def close(self) -> None:
        """Close the file now, or as soon as nobody reads from it."""
        self._closing = True
        if self._lock.acquire(blocking=False):
            try:
                if not self._closed:
                    self._closed = True
                    self.close_file()
            finally:
                self._lock.release()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _silent(where: Path, *, logged: bool = True) -> Failure:
    shown = sendable(str(where))
    if logged:
        logger.warning("the disk with %s does not answer", shown)
    return Failure(
        503,
        "disk_silent",
        f"the disk with {shown} does not answer",
        "wake or connect it, then try again",
    )


def _mounted() -> list[str]:
    """Return where disks are mounted, the longest path first, each with a slash at its end.

    Empty if the system keeps no such list.
    """
    try:
        mounts = Path("/proc/self/mounts")
        with mounts.open(encoding="utf-8", errors="surrogateescape") as lines:
            places = [line.split(" ")[1] for line in lines]
    except (OSError, IndexError):
        return []
    plain = (re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), at) for at in places)
    return sorted({place.rstrip("/") + "/" for place in plain}, key=len, reverse=True)
