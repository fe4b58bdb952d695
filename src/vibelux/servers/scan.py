"""From a music server to the catalogue: list its songs, fetch and analyse what is new.

Songs are fetched to a folder beside the catalogue, a few at a time, and deleted as soon as they are
analysed. Every song is committed once it is analysed, so that a scan can be stopped at any time and
goes on from there. A song that could not be fetched has not failed: nothing is written about it,
and the next scan tries again. Songs that the server does not list are marked as missing only after
it has listed all; they keep their analysis.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from vibelux.errors import CatalogueError, ServerError, ServerRefused, ServerUnreachable
from vibelux.library.catalogue import Catalogue
from vibelux.library.pools import Cluster, Pool, pool_of
from vibelux.library.scan_report import FAILURES_TOLD, ScanCounts, ScanProgress, untold
from vibelux.library.scan_verdicts import Terms, UnreadInARow
from vibelux.library.server_songs import ServerSongs
from vibelux.library.workers_process import Analyser, Job, music_analyser
from vibelux.servers.client import Client
from vibelux.servers.entries import ServerSong
from vibelux.servers.fetching import Fetched, Fetching
from vibelux.servers.ledger import ServerLedger
from vibelux.servers.recognition import Recognition

_TOGETHER = 500
_GIVE_UP = 3
"""Number of songs in a row without an answer after which the scan gives up."""


@dataclass(frozen=True)
class Trouble:
    """A song that could not be fetched or analysed.

    Attributes:
        title: ``Artist - Title``, as far as known.
        code: as `AudioError.code`, or ``not_fetched``.
        reason: a sentence.

    """

    title: str
    code: str
    reason: str


@dataclass(kw_only=True)
class ServerScanReport(ScanCounts):
    """What a scan of a server did.

    Attributes:
        server: as `vibelux.library.catalogue.Song.server`.
        recognised: songs that were known under another id or at another address.
        not_fetched: songs that could not be fetched; the next scan tries again.
        troubles: the first songs that failed, or could not be read or fetched.

    """

    server: str
    recognised: int = 0
    not_fetched: int = 0
    troubles: list[Trouble] = field(default_factory=list)

    def tell(self, song: ServerSong, code: str, reason: str) -> None:
        """Keep a trouble, unless there are many already."""
        if len(self.troubles) < FAILURES_TOLD:
            title = " - ".join(filter(None, (song.artist, song.title))) or song.id
            self.troubles.append(Trouble(title, code, reason))


def scan_server(
    client: Client,
    catalogue: Catalogue,
    *,
    workers: int,
    song_timeout: float,
    connections: int = 2,
    model_path: Path | None = None,
    retry: bool = False,
    again: bool = False,
    on_progress: Callable[[ScanProgress], None] | None = None,
    analyser: Analyser | None = None,
    cluster: Cluster | None = None,
) -> ServerScanReport:
    """Update the catalogue from a server.

    Args:
        client: the server's client.
        catalogue: the catalogue that receives the songs.
        workers: number of processes, at least 1.
        song_timeout: seconds until a song whose analysis hangs is given up, > 0.
        connections: number of songs fetched at a time, at least 1; many burden a small server.
        model_path: ONNX file of the music model; by default the shipped one.
        retry: try songs again that could not be analysed.
        again: fetch and analyse every song again.
        on_progress: called after each song and while listing.
        analyser: what the workers run; by default the music model.
        cluster: whose machines analyse; the songs are sent to them.

    Raises:
        ImportError: a cluster is asked for, and Ray is not installed.
        VibeluxError: the cluster cannot be used.
        ServerUnreachable: the server is down, or went away; what was analysed before is kept.
        ServerRefused: it does not let the user in.
        ServerError: it redirects or does not speak the API.
        FilesUnreachable: many songs in a row cannot be analysed for lack of memory or time.
        CatalogueLocked: another scan, or another program, is writing.
        CatalogueError: the catalogue cannot be written; what was analysed before is kept.
        ModelError: the model cannot be loaded, or its card has no statistics.

    """
    began = time.monotonic()
    analyser = analyser or music_analyser(model_path)
    tell = on_progress or untold
    report = ServerScanReport(server=client.login.server)
    usual = catalogue.statistics.songs
    with (
        catalogue.database.scan_lock(),
        _passing_folder(catalogue.path.with_name("server-songs.part")) as folder,
        catalogue.session() as connection,
    ):
        terms = Terms(analyser.model, retry=retry, again=again)
        songs = ServerSongs(connection, report.server, usual)
        ledger, recognition = ServerLedger(songs, terms), Recognition(songs)
        pending, seen = _look(client, ledger, recognition, report, tell)
        try:
            with (
                pool_of(
                    analyser,
                    workers=workers,
                    song_timeout=song_timeout,
                    on_wait=ledger.rest,
                    cluster=cluster,
                ) as group,
                Fetching(client, iter(pending), folder, connections=connections) as fetching,
            ):
                _hear(
                    *(group, fetching, ledger, recognition, report, tell),
                    found=len(seen),
                    total=len(pending),
                )
        finally:
            ledger.finish()
        if seen:
            report.missing = ledger.mark_missing(seen)
        else:
            report.warnings.append(
                f"{report.server} lists no songs; its songs in the catalogue stay as they are"
            )
    report.seconds = time.monotonic() - began
    return report


def refresh_plays(client: Client, catalogue: Catalogue) -> None:
    """Learn from a server what was played there lately, so that it is not recommended soon.

    A server that does not say is skipped.

    Raises:
        ServerError: the server cannot be reached.
        CatalogueError: the catalogue cannot be written.

    """
    try:
        recent = list(client.recent_songs())
    except ServerRefused:
        return
    with catalogue.session() as connection:
        songs = ServerSongs(connection, client.login.server, catalogue.statistics.songs)
        ledger = ServerLedger(songs, Terms(""))
        for first in range(0, len(recent), _TOGETHER):
            ledger.note_plays(recent[first : first + _TOGETHER])


def _look(
    client: Client,
    ledger: ServerLedger,
    recognition: Recognition,
    report: ServerScanReport,
    tell: Callable[[ScanProgress], None],
) -> tuple[list[ServerSong], set[str]]:
    """List the server's songs: those that need an analysis, and the ids of all."""
    listed: list[ServerSong] = []
    songs = client.songs()
    while page := list(islice(songs, _TOGETHER)):
        listed += page
        tell(ScanProgress("looking", len(listed)))
    report.recognised = recognition.of_listing(listed)
    pending: list[ServerSong] = []
    for first in range(0, len(listed), _TOGETHER):
        page = listed[first : first + _TOGETHER]
        for song, entry in zip(page, ledger.enter(page), strict=True):
            if entry == "pending":
                pending.append(song)
            else:
                report.unchanged += 1
                report.returned += entry == "returned"
    return pending, {song.id for song in listed}


