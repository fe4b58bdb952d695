import json
import shutil

import pytest

mutagen = pytest.importorskip("mutagen", reason="needs the tags extra")

from mutagen.apev2 import APEv2  # noqa: E402
from mutagen.id3 import COMM, ID3, TALB, TIT2, TPE1, TXXX  # noqa: E402
from mutagen.mp4 import MP4FreeForm  # noqa: E402
from tagged_songs import write_song  # noqa: E402

from vibelux.library.sound_digest import digest_of_all  # noqa: E402
from vibelux.library.tag_fields import read_fields  # noqa: E402
from vibelux.library.tag_writing import tag_songs, untag_songs  # noqa: E402
from vibelux.library.tags import read_tags  # noqa: E402
from vibelux.media_file import open_media  # noqa: E402


def with_txxx(path, desc="MOOD"):
    opened = mutagen.File(path)
    if opened.tags is None:
        opened.add_tags()
    opened.tags.add(TXXX(encoding=3, desc=desc, text=["Melancholic", "Tender"]))
    opened.save()


def with_comment(path):
    tags = ID3(path)
    tags.add(COMM(encoding=0, lang="eng", desc="MusicMatch_Mood", text=["Melancholic"]))
    tags.save(path)


def with_ape(path):
    tags = APEv2()
    tags["MOOD"] = ["Melancholic", "Tender"]
    tags["Other"] = "stays"
    tags.save(path)
    id3v1 = b"TAG" + b"A title".ljust(30, b"\0") + bytes(94) + b"\x05"
    path.write_bytes(path.read_bytes() + id3v1)


def with_item(path, key):
    opened = mutagen.File(path)
    if opened.tags is None:
        opened.add_tags()
    free = path.suffix == ".m4a"
    opened[key] = [MP4FreeForm(b"Melancholic")] if free else ["Melancholic"]
    opened.save()


PLACES = {
    "TXXX:MOOD": ("mp3", with_txxx),
    "TXXX:Mood": ("mp3", lambda path: with_txxx(path, "Mood")),
    "TXXX:mood of AIFF": ("aiff", lambda path: with_txxx(path, "mood")),
    "MusicMatch": ("mp3", with_comment),
    "APEv2 in MP3": ("mp3", with_ape),
    "MP4 Mood": ("m4a", lambda path: with_item(path, "----:com.apple.iTunes:Mood")),
    "MP4 mood": ("m4a", lambda path: with_item(path, "----:com.apple.iTunes:mood")),
    "MP4 of another program": ("m4a", lambda path: with_item(path, "----:org.example:MOOD")),
    "ASF": ("wma", lambda path: with_item(path, "WM/MOOD")),
    "ASF without WM": ("wma", lambda path: with_item(path, "Mood")),
    "Vorbis": ("flac", lambda path: with_item(path, "mOoD")),
    "APEv2": ("wv", lambda path: with_item(path, "MOOD")),
}


def run(function, catalogue, folder, **options):
    [step] = function([folder], catalogue, write=True, **options)
    assert step.reason is None
    return step


def sound(path):
    with open_media(path) as container:
        return digest_of_all(container)


@pytest.mark.parametrize("place", PLACES)
def test_a_mood_of_another_program_is_kept_wherever_it_lies(catalogue, known, music, place):
    suffix, write = PLACES[place]
    path = write_song(music / f"a.{suffix}")
    write(path)
    known(path)
    before = read_fields(path, ["MOOD"])
    assert "Melancholic" in [mood for moods in before.values() for mood in moods]
    step = run(tag_songs, catalogue, music)
    assert step.kept_mood.startswith("Melancholic")
    assert read_fields(path, ["MOOD"]) == before
    assert read_fields(path, ["VIBELUX_MOOD", "VIBELUX_BEFORE"]) == {"VIBELUX_MOOD": ["happy"]}


