import os
import unicodedata
from pathlib import Path

import pytest

from vibelux.library.path_names import tags_from_path, with_names_of_path
from vibelux.library.tags import Tags, completed

ROOT = Path("/home/me/Music")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # as albums are kept
        ("Artist/Album/03 - Title.mp3", Tags("Title", "Artist", "Album", track=3)),
        ("Artist/Album/03 Title.flac", Tags("Title", "Artist", "Album", track=3)),
        ("Artist/Album/3. Title.flac", Tags("Title", "Artist", "Album", track=3)),
        ("Rock/Artist/Album/12 - Title.ogg", Tags("Title", "Artist", "Album", track=12)),
        (
            "Some_Artist/A_B/07 - a_title.mp3",
            Tags("a_title", "Some Artist", "A B", track=7),
        ),
        (
            "Some_Artist/A_B/07_-_a_title.mp3",
            Tags("a title", "Some Artist", "A B", track=7),
        ),
        ("Björk/Début/01 - Human.mp3", Tags("Human", "Björk", "Début", track=1)),
        ("Кино/Группа крови/02 - Пачка.mp3", Tags("Пачка", "Кино", "Группа крови", track=2)),
        (
            "坂本龍一/千のナイフ/01 - 千のナイフ.m4a",
            Tags("千のナイフ", "坂本龍一", "千のナイフ", track=1),
        ),
        # years, discs and how the files were made
        ("Artist/1999 - Album/01 - T.mp3", Tags("T", "Artist", "Album", track=1, year=1999)),
        ("Artist/(1999) Album/01 - T.mp3", Tags("T", "Artist", "Album", track=1, year=1999)),
        ("Artist/Album (1999) [FLAC]/01 - T.mp3", Tags("T", "Artist", "Album", track=1, year=1999)),
        ("Artist/Album [320 kbps]/01 - T.mp3", Tags("T", "Artist", "Album", track=1)),
        ("Artist/Album/CD1/01 - T.mp3", Tags("T", "Artist", "Album", track=1)),
        ("Artist/Album/Disc 2/01 - T.mp3", Tags("T", "Artist", "Album", track=1)),
        ("Taylor/1989/01 - T.mp3", Tags("T", "Taylor", "1989", track=1)),
        ("Adele/21/01 - T.mp3", Tags("T", "Adele", "21", track=1)),
        # the artist is in the album's name, or in the file's
        ("Artist - Album/03 - Title.mp3", Tags("Title", "Artist", "Album", track=3)),
        ("Artist/Artist - Album/03 - Title.mp3", Tags("Title", "Artist", "Album", track=3)),
        (
            "Artist/Artist - 1999 - Album/03 - T.mp3",
            Tags("T", "Artist", "Album", track=3, year=1999),
        ),
        ("Artist/Album/03 - Artist - Title.mp3", Tags("Title", "Artist", "Album", track=3)),
        ("artist/Album/03 - Artist - Title.mp3", Tags("Title", "artist", "Album", track=3)),
        (
            "Beethoven/Symphonies/01 - Symphony No. 5 - I. Allegro.mp3",
            Tags("Symphony No. 5 - I. Allegro", "Beethoven", "Symphonies", track=1),
        ),
        # of many artists
        (
            "Various/Summer Hits/03 - Artist - Title.mp3",
            Tags("Title", "Artist", "Summer Hits", "Various", track=3),
        ),
        ("VA/Summer Hits/03 - Title.mp3", Tags("Title", None, "Summer Hits", "VA", track=3)),
        ("Soundtracks/Some Film/03 - T.mp3", Tags("T", None, "Some Film", "Soundtracks", track=3)),
        # names alone
        ("Artist - Title.mp3", Tags("Title", "Artist")),
        ("Downloads/Artist - Title.mp3", Tags("Title", "Artist")),
        ("Artist - 03 - Title.mp3", Tags("Title", "Artist", track=3)),
        ("Artist - Album - 03 - Title.mp3", Tags("Title", "Artist", "Album", track=3)),
        ("Chicago - 25 or 6 to 4.mp3", Tags("25 or 6 to 4", "Chicago")),
        # too little to tell: a folder may hold anything
        ("Title.mp3", Tags("Title")),
        ("Artist/Album/Title.mp3", Tags("Title")),
        ("Album/03 - Title.mp3", Tags("Title", track=3)),
        ("CD1/03 - Title.mp3", Tags("Title", track=3)),
        ("Downloads/Stuff/03 - Title.mp3", Tags("Title", track=3)),
        ("me/Music/Artist/Album/03 - Title.mp3", Tags("Title", "Artist", "Album", track=3)),
        ("Music/Album/03 - Title.mp3", Tags("Title", track=3)),
        ("2021/05/03 - Title.mp3", Tags("Title", track=3)),
        ("Artist/2021-05-01/03 - Title.mp3", Tags("Title", track=3)),
        ("Artist/Album/99 Luftballons.mp3", Tags("99 Luftballons")),
        ("Artist/Album/01.mp3", Tags("01")),
        ("1999 - Album/03 - Title.mp3", Tags("Title", track=3)),
    ],
)
def test_a_path_tells_artist_album_and_title(path, expected):
    assert tags_from_path(ROOT / path, ROOT) == expected


def test_only_folders_below_the_one_that_is_scanned_count():
    path = ROOT / "Artist/Album/03 - Title.mp3"
    assert tags_from_path(path, ROOT / "Artist/Album") == Tags("Title", track=3)
    assert tags_from_path(path, ROOT / "Artist") == Tags("Title", track=3)
    assert tags_from_path(path, Path("/mnt")) == Tags("Title", track=3)
    assert tags_from_path(path) == Tags("Title", track=3)
    assert tags_from_path(path, path) == Tags("Title", track=3)


def test_accents_that_are_characters_of_their_own_are_the_same_artist():
    apart = unicodedata.normalize("NFD", "Björk")
    path = ROOT / f"{apart}/Début/03 - Björk - Human.mp3"
    assert tags_from_path(path, ROOT).title == "Human"


def test_names_that_are_not_text_become_text():
    folder = os.fsdecode(b"Caf\xe9")
    told = tags_from_path(ROOT / folder / "Album" / "01 - T.mp3", ROOT)
    assert told.artist is not None and told.artist.isprintable()
    told.artist.encode("utf-8")


def test_tags_win_also_where_they_leave_something_out():
    path = ROOT / "Artist/Album/03 - Title.mp3"
    for stored in (
        Tags(title="Other"),
        Tags(artist="Other"),
        Tags(album="Other"),
        Tags("Other", "Other", "Other"),
        Tags(albumartist="Other"),
    ):
        tags = completed(stored, path)
        assert with_names_of_path(tags, path, ROOT) == tags


def test_a_file_without_tags_is_named_by_its_path_and_keeps_the_rest():
    path = ROOT / "Artist/1999 - Album/03 - Title.mp3"
    tags = completed(Tags(year=2001, genre="Rock"), path)
    assert with_names_of_path(tags, path, ROOT) == Tags(
        "Title", "Artist", "Album", track=3, year=2001, genre="Rock"
    )