def _hear(
    group: Pool,
    fetching: Fetching,
    ledger: ServerLedger,
    recognition: Recognition,
    report: ServerScanReport,
    tell: Callable[[ScanProgress], None],
    *,
    found: int,
    total: int,
) -> None:
    """Give every song that arrives to a worker and write its result."""
    flying: dict[int, Fetched] = {}
    unread = UnreadInARow()
    done = number = silent = 0

    def next_job() -> Job | None:
        nonlocal done, number, silent
        while (song := fetching.take(wait=not flying)) is not None:
            if song.error is None:
                silent = 0
                number += 1
                flying[number] = song
                return Job(number, song.path)
            silent = silent + 1 if isinstance(song.error, ServerUnreachable) else 0
            _require_hope(song.error, silent, report)
            report.not_fetched += 1
            report.tell(song.song, "not_fetched", str(song.error))
            done += 1
            tell(progress("analysing"))
        return None

    def progress(stage: Literal["analysing", "done"]) -> ScanProgress:
        return ScanProgress(stage, found, total, done, report.failed + report.unread)

    tell(progress("analysing"))
    for outcome in group.outcomes(next_job):
        song = flying.pop(outcome.job.key)
        with suppress(OSError):
            song.path.unlink()
        recognition.of_content(song.song, outcome.content_hash)
        match ledger.settle(song.song, outcome):
            case "analysed":
                report.analysed += 1
            case "failed":
                report.failed += 1
            case "unread":
                report.unread += 1
        if outcome.reason_code is not None:
            report.tell(song.song, outcome.reason_code, outcome.reason or "")
        done += 1
        tell(progress("analysing"))
        unread.note(outcome, song.song.title or song.song.id, kept=report.analysed)
    tell(progress("done"))


def _require_hope(error: ServerError, silent: int, report: ServerScanReport) -> None:
    """Give up if the next songs would fare no better.

    Raises:
        ServerError: of the kind that occurred.

    """
    kept = f"{report.analysed:,} analysed songs are kept; the same command goes on from there"
    if silent >= _GIVE_UP:
        raise ServerUnreachable(f"{report.server} has stopped answering: {error}. {kept}")
    if isinstance(error, ServerRefused) and error.code in (40, 41, 42, 43, 44):
        raise ServerRefused(f"{error}. {kept}", code=error.code)


@contextmanager
def _passing_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder and delete it in the end, as well as what a killed scan left in it.

    Raises:
        CatalogueError: it cannot be created.

    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
    except OSError as error:
        raise CatalogueError(f"cannot make the folder {folder} for songs: {error}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
