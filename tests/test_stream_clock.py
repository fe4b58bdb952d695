"""Times that rise whatever time stamps do."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.stream_clock import LONGEST_GAP, StreamClock

stamps = st.none() | st.floats(-1e9, 1e9)


def times(clock: StreamClock, *stamps: float | None, length: float = 1.0) -> list[float | None]:
    return [clock.time(stamp, length) for stamp in stamps]


def test_stamps_that_rise_come_out_as_they_are() -> None:
    assert times(StreamClock(begin=0.0), -0.1, 0.9, 2.5, 2.6, 60.0) == [-0.1, 0.9, 2.5, 2.6, 60.0]
    assert times(StreamClock(), 500.0, 501.0) == [500.0, 501.0]


@pytest.mark.parametrize("again", [0.0, -5000.0, 90_000.0])
def test_a_second_part_follows_the_first(again: float) -> None:
    told = times(StreamClock(begin=0.0), 0.0, 1.0, 2.0, again, again + 1.0, again + 2.5)
    assert told == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0, 5.5])


def test_a_first_stamp_far_away_is_the_beginning() -> None:
    assert times(StreamClock(begin=0.0), 7000.0, 7001.0) == pytest.approx([0.0, 1.0])


def test_what_has_no_stamp_or_the_same_again_follows() -> None:
    assert times(StreamClock(begin=0.0), None, None, 2.0, None) == [0.0, 1.0, 2.0, 3.0]
    assert times(StreamClock(begin=0.0), 0.0, 0.0, 0.0, 3.0) == [0.0, 1.0, 2.0, 3.0]
    assert times(StreamClock(), None, 5.0, None) == [None, 5.0, 6.0]


def test_an_overlap_is_believed() -> None:
    assert times(StreamClock(overlap=1.0), 5.0, 4.5, 6.0) == [5.0, 4.5, 6.0]
    assert times(StreamClock(overlap=1.0), 5.0, 3.5) == [5.0, 6.0]


@given(st.lists(stamps, max_size=30), st.floats(0.001, 10))
def test_times_rise_by_no_more_than_a_gap(some: list[float | None], length: float) -> None:
    told = times(StreamClock(begin=0.0), *some, length=length)
    assert all(time is not None for time in told)
    for before, after in pairwise(told):
        assert before < after <= before + length + LONGEST_GAP * (1 + 1e-6)
