"""Covers are found inside real files of all formats, and beside them."""

import os

import pytest
from tests.covers import BLUE, GREEN, RED, embed, picture

from vibelux.library.cover_files import MAX_BYTES, cover_source

from .tagged_songs import write_song

pytest.importorskip("mutagen")


def found(song):
    """Return what each reader of a song finds."""
    return [read() for read in cover_source(song).readers()]


@pytest.mark.parametrize(
    "suffix", ["mp3", "flac", "ogg", "opus", "m4a", "wma", "aiff", "wv", "tta"]
)
def test_the_picture_inside_comes_as_it_is(tmp_path, suffix):
    song = write_song(tmp_path / f"a.{suffix}")
    assert found(song) == [None, None]
    data = picture(RED)
    embed(song, data)
    assert found(song) == [data, None]


@pytest.mark.parametrize("suffix", ["mp3", "flac", "opus"])
def test_of_several_pictures_it_is_the_front_cover(tmp_path, suffix):
    song = write_song(tmp_path / f"a.{suffix}")
    embed(song, picture(BLUE), type_=4)
    embed(song, picture(GREEN, kind="PNG"), type_=3, mime="image/png")
    embed(song, picture(RED), type_=5)
    assert found(song)[0] == picture(GREEN, kind="PNG")


@pytest.mark.parametrize("name", ["folder.jpg", "Cover.PNG", "FRONT.jpeg", "AlbumArt.webp"])
def test_the_picture_beside_is_found_whatever_its_case(tmp_path, name):
    song = write_song(tmp_path / "a.flac")
    (tmp_path / name).write_bytes(b"a picture")
    assert found(song) == [None, b"a picture"]


def test_of_pictures_beside_the_first_name_counts(tmp_path):
    song = write_song(tmp_path / "a.flac")
    for name in ("back.jpg", "photo.jpg", "cover.txt", "folder.jpg", "front.png"):
        (tmp_path / name).write_text(name)
    (tmp_path / "cover.jpg").mkdir()
    assert found(song)[1] == b"folder.jpg"
    (tmp_path / "cover.gif").write_text("cover")
    assert found(song)[1] == b"cover"


def test_the_state_tells_what_has_changed(tmp_path):
    song = write_song(tmp_path / "a.flac")
    states = [cover_source(song)]
    (tmp_path / "cover.jpg").write_bytes(b"one")
    states.append(cover_source(song))
    os.utime(tmp_path / "cover.jpg", (1, 1))
    states.append(cover_source(song))
    os.utime(song, (2, 2))
    states.append(cover_source(song))
    assert len(set(states)) == len(states)
    assert cover_source(song) == states[-1]


def test_what_is_too_large_or_empty_is_none(tmp_path):
    song = write_song(tmp_path / "a.flac")
    (tmp_path / "cover.jpg").touch()
    assert found(song) == [None, None]
    with (tmp_path / "cover.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert found(song) == [None, None]


def test_damaged_songs_have_no_picture(tmp_path):
    whole = write_song(tmp_path / "a.mp3")
    embed(whole, picture(RED))
    data = whole.read_bytes()
    for end in (0, 3, 20, 200, 700):
        song = tmp_path / f"{end}.mp3"
        song.write_bytes(data[:end])
        assert found(song)[0] in (None, picture(RED)[: end or None]) or end == 700


def test_a_song_that_is_gone_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        cover_source(tmp_path / "a.mp3")
    source = cover_source(write_song(tmp_path / "b.mp3"))
    source.song.unlink()
    with pytest.raises(FileNotFoundError):
        source.readers()[0]()
