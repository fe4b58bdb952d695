"""From folders to the catalogue: find the files, analyse what is new, note what is gone.

What an interruption costs: every song is committed when its analysis is done, so Ctrl-C,
``kill -9`` and a power cut lose the songs in flight, and the next scan goes on from there.

When songs count as missing: a folder was walked and their file was not in it. A folder that cannot
be listed, or a root that is empty (as the mount point of a disk that is not there), says nothing
about its songs: they stay as they are, and the report carries a warning. Missing songs keep their
analysis and are playable again as soon as a scan finds the file, also in another place.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from vibelux.library.catalogue import Catalogue
from vibelux.library.scan_files import Walk, walk
from vibelux.library.scan_ledger import Change, Ledger, Terms
from vibelux.library.scan_lock import scan_lock
from vibelux.library.workers import Workers
from vibelux.library.workers_process import Analyser, Job, Outcome, music_analyser

_TOGETHER = 500
"""Files looked up at once."""

_FAILURES_TOLD = 20
"""Failed files kept in the report; all of them are in the catalogue."""


@dataclass(frozen=True)
class Failure:
    """A file that could not be analysed in this scan.

    Attributes:
        path: of the file.
        code: one word as of `AudioError.code`.
        reason: a sentence.

    """

    path: Path
    code: str
    reason: str


@dataclass
class ScanReport:
    """What a scan did.

    Attributes:
        analysed: songs heard and saved.
        unchanged: files that needed nothing, also those that were only touched.
        moved: songs found at a new place, with their analysis.
        copied: second copies of a known song, which took over its analysis.
        returned: songs that had been missing and are back; a part of ``unchanged``.
        missing: songs whose file was not found any more.
        failed: files that could not be analysed.
        failures: the first of these.
        warnings: folders that could not be looked into, a sentence each.
        seconds: that the scan took.

    """

    analysed: int = 0
    unchanged: int = 0
    moved: int = 0
    copied: int = 0
    returned: int = 0
    missing: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class ScanProgress:
    """How far a scan is.

    Attributes:
        stage: ``looking`` for files, ``analysing`` them, or ``done``.
        found: audio files seen so far.
        total: files that need work; 0 while looking.
        done: of these, finished.
        failed: of these, failed.

    """

    stage: Literal["looking", "analysing", "done"]
    found: int
    total: int = 0
    done: int = 0
    failed: int = 0


def scan(
    folders: Sequence[Path],
    catalogue: Catalogue,
    *,
    workers: int,
    song_timeout: float,
    model_path: Path | None = None,
    retry: bool = False,
    again: bool = False,
    on_progress: Callable[[ScanProgress], None] | None = None,
    on_wait: Callable[[], None] | None = None,
    analyser: Analyser | None = None,
) -> ScanReport:
    """Bring the catalogue up to date with folders.

    Files are compared by size and time of change, then by content; only what is new or changed, or
    was analysed by another model, is analysed. A file that cannot be analysed is recorded with its
    reason and tried again when it changes.

    Args:
        folders: to walk, or single audio files.
        catalogue: that receives the songs.
        workers: processes, at least 1.
        song_timeout: seconds until a file that hangs is given up, > 0.
        model_path: ONNX file of the music model; default: the shipped one.
        retry: try failed files again although they have not changed.
        again: analyse every file again.
        on_progress: called after every file that was analysed and every few hundred found.
        on_wait: called several times a second while workers are busy. What this or `on_progress`
            raises ends the scan at once; what was analysed is kept.
        analyser: what the workers run; default: the music model.

    Raises:
        InvalidInput: a folder does not exist; nothing was changed.
        CatalogueLocked: another scan, or another program, is writing.
        CatalogueError: the catalogue cannot be written; what was analysed before is kept.
        ModelError: the model cannot be loaded.

    """
    began = time.monotonic()
    way = walk(folders)
    analyser = analyser or music_analyser(model_path)
    tell = on_progress or _untold
    report = ScanReport()
    with scan_lock(catalogue.path), catalogue.session() as connection:
        ledger = Ledger(connection, Terms(analyser.model, retry=retry, again=again))
        found = _look(way, ledger, report, tell)
        with Workers(analyser, count=workers, song_timeout=song_timeout, on_wait=on_wait) as group:
            _analyse(group, ledger, report, tell, found=found)
        report.missing = ledger.mark_missing(way.folders, list(way.unreachable))
        report.warnings = [
            f"{folder}: {why}; its {count} songs stay in the catalogue as they are"
            if (count := ledger.count_below(folder))
            else f"{folder}: {why}"
            for folder, why in way.unreachable.items()
        ]
    report.seconds = time.monotonic() - began
    return report


def _look(
    way: Walk, ledger: Ledger, report: ScanReport, tell: Callable[[ScanProgress], None]
) -> int:
    """Enter every file below the folders into the ledger and return their number."""
    found = 0
    files = iter(way)
    while group := list(islice(files, _TOGETHER)):
        unchanged, returned = ledger.enter(group)
        found += len(group)
        report.unchanged += unchanged
        report.returned += returned
        tell(ScanProgress("looking", found))
    return found


def _analyse(
    group: Workers,
    ledger: Ledger,
    report: ScanReport,
    tell: Callable[[ScanProgress], None],
    *,
    found: int,
) -> None:
    """Give every pending file to a worker and write down what it says."""
    total, done = ledger.pending(), 0
    jobs = ledger.jobs()
    once_more: deque[Job] = deque()

    def next_job() -> Job | None:
        return once_more.popleft() if once_more else next(jobs, None)

    tell(ScanProgress("analysing", found, total))
    for outcome in group.outcomes(next_job):
        change = ledger.settle(outcome)
        if change is None:
            once_more.append(Job(outcome.job.key, outcome.job.path))
            continue
        done += 1
        _count(report, change, outcome)
        tell(ScanProgress("analysing", found, total, done, report.failed))
    tell(ScanProgress("done", found, total, done, report.failed))


def _count(report: ScanReport, change: Change, outcome: Outcome) -> None:
    match change:
        case "analysed":
            report.analysed += 1
        case "unchanged":
            report.unchanged += 1
        case "moved":
            report.moved += 1
        case "copied":
            report.copied += 1
        case "failed":
            report.failed += 1
            if len(report.failures) < _FAILURES_TOLD:
                code, reason = outcome.reason_code or "", outcome.reason or ""
                report.failures.append(Failure(outcome.job.path, code, reason))
        case "vanished":
            pass  # gone since the walk; counted among the missing if it was a song


def _untold(_: ScanProgress) -> None:
    pass
