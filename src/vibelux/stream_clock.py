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

    __slots__ = ("_least", "_next", "_overlap", "_stamp", "shift")

    def __init__(self, *, overlap: float = 0.0, begin: float | None = None) -> None:
        self.shift = 0.0
        self._overlap = overlap
        self._stamp: float | None = None
        self._next = begin
        self._least = (begin or 0.0) - LONGEST_GAP  # a time must lie beyond this one

    def time(self, stamp: float | None, length: float) -> float | None:
        """Return the time of the next packet or frame, in seconds.

        Args:
            stamp: its own, in seconds; None where it has none.
            length: how long it lasts, in seconds.

        Returns:
            None only where there is no stamp and nothing is known of the time before.

        """
        expected = self._next
        if stamp is None or (stamp == self._stamp and expected is not None):
            if expected is None:
                return None
            time = expected
        else:
            self._stamp = stamp
            time = stamp + self.shift
            if expected is not None and not self._least < time <= expected + LONGEST_GAP:
                time = expected
                self.shift = time - stamp
        self._least = time - self._overlap
        self._next = time + length
        return time
