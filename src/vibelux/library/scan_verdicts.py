"""What a scan counts as done, and what a failure says: of a file's content, or of nothing but now.

A verdict stays until the content changes. What is transient (`AudioError.TRANSIENT`) takes nothing
from what is known of a song, and the next scan tries again.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from vibelux.errors import AudioError, FilesUnreachable
from vibelux.library.schema_blobs import REVISION, mood_of
from vibelux.library.workers_process import Outcome

_IN_A_ROW = 10
"""Files that cannot be read, one after the other, until a scan ends."""

_LATE_IN_A_ROW = 5
"""The same for those that were waited for until their time was up."""

_TRANSIENT_ONCE = (
    ("damaged", "the file cannot be read: "),
    ("damaged", "it cannot be opened: "),
    ("damaged", "it cannot be read: "),
    ("damaged", "it cannot be read to its end: "),
    ("crashed", "not enough memory"),
    ("crashed", "the file brought its decoder down: the process was ended by SIGKILL"),
)
"""Codes and beginnings of reasons with which earlier versions recorded what was transient."""

_ADVICE = {
    "unreachable": "check the disk or the network share that holds them",
    "no_permission": "may you read them, and is their disk connected as it should be?",
    "timeout": "check their disk; --song-timeout gives slow ones more time",
    "killed": "try fewer processes with --workers 1",
}


@dataclass(frozen=True)
class Terms:
    """What a scan counts as done.

    Attributes:
        model: id of the model; songs of another one are analysed again.
        retry: analyse failed files again although they have not changed.
        again: analyse everything again.

    """

    model: str
    retry: bool = False
    again: bool = False

    def hold_for(self, song: Row[Any], *, has_mood: bool | None = None) -> bool:
        """Tell whether what is known of a song still counts for its content.

        Args:
            song: of the catalogue.
            has_mood: whether it has a mood that can be used; None looks.

        """
        if mood_of(song.mood) is not None if has_mood is None else has_mood:
            return song.model == self.model and (song.revision or 0) >= REVISION
        return song.reason_code is not None and not is_unread(song) and not self.retry

    def need_nothing(self, song: Row[Any], *, has_mood: bool | None = None) -> bool:
        """Tell whether a song needs no work if its file is the same as before; as `hold_for`."""
        return not self.again and self.hold_for(song, has_mood=has_mood) and not is_unread(song)


def is_unread(song: Row[Any]) -> bool:
    """Tell whether a song's file could not be read when it was tried last."""
    code, reason = song.reason_code, song.reason or ""
    if code is None:
        return False
    return code in AudioError.TRANSIENT or any(
        code == before and reason.startswith(beginning) for before, beginning in _TRANSIENT_ONCE
    )


def outlives(song: Row[Any], outcome: Outcome) -> bool:
    """Tell whether the analysis of a song counts in spite of a failure.

    It does unless its file has another content now, and that was found bad.
    """
    same = outcome.content_hash is None or outcome.content_hash == song.content_hash
    return mood_of(song.mood) is not None and (same or outcome.reason_code in AudioError.TRANSIENT)


class UnreadInARow:
    """Ends a scan when many files in a row cannot be read: the next ones would fare no better."""

    def __init__(self) -> None:
        self._count = 0

    def note(self, outcome: Outcome, what: object, *, kept: int) -> None:
        """Count an outcome.

        Args:
            outcome: of the file that came next.
            what: the file, or what it is called on its server.
            kept: songs that this scan has analysed.

        Raises:
            FilesUnreachable: it was one too many.

        """
        code = outcome.reason_code
        if code not in AudioError.TRANSIENT:
            self._count = 0
            return
        self._count += 1
        if self._count >= (_LATE_IN_A_ROW if code == "timeout" else _IN_A_ROW):
            raise FilesUnreachable(
                f"{self._count} files in a row could not be read, the last one {what}: "
                f"{outcome.reason}; {_ADVICE[code]}. Nothing is lost: the songs analysed so far "
                f"({kept:,}) are kept, and the same command goes on from there"
            )
