"""What a scan says while it runs and in the end, whether of folders or of a music server."""

from dataclasses import dataclass, field
from typing import Literal

FAILURES_TOLD = 20
"""Songs with trouble that a report names; all that failed are in the catalogue."""


@dataclass(kw_only=True)
class ScanCounts:
    """What every scan counts.

    Attributes:
        analysed: songs analysed and saved.
        unchanged: songs that needed nothing, also those whose file was only touched.
        returned: songs that had been missing and are back; a part of ``unchanged``.
        missing: songs that were not found any more.
        failed: songs that could not be analysed.
        unread: songs that could not be read at the moment, or not be analysed for want of memory
            or time; what is known of them stays, and the next scan tries again.
        warnings: sentences.
        seconds: that the scan took.

    """

    analysed: int = 0
    unchanged: int = 0
    returned: int = 0
    missing: int = 0
    failed: int = 0
    unread: int = 0
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class ScanProgress:
    """How far a scan is.

    Attributes:
        stage: ``looking`` for songs, ``analysing`` them, or ``done``.
        found: songs seen so far.
        total: those that need work; 0 while looking.
        done: of these, finished.
        failed: of these, failed or not read.

    """

    stage: Literal["looking", "analysing", "done"]
    found: int
    total: int = 0
    done: int = 0
    failed: int = 0


def untold(_: ScanProgress) -> None:
    """Tell nobody."""
