from dataclasses import replace
from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vibelux.circumplex import song_emotions
from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.library.schema_blobs import MOMENT
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.song_course import WORTH, SongCourse, Stretch, song_course_of, turn_of
from vibelux.recommend.song_sound import Sounds

MUSIC = ModelStatistics().songs


def course(*windows: str, seconds: float = 10.0, affect=()) -> np.ndarray:
    rows = np.zeros(len(windows), dtype=MOMENT)
    rows["start"] = seconds * np.arange(len(windows))
    for row, mood in zip(rows, windows, strict=True):
        row["mood"] = parse_mood(mood)
    if affect:
        rows["valence"], rows["arousal"] = np.array(affect).T
    return rows


def stretch(emotion: str, start: float) -> Stretch:
    return Stretch(Sounds(emotion, "medium"), start)


def contradictions(windows: np.ndarray, found: SongCourse) -> list[str]:
    """Return what a chart of the windows shows and the course denies, or the other way round."""
    moods = windows["mood"].astype(float)
    affect = np.stack([windows["valence"], windows["arousal"]], axis=1).astype(float)
    far = np.abs(moods - moods.mean(axis=0)).sum(axis=1).max() / 2 >= turn_of(MUSIC)
    moves = np.abs(affect - affect.mean(axis=0)).max() >= WORTH
    said = []
    if found.kind == "steady" and (far or moves):
        said.append("steady, but a window is far from the others")
    if found.kind == "steady" and (found.energy or found.pleasure):
        said.append("steady, but it becomes something else")
    if found.kind == "varies" and not (far or moves):
        said.append("varies, but no window differs")
    if found.kind == "drifts" and not (found.energy or found.pleasure):
        said.append("drifts, but nowhere")
    if (found.kind in ("turns", "restless")) != (len(found.stretches) > 1):
        said.append("turns, but there is one stretch only, or the other way round")
    if any(a.sound.emotion == b.sound.emotion for a, b in pairwise(found.stretches)):
        said.append("turns from an emotion to itself")
    starts = [stretch.start for stretch in found.stretches]
    parts = np.split(moods, np.searchsorted(windows["start"], starts[1:]))
    for before, after in pairwise(parts):
        if np.abs(before.mean(axis=0) - after.mean(axis=0)).sum() / 2 < turn_of(MUSIC):
            said.append("turns, but the parts sound alike")
    places = np.split(affect, np.searchsorted(windows["start"], starts[1:]))
    for stretch, part, place in zip(found.stretches, parts, places, strict=True):
        if stretch.sound.emotion != EMOTIONS[song_emotions(part.mean(axis=0), place[:, 0].mean())]:
            said.append("a stretch has another name than a song that sounds like it")
    return said


def test_a_song_that_keeps_its_mood_is_steady():
    found = song_course_of(course("sad", "sad", "sad"), 30, MUSIC)
    assert found == SongCourse("steady", (stretch("sad", 0.0),), None, None)


def test_two_emotions_that_are_nearly_level_are_no_turn():
    windows = course(
        "happy=0.51,neutral=0.49", "happy=0.49,neutral=0.51", "happy=0.52,neutral=0.48"
    )
    found = song_course_of(windows, 30, MUSIC)
    assert found.kind == "steady"
    assert [stretch.sound.emotion for stretch in found.stretches] == ["happy"]


def test_a_turn_says_when_and_a_short_part_belongs_to_the_nearest():
    found = song_course_of(course("sad", "sad", "happy", "happy"), 40, MUSIC)
    assert found.kind == "turns"
    assert found.stretches == (stretch("sad", 0.0), stretch("happy", 20.0))
    spike = course(*["neutral"] * 12, "neutral=0.4,fear=0.6", *["happy"] * 6)
    found = song_course_of(spike, 190, MUSIC)
    assert found.stretches == (stretch("neutral", 0.0), stretch("happy", 130.0))


