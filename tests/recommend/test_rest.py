import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vibelux.emotions import as_mood, parse_mood
from vibelux.recommend.rest import CHANGED, LATER_SECONDS, NAMED, WAVERING, Rest

HERE = parse_mood("neutral=0.6,happy=0.3,sad=0.1")


def moved(share: float):
    """Return a mood so far away from `HERE`."""
    mood = HERE.astype(float)
    mood[4] -= share
    mood[0] += share
    return as_mood(mood)


def rest(*, chosen=False, later=HERE, since=0.0):
    return Rest(HERE, chosen, later, since)


@given(share=st.floats(0, WAVERING - 0.001), now=st.floats(-1e9, 1e9))
def test_a_face_that_wavers_orders_nothing_anew(share, now):
    assert rest().anew(moved(share), chosen=False, now=now) == "nothing"


@given(share=st.floats(CHANGED + 0.001, 0.6), now=st.floats(-1e9, 1e9))
def test_a_face_that_has_changed_orders_all_anew_at_once(share, now):
    assert rest().anew(moved(share), chosen=False, now=now) == "all"


@given(share=st.floats(WAVERING + 0.001, CHANGED - 0.001))
def test_between_them_the_later_songs_follow_after_a_minute(share):
    mood = moved(share)
    assert rest().anew(mood, chosen=False, now=LATER_SECONDS - 0.1) == "nothing"
    assert rest().anew(mood, chosen=False, now=LATER_SECONDS) == "later"
    followed = rest(later=mood, since=LATER_SECONDS)
    assert followed.anew(mood, chosen=False, now=5 * LATER_SECONDS) == "nothing"


def test_a_clock_that_was_put_back_hinders_nothing():
    assert rest(since=1e9).anew(moved(0.15), chosen=False, now=10.0) == "later"


def test_small_steps_add_up():
    now, current = 0.0, rest()
    found = []
    for share in np.arange(0.03, 0.5, 0.03):
        now += 3.0
        anew = current.anew(moved(share), chosen=False, now=now)
        found.append(anew)
        if anew != "nothing":
            break
    assert found[-1] == "all" and len(found) == 7


@given(share=st.floats(NAMED + 0.001, 0.6))
def test_a_mood_that_is_named_counts_at_once(share):
    assert rest(chosen=True).anew(moved(share), chosen=True, now=0.0) == "all"
    assert rest(chosen=True).anew(HERE, chosen=True, now=0.0) == "nothing"


def test_whoever_turns_to_the_camera_or_away_from_it_wants_that():
    assert rest().anew(HERE, chosen=True, now=0.0) == "all"
    assert rest(chosen=True).anew(HERE, chosen=False, now=0.0) == "all"
