"""From folders to the catalogue: find the files, analyse what is new, note what is gone.

What an interruption costs: every song is committed when its analysis is done, so Ctrl-C and
``kill -9`` lose the songs in flight; a power cut may also lose those of the two seconds before. The
next scan goes on from there.

What a disk costs that fails: nothing that is known. A file that cannot be read now keeps its
analysis, and the next scan tries again; many in a row end the scan.

When songs count as missing: a folder was walked and their file was not in it. A folder that cannot
be listed, or a root that is empty (as the mount point of a disk that is not there), says nothing
about its songs: they stay as they are, and the report carries a warning. Missing songs keep their
analysis and are playable again as soon as a scan finds the file, also in another place.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from vibelux.errors import FilesUnreachable
from vibelux.library.catalogue import Catalogue
from vibelux.library.failed_files import failed_files
from vibelux.library.pools import Cluster, Pool, pool_of
from vibelux.library.scan_files import Found, Walk, walk, was_deleted
from vibelux.library.scan_ledger import Change, Ledger
from vibelux.library.scan_report import FAILURES_TOLD, ScanCounts, ScanProgress, untold
from vibelux.library.scan_verdicts import Terms, UnreadInARow
from vibelux.library.waited_call import waited_for
from vibelux.library.workers_process import Analyser, Job, Outcome, music_analyser

_TOGETHER = 1000
"""Files looked up at once."""

_NAMED = 3
"""Folders or files that a message names."""

_SILENCE = 120.0
"""Seconds without a file or folder until a disk that is looked through is given up."""


@dataclass(frozen=True)
class Failure:
    """A file that could not be analysed, or not be read, in this scan.

    Attributes:
        path: of the file.
        code: one word as of `AudioError.code`.
        reason: a sentence.

    """

    path: Path
    code: str
    reason: str


@dataclass(kw_only=True)
class ScanReport(ScanCounts):
    """What a scan of folders did.

    Attributes:
        moved: songs found at a new place, with their analysis.
        copied: second copies of a known song, which took over its analysis.
        failures: the first that failed or could not be read.
        unreachable: paths of folders that could not be listed; what they hold is unknown.

    """

    moved: int = 0
    copied: int = 0
    failures: list[Failure] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)


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
    cluster: Cluster | None = None,
) -> ScanReport:
    """Bring the catalogue up to date with folders.

    Files are compared by size and time of change, then by content; only what is new or changed, or
    was analysed by another model, is analysed. A file that cannot be analysed is recorded with its
    reason and tried again when it changes.

    Args:
        folders: to walk, or single audio files.
        catalogue: that receives the songs.
        workers: processes of this machine, at least 1; with a cluster, none.
        song_timeout: seconds until a file that hangs is given up, > 0.
        model_path: ONNX file of the music model; default: the shipped one.
        retry: try failed files again although they have not changed.
        again: analyse every file again.
        on_progress: called after every file that was analysed and every thousand found.
        on_wait: called several times a second while a disk or workers are waited for. What this or
            `on_progress` raises ends the scan at once; what was analysed is kept.
        analyser: what the workers run; default: the music model.
        cluster: whose machines analyse, which must have the folders at the same paths.

    Raises:
        ImportError: a cluster is asked for, and Ray is not installed.
        VibeluxError: the cluster cannot be used.
        InvalidInput: a folder does not exist; nothing was changed.
        FilesUnreachable: the disk does not answer, or many files in a row cannot be read; what was
            analysed before is kept.
        CatalogueLocked: another scan, or another program, is writing.
        CatalogueError: the catalogue cannot be written; what was analysed before is kept.
        ModelError: the model cannot be loaded, or its card has no statistics.

    """
    return _scanned(
        lambda: waited_for(
            lambda: walk(folders), what=_named(folders), patience=_SILENCE, on_wait=on_wait
        ),
        catalogue,
        workers=workers,
        song_timeout=song_timeout,
        terms=(retry, again),
        tell=on_progress or untold,
        on_wait=on_wait,
        analyser=analyser or music_analyser(model_path),
        cluster=cluster,
    )


def retry_failed(
    catalogue: Catalogue,
    *,
    workers: int,
    song_timeout: float,
    model_path: Path | None = None,
    on_progress: Callable[[ScanProgress], None] | None = None,
    on_wait: Callable[[], None] | None = None,
    analyser: Analyser | None = None,
) -> ScanReport:
    """Try the failed files again, and no others; those that are gone count as missing.

    Args, errors and result as of `scan`; files that were dismissed are left alone.
    """
    return _scanned(
        lambda: Walk(tuple(file.path for file in failed_files(catalogue))),
        catalogue,
        workers=workers,
        song_timeout=song_timeout,
        terms=(True, False),
        tell=on_progress or untold,
        on_wait=on_wait,
        analyser=analyser or music_analyser(model_path),
    )


def _scanned(
    way_of: Callable[[], Walk],
    catalogue: Catalogue,
    *,
    workers: int,
    song_timeout: float,
    terms: tuple[bool, bool],
    tell: Callable[[ScanProgress], None],
    on_wait: Callable[[], None] | None,
    analyser: Analyser,
    cluster: Cluster | None = None,
) -> ScanReport:
    """Do what a way through folders asks for, and return the report."""
    began = time.monotonic()
    way = way_of()
    retry, again = terms
    report = ScanReport()
    usual = catalogue.statistics.songs
    with catalogue.database.scan_lock(), catalogue.session() as connection:
        counted = Terms(analyser.model, retry=retry, again=again)
        ledger = Ledger(connection, counted, way.roots, usual)

        def rest() -> None:
            ledger.rest()
            if on_wait is not None:
                on_wait()

        try:
            found = _look(way, ledger, report, tell, on_wait)
            if found:
                ledger.note_folders(way.folders)
            with pool_of(
                analyser,
                workers=workers,
                song_timeout=song_timeout,
                on_wait=rest,
                cluster=cluster,
                shared=[root for root in way.roots if root not in way.gone],
            ) as group:
                failing = _analyse(group, ledger, report, tell, found=found)
            report.missing = ledger.mark_missing(way.folders, list(way.unreachable))
            report.missing += ledger.mark_gone(way.gone)
        finally:
            ledger.finish()
        if failing is not None:
            raise failing
        report.unreachable = [str(folder) for folder in way.unreachable]
        report.warnings = [
            f"{folder}: {why}; its songs ({count}) stay in the catalogue as they are"
            if (count := ledger.count_below(folder))
            else f"{folder}: {why}"
            for folder, why in way.unreachable.items()
        ]
    if report.unread:
        report.warnings.append(
            f"files that could not be read: {report.unread:,}; what is known of them stays, and "
            "the next scan tries them again"
        )
    report.seconds = time.monotonic() - began
    return report


def _look(
    way: Walk,
    ledger: Ledger,
    report: ScanReport,
    tell: Callable[[ScanProgress], None],
    on_wait: Callable[[], None] | None,
) -> int:
    """Enter every file below the folders into the ledger and return their number."""
    found = 0
    files = iter(way)

    def some() -> list[Found]:
        return list(islice(files, _TOGETHER))

    def next_files() -> list[Found]:
        return waited_for(
            some,
            what=_named(way.roots),
            patience=_SILENCE,
            steps=lambda: way.steps,
            on_wait=on_wait,
        )

    while group := next_files():
        unchanged, returned = ledger.enter(group)
        found += len(group)
        report.unchanged += unchanged
        report.returned += returned
        tell(ScanProgress("looking", found))
    return found


def _analyse(
    group: Pool,
    ledger: Ledger,
    report: ScanReport,
    tell: Callable[[ScanProgress], None],
    *,
    found: int,
) -> FilesUnreachable | None:
    """Give every pending file to a worker and write down what it says.

    Returns:
        why only those were left that could not be read before either, if that is so.

    Raises:
        FilesUnreachable: many files in a row cannot be read, and there are others.

    """
    total, last, done = ledger.pending(), ledger.pending_last(), 0
    jobs = ledger.jobs()
    once_more: deque[Job] = deque()
    unread = UnreadInARow()

    def next_job() -> Job | None:
        return once_more.popleft() if once_more else next(jobs, None)

    tell(ScanProgress("analysing", found, total))
    for outcome in map(_as_read, group.outcomes(next_job)):
        change = ledger.settle(outcome)
        if change is None:
            once_more.append(Job(outcome.job.key, outcome.job.path))
            continue
        done += 1
        _count(report, change, outcome)
        tell(ScanProgress("analysing", found, total, done, report.failed + report.unread))
        try:
            unread.note(outcome, outcome.job.path, kept=report.analysed)
        except FilesUnreachable as failing:
            if done < total - last:
                raise
            return failing
    tell(ScanProgress("done", found, total, done, report.failed + report.unread))
    return None


def _as_read(outcome: Outcome) -> Outcome:
    """Return an outcome; a file that vanished with its disk counts as one that cannot be read."""
    if outcome.reason_code != "vanished" or was_deleted(outcome.job.path):
        return outcome
    reason = "it is gone with all that was beside it; is its disk connected?"
    return replace(outcome, reason_code="unreachable", reason=reason)


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
        case "failed" | "unread":
            if change == "failed":
                report.failed += 1
            else:
                report.unread += 1
            if len(report.failures) < FAILURES_TOLD:
                code, reason = outcome.reason_code or "", outcome.reason or ""
                report.failures.append(Failure(outcome.job.path, code, reason))
        case "vanished":
            pass  # gone since the walk; counted among the missing if it was a song


def _named(folders: Sequence[Path]) -> str:
    """Return folders as the beginning of a sentence about their disk."""
    more = f" and {len(folders) - _NAMED:,} more" if len(folders) > _NAMED else ""
    return ", ".join(map(str, folders[:_NAMED])) + more
