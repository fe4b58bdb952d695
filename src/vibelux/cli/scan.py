"""`vibelux scan`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import note, out, print_json, printable, reason_line, spoken
from vibelux.cli.scan_options import (
    Again,
    AsJson,
    ClusterAddress,
    MusicModelFile,
    Retry,
    SongTimeout,
    WorkerCount,
    cluster_at,
    stoppable,
)
from vibelux.cli.scan_progress import Pace, duration_in_words, scan_progress
from vibelux.errors import AudioError

if TYPE_CHECKING:
    from vibelux.language import Words
    from vibelux.library.scan import ScanReport


def scan(
    folders: list[Path] = typer.Argument(
        ..., metavar="FOLDER...", help="Folders of music, or single audio files."
    ),
    workers: WorkerCount = None,
    song_timeout: SongTimeout = None,
    model: MusicModelFile = None,
    retry: Retry = False,
    again: Again = False,
    cluster: ClusterAddress = None,
    json: AsJson = False,
) -> None:
    """Analyse the music in folders; only what is new or has changed.

    The catalogue keeps what was found. Stop it at any time: the next scan goes on where this one
    was.
    """
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.failed_files import count_failed
    from vibelux.library.scan import scan as scan_folders
    from vibelux.settings import load_settings

    settings = load_settings(workers=workers, song_timeout=song_timeout, music_model=model)
    machines = cluster_at(cluster, workers)
    pace = Pace()
    with stoppable(pace), Catalogue.of(settings) as catalogue:
        with scan_progress(pace) as tell:
            report = scan_folders(
                folders,
                catalogue,
                workers=settings.workers,
                song_timeout=settings.song_timeout,
                model_path=settings.music_model,
                retry=retry,
                again=again,
                on_progress=tell,
                cluster=machines,
            )
        counts, listed = catalogue.counts(), count_failed(catalogue)
    present_report(report, counts, json=json, listed=listed)


def present_report(
    report: "ScanReport", counts: dict[str, int], *, json: bool, listed: int = 0
) -> None:
    """Print what a scan did, and what the catalogue has now.

    Args:
        report: of the scan.
        counts: songs of the catalogue by their state.
        json: print it as a document.
        listed: files that failed, then or before, and were not dismissed.

    """
    if json:
        print_json(_as_json(report, counts))
    else:
        _present(report, counts, spoken(), listed)


def _as_json(report: "ScanReport", counts: dict[str, int]) -> dict[str, object]:
    failures = [asdict(failure) | {"path": str(failure.path)} for failure in report.failures]
    return asdict(report) | {
        "failures": failures,
        "seconds": round(report.seconds, 3),
        "catalogue": counts,
    }


def _present(report: "ScanReport", counts: dict[str, int], words: "Words", listed: int) -> None:
    from rich.text import Text

    for warning in report.warnings:
        note(warning)
    console = out()
    for failure in report.failures:
        path = Text(f"  {printable(str(failure.path))}", overflow="fold")
        transient = failure.code in AudioError.TRANSIENT
        mark, style = ("not_read", "yellow") if transient else ("not_usable", "red")
        console.print(Text(words.text(f"cli.scan.{mark}"), style=style) + path, soft_wrap=True)
        console.print(
            Text(f"        {reason_line(failure.reason, words)}", style="dim"),
            soft_wrap=True,
        )
    if (more := report.failed + report.unread - len(report.failures)) > 0:
        command = "vibelux library --failed"
        said = words.text("cli.scan.more", more=words.figures(more), command=command)
        console.print(f"        {said}")
    if not any(
        (report.analysed, report.unchanged, report.missing, report.failed, report.unread)
    ) and not (report.moved or report.copied):
        console.print(words.text("cli.scan.none"))
        return
    time = duration_in_words(report.seconds, words)
    analysed = words.figures(report.analysed)
    parts = [words.of_number("cli.scan.analysed", report.analysed, n=analysed, time=time)]
    parts += [
        words.of_number(f"cli.scan.{what}", number, n=words.figures(number))
        for what, number in (
            ("unchanged", report.unchanged),
            ("returned", report.returned),
            ("moved", report.moved),
            ("copied", report.copied),
            ("missing", report.missing),
            ("failed", report.failed),
            ("unread", report.unread),
        )
        if number
    ]
    console.print(Text(" · ".join(parts)))
    total = words.of_number("cli.scan.total", counts["ok"], n=words.figures(counts["ok"]))
    console.print(Text(total, style="bold"))
    if listed and not report.failed:
        before = words.of_number("cli.scan.failed_before", listed, n=words.figures(listed))
        console.print(Text(before, style="dim"))
