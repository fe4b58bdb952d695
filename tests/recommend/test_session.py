import json
from itertools import groupby

import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueError, InvalidInput, NotComparable
from vibelux.everyday_moods import EVERYDAY_MOODS
from vibelux.language import words_of
from vibelux.recommend.journey import shorter_in_words
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.reasons import Relates
from vibelux.recommend.session import Session

HAPPY, SAD = parse_mood("happy=0.8,neutral=0.2"), parse_mood("sad")
HOUR = 3600.0


@pytest.fixture
def listener(tmp_path):
    with Listener.at(tmp_path / "profile.sqlite") as listener:
        yield listener


def titles(picks) -> list[str]:
    return [pick.song.title for pick in picks]


def is_sad(pick) -> bool:
    return int(pick.song.mood.argmax()) == 5


def test_every_song_once_then_nothing(many, listener):
    session = Session(many, listener, seed=0)
    found = []
    while pick := session.next(HAPPY):
        found.append(pick.song.title)
    assert sorted(found) == [f"{number:02}" for number in range(40)]
    assert session.next() is None and session.queue(3) == []
    assert [song.title for song in session.history] == found


def test_the_queue_is_what_is_played(many, listener):
    session = Session(many, listener, seed=1)
    ahead = titles(session.queue(6, HAPPY))
    assert titles(session.queue(3)) == ahead[:3]
    assert titles([session.next(), session.next(HAPPY)]) == ahead[:2]
    assert titles(session.queue(4)) == ahead[2:]
    session.played(session.next().song)
    assert titles(session.queue(3)) == ahead[3:]


def test_a_long_queue_stays_as_it_is_shown(many, listener):
    session = Session(many, listener, seed=1)
    shown = titles(session.queue(20, HAPPY))
    for _ in range(25):
        assert session.next().song.title == shown.pop(0)
        longer = titles(session.queue(20))
        assert longer[: len(shown)] == shown
        shown = longer
    assert len(shown) == 15  # all that is left, and it rests too
    assert titles(session.queue(20)) == shown


def test_the_same_seed_gives_the_same_session(many, listener):
    def run(seed):
        session = Session(many, None, seed=seed)
        names = []
        for number in range(15):
            pick = session.next(HAPPY)
            names.append(pick.song.title)
            if number % 4 == 1:
                session.skipped(pick.song, after_seconds=5)
        return names

    assert run(7) == run(7) != run(8)
    assert Session(many).seed != Session(many).seed


def test_a_pick_says_why_and_how_sure(many, listener):
    pick = Session(many, listener, seed=0, strength=1, whose="the face").next(HAPPY, chosen=True)
    assert pick.reasons[0].emotion == "happy" and pick.reasons[1].to == "you"
    assert pick.reason.startswith("Cheerful")
    assert 0.8 < pick.score <= 1 and 0 < pick.confidence.clear < 1
    np.testing.assert_array_equal(pick.target, HAPPY)


def test_a_happy_face_is_not_led_to_sad_songs_but_a_choice_wins(many):
    mixed = parse_mood("happy=0.51,sad=0.49")
    face = Session(many, seed=0, strength=1, diversity=0).queue(20, mixed)
    assert not any(is_sad(pick) for pick in face)
    chosen = Session(many, seed=0, strength=1, diversity=0).queue(20, mixed, chosen=True)
    assert any(is_sad(pick) for pick in chosen)
    journey = Session(many, seed=0, strength=1, policy="journey", goal=SAD, length=10)
    assert is_sad(journey.queue(10, HAPPY)[-1])
    sad_face = Session(many, seed=0, strength=1, diversity=0).queue(10, SAD)
    assert all(is_sad(pick) for pick in sad_face)


def test_a_face_that_likes_sad_songs_elsewhere_is_still_spared(many, listener):
    session = Session(many, listener, seed=0)
    sad = [pick.song for pick in session.queue(40, SAD) if is_sad(pick)]
    for song in sad[:10]:
        session.liked(song)
    assert not any(is_sad(pick) for pick in Session(many, listener, strength=1).queue(10, HAPPY))


def test_a_journey_moves_on_with_each_song(many):
    session = Session(many, seed=0, policy="journey", goal=SAD, length=5)
    shares = [session.next(HAPPY, chosen=True).target[5] for _ in range(7)]
    assert shares[0] == pytest.approx(0) and shares[4] == pytest.approx(1)
    assert shares == sorted(shares) and shares[6] == shares[4]
    session.change(policy="journey", goal=HAPPY, length=3)
    assert session.next(SAD, chosen=True).target[5] == pytest.approx(1)


