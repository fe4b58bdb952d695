"""What a library holds of a mood, once for a list; no dot says more."""

import numpy as np
import pytest

from vibelux.cli.song_lines import fit_dots
from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.everyday_moods import EVERYDAY_MOODS
from vibelux.language import LANGUAGES, words_of
from vibelux.recommend.coverage import Coverage, coverage_in_words
from vibelux.recommend.ranking import rank
from vibelux.recommend.session import Session


@pytest.mark.parametrize(
    ("fit", "english", "german"),
    [
        (6, "6 of your 1,060 songs are sad.", "6 deiner 1.060 Lieder sind traurig."),
        (1, "One of your 1,060 songs is sad.", "Eines deiner 1.060 Lieder ist traurig."),
        (0, "None of your 1,060 songs is sad.", "Keines deiner 1.060 Lieder ist traurig."),
    ],
)
def test_it_is_one_sentence(fit, english, german):
    coverage = Coverage(None, ("sad",), fit, 1060)
    assert coverage_in_words(coverage, words_of("en")) == english
    assert coverage_in_words(coverage, words_of("de")) == german


def test_it_speaks_of_the_word_that_was_asked_for(library, add_song):
    add_song("march", "happy", valence=0.6, arousal=0.7)
    add_song("metal", "angry", valence=-0.6, arousal=0.8)
    add_song("lullaby", "happy", valence=0.7, arousal=-0.5)
    said = {
        word: coverage_in_words(rank(library, mood, n=1).coverage, words_of("en"))
        for word, mood in EVERYDAY_MOODS.items()
    }
    assert said == {
        "calm": "One of your 3 songs is calm.",
        "cheerful": "2 of your 3 songs are cheerful.",
        "melancholy": "None of your 3 songs is melancholy.",
        "energetic": "2 of your 3 songs are energetic.",
        "tense": "None of your 3 songs is tense.",
        "focused": "None of your 3 songs is good for focusing.",
    }


def test_it_speaks_of_all_that_the_mood_is_said_by(many):
    both = rank(many, parse_mood("sad=0.6,happy=0.4"), n=1).coverage
    assert both == Coverage(None, ("sad", "happy"), 40, 40)
    assert coverage_in_words(both, words_of("en")) == "40 of your 40 songs are sad or happy."
    assert rank(many, as_mood(np.ones(7)), n=1).coverage is None  # a bit of everything


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_has_its_sentence(code):
    for word in EVERYDAY_MOODS:
        assert coverage_in_words(Coverage(word, (), 1, 2), words_of(code))


def test_dots_and_sentence_do_not_contradict_each_other(library, add_song):
    """Kinship makes uneasy songs fit an angry mood well; they do not sound angry for all that."""
    rng = np.random.default_rng(3)
    for number in range(60):
        mood = as_mood(rng.dirichlet(np.full(7, 0.3)))
        if EMOTIONS[int(mood.argmax())] in ("disgust", "fear", "sad"):
            add_song(f"{number}", mood, valence=-0.5, arousal=rng.uniform(-1, 1))
    for mood in (*EVERYDAY_MOODS.values(), *map(as_mood, np.eye(7))):
        found = rank(library, mood, n=60)
        assert sum(one.suits for one in found.songs) == found.coverage.fit
        others = [one for one in found.songs if not one.suits]
        assert all(fit_dots(one.score, suits=False) <= 2 for one in others)
        assert sum(fit_dots(one.score, suits=one.suits) > 2 for one in found.songs) == (
            found.coverage.fit
        )
    angry = rank(library, parse_mood("angry"), n=5)
    assert angry.coverage.fit == 0 and max(one.score for one in angry.songs) > 0.7


def test_a_session_tells_what_its_library_holds(many):
    session = Session(many, seed=1)
    assert session.coverage is None  # no mood yet
    picks = session.queue(3, parse_mood("sad"), chosen=True)
    assert all(pick.suits for pick in picks)
    held = Coverage(None, ("sad",), 20, 40)
    assert session.coverage == rank(many, parse_mood("sad"), n=1).coverage == held
    session.change(policy="off")
    assert session.coverage is None
    session.change(policy="journey", goal=parse_mood("happy"))
    assert session.coverage is None


def test_of_a_face_the_mood_that_is_shown_is_counted(many):
    """What stands out in it is looked for, but the sentence stands beside the mood."""
    mood = parse_mood("neutral=0.6,sad=0.19,happy=0.21")
    found = rank(many, mood, n=1, of_face=True)
    assert found.coverage.emotions == ("neutral", "happy")
    assert found.songs[0].suits
    session = Session(many, seed=1)
    session.queue(3, mood)
    assert session.coverage == found.coverage
