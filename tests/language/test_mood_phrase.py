"""A mood in words: true, short, and the same in Python and on the page."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.language import LANGUAGES, words_of
from vibelux.language.mood_phrase import face_phrase, mood_phrase

DATA = Path(__file__).parents[1] / "data"


def test_the_golden_file_is_what_the_code_says():
    cases = runpy.run_path(str(DATA / "mood_phrases.py"))["cases"]()
    assert json.loads((DATA / "mood_phrases.json").read_text("utf-8")) == cases


@pytest.mark.parametrize(
    ("mood", "english", "german"),
    [
        ("neutral=0.6,happy=0.3,sad=0.1", "calm, a little happy", "ruhig, ein wenig fröhlich"),
        ("sad=0.9,fear=0.1", "sad", "traurig"),
        ("angry=0.5,disgust=0.5", "angry and disgusted", "wütend und angewidert"),
        ("surprise=0.7,happy=0.3", "surprised, a little happy", "überrascht, ein wenig fröhlich"),
    ],
)
def test_the_first_emotion_and_the_second_where_it_is_worth_a_word(mood, english, german):
    assert mood_phrase(parse_mood(mood), words_of("en")) == english
    assert face_phrase(parse_mood(mood), words_of("en")) == f"You look {english}"
    assert face_phrase(parse_mood(mood), words_of("de")) == f"Du wirkst {german}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_mood_of_no_kind_is_not_called_by_a_name(code):
    words = words_of(code)
    flat = np.full(7, 1 / 7)
    assert mood_phrase(flat, words) == words.text("mood.flat")
    assert face_phrase(flat, words) == words.text("mood.face_flat")


def test_the_words_rest_while_the_shares_tremble():
    rng = np.random.default_rng(3)
    base = parse_mood("neutral=0.55,happy=0.3,sad=0.1,surprise=0.05")
    moods = np.abs(base + rng.normal(0, 0.01, (200, 7)))
    moods /= moods.sum(axis=1, keepdims=True)
    assert {mood_phrase(mood, words_of("en")) for mood in moods} == {"calm, a little happy"}