def test_a_mood_that_moves_changes_the_order_and_a_twitch_does_not(many):
    session = Session(many, seed=0)
    ahead = titles(session.queue(10, HAPPY))
    assert titles(session.queue(10, 0.99 * HAPPY + 0.01 * SAD)) == ahead
    moved = session.queue(10, SAD)
    assert titles(moved) != ahead and sum(is_sad(pick) for pick in moved) >= 7


def mixed(sad: float):
    return parse_mood(f"happy={1 - sad},sad={sad}")


def test_the_next_three_rest_while_a_face_wavers(many):
    now = [0.0]
    session = Session(many, seed=0, clock=lambda: now[0])
    ahead = titles(session.queue(12, mixed(0.4)))
    rng = np.random.default_rng(0)
    orders = []
    for _ in range(60):
        now[0] += 3.0
        orders.append(titles(session.queue(12, mixed(0.4 + rng.uniform(-0.18, 0.18)))))
        assert orders[-1][:3] == ahead[:3]
    changes = sum(one != other for one, other in zip([ahead, *orders], orders, strict=False))
    assert 1 <= changes <= 3  # in three minutes
    assert session.next().song.title == ahead[0]
    assert titles(session.queue(2)) == ahead[1:3]


def test_a_change_of_mood_changes_the_next_song(many):
    session = Session(many, seed=0, strength=1, clock=lambda: 0.0)
    assert not is_sad(session.queue(6, mixed(0.0))[0])
    assert is_sad(session.queue(6, mixed(0.9))[0])
    np.testing.assert_allclose(session.mood, mixed(0.9))


def test_another_mood_changes_the_order_by_the_same_luck(many):
    """What wavers to and fro comes back to the order it had."""
    session = Session(many, seed=0)
    ahead = titles(session.queue(10, mixed(0.5), chosen=True))
    assert titles(session.queue(10, mixed(0.8), chosen=True)) != ahead
    assert titles(session.queue(10, mixed(0.5), chosen=True)) == ahead
    session.skipped(session.queue(40)[-1].song, after_seconds=0)
    assert titles(session.queue(10)) != ahead


@pytest.mark.parametrize("policy", ["off", "journey"])
def test_where_a_face_does_not_lead_it_orders_nothing_anew(many, policy):
    goal = HAPPY if policy == "journey" else None
    session = Session(many, seed=0, policy=policy, goal=goal)
    ahead = titles(session.queue(10, HAPPY))
    assert titles(session.queue(10, SAD)) == ahead
    np.testing.assert_array_equal(session.mood, SAD)


def test_a_mood_that_is_named_begins_the_journey_there(many):
    session = Session(many, seed=0, policy="journey", goal=HAPPY, length=5)
    session.queue(1, SAD, chosen=True)
    for _ in range(3):
        session.next()
    assert session.way.at == 2
    angry = parse_mood("angry")
    assert session.queue(1, angry, chosen=True)[0].target[0] == pytest.approx(1, abs=1e-5)
    assert session.way.at == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_journey_through_few_songs_does_not_lead_back(library, add_song, seed):
    places = {"sad": (-0.8, -0.4), "fear": (-0.5, 0.6), "neutral": (0.1, -0.2), "happy": (0.8, 0.5)}
    for mood, (valence, arousal) in places.items():
        for number in range(3):
            add_song(f"{mood} {number}", mood, valence=valence, arousal=arousal)
    session = Session(library, seed=seed, policy="journey", goal=HAPPY, length=10)
    session.queue(0, SAD)
    picks = session.queue(len(session.way.places))
    moods = [pick.song.title.split()[0] for pick in picks]
    assert 4 <= len(moods) < session.way.asked == 10
    assert len([*groupby(moods)]) == len({*moods})  # none comes back once it was left
    assert moods[0] == "sad" and moods[-1] == "happy"


@pytest.mark.parametrize("seed", range(5))
def test_a_journey_keeps_to_its_way_and_is_shorter_where_there_are_no_songs(
    library, add_song, seed
):
    """Loud and angry songs lie beside the way from sad to happy: none of them comes on it."""
    places = {"sad": (-0.6, -0.5), "angry": (-0.7, 0.7), "neutral": (0.0, 0.0), "happy": (0.8, 0.4)}
    for mood, (valence, arousal) in places.items():
        for number in range(3):
            add_song(f"{mood} {number}", mood, valence=valence, arousal=arousal)
    session = Session(library, seed=seed, policy="journey", goal=HAPPY, length=12)
    session.queue(0, SAD, chosen=True)
    way = session.way
    assert 4 <= len(way.places) < way.asked == 12
    assert "so the journey is shorter" in shorter_in_words(way, words_of("en"))
    picks = session.queue(len(way.places))
    assert all(pick.reasons[1] == Relates("close", "aim") for pick in picks)
    assert not any(pick.song.title.startswith("angry") for pick in picks)
    np.testing.assert_allclose(picks[-1].target, HAPPY, atol=1e-5)
    session.next()
    resumed = Session.from_json(session.as_json(), library)
    np.testing.assert_array_equal(resumed.way.places, way.places)
    assert (resumed.way.at, resumed.way.asked) == (0, 12)


