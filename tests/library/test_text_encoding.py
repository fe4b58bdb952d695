import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibelux.library.text_encoding import code_page, decoded, decoded_together

WESTERN = (
    *("Björk", "Motörhead", "Sigur Rós", "Ænima", "Queensrÿche", "Mötley Crüe", "Beyoncé"),
    *("Télépopmusik", "Größe", "Füße", "Coração", "Ação", "¿Dónde?", "Où", "À", "É", "Ö", "Øl"),
    *("Ágætis byrjun", "Sæglópur", "Royksopp – Røyksopp", "Été", "Ça", "È", "ÄÖÜ", "£5", "5 €"),
    *("Don’t Can’t", "“Heroes” – ‘It’s’ …", "Rock ’n’ Roll", "L’été d’amour", "100 °C", "Noël"),
)
CYRILLIC = ("Привет", "Группа крови", "Земфира - Хочешь", "Мумий Тролль", "Алла Пугачёва", "Лето")
CENTRAL = (
    *("Antonín Dvořák", "Leoš Janáček", "Příliš žluťoučký kůň", "Łódź", "Zażółć gęślą jaźń"),
    *("Hej sokoły", "Księżyc", "Hősök"),
)
GREEK = ("Καλημέρα", "Μίκης Θεοδωράκης", "ΑΓΑΠΗ", "Σ' αγαπώ")
JAPANESE = ("宇多田ヒカル", "さくら", "ギター", "君が代", "ソ")


@pytest.mark.parametrize(
    ("text", "page"),
    [
        *((text, "cp1252") for text in WESTERN),
        *((text, "cp1251") for text in (*CYRILLIC, "КИНО", "Мы", "Да", "ДДТ", "Би-2")),
        *((text, "koi8-r") for text in CYRILLIC),
        *((text, "cp866") for text in CYRILLIC),
        *((text, "cp1250") for text in CENTRAL),
        *((text, "cp1253") for text in GREEK),
        *((text, "cp932") for text in (*JAPANESE, "東京事変", "椎名林檎", "雨")),
        *((text, "euc_jp") for text in JAPANESE[:4]),
        *((text, "gbk") for text in ("周杰伦", "青花瓷", "月亮代表我的心", "我爱你", "夜曲")),
        *((text, "big5") for text in ("周杰倫", "月亮代表我的心", "鄧麗君", "我愛你")),
        *((text, "cp949") for text in ("방탄소년단", "아이유", "사랑", "강남스타일")),
    ],
)
def test_a_code_page_is_recognised_by_what_was_written_in_it(text, page):
    assert decoded(text.encode(page)) == text


@pytest.mark.parametrize("text", ["Ïðèâåò", "Björk", "Привет", "さくら", "Café\ufffd", "", "plain"])
def test_what_is_utf8_is_never_guessed(text):
    assert decoded(text.encode()) == text
    assert decoded(codecs.BOM_UTF8 + text.encode()) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_is_believed_and_taken_off(encoding):
    mark = "\ufeff".encode(encoding)
    assert decoded(mark + "Привет, Björk".encode(encoding)) == "Привет, Björk"


def test_utf16_without_a_mark_is_known_by_its_zeros():
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decoded("#EXTM3U\nBjörk.mp3".encode(encoding)) == "#EXTM3U\nBjörk.mp3"


def test_a_mark_of_utf8_before_something_else_is_no_character():
    assert decoded(codecs.BOM_UTF8 + b"Bj\xf6rk") == "Björk"


def test_what_a_file_states_is_believed_where_it_can_be():
    greek = "Ωδή".encode("cp1253")
    assert decoded(greek, stated="cp1253") == "Ωδή"
    assert decoded("Björk".encode("cp1252"), stated="no such page") == "Björk"
    assert decoded("Björk".encode("cp1252"), stated="cp932") == "Björk"
    assert decoded("Björk".encode(), stated="cp1252") == "Björk"


def test_the_texts_of_a_file_share_a_code_page():
    # Alone, the first one could be anything.
    texts = ["Я", "Земфира", "Прости меня моя любовь"]
    assert decoded_together([text.encode("cp1251") for text in texts]) == texts
    assert decoded_together([b"abc", "ö".encode(), b"\xf6"]) == ["abc", "ö", "ö"]
    assert decoded_together([]) == []


def test_a_text_that_was_cut_within_a_character_stays_utf8():
    assert decoded("Подмосковные вечера".encode()[:29]) == "Подмосковные ве"
    assert decoded("Bj\xc3".encode("latin-1")) == "BjÃ"  # no other sign of UTF-8


def test_bytes_that_no_code_page_knows_are_kept():
    assert decoded(b"a\x81b\x9dc") == "a\x81b\x9dc"
    assert code_page([b"plain"]) == "cp1252"


@given(st.binary(max_size=60))
def test_nothing_is_lost(data):
    text = decoded(data)
    text.encode("utf-8")
    assert len(text) >= len(data) // 4 - 1
    if "\ufffd" in text:  # it was there, in UTF-8 or UTF-16
        assert any(stored in data for stored in (b"\xef\xbf\xbd", b"\xff\xfd", b"\xfd\xff"))
