"""How far a scan is and how fast, on a terminal or in lines."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from vibelux.cli.console import err, spoken

if TYPE_CHECKING:
    from vibelux.language import Words
    from vibelux.library.scan_report import ScanProgress

_LINE_EVERY = 10.0
"""Seconds between lines of progress where no bar can be drawn."""

_RECENT = 20.0
"""Seconds over which the pace is measured."""


class Pace:
    """How fast a scan is, from what it did lately.

    Attributes:
        done: songs so far.

    """

    def __init__(self) -> None:
        self.done = 0
        self._points: deque[tuple[float, int]] = deque()

    def update(self, done: int) -> None:
        """Take in how many songs are done now."""
        now = time.monotonic()
        self.done = done
        if not self._points or now - self._points[-1][0] >= 0.25:  # a point a song is too many
            self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[0][0] > _RECENT:
            self._points.popleft()

    @property
    def songs_a_minute(self) -> float | None:
        """The pace, or None as long as it cannot be told."""
        if len(self._points) < 2:
            return None
        began, before = self._points[0]
        return (self.done - before) / (time.monotonic() - began) * 60

    def text(self, total: int, words: "Words") -> str:
        """Return the pace, and how long so many songs still take where that is a second or more."""
        rate = self.songs_a_minute
        if not rate:
            return ""
        said = words.text("cli.scan.rate", rate=words.figures(round(rate)))
        left = (total - self.done) / rate * 60
        if left < 1:
            return said
        return f"{said}, {words.text('cli.scan.left', time=duration_in_words(left, words))}"


@contextmanager
def scan_progress(
    pace: Pace, *, what: Literal["files", "songs"] = "files"
) -> "Iterator[Callable[[ScanProgress], None]]":
    """Yield what the scan reports to: a live bar on a terminal, else a line now and then.

    Args:
        pace: is kept up to date.
        what: is found.

    """
    console, words = err(), spoken()
    if not console.is_terminal:
        yield _lines(pace, what, words)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[count]}", markup=False),
        TextColumn("{task.fields[pace]}", style="dim", markup=False),
        console=console,
        transient=True,
        expand=True,
    ) as bar:
        task = bar.add_task(words.text("cli.scan.looking"), total=None, count="", pace="")

        def tell(now: "ScanProgress") -> None:
            if now.stage == "looking":
                bar.update(task, count=_found(now.found, what, words))
                return
            pace.update(now.done)
            count = []
            if now.total:
                count.append(f"{words.figures(now.done)}/{words.figures(now.total)}")
            if now.failed:
                failed = words.figures(now.failed)
                count.append(words.of_number("cli.scan.failed", now.failed, n=failed))
            bar.update(
                task,
                description=words.text("cli.scan.analysing"),
                total=now.total,
                completed=now.done,
                count=", ".join(count),
                pace=pace.text(now.total, words),
            )

        yield tell


def _found(number: int, what: str, words: "Words") -> str:
    return words.of_number(f"cli.scan.{what}", number, n=words.figures(number))


def _lines(pace: Pace, what: str, words: "Words") -> "Callable[[ScanProgress], None]":
    last = time.monotonic()

    def tell(now: "ScanProgress") -> None:
        nonlocal last
        if now.stage != "looking":
            pace.update(now.done)
        starts = now.stage == "analysing" and now.done == 0 and now.total > 0
        if not starts and (now.stage == "done" or time.monotonic() - last < _LINE_EVERY):
            return
        last = time.monotonic()
        found, total = _found(now.found, what, words), words.figures(now.total)
        if now.stage == "looking":
            text = words.text("cli.scan.found", found=found)
        elif starts:
            text = words.text("cli.scan.begins", found=found, total=total)
        else:
            text = words.text("cli.scan.so_far", done=words.figures(now.done), total=total)
            if rate := pace.text(now.total, words):
                text += f"; {rate}"
        err().print(text)

    return tell


def duration_in_words(seconds: float, words: "Words | None" = None) -> str:
    """Return ``3.2 s``, ``4 min 05 s`` or ``2 h 10 min``.

    Args:
        seconds: at least 0.
        words: of the language, which says what parts a decimal; None: a point.

    """
    if seconds < 10:
        number = f"{seconds:.1f}" if words is None else words.decimal(seconds, ".1f")
        return f"{number} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