def test_one_emotion_that_moves_drifts_and_one_that_comes_and_goes_varies():
    rising = course("sad", "sad", "sad", affect=[(-0.5, -0.5), (-0.5, -0.4), (-0.3, -0.2)])
    found = song_course_of(rising, 30, MUSIC)
    assert (found.kind, found.energy, found.pleasure) == ("drifts", "livelier", "brighter")
    falling = course("sad", "sad", affect=[(0.4, 0.4), (0.1, 0.1)])
    found = song_course_of(falling, 20, MUSIC)
    assert (found.kind, found.energy, found.pleasure) == ("drifts", "calmer", "darker")
    swell = course("sad", "sad=0.6,fear=0.4", "sad")
    assert song_course_of(swell, 30, MUSIC).kind == "varies"


def test_a_stretch_is_named_as_a_song_would_be():
    metal = [(-0.6, 0.8), (-0.6, 0.8)]
    quiet = [(0.5, -0.5), (0.5, -0.5)]
    windows = course(
        *["surprise=0.6,angry=0.4"] * 2, *["fear=0.6,neutral=0.4"] * 2, affect=[*metal, *quiet]
    )
    found = song_course_of(windows, 40, MUSIC)
    assert [stretch.sound for stretch in found.stretches] == [
        Sounds("angry", "high"),
        Sounds("neutral", "low"),
    ]


def test_a_song_of_many_turns_is_restless():
    windows = course("sad", "happy", "sad", "happy", "angry", "sad")
    found = song_course_of(windows, 60, MUSIC)
    assert (found.kind, len(found.stretches)) == ("restless", 6)


def test_fewer_than_two_windows_tell_nothing():
    assert song_course_of(course("sad"), 30, MUSIC) is None
    assert song_course_of(course(), None, MUSIC) is None


def test_what_counts_as_a_turn_follows_from_the_model():
    windows = course("happy=0.6,neutral=0.4", "happy=0.4,neutral=0.6")
    assert song_course_of(windows, None, replace(MUSIC, steady=0.92)).kind == "turns"
    assert song_course_of(windows, None, replace(MUSIC, steady=0.88)).kind == "steady"


MOODS = st.lists(st.floats(0, 1), min_size=7, max_size=7).filter(any).map(as_mood)
WINDOWS = st.lists(
    st.tuples(MOODS, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.5, 200)),
    min_size=2,
    max_size=14,
)


@given(WINDOWS, st.none() | st.floats(0, 2000))
@settings(deadline=None)
def test_no_course_contradicts_its_windows(windows, duration):
    rows = np.zeros(len(windows), dtype=MOMENT)
    rows["start"] = np.cumsum([length for *_, length in windows]) - windows[0][3]
    for row, (mood, valence, arousal, _) in zip(rows, windows, strict=True):
        row["mood"], row["valence"], row["arousal"] = mood, valence, arousal
    assert contradictions(rows, song_course_of(rows, duration, MUSIC)) == []


def test_no_course_of_sixty_songs_contradicts_its_windows(heard_samples):
    """Sample pieces, and medleys of them, as the shipped model hears them."""
    pieces = [as_rows(analysis.course) for analysis in heard_samples.values()]
    medleys = [np.concatenate(pair) for pair in product(pieces, pieces)]
    chosen = np.random.default_rng(0).permutation(len(medleys))[: 60 - len(pieces)]
    found = []
    for windows in [*pieces, *(medleys[place] for place in chosen)]:
        windows["start"] = 8 * np.arange(len(windows))
        song = song_course_of(windows, None, MUSIC)
        assert contradictions(windows, song) == []
        found.append(song.kind)
    assert len(found) == 60
    assert {"turns", "steady"} <= set(found)


def as_rows(moments) -> np.ndarray:
    rows = np.zeros(len(moments), dtype=MOMENT)
    for row, moment in zip(rows, moments, strict=True):
        row["mood"], row["valence"], row["arousal"] = moment.mood, moment.valence, moment.arousal
    return rows