@pytest.mark.parametrize("place", PLACES)
def test_a_mood_that_is_replaced_comes_back_where_it_was(catalogue, known, music, place):
    suffix, write = PLACES[place]
    path = write_song(music / f"a.{suffix}")
    write(path)
    known(path)
    before, heard = read_fields(path, ["MOOD"]), sound(path)
    end = path.read_bytes()[-128:]
    step = run(tag_songs, catalogue, music, overwrite=True)
    assert step.kept_mood is None
    after = read_fields(path, ["MOOD"])
    assert after.keys() == before.keys() | {"MOOD"}
    assert [moods for moods in after.values() if moods != ["happy"]] == []
    assert run(tag_songs, catalogue, music).state == "same"
    assert run(tag_songs, catalogue, music, overwrite=True).state == "same"
    run(untag_songs, catalogue, music)
    assert read_fields(path, ["MOOD", "VIBELUX_MOOD", "VIBELUX_BEFORE"]) == before
    assert sound(path) == heard
    if place == "APEv2 in MP3":
        assert APEv2(path)["Other"] == "stays"
        assert path.read_bytes()[-128:] == end


def test_a_mood_that_was_changed_since_is_left_alone_under_each_key(catalogue, known, music):
    path = write_song(music / "a.mp3")
    with_txxx(path)
    with_comment(path)
    known(path)
    run(tag_songs, catalogue, music, overwrite=True)
    assert json.loads(read_fields(path, ["VIBELUX_BEFORE"])["VIBELUX_BEFORE"][0]) == {
        "MOOD": [],
        "MOOD:TXXX:MOOD": ["Melancholic", "Tender"],
        "MOOD:COMM:MusicMatch_Mood:eng": ["Melancholic"],
    }
    tags = ID3(path)
    tags["TXXX:MOOD"].text = ["Epic"]
    tags.save(path)
    run(untag_songs, catalogue, music)
    assert read_fields(path, ["MOOD"]) == {
        "MOOD:TXXX:MOOD": ["Epic"],
        "MOOD:COMM:MusicMatch_Mood:eng": ["Melancholic"],
    }


def test_moods_beside_each_other_are_told_once(catalogue, known, music):
    path = write_song(music / "a.mp3")
    with_txxx(path)
    with_comment(path)
    known(path)
    assert run(tag_songs, catalogue, music).kept_mood == "Melancholic / Tender"


def test_an_empty_mood_is_none(catalogue, known, music):
    path = write_song(music / "a.mp3")
    tags = ID3(path)
    tags.add(TXXX(encoding=3, desc="MOOD", text=[" "]))
    tags.save(path)
    known(path)
    assert run(tag_songs, catalogue, music).kept_mood is None
    assert read_fields(path, ["MOOD"]) == {"MOOD": ["happy"]}


def test_a_mood_in_an_old_code_page_is_readable(catalogue, known, music):
    path = write_song(music / "a.mp3")
    tags = ID3(path)
    latin = "Грустно".encode("cp1251").decode("latin-1")
    tags.add(TXXX(encoding=0, desc="MOOD", text=[latin]))
    tags.save(path)
    known(path)
    assert run(tag_songs, catalogue, music).kept_mood == "Грустно"


def test_tags_that_are_not_utf8_are_not_spoilt(catalogue, known, music):
    path = write_song(music / "a.flac", title="Bj_rk")
    path.write_bytes(path.read_bytes().replace(b"Bj_rk", b"Bj\xf6rk"))
    shutil.copy(path, music / "b.flac")
    known(path)
    before = path.read_bytes()
    step, _ = tag_songs([music], catalogue, write=True)
    assert (step.state, step.failed) == ("skipped", False)
    assert "not UTF-8" in step.reason
    assert path.read_bytes() == before


def in_pages(path, version):
    """Write tags as they were written before Unicode."""
    texts = ("Группа крови", "Кино", "Последний герой")
    if version == 1:
        ID3(path).delete(path)
        fields = [text.encode("cp1251").ljust(30, b"\0") for text in texts]
        path.write_bytes(path.read_bytes() + b"TAG" + b"".join(fields) + b"1988" + bytes(31))
    else:
        tags = ID3()
        for frame, text in zip((TIT2, TPE1, TALB), texts, strict=True):
            tags.add(frame(encoding=0, text=[text.encode("cp1251").decode("latin-1")]))
        tags.save(path, v1=0, v2_version=version)
    return texts


@pytest.mark.parametrize("version", [1, 3, 4])
def test_other_tags_in_an_old_code_page_stay_as_they_are(catalogue, known, music, version):
    path = write_song(music / "a.mp3")
    texts = in_pages(path, version)
    known(path)
    before = read_tags(path)
    assert (before.title, before.artist, before.album) == texts
    run(tag_songs, catalogue, music)
    assert read_tags(path) == before
    run(untag_songs, catalogue, music)
    assert read_tags(path) == before
