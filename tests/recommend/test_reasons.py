"""Reasons: what they say is true, never against the song, and the same in every place."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.language import words_of
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import standing_out
from vibelux.recommend.policies import POLICIES, target_path
from vibelux.recommend.reason_words import in_words
from vibelux.recommend.reasons import (
    CLOSE,
    BestAvailable,
    Corrected,
    Liked,
    LikedSimilar,
    Random,
    Relates,
    Step,
    Touch,
    reasons_alike,
    reasons_for,
)
from vibelux.recommend.song_sound import Analysis, Sounds, sounds_of

MUSIC = ModelStatistics().songs
FACES = ModelStatistics().faces

DATA = Path(__file__).parents[1] / "data"
moods = arrays(np.float64, 7, elements=st.floats(0, 1)).filter(lambda mood: mood.sum() > 0.01)
places = arrays(np.float32, 2, elements=st.floats(-1, 1, width=32))


def why(song: str, mood: str, *, policy="match", fit=0.9, **options):
    heard = Analysis(parse_mood(song), affect_of(parse_mood(song), MUSIC.affect))
    target = target_path(parse_mood(mood), policy, 1)[0]
    return reasons_for(
        heard, parse_mood(mood), policy=policy, target=target, fit=fit, **options, statistics=MUSIC
    )


def test_the_golden_file_is_what_the_code_says():
    cases = runpy.run_path(str(DATA / "reasons.py"))["cases"]()
    assert json.loads((DATA / "reasons.json").read_text("utf-8")) == json.loads(json.dumps(cases))


def test_how_it_sounds_and_how_that_relates():
    assert why("sad", "sad") == [Sounds("sad", "low"), Relates("close", "you")]
    assert in_words(why("sad", "sad")) == "Gloomy and slow, close to your mood."
    facts = why("happy=0.6,sad=0.4", "happy")
    assert facts == [Sounds("happy", "medium"), Relates("calmer", "you"), Touch("sad")]
    assert in_words(facts) == "Cheerful with a touch of sadness, calmer than you."


def test_a_song_of_a_journey_is_compared_with_the_stage_it_belongs_to():
    """Not with where the journey leads: a gloomy song is not brighter than a happy goal."""
    sad, happy = parse_mood("sad"), parse_mood("happy")
    first = target_path(sad, "journey", 12, goal=happy)[0]
    heard = Analysis(
        parse_mood("sad=0.5,fear=0.5"), affect_of(sad, MUSIC.affect) + np.array([0.4, 0.0])
    )
    facts = reasons_for(heard, sad, policy="journey", target=first, fit=0.9, statistics=MUSIC)
    assert "brighter than this part of the journey" in in_words(facts)


def test_the_caveat_comes_only_where_the_library_holds_few_such_songs():
    few, many = [9, 9, 9, 9, 9, 2, 9], [9] * 7
    poor = why("neutral", "sad", fit=0.4, counts=few)
    assert poor[-1] == BestAvailable("sad", 2)
    assert in_words(poor).endswith(" The nearest you have; your library holds few sad songs.")
    assert "library" not in in_words(poor, alone=False)
    assert BestAvailable("sad", 2) not in why("neutral", "sad", fit=0.9, counts=few)
    assert not any(isinstance(f, BestAvailable) for f in why("sad", "sad", fit=0.4, counts=few))
    assert not any(isinstance(f, BestAvailable) for f in why("fear", "sad", fit=0.4, counts=many))
    assert why("neutral", "sad", fit=0.4, counts=few, liked=LikedSimilar(3))[-1] == LikedSimilar(3)


def test_chance_and_corrections_are_said():
    heard = Analysis(
        parse_mood("happy"), affect_of(parse_mood("happy"), MUSIC.affect), corrected=True
    )
    happy = parse_mood("happy")
    facts = reasons_for(
        heard, happy, policy="off", target=happy, fit=1, liked=Liked(), statistics=MUSIC
    )
    assert facts == [Sounds("happy", "high"), Corrected(), Random()]
    assert in_words(facts) == ("Cheerful and lively, picked by chance. You gave it this mood.")


def test_policies_say_where_they_lead_and_only_what_is_so():
    assert Step("brighter") in why("happy", "sad", policy="lift")
    assert Step("calmer") in why("neutral", "angry", policy="calm")
    assert Step("livelier") in why("angry", "sad", policy="energise")
    assert why("angry", "sad", policy="calm") == [
        Sounds("angry", "high")
    ]  # the other way: not said


@given(mood=moods, song=moods, affect=places, policy=st.sampled_from(POLICIES))
def test_no_reason_contradicts_the_bars(mood, song, affect, policy):
    heard = Analysis(as_mood(song), affect)
    goal = np.eye(7)[3] if policy == "journey" else None
    target = target_path(standing_out(mood, FACES), policy, 4, goal=goal)[2]
    facts = reasons_for(
        heard,
        mood := as_mood(mood),
        policy=policy,
        target=target,
        fit=0.5,
        counts=[0] * 7,
        statistics=MUSIC,
    )
    places = {"you": affect_of(mood, MUSIC.affect), "aim": affect_of(target, MUSIC.affect)}
    for fact in facts:
        match fact:
            case Sounds():
                assert fact == sounds_of(heard)  # see test_song_sound.py
            case Relates(relation="close"):
                place = places[fact.to].astype(np.float64)
                for ours, yours, near, edge in zip(affect, place, CLOSE, (0.25, 0.2), strict=True):
                    ours = float(ours)
                    one_band = (ours > edge, ours < -edge) == (yours > edge, yours < -edge)
                    assert one_band or abs(ours - yours) <= near + 1e-6
            case Relates() | Step():
                relation = fact.relation if isinstance(fact, Relates) else fact.direction
                other = places[fact.to] if isinstance(fact, Relates) else places["you"]
                valence, arousal = affect - other
                assert {
                    "calmer": arousal < 0,
                    "livelier": arousal > 0,
                    "brighter": valence > 0,
                    "darker": valence < 0,
                }[relation]
            case Touch():
                assert heard.mood[EMOTIONS.index(fact.emotion)] >= 0.2
            case BestAvailable():
                assert sounds_of(heard).emotion != EMOTIONS[target.argmax()]
    assert in_words(facts)[0].isupper() and in_words(facts).endswith(".")


def test_what_songs_have_in_common():
    song, other = (
        Analysis(parse_mood(m), affect_of(parse_mood(m), MUSIC.affect)) for m in ("happy", "sad")
    )
    assert in_words(reasons_alike(song, other, same_artist=True)) == (
        "Cheerful, livelier, by the same artist."
    )
    assert in_words(reasons_alike(song, song, same_artist=False)) == (
        "Cheerful and lively, much the same mood."
    )


@pytest.mark.parametrize(
    ("facts", "english", "german"),
    [
        (
            [Sounds("sad", "low"), Relates("close", "you")],
            "Gloomy and slow, close to your mood.",
            "Düster und langsam, nah an deiner Stimmung.",
        ),
        (
            [Sounds("neutral", "low"), Relates("calmer", "you"), Touch("sad")],
            "Calmer than you, with a touch of sadness.",
            "Ruhiger als du, mit einer Spur Traurigkeit.",
        ),
        (
            [Sounds("happy", "low"), Relates("close", "you"), Touch("sad")],
            "Warm and gentle with a touch of sadness, close to your mood.",
            "Warm und sanft mit einer Spur Traurigkeit, nah an deiner Stimmung.",
        ),
        (
            [Sounds("happy", "high"), Relates("calmer", "you"), BestAvailable("sad", 2)],
            "Cheerful and lively, but calmer than you. The nearest you have; your library holds "
            "few sad songs.",
            "Fröhlich und lebhaft, aber ruhiger als du. Das Ähnlichste, was du hast; traurige "
            "Lieder gibt es in deiner Bibliothek kaum.",
        ),
        ([Sounds("neutral", "high"), Step("livelier")], "One step livelier.", None),
        ([Sounds("sad", "medium"), Step("brighter")], "Melancholy, but one step brighter.", None),
        (
            [Sounds("happy", "high"), Relates("livelier", "you")],
            "Cheerful, livelier than you.",
            None,
        ),
        ([Random()], "Picked by chance.", "Zufällig gewählt."),
        (
            [Sounds("happy", "medium"), Relates("close", "you"), LikedSimilar(3)],
            "Cheerful, close to your mood. You liked three songs like this.",
            "Fröhlich, nah an deiner Stimmung. Du mochtest drei ähnliche Lieder.",
        ),
        (
            [Sounds("happy", "medium"), Corrected(), Relates("close", "you"), Liked()],
            "Cheerful, close to your mood. You gave it this mood.",
            None,
        ),
    ],
)
def test_a_sentence_a_person_would_say(facts, english, german):
    assert in_words(facts) == english
    if german is not None:
        assert in_words(facts, words_of("de")) == german


@pytest.mark.parametrize("number", [1, 4, 13])
def test_numbers_of_songs_are_said_in_words(number):
    text = in_words([Sounds("happy", "high"), LikedSimilar(number)])
    said = {1: "You liked a song like this.", 4: "You liked four songs like this."}
    assert text.endswith(said.get(number, "You liked 13 songs like this."))
