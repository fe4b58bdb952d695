import threading
from collections.abc import Iterator

import pytest

from vibelux.face.newest_frames import newest_frames


class Source:
    """Numbers that arrive when the test says so; ``arrived(n)`` waits until n is on offer."""

    def __init__(self, error: Exception | None = None) -> None:
        self._let = threading.Semaphore(0)
        self._error = error
        self._reached = threading.Condition()
        self._asked = 0
        self._ends = False

    def __iter__(self) -> Iterator[int]:
        number = 0
        while True:
            with self._reached:
                self._asked = number  # all before it were taken
                self._reached.notify()
            self._let.acquire()
            if self._ends:
                break
            yield number
            number += 1
        if self._error is not None:
            raise self._error

    def send(self, count: int) -> None:
        goal = self._asked + count
        self._let.release(count)
        with self._reached:
            assert self._reached.wait_for(lambda: self._asked >= goal)

    def end(self) -> None:
        self._ends = True
        self._let.release()


def test_stale_items_are_dropped() -> None:
    source = Source()
    items = newest_frames(iter(source))
    threading.Timer(0.01, source.send, [1]).start()
    assert next(items) == 0
    source.send(5)
    assert next(items) == 5
    source.end()
    assert list(items) == []


def test_error_comes_after_the_last_item() -> None:
    source = Source(error=ZeroDivisionError("stopped"))
    items = newest_frames(iter(source))
    threading.Timer(0.01, source.send, [1]).start()
    assert next(items) == 0
    source.send(2)
    assert next(items) == 2
    source.end()
    with pytest.raises(ZeroDivisionError, match="stopped"):
        next(items)


def test_thread_has_ended_after_close() -> None:
    def endless() -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    items = newest_frames(endless())
    next(items)
    assert any(thread.name == "newest frames" for thread in threading.enumerate())
    items.close()
    assert not any(thread.name == "newest frames" for thread in threading.enumerate())


def test_nothing_to_read() -> None:
    assert list(newest_frames(item for item in ())) == []


def test_patience_has_an_end() -> None:
    let = threading.Event()

    def late() -> Iterator[int]:
        yield 1
        let.wait(30)

    items = newest_frames(late(), patience=0.05)
    assert next(items) == 1
    threading.Timer(0.3, let.set).start()
    with pytest.raises(TimeoutError, match=r"nothing came for 0\.05 seconds"):
        next(items)


def test_the_source_is_closed_in_its_thread() -> None:
    closed_by: list[str] = []

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed_by.append(threading.current_thread().name)

    items = newest_frames(endless())
    next(items)
    items.close()
    assert closed_by == ["newest frames"]
