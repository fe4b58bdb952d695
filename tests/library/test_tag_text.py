"""Tags of real files whose bytes are not UTF-8."""

import os
import struct
from pathlib import Path

import pytest
from tagged_songs import write_song

from vibelux.library.tag_text import readable
from vibelux.library.tags import Tags, read_tags, tags_of_name

RUSSIAN = ("Группа крови", "Кино", "Последний герой")
GERMAN = ("Größenwahn", "Die Ärzte", "Bäst of")
JAPANESE = ("さくらソング", "宇多田ヒカル", "ギター")
GREEK = ("Καλημέρα", "Μίκης Θεοδωράκης", "Αγάπη")
POLISH = ("Zażółć gęślą", "Józef Łódź", "Księżyc")
CHINESE = ("月亮代表我的心", "邓丽君", "我爱你")
ICELANDIC = ("Svefn-g-englar", "Sigur Rós", "Ágætis byrjun")

PAGES = [
    *((texts, "cp1252") for texts in (GERMAN, ICELANDIC)),
    *((RUSSIAN, page) for page in ("cp1251", "koi8-r", "cp866")),
    *((JAPANESE, "cp932"), (GREEK, "cp1253"), (POLISH, "cp1250"), (CHINESE, "gbk")),
]


def said(path):
    tags = read_tags(path)
    return tags.title, tags.artist, tags.album


def bare(path):
    """Write a song without tags and return its bytes."""
    return write_song(path, title="", artist="").read_bytes()


def bare_mp3(path):
    data = bare(path)
    if data[:3] == b"ID3":  # the encoder's name
        data = data[10 + (data[8] << 7 | data[9]) :]
    return data


def with_id3v1(path, texts, page):
    fields = [text.encode(page)[:30].ljust(30, b"\0") for text in texts]
    path.write_bytes(bare_mp3(path) + b"TAG" + b"".join(fields) + bytes(34) + b"\x05")


def id3v2(texts, page, *, version=3, encoding=0, flags=0):
    body = b""
    names = ("TT2", "TP1", "TAL") if version == 2 else ("TIT2", "TPE1", "TALB")
    for name, text in zip(names, texts, strict=True):
        content = bytes([encoding]) + text.encode(page)
        if flags & 0x80:
            content = content.replace(b"\xff", b"\xff\x00")
        size = struct.pack(">I", len(content))
        head = size[1:] if version == 2 else size + b"\0\0"
        body += name.encode() + head + content
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + size + body


def with_info(path, texts, page, *, number=None):
    data = bytearray(bare(path))
    entries = b""
    for name, text in zip((b"INAM", b"IART", b"IPRD"), texts, strict=True):
        content = text.encode(page) + b"\0"
        entries += name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    data += b"LIST" + struct.pack("<I", 4 + len(entries)) + b"INFO" + entries
    if number is not None:
        data += b"CSET" + struct.pack("<IHHHH", 8, number, 0, 0, 0)
    struct.pack_into("<I", data, 4, len(data) - 8)
    path.write_bytes(data)


@pytest.mark.parametrize(("texts", "page"), PAGES)
def test_id3v1_has_no_encoding(tmp_path, texts, page):
    path = tmp_path / "a.mp3"
    with_id3v1(path, texts, page)
    assert said(path) == texts


def test_id3v1_that_is_utf8_may_be_cut(tmp_path):
    path = tmp_path / "a.mp3"
    texts = ("Подмосковные вечера", "Björk", "Bad")
    with_id3v1(path, texts, "utf-8")
    assert said(path) == ("Подмосковные ве", "Björk", "Bad")


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize(("texts", "page"), PAGES)
def test_what_id3v2_calls_latin1_may_be_anything(tmp_path, texts, page, version):
    path = tmp_path / "a.mp3"
    path.write_bytes(id3v2(texts, page, version=version) + bare_mp3(path))
    assert said(path) == texts