@pytest.mark.parametrize("seed", range(10))
def test_the_first_songs_of_a_small_library_suit_what_was_asked(library, add_song, seed, listener):
    """Also where those that suit were played a moment ago."""
    for number in range(4):
        add_song(f"calm {number}", "neutral", valence=0.3, arousal=-0.6, artist="One")
        add_song(f"glad {number}", "happy", valence=0.8, arousal=0.4, artist=f"Artist {number}")
        add_song(f"sad {number}", "sad", valence=-0.6, arousal=-0.4, artist=f"Artist {number}")
    before = Session(library, listener, seed=seed)
    for _ in range(2):
        before.played(before.next(EVERYDAY_MOODS["calm"], chosen=True).song)
    session = Session(library, listener, seed=seed)
    picks = session.queue(12, EVERYDAY_MOODS["calm"], chosen=True)
    assert all(pick.suits and pick.song.title.startswith("calm") for pick in picks[:3])
    assert not picks[-1].suits


def test_the_way_of_a_journey(library, add_song):
    for number in range(20):
        add_song(f"{number}", "neutral", valence=number / 10 - 0.95, arousal=number / 12 - 0.8)
    many = library
    session = Session(many, seed=0, policy="journey", goal=HAPPY, length=4)
    session.queue(1, SAD, chosen=True)
    places = session.way.places
    assert places.shape == (4, 2) and (np.diff(places, axis=0) > 0).all()
    for at in (0, 1, 2, 3, 3):
        session.next()
        assert session.way.at == at
    resumed = Session.from_json(session.as_json(), many)
    assert resumed.way.at == 3
    np.testing.assert_array_equal(resumed.way.places, places)
    session.change(length=8)
    assert session.way.at == 0 and len(session.way.places) == 8
    session.change(policy="match")
    assert session.way is None


def test_a_session_that_was_saved_rests_on(many):
    now = [0.0]
    session = Session(many, seed=0, clock=lambda: now[0])
    ahead = titles(session.queue(12, mixed(0.4)))
    resumed = Session.from_json(session.as_json(), many, clock=lambda: now[0])
    assert titles(resumed.queue(12, mixed(0.55))) == ahead
    now[0] = 61.0
    later = titles(resumed.queue(12, mixed(0.55)))
    assert later[:3] == ahead[:3] and later != ahead


def test_a_session_of_before_there_was_rest_goes_on(many):
    session = Session(many, seed=0)
    ahead = titles(session.queue(12, HAPPY))
    saved = json.loads(session.as_json())
    del saved["rest"], saved["luck"]
    saved["ordering"]["steps"] = saved["ordering"].pop("length")
    resumed = Session.from_json(json.dumps(saved), many)
    assert titles(resumed.queue(12, HAPPY)) == ahead
    assert titles(resumed.queue(12, SAD)) != ahead


def test_ten_skips_of_one_kind_are_enough(many, listener):
    even = parse_mood("happy=0.5,sad=0.5")
    before = Session(many, listener, seed=3).queue(10, even, chosen=True)
    session = Session(many, listener, seed=3)
    sad = [pick.song for pick in session.queue(40, even, chosen=True) if is_sad(pick)]
    for song in sad[:10]:
        session.skipped(song, after_seconds=4)
    after = session.queue(10, even, chosen=True)
    assert sum(map(is_sad, before)) >= 3
    assert sum(map(is_sad, after)) <= 1
    later = Session(many, listener, seed=4, strength=1).queue(20, even, chosen=True)
    assert sum(map(is_sad, later[:10])) <= 1
    untaught = Session(many, listener, seed=4, strength=1, personal=0).queue(20, even, chosen=True)
    assert sum(map(is_sad, untaught)) >= 5


def test_a_reason_tells_what_was_liked(many, listener):
    session = Session(many, listener, seed=0, strength=1)
    for pick in session.queue(12, HAPPY):
        session.liked(pick.song)
    pick = Session(many, listener, seed=0, strength=1).queue(1, HAPPY)[0]
    assert "You liked " in pick.reason or "You like it." in pick.reason


