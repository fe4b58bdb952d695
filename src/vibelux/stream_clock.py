"""Times that go on where the time stamps of a sound or video file start anew or jump."""

LONGEST_GAP = 60.0
"""Seconds between two packets that are believed; more is a jump of the clock, not a pause."""


class StreamClock:
    """Times of a stream's packets or frames, in the order in which they are decoded.

    Files that were written one after another into one, recordings that were split, and broadcasts
    whose clock wraps have time stamps that fall back or leap. Their parts are heard and seen one
    after another, so that is how their times are told here. A stamp that is the one before once
    more tells nothing. Stamps without such faults come out as they are.

    Args:
        overlap: seconds by which a stamp may lie before the one before and still be right; with
            0, stamps must rise.
        begin: when the first packet is expected, in seconds; None where that is not known.

    Attributes:
        shift: seconds by which stamps are moved at present.

    """

    def __init__(self, *, overlap: float = 0.0, begin: float | None = None) -> None:
        self.shift = 0.0
        self._overlap = overlap
        self._stamp: float | None = None
        self._before: float | None = None
        self._next = begin

    def time(self, stamp: float | None, length: float) -> float | None:
        """Return the time of the next packet or frame, in seconds.

        Args:
            stamp: its own, in seconds; None where it has none.
            length: how long it lasts, in seconds.

        Returns:
            None only where there is no stamp and nothing is known of the time before.

        """
        if stamp == self._stamp and self._next is not None:
            stamp = None
        time = self._next if stamp is None else stamp + self.shift
        if time is None:
            return None
        if stamp is not None:
            self._stamp = stamp
            if self._next is not None and not self._follows(time, self._next):
                time = self._next
                self.shift = time - stamp
        self._before, self._next = time, time + length
        return time

    def _follows(self, time: float, expected: float) -> bool:
        if time > expected + LONGEST_GAP:
            return False
        if self._before is None:
            return time >= expected - LONGEST_GAP
        return time > self._before - self._overlap