def test_utf8_in_a_frame_that_says_latin1(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(id3v2(("Sigur Rós", "Björk", "Кино"), "utf-8") + bare_mp3(path))
    assert said(path) == ("Sigur Rós", "Björk", "Кино")


def test_zeros_that_were_put_in_do_not_hide_the_bytes(tmp_path):
    path = tmp_path / "a.mp3"
    texts = ("Моя любовь", "Ляля", "Заря")  # with the byte 255
    path.write_bytes(id3v2(texts, "cp1251", flags=0x80) + bare_mp3(path))
    assert said(path) == texts


@pytest.mark.parametrize(("version", "encoding", "page"), [(3, 1, "utf-16"), (4, 3, "utf-8")])
def test_what_is_unicode_stays_however_odd(tmp_path, version, encoding, page):
    path = tmp_path / "a.mp3"
    texts = ("Ïðèâåò", "Motörhead", "Ænima")
    path.write_bytes(id3v2(texts, page, version=version, encoding=encoding) + bare_mp3(path))
    assert said(path) == texts


@pytest.mark.parametrize(("texts", "page"), PAGES)
def test_info_in_wav(tmp_path, texts, page):
    path = tmp_path / "a.wav"
    with_info(path, texts, page)
    assert said(path) == texts


def test_a_wav_file_states_its_code_page(tmp_path):
    path = tmp_path / "a.wav"
    texts = ("Dívka", "Dvořák", "Èé")
    with_info(path, ("È", "ñ", "é"), "cp1252")
    assert said(path) == ("È", "ñ", "é")
    with_info(path, ("Č", "ń", "é"), "cp1250", number=1250)
    assert said(path) == ("Č", "ń", "é")
    with_info(path, ("Я", "Ты", "Он"), "koi8-r", number=20866)
    assert said(path) == ("Я", "Ты", "Он")
    with_info(path, texts[:1] * 3, "utf-8", number=1252)
    assert said(path) == texts[:1] * 3
    with_info(path, RUSSIAN, "cp1251", number=64999)  # there is no such code page
    assert said(path) == RUSSIAN


@pytest.mark.parametrize("suffix", ["flac", "ogg", "opus", "wv"])
@pytest.mark.parametrize(("texts", "page"), PAGES)
def test_comments_that_should_be_utf8(tmp_path, texts, page, suffix):
    path = tmp_path / f"a.{suffix}"
    stored = [text.encode(page) for text in texts]
    title, artist, album = (chr(ord("a") + n) * len(data) for n, data in enumerate(stored))
    write_song(path, title=title, artist=artist, album=album)
    data = path.read_bytes()
    for name, new in zip((title, artist, album), stored, strict=True):
        assert data.count(name.encode()) == 1
        data = data.replace(name.encode(), new)
    if suffix in ("ogg", "opus"):
        data = with_checksums(data)
    path.write_bytes(data)
    assert said(path) == texts


def with_checksums(data):
    """Compute the checksums of Ogg pages anew."""
    data = bytearray(data)
    place = 0
    while place < len(data):
        segments = data[place + 26]
        size = 27 + segments + sum(data[place + 27 : place + 27 + segments])
        data[place + 22 : place + 26] = bytes(4)
        crc = 0
        for byte in data[place : place + size]:
            crc ^= byte << 24
            for _ in range(8):
                crc = crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)
            crc &= 0xFFFFFFFF
        struct.pack_into("<I", data, place + 22, crc)
        place += size
    return bytes(data)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "opus", "m4a", "wma", "wv", "wav"])
@pytest.mark.parametrize(
    "texts",
    [GERMAN, ICELANDIC, RUSSIAN, JAPANESE, GREEK, POLISH, CHINESE, ("Ïðèâåò", "Ænima", "Œuvre")],
)
def test_what_is_right_stays_right(tmp_path, texts, suffix):
    path = tmp_path / f"a.{suffix}"
    title, artist, album = texts
    write_song(path, title=title, artist=artist, album=album)
    assert said(path) == texts


def test_id3_in_a_chunk_of_aiff_and_wav(tmp_path):
    tag = id3v2(RUSSIAN, "cp1251")
    for suffix, name, order in (("aiff", b"ID3 ", ">"), ("wav", b"id3 ", "<")):
        path = tmp_path / f"a.{suffix}"
        data = bytearray(bare(path))
        data += name + struct.pack(f"{order}I", len(tag)) + tag + bytes(len(tag) % 2)
        struct.pack_into(f"{order}I", data, 4, len(data) - 8)
        path.write_bytes(data)
        assert said(path) == RUSSIAN


def test_three_songs_stay_three(tmp_path):
    # They had all become the same row of question marks.
    tags = set()
    for number, title in enumerate(("Мама", "Папа", "Дети")):
        path = tmp_path / f"{number}.mp3"
        with_id3v1(path, (title, "Кино", "Ночь"), "cp1251")
        tags.add(read_tags(path))
    assert {tag.title for tag in tags} == {"Мама", "Папа", "Дети"}


def test_names_of_files_in_old_code_pages():
    name = os.fsdecode("Кино - Группа крови.mp3".encode("cp1251"))
    assert tags_of_name(Path(name)) == Tags("Группа крови", "Кино")
    name = os.fsdecode("Björk - Jóga.mp3".encode("latin-1"))
    assert tags_of_name(Path(name)) == Tags("Jóga", "Björk")


def test_chunks_that_make_no_sense_end_nothing(tmp_path):
    for start in (b"RIFF", b"FORM", b"DSD ", b"ID3"):
        path = tmp_path / "a"
        path.write_bytes(start + b"\xff" * 40)
        with path.open("rb") as file:
            assert readable({"title": "Bj\udcf6rk", "artist": "é"}, file) == {
                "title": "Björk",
                "artist": "é",
            }