def test_a_like_that_is_taken_back_leaves_nothing(many, listener):
    order = [pick.song.id for pick in Session(many, listener, seed=0).queue(40, HAPPY)]
    session = Session(many, listener, seed=1)
    songs = [pick.song for pick in session.queue(12, HAPPY)]
    for song in songs:
        session.liked(song)
    assert session.likes(songs[0])
    assert [pick.song.id for pick in Session(many, listener, seed=0).queue(40, HAPPY)] != order
    for song in songs:
        session.unliked(song)
    assert not session.likes(songs[0])
    assert [pick.song.id for pick in Session(many, listener, seed=0).queue(40, HAPPY)] == order


def test_what_was_played_in_the_last_session_comes_later(large, listener):
    now = [1e9]
    clock = lambda: now[0]  # noqa: E731
    for jump in (HOUR, -1e8, 3e8):  # the clock may jump either way
        session = Session(large, listener, seed=0, clock=clock, strength=1, personal=0, diversity=0)
        played = [session.next(HAPPY).song for _ in range(8)]
        for song in played:
            session.played(song)
        now[0] += jump
        again = Session(large, listener, seed=0, clock=clock, strength=1, personal=0, diversity=0)
        names = {song.title for song in played}
        # Without it they would be the same eight: it is the strict ranking.
        assert len(names & set(titles(again.queue(8, HAPPY)))) <= 3


def test_of_few_songs_those_that_fit_come_again(many, listener):
    session = Session(many, listener, seed=0)
    for pick in session.queue(20, HAPPY, chosen=True):
        session.played(pick.song)
    again = Session(many, listener, seed=0).queue(8, HAPPY, chosen=True)
    assert sum(map(is_sad, again)) <= 2


def test_songs_that_vanish_are_passed_over(many, listener, tmp_path):
    session = Session(many, listener, seed=0)
    ahead = titles(session.queue(6, HAPPY))
    for name in (ahead[0], ahead[2]):
        (tmp_path / f"{name}.mp3").unlink()
    assert titles(session.queue(3))[:2] == [ahead[1], ahead[3]]
    assert session.next().song.title == ahead[1]
    for path in tmp_path.glob("*.mp3"):
        path.unlink()
    assert session.next() is None and len(session.history) == 1


def test_copies_of_a_file_are_one_song(library, add_song):
    for name in ("a", "b"):
        add_song(name, content_hash=b"the same sound......")
    add_song("c", "sad")
    session = Session(library, seed=0)
    assert len(session.queue(9, HAPPY)) == 2
    assert [session.next() is None for _ in range(3)] == [False, False, True]


def test_a_session_goes_on_where_it_was_saved(many, listener, add_song, library):
    session = Session(many, listener, seed=5, policy="journey", goal=SAD, strength=0.4)
    heard = titles(session.next(HAPPY, chosen=True) for _ in range(4))
    ahead = titles(session.queue(6))
    text = session.as_json()
    assert json.loads(text)["seed"] == 5
    resumed = Session.from_json(text, many, listener)
    assert [song.title for song in resumed.history] == heard
    assert titles(resumed.queue(6)) == ahead
    assert resumed.ordering == session.ordering and resumed.as_json() == text
    for _ in range(8):
        assert resumed.next().song.title == session.next().song.title


def test_a_saved_session_survives_a_catalogue_made_anew(many, listener, tmp_path):
    session = Session(many, listener, seed=5)
    heard = {session.next(HAPPY).song.title for _ in range(30)}
    text = session.as_json()
    with many.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET id = 1000 - id")
        connection.exec_driver_sql("DELETE FROM songs WHERE title IN ('00', '01')")
    resumed = Session.from_json(text, many, listener)
    rest = set()
    while pick := resumed.next():
        rest.add(pick.song.title)
    assert not rest & heard and rest | heard | {"00", "01"} == {f"{n:02}" for n in range(40)}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"format": 1}', '{"format": 1, "a": {}}']
)
def test_what_is_no_session_is_refused(many, text):
    with pytest.raises(InvalidInput, match="this is not a saved session"):
        Session.from_json(text, many)


def test_a_session_of_a_newer_version_is_refused(many):
    with pytest.raises(InvalidInput, match="format 2, this VibeluX reads 1; update"):
        Session.from_json('{"format": 2}', many)


