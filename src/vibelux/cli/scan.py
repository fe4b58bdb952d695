"""`vibelux scan`."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, out, print_json, printable

if TYPE_CHECKING:
    from vibelux.library.scan import ScanProgress, ScanReport

_LINE_EVERY = 10.0
"""Seconds between lines of progress where no bar can be drawn."""

_RECENT = 20.0
"""Seconds over which the pace is measured."""


def scan(
    folders: list[Path] = typer.Argument(
        ..., metavar="DIR...", help="Folders of music, or single audio files."
    ),
    workers: int | None = typer.Option(
        None, "--workers", "-w", help="Processes; default: the number of cores, at most 8."
    ),
    song_timeout: float | None = typer.Option(
        None, "--song-timeout", help="Seconds until a file that hangs is given up; default: 60."
    ),
    model: Path | None = typer.Option(
        None, "--model", help="ONNX file used instead of the shipped model."
    ),
    retry: bool = typer.Option(
        False, "--retry", help="Try failed files again, also if they have not changed."
    ),
    again: bool = typer.Option(False, "--again", help="Analyse every file again."),
    json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Analyse the music below folders into the catalogue; only what is new or has changed.

    Stop it at any time: the next scan goes on where this one was.
    """
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.scan import scan as scan_folders
    from vibelux.settings import load_settings

    settings = load_settings(workers=workers, song_timeout=song_timeout, music_model=model)
    pace = _Pace()
    try:
        with Catalogue(settings.catalogue) as catalogue:
            with _progress(pace) as tell:
                report = scan_folders(
                    folders,
                    catalogue,
                    workers=settings.workers,
                    song_timeout=settings.song_timeout,
                    model_path=settings.music_model,
                    retry=retry,
                    again=again,
                    on_progress=tell,
                )
            counts = catalogue.counts()
    except KeyboardInterrupt:
        err().print(
            f"Stopped. {_songs(pace.done)} of this scan are in the catalogue, nothing is lost; "
            "the same command goes on from there."
        )
        raise typer.Exit(130) from None
    if json:
        print_json(_as_json(report, counts))
    else:
        _present(report, counts)


def _as_json(report: "ScanReport", counts: dict[str, int]) -> dict[str, object]:
    failures = [asdict(failure) | {"path": str(failure.path)} for failure in report.failures]
    return asdict(report) | {
        "failures": failures,
        "seconds": round(report.seconds, 3),
        "catalogue": counts,
    }


def _present(report: "ScanReport", counts: dict[str, int]) -> None:
    from rich.text import Text

    for warning in report.warnings:
        err().print(Text.assemble(("note: ", "yellow"), printable(warning)))
    console = out()
    for failure in report.failures:
        path = Text(f"  {printable(str(failure.path))}", overflow="fold")
        console.print(Text("failed", style="red") + path, soft_wrap=True)
        console.print(Text(f"        {printable(failure.reason)}", style="dim"), soft_wrap=True)
    if report.failed > len(report.failures):
        more = report.failed - len(report.failures)
        console.print(f"        … and {more:,} more: vibelux library --failed")
    parts = [f"{_songs(report.analysed)} analysed in {_duration(report.seconds)}"]
    for number, what in (
        (report.unchanged, "unchanged"),
        (report.returned, "of them back again"),
        (report.moved, "moved"),
        (report.copied, "copies"),
        (report.missing, "missing"),
        (report.failed, "failed"),
    ):
        if number:
            parts.append(f"{number:,} {what}")
    console.print(Text(" · ".join(parts)))
    console.print(Text(f"The catalogue has {_songs(counts['ok'])} to play.", style="bold"))


class _Pace:
    """How fast a scan is, from what it did lately."""

    def __init__(self) -> None:
        self.done = 0
        self._points: deque[tuple[float, int]] = deque()

    def update(self, done: int) -> None:
        now = time.monotonic()
        self.done = done
        if not self._points or now - self._points[-1][0] >= 0.25:  # a point a song is too many
            self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[0][0] > _RECENT:
            self._points.popleft()

    @property
    def songs_a_minute(self) -> float | None:
        if len(self._points) < 2:
            return None
        began, before = self._points[0]
        return (self.done - before) / (time.monotonic() - began) * 60

    def text(self, total: int) -> str:
        rate = self.songs_a_minute
        if not rate:
            return ""
        return f"{rate:,.0f} songs/min, {_duration((total - self.done) / rate * 60)} left"


@contextmanager
def _progress(pace: _Pace) -> "Iterator[Callable[[ScanProgress], None]]":
    """Yield what the scan reports to: a live bar on a terminal, else a line now and then."""
    console = err()
    if not console.is_terminal:
        yield _lines(pace)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[count]}"),
        TextColumn("{task.fields[pace]}", style="dim"),
        console=console,
        transient=True,
        expand=True,
    ) as bar:
        task = bar.add_task("Looking for music", total=None, count="", pace="")

        def tell(now: "ScanProgress") -> None:
            if now.stage == "looking":
                bar.update(task, count=f"{now.found:,} files")
                return
            pace.update(now.done)
            failed = f", {now.failed:,} failed" if now.failed else ""
            bar.update(
                task,
                description="Listening",
                total=now.total,
                completed=now.done,
                count=f"{now.done:,}/{now.total:,}{failed}",
                pace=pace.text(now.total),
            )

        yield tell


def _lines(pace: _Pace) -> "Callable[[ScanProgress], None]":
    last = time.monotonic()

    def tell(now: "ScanProgress") -> None:
        nonlocal last
        if now.stage != "looking":
            pace.update(now.done)
        starts = now.stage == "analysing" and now.done == 0 and now.total > 0
        if not starts and (now.stage == "done" or time.monotonic() - last < _LINE_EVERY):
            return
        last = time.monotonic()
        if now.stage == "looking":
            text = f"{now.found:,} audio files found so far"
        elif starts:
            text = f"{now.found:,} audio files found, {now.total:,} to look into"
        else:
            text = f"{now.done:,} of {now.total:,} done; {pace.text(now.total)}"
        err().print(text)

    return tell


def _songs(number: int) -> str:
    return "1 song" if number == 1 else f"{number:,} songs"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
