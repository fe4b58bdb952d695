"""The tables of words: both languages say the same things, with the same values."""

import json
import re
from importlib.resources import files

import pytest

from vibelux.emotions import EMOTIONS
from vibelux.errors import InvalidInput
from vibelux.language import LANGUAGES, sentence, spoken_language, words_of


def flat(table, path=""):
    """Return key -> text, lists and forms of texts by their places."""
    if isinstance(table, dict):
        parts = [flat(part, f"{path}.{name}") for name, part in table.items()]
        return {key: text for part in parts for key, text in part.items()}
    if isinstance(table, list) and path != ".numbers":
        return {path: " ".join(table)}
    return {path: str(table)}


def table(path):
    return json.loads(files("vibelux.language").joinpath(path).read_text("utf-8"))


VALUE = re.compile(r"\{\w+\}")

TABLES = {code: table(f"{code}.json") | {"cli": table(f"cli/{code}.json")} for code in LANGUAGES}
TRANSLATIONS = {code: TABLES[code]["cli"].pop("translations") for code in LANGUAGES}


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_all_languages_have_the_same_keys_and_values(code):
    english, other = flat(TABLES["en"]), flat(TABLES[code])
    assert english.keys() == other.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_what_stands_in_the_code_in_english_is_translated():
    assert TRANSLATIONS["en"] == {}
    for english, german in TRANSLATIONS["de"].items():
        assert german and german == " ".join(german.split())
        assert sorted(VALUE.findall(english)) == sorted(VALUE.findall(german)), english
        if "{" not in english:
            assert words_of("de").translated(english) == german
        assert words_of("en").translated(english) == english
        # What is typed is the same in every language.
        options = sorted(re.findall(r"--[a-z][-a-z0-9]*", english))
        assert sorted(re.findall(r"--[a-z][-a-z0-9]*", german)) == options, english
    assert words_of("de").translated("It is not in the table.") == "It is not in the table."
    message = "cannot analyse {a} b.mp3: it is silent"
    assert (
        words_of("de").translated(message)
        == "{a} b.mp3 lässt sich nicht analysieren: sie ist stumm"
    )
    assert words_of("en").translated(message) == message


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_left_unsaid(code):
    table = TABLES[code]
    assert table["code"] == code
    assert len(table["numbers"]) == 13
    assert all(text.strip() == text and text for text in flat(table).values())
    for part in ("emotions", "looks", "nouns", "adjectives", "songs_of", "sounds"):
        assert tuple(table[part]) == EMOTIONS
    for energies in table["sounds"].values():
        assert list(energies) == ["low", "medium", "high"]
        for tensions in energies.values():
            assert list(tensions) == ["plain", "tense"]
            assert all(1 <= len(words) <= 2 for words in tensions.values())


def test_values_come_into_texts():
    words = words_of("de")
    assert words.text("and", first="warm", second="sanft") == "warm und sanft"
    assert words.text("reasons.liked") == "Du magst es."
    assert words.list("sounds.happy.low.plain") == ["warm", "sanft"]
    assert words.both("{first}", "{}") == "{first} und {}"


def test_numbers_choose_the_form_and_are_said_in_words_up_to_twelve():
    words = words_of("en")
    key = "reasons.liked_similar"
    said = [words.of_number(key, n, songs=words.count(n)) for n in (1, 3, 12, 13, 1234)]
    assert said == [
        "You liked a song like this.",
        "You liked three songs like this.",
        "You liked twelve songs like this.",
        "You liked 13 songs like this.",
        "You liked 1,234 songs like this.",
    ]
    assert words_of("de").figures(1234567) == "1.234.567"
    assert words_of("de").of_number("reasons.best_available", 0, kind="traurige Lieder") == (
        "Das Ähnlichste, was du hast; traurige Lieder fehlen in deiner Bibliothek."
    )


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda words: words.text("reasons.hated"), "the en table has no 'reasons.hated'"),
        (lambda words: words.text("reasons"), "'reasons' is not a text"),
        (lambda words: words.text("and", first="warm"), "'and' needs a value for 'second'"),
        (lambda words: words.of_number("and", 2), "'and' has no forms for numbers"),
        (lambda words: words.list("and"), "'and' is not a list"),
        (lambda words: words.names("and"), "nothing lies below 'and'"),
    ],
)
def test_what_is_not_there_is_named(ask, message):
    with pytest.raises(KeyError, match=message):
        ask(words_of("en"))


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "de-AT"}, "de"),
        ({"LANG": "de.UTF-8"}, "de"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "de_DE", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "de_DE"}, "de"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "de"),
    ],
)
def test_the_language_is_that_of_the_locale(environment, code):
    assert spoken_language(environment=environment) == code
    assert spoken_language("en", environment) == "en"


def test_an_unknown_language_is_refused():
    with pytest.raises(InvalidInput, match="unknown language 'fr'; choose from en, de"):
        spoken_language("fr", {})


def test_sentences_begin_large_and_end_with_a_full_stop():
    assert sentence("überrascht") == "Überrascht."
    assert sentence("") == ""
