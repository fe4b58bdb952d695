"""What a library holds of a mood, once for a list."""

import pytest

from vibelux.emotions import parse_mood
from vibelux.language import words_of
from vibelux.recommend.coverage import Coverage, coverage_in_words, coverage_of
from vibelux.recommend.ranking import rank
from vibelux.recommend.session import Session


def test_the_strongest_emotion_of_the_mood_is_counted():
    counts = [1, 0, 2, 30, 20, 6, 1]
    assert coverage_of(counts, parse_mood("sad=0.6,happy=0.4")) == Coverage("sad", 6, 60)


@pytest.mark.parametrize(
    ("fit", "english", "german"),
    [
        (6, "6 of your 1,060 songs are sad.", "6 deiner 1.060 Lieder sind traurig."),
        (1, "One of your 1,060 songs is sad.", "Eines deiner 1.060 Lieder ist traurig."),
        (0, "None of your 1,060 songs is sad.", "Keines deiner 1.060 Lieder ist traurig."),
    ],
)
def test_it_is_one_sentence(fit, english, german):
    coverage = Coverage("sad", fit, 1060)
    assert coverage_in_words(coverage, words_of("en")) == english
    assert coverage_in_words(coverage, words_of("de")) == german


def test_a_session_tells_what_its_library_holds(many):
    session = Session(many, seed=1)
    assert session.coverage is None  # no mood yet
    session.queue(3, parse_mood("sad"), chosen=True)
    assert (
        session.coverage == rank(many, parse_mood("sad"), n=1).coverage == Coverage("sad", 20, 40)
    )
    session.change(policy="off")
    assert session.coverage is None
    session.change(policy="journey", goal=parse_mood("happy"))
    assert session.coverage is None


def test_of_a_face_the_mood_that_is_shown_is_counted(many):
    """What stands out in it is looked for, but the sentence stands beside the mood."""
    mood = parse_mood("neutral=0.4,sad=0.35,happy=0.25")
    assert rank(many, mood, n=1, of_face=True).coverage.emotion == "neutral"
    session = Session(many, seed=1)
    session.queue(3, mood)
    assert session.coverage == rank(many, mood, n=1, of_face=True).coverage