def test_small_and_even_catalogues(library, add_song):
    with pytest.raises(CatalogueError, match="vibelux scan FOLDER"):
        Session(library)
    only = add_song("only")
    session = Session(library, seed=0)
    assert session.queue(0, HAPPY) == []
    assert session.next(SAD).song.id == only and session.next() is None
    for number in range(12):
        add_song(f"same-{number}", embedding=[1, 1], artist="Anna", valence=0.1, arousal=0.1)
    for strength in (0, 0.7, 1):
        even = Session(library, seed=0, strength=strength)
        assert len({even.next(HAPPY).song.id for _ in range(13)}) == 13


def test_without_a_mood_there_is_music_all_the_same(many):
    assert Session(many, seed=0).next() is not None
    assert len(Session(many, seed=0, policy="off").queue(5)) == 5


def test_off_takes_no_notice_of_the_mood(many):
    one, other = (
        titles(Session(many, seed=2, policy="off", personal=0).queue(20, mood))
        for mood in (HAPPY, SAD)
    )
    assert one == other


def test_changing_the_ordering(many):
    session = Session(many, seed=0, policy="journey", goal=SAD)
    session.change(policy="calm", strength=0.2)
    assert (session.ordering.goal, session.ordering.strength) == (None, 0.2)
    with pytest.raises(InvalidInput, match="an ordering has no volume; it has diversity"):
        session.change(volume=3)
    with pytest.raises(InvalidInput, match=r"strength=2 must be between 0 and 1"):
        session.change(strength=2)
    assert session.ordering.strength == 0.2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"policy": "cheer"}, "unknown policy 'cheer'"),
        ({"policy": "journey"}, "a journey needs a goal"),
        ({"goal": SAD}, "only a journey has a goal"),
        ({"length": 2}, "length=2 must be between 3 and 20 songs"),
        ({"length": 21}, "length=21 must be between 3 and 20 songs"),
        ({"personal": -1}, "personal=-1"),
    ],
)
def test_an_ordering_refuses_what_makes_no_sense(values, message):
    with pytest.raises(InvalidInput, match=message):
        Ordering().changed(**values)


def test_a_profile_kept_for_nobody_leaves_no_file(many, tmp_path):
    session = Session(many, seed=0)
    session.played(session.next(HAPPY).song)
    assert not (tmp_path / "profile.sqlite").exists()


def test_what_was_judged_without_being_handed_out_does_not_come_after_a_restart(many):
    session = Session(many, seed=1)
    planned = session.queue(3, parse_mood("happy"))
    session.wrong_mood(planned[1].song)
    resumed = Session.from_json(session.as_json(), many)
    coming = {pick.song.id for pick in resumed.queue(40)}
    assert planned[1].song.id not in coming
    assert planned[0].song.id in coming


@pytest.fixture
def sounding(library, add_song):
    """Eight songs: those of the lower numbers sound more like the first one."""
    for number in range(8):
        angle = number * np.pi / 20
        embedding = np.zeros(16)
        embedding[:2] = np.cos(angle), np.sin(angle)
        columns = {"artist": f"Artist {number}", "model": "music-1", "embedding": embedding}
        add_song(f"{number}", "happy", **columns)
    return library


def test_a_radio_begins_with_its_song_and_no_mood_leads(sounding, listener):
    song = next(sounding.songs())
    session = Session(sounding, listener, seed=0, like=song)
    picks = session.queue(8)
    assert picks[0].song.id == song.id and len({*titles(picks)}) == 8
    assert picks[1].score > 0.9 > picks[-1].score
    assert picks[1].reasons[1] == Relates("close", "song")
    assert (session.mood, session.coverage, session.way) == (None, None, None)
    first = session.next()
    session.played(first.song)
    session.skipped(session.next().song, after_seconds=3)
    assert [event.mood for event in listener.profile.events()] == [None, None]
    while session.next():
        pass
    assert len(session.history) == 8 and session.mood is None


def test_a_radio_that_was_saved_goes_on_without_a_mood(sounding):
    session = Session(sounding, seed=0, like=next(sounding.songs()))
    session.next()
    ahead = titles(session.queue(5))
    resumed = Session.from_json(session.as_json(), sounding)
    assert resumed.like.id == session.like.id and resumed.mood is None
    assert titles(resumed.queue(5)) == ahead
    session.queue(1, HAPPY, chosen=True)  # who gives a mood has it lead
    assert session.like is None and session.mood is not None


def test_a_song_of_unknown_sound_has_no_radio(library, add_song):
    add_song("a")
    with pytest.raises(NotComparable, match="how 'a' sounds is not known"):
        Session(library, like=next(library.songs()))
