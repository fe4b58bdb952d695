import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.folding import canonical, folded


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("bjork", "Björk"),
        ("bjork", unicodedata.normalize("NFD", "BJÖRK")),
        ("strasse", "Straße"),
        ("mo", "MØ"),
        ("rodhad", "Rødhåd"),
        ("lodz", "Łódź"),
        ("isik", "Işık"),
        ("istanbul", "İSTANBUL"),
        ("aeon", "Æon"),
        ("don't stop", "Don’t  Stop"),
        ("don't", "Don`t"),
        ('"heroes"', "“Heroes”"),
        ("a-ha", "a‐ha"),
        ("ac-dc", "AC–DC"),
        ("елка", "Ёлка"),
        ("мой", "мой"),
        ("αγαπη", "Αγάπη"),
        ("שלום", "שָׁלוֹם"),
        ("مرحبا", "مَرْحَبًا"),
        ("abc", "ＡＢＣ"),
        ("カタカナ", "ｶﾀｶﾅ"),
        ("fine", "ﬁne"),
        ("co op", "co\u00a0op"),
        ("soft", "so\u00adft\u200b"),
        ("ο δρομος", "Ο ΔΡΌΜΟΣ"),
    ],
)
def test_what_is_typed_finds_the_name(typed, name):
    assert folded(typed) == folded(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("か", "が"), ("はな", "ばな"), ("가", "각"), ("नम्", "नम"), ("ข้าว", "ขาว")],
)
def test_other_letters_are_not_found(one, other):
    assert folded(one) not in folded(other)
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("мои", "мой"), ("все", "всё"), ("か", "が"), ("resume", "résumé"), ("MØ", "Mo"), ("ı", "i")],
)
def test_a_search_may_confuse_what_is_not_the_same(one, other):
    assert canonical(one) != canonical(other)


@given(st.text())
def test_how_a_text_is_stored_makes_no_difference(text):
    for form in ("NFC", "NFD"):
        stored = unicodedata.normalize(form, text)
        assert canonical(stored) == canonical(text)
        assert folded(stored) == folded(text)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert canonical(canonical(text)) == canonical(text)
    assert folded(folded(text)) == folded(text)


def test_nothing_is_nothing():
    assert canonical(None) == folded(None) == canonical(" ") == folded("\u200b") == ""
