"""The service's scan, which runs in a thread of its own."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from vibelux.errors import CatalogueLocked, VibeluxError
from vibelux.library.catalogue import Catalogue
from vibelux.library.scan import ScanReport, retry_failed, scan
from vibelux.library.scan_files import walk
from vibelux.library.scan_report import ScanProgress
from vibelux.library.workers_process import Analyser
from vibelux.samples.rendering import render_samples
from vibelux.service.failures import logger
from vibelux.settings import Settings

State = Literal["idle", "rendering", "looking", "analysing", "done", "stopped", "failed"]

RUNNING: frozenset[State] = frozenset({"rendering", "looking", "analysing"})

IS_RUNNING = "a scan is running; wait until it is done, or stop it"

_RECENT = 20.0
"""Seconds over which the speed is measured."""


class _Stopped(BaseException):
    """Somebody stopped the scan: not an error, hence not an `Exception` that would be recorded."""


@dataclass(frozen=True)
class ScanStatus:
    """How far the scan is.

    Attributes:
        state: ``idle`` before the first one; ``rendering`` the samples, ``looking`` for files,
            ``analysing`` them; ``done``, ``stopped`` or ``failed``.
        folders: the folders that are scanned.
        samples: whether the sample catalogue is scanned.
        only_failed: whether failed files are tried again, and nothing else.
        found: audio files seen so far.
        total: files that need work (pieces, while rendering).
        done: of these, finished.
        failed: of these, failed.
        songs_per_second: current speed, or None as long as it is unknown.
        seconds_left: at this speed, or None.
        seconds: duration of the scan so far.
        report: the report of a finished scan, or None.
        error: why it failed, or None.

    """

    state: State = "idle"
    folders: tuple[Path, ...] = ()
    samples: bool = False
    only_failed: bool = False
    found: int = 0
    total: int = 0
    done: int = 0
    failed: int = 0
    songs_per_second: float | None = None
    seconds_left: float | None = None
    seconds: float = 0.0
    report: ScanReport | None = None
    error: VibeluxError | None = None

    @property
    def running(self) -> bool:
        """Whether the scan is still running."""
        return self.state in RUNNING


@dataclass
class ScanJob:
    """Runs one scan at a time; safe to use from many threads.

    Attributes:
        catalogue: the catalogue that receives the songs.
        settings: workers, time limit and model.
        samples: folder for the sample catalogue.
        on_end: called when a scan has ended in any way.
        analyser: what the workers run; None for the music model.
        on_begin: called before a scan begins; what it raises keeps it from that.
        on_status: called at every change of how far it is.
        should_stop: asked often whether somebody else wants the scan to stop.

    """

    catalogue: Catalogue
    settings: Settings
    samples: Path
    on_end: Callable[[], None]
    analyser: Analyser | None = None
    on_begin: Callable[[], None] = lambda: None
    on_status: Callable[[ScanStatus], None] = lambda _: None
    should_stop: Callable[[], bool] = lambda: False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _status: ScanStatus = field(default_factory=ScanStatus)
    _began: float = 0.0
    _points: deque[tuple[float, int]] = field(default_factory=deque)

    @property
    def status(self) -> ScanStatus:
        """How far it is now."""
        with self._lock:
            status, began = self._status, self._began
        return replace(status, seconds=time.monotonic() - began) if status.running else status

    def start(self, folders: Sequence[Path] | None, *, retry: bool = False) -> ScanStatus:
        """Start a scan; folders that were scanned in part go on from there.

        Args:
            folders: the folders to scan; None for the sample catalogue, which is rendered first.
            retry: try failed files again.

        Raises:
            CatalogueLocked: a scan is running.
            InvalidInput: as `vibelux.library.scan_files.walk`.

        """
        roots = (self.samples,) if folders is None else walk(folders).roots
        began = ScanStatus(
            state="looking" if folders is not None else "rendering",
            folders=roots,
            samples=folders is None,
        )
        return self._begin(began, retry)

    def start_retry(self) -> ScanStatus:
        """Start to try the failed files again, and no others.

        Raises:
            CatalogueLocked: a scan is running.

        """
        return self._begin(ScanStatus(state="looking", only_failed=True), True)

    def _begin(self, began: ScanStatus, retry: bool) -> ScanStatus:
        with self._lock:
            if self._status.running:
                raise CatalogueLocked(IS_RUNNING)
            self.on_begin()
            self._stop.clear()
            self._points.clear()
            self._began = time.monotonic()
            self._status = began
            self._thread = threading.Thread(target=self._run, args=(began, retry), daemon=True)
            self.on_status(began)
            self._thread.start()
            return self._status

    def stop(self, *, patience: float = 10.0) -> ScanStatus:
        """Stop the scan, if one is running, and wait for that; what was analysed is kept."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience)
        return self.status

    def _run(self, began: ScanStatus, retry: bool) -> None:
        try:
            if began.samples:
                render_samples(
                    self.samples,
                    made=self.settings.demo / "samples",
                    on_progress=lambda done, total: self._now(
                        ScanProgress("analysing", total, total, done), state="rendering"
                    ),
                )
            how: dict[str, Any] = {
                "workers": self.settings.workers,
                "song_timeout": self.settings.song_timeout,
                "model_path": self.settings.music_model,
                "on_progress": self._now,
                "on_wait": self._heed,
                "analyser": self.analyser,
            }
            if began.only_failed:
                report = retry_failed(self.catalogue, **how)
            else:
                report = scan(began.folders, self.catalogue, retry=retry, **how)
            self._end("done", report=report)
        except _Stopped:
            self._end("stopped")
        except VibeluxError as error:
            logger.error("the scan failed: %s", error)
            self._end("failed", error=error)
        except Exception:
            logger.exception("the scan failed")
            self._end("failed", error=VibeluxError("something went wrong inside VibeluX"))

    def _heed(self) -> None:
        if self._stop.is_set() or self.should_stop():
            raise _Stopped

    def _now(self, at: ScanProgress, *, state: State | None = None) -> None:
        self._heed()
        with self._lock:
            if state is None:
                state = "looking" if at.stage == "looking" else "analysing"
            if state != self._status.state:
                self._points.clear()
            rate = self._rate(at.done)
            self._status = replace(
                self._status,
                state=state,
                found=at.found,
                total=at.total,
                done=at.done,
                failed=at.failed,
                songs_per_second=rate,
                seconds_left=(at.total - at.done) / rate if rate else None,
            )
        self.on_status(self.status)

    def _rate(self, done: int) -> float | None:
        now = time.monotonic()
        if not self._points or now - self._points[-1][0] >= 0.25:  # not one per song
            self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[0][0] > _RECENT:
            self._points.popleft()
        began, before = self._points[0]
        return (done - before) / (now - began) if done > before else None

    def _end(
        self, state: State, *, report: ScanReport | None = None, error: VibeluxError | None = None
    ) -> None:
        self.on_end()
        with self._lock:
            self._status = replace(
                self._status,
                state=state,
                seconds=time.monotonic() - self._began,
                songs_per_second=None,
                seconds_left=None,
                report=report,
                error=error,
            )
            self.on_status(self._status)
