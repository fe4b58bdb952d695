"""What the routers of one app share."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from vibelux.emotions import Mood
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.corrections import correct
from vibelux.library.cover_cache import CoverCache
from vibelux.library.live_columns import LiveColumns
from vibelux.library.saved_playlists import SavedPlaylists
from vibelux.library.workers_process import Analyser
from vibelux.recommend.listener.listener import Listener
from vibelux.service.covers import Covers
from vibelux.service.disks import Disks
from vibelux.service.failures import Failure, logger
from vibelux.service.folders import Roots
from vibelux.service.scan_board import ScanBoard
from vibelux.service.scan_job import ScanJob, ScanStatus
from vibelux.service.schemas_scan import ScanOut
from vibelux.service.server_covers import ServerCovers
from vibelux.service.session_files import SessionFiles
from vibelux.service.sessions import SessionStore
from vibelux.settings import Settings

_SCAN_STOPS = 1.0
"""Seconds within which a scan stops, unless a disk hangs."""


@dataclass
class Context:
    """What the routers of one app share; every part is safe to use from many threads.

    Attributes:
        settings: the settings of this run.
        roots: folders that may be seen and scanned.
        catalogue: the songs.
        columns: the songs as columns in memory.
        listener: the listener whose profile learns.
        sessions: the open sessions.
        disks: everything that touches the songs' files goes through this.
        covers: the songs' covers.
        scan: the current or the last scan.
        playlists: the playlists that the person keeps.
        board: where the other processes of this service tell of their scan; None: there are none.
        phone_link: for the phones of one's own network; "" where they do not reach it.
        trust_link: to the page that explains its certificate; likewise.
        stopping: whether the service is about to end, and streams of events with it.

    """

    settings: Settings
    roots: Roots
    catalogue: Catalogue
    columns: LiveColumns
    listener: Listener
    sessions: SessionStore
    disks: Disks
    covers: Covers
    scan: ScanJob
    playlists: SavedPlaylists
    board: ScanBoard | None = None
    phone_link: str = ""
    trust_link: str = ""
    stopping: bool = False

    @classmethod
    def open(
        cls,
        settings: Settings,
        roots: Roots,
        *,
        analyser: Analyser | None = None,
        board: ScanBoard | None = None,
    ) -> "Context":
        """Open the catalogue and the profile.

        Args:
            settings: say where they are.
            roots: folders that may be seen and scanned.
            analyser: what scans run; None for the music model.
            board: of a service of several processes; None: this one is alone.

        Raises:
            CatalogueError: the catalogue cannot be opened.
            ModelError: as `vibelux.model_statistics.ModelStatistics`.
            ProfileError: the profile cannot be opened.

        """
        catalogue = Catalogue.of(settings)
        try:
            # Now, not in the middle of a session.
            _ = catalogue.statistics.songs, catalogue.statistics.faces
            listener = Listener.at(settings.profile)
        except BaseException:
            catalogue.close()
            raise
        if listener.profile.unsaved is not None:
            logger.warning("%s", listener.profile.unsaved)
        columns = LiveColumns(catalogue)
        disks = Disks()
        sessions = SessionStore(
            catalogue,
            columns,
            listener,
            SessionFiles(settings.home / "sessions", shared=board is not None),
            disks,
        )
        covers = Covers(CoverCache(settings.covers), disks, ServerCovers(settings.server_login))
        scan = ScanJob(
            catalogue,
            settings,
            samples=settings.home / "samples",
            on_end=lambda: context.expire(),
            analyser=analyser,
        )
        if board is not None:
            scan.on_begin = board.begin
            scan.on_status = partial(_tell, board)
            scan.should_stop = lambda: board.is_asked_to_stop
        playlists = SavedPlaylists(settings.home / "playlists")
        context = cls(
            *(settings, roots, catalogue, columns, listener, sessions, disks, covers, scan),
            playlists,
            board,
        )
        return context

    def song(self, song_id: int) -> Song:
        """Return a song.

        Raises:
            Failure: 404 if there is none.

        """
        song = self.catalogue.song_if_there(song_id)
        if song is None:
            raise Failure(
                404,
                "song_unknown",
                f"there is no song with id {song_id}",
                "search again: the library has changed",
            )
        return song

    def correct(self, song: Song, mood: Mood | None) -> None:
        """Give a song the mood that the person says, or with None the one from its analysis.

        Raises:
            CatalogueError: as `vibelux.library.corrections.correct`.

        """
        correct(self.catalogue, song.id, mood)
        self.expire()

    @property
    def scan_told(self) -> ScanOut:
        """How far the scan is, whichever process of this service runs it."""
        status = self.scan.status
        if self.board is not None and not status.running:
            others = self.board.read()
            if others is not None:
                return ScanOut.model_validate_json(others)
        return ScanOut.of(status)

    def expire(self) -> None:
        """Let the next request see everything that has been written to the catalogue."""
        self.columns.expire()

    def stop_soon(self) -> None:
        """Let streams of events end, and the scan stop; wait for neither."""
        self.stopping = True
        self.scan.stop(patience=0)

    def close(self) -> None:
        """Stop what is running and close what is open."""
        self.stop_soon()
        if self.scan.stop(patience=_SCAN_STOPS).running:
            return  # its thread still writes; that stays, however the process ends
        self.covers.close()
        self.sessions.close()
        self.columns.close()
        self.listener.close()
        self.catalogue.close()


def _tell(board: ScanBoard, status: ScanStatus) -> None:
    """Tell the other processes how far the scan of this one is."""
    board.tell(ScanOut.of(status).model_dump_json(), at_once=not status.running)
    if not status.running:
        board.end()


async def _context(request: Request) -> Context:  # a plain function would cost a thread
    context: Context = request.app.state.context
    return context


Shared = Annotated[Context, Depends(_context)]
