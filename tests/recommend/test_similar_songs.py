"""Songs that sound alike, and songs by their names."""

import unicodedata

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.errors import CatalogueError, InvalidInput, NotComparable
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.recommend.similar_songs import find_song, similar


@pytest.fixture
def catalogue(tmp_path):
    """Six songs whose sounds lie on an arc; two more by another model."""
    music = tmp_path / "music"
    music.mkdir()
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        for number in range(8):
            path = music / f"{number}.mp3"
            path.touch()
            angle = np.radians(10 * number + number**2)
            row = {
                "path": path_bytes(path),
                "title": ["Love", "Love Song", "1979", "Straße", "Four", "Five", "Six", "Seven"][
                    number
                ],
                "artist": "Anna" if number % 2 == 0 else "Ben",
                "album": "Love",
                "state": "ok",
                "mood": vector_blob(np.eye(7)[3] * 0.6 + 0.4 / 7),
                "arousal": number / 10,
                "embedding": vector_blob([np.cos(angle), np.sin(angle)], EMBEDDING),
                "model": "music-1" if number < 6 else "music-2",
            }
            with catalogue.writing() as connection:
                connection.execute(insert(songs).values(**row))
        yield catalogue


def test_nearest_songs_without_the_song_itself_and_other_models(catalogue):
    found = similar(catalogue, catalogue.song(3), n=20)
    assert [entry.song.id for entry in found] == [2, 4, 1, 5, 6]
    assert found[0].score == pytest.approx(np.cos(np.radians(13)), abs=1e-3)
    assert found[2].reason == "Cheerful, much the same mood, by the same artist."
    assert found[0].reason == "Cheerful, much the same mood."
    assert len(similar(catalogue, catalogue.song(3), n=2)) == 2


def test_songs_whose_file_is_gone_make_room(catalogue):
    for number in (0, 1, 3):
        catalogue.song(number + 1).path.unlink()
    found = similar(catalogue, catalogue.song(3), n=1)
    assert [entry.song.id for entry in found] == [5]


def test_what_cannot_be_compared(catalogue):
    for number in (6, 7):
        with catalogue.writing() as connection:
            connection.exec_driver_sql(f"UPDATE songs SET embedding = NULL WHERE id = {number}")
    with pytest.raises(NotComparable, match="how 'Five' sounds is not known; scan"):
        similar(catalogue, catalogue.song(6), n=1)
    with pytest.raises(NotComparable, match="'Seven' was analysed by the model music-2, most"):
        similar(catalogue, catalogue.song(8), n=1)
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET embedding = NULL WHERE id < 8")
    with pytest.raises(NotComparable, match="no other song to compare 'Seven' with"):
        similar(catalogue, catalogue.song(8), n=1)
    with pytest.raises(InvalidInput, match="n=0 must be at least 1"):
        similar(catalogue, catalogue.song(1), n=0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("love", 1),  # the whole title wins over songs that contain the word
        ("song LOVE", 2),
        ("1979", 3),  # no such id, so a title
        ("7", 7),
        ("STRASSE", 4),
        ("four anna", 5),
    ],
)
def test_songs_are_found_by_id_and_words(catalogue, text, number):
    assert find_song(catalogue, text).id == number


def test_songs_are_found_by_path(catalogue, monkeypatch):
    path = catalogue.song(2).path
    assert find_song(catalogue, str(path)).id == 2
    monkeypatch.chdir(path.parent)
    assert find_song(catalogue, path.name).id == 2


def test_names_that_fit_no_song_or_several(catalogue):
    with pytest.raises(CatalogueError, match="no song fits 'nobody'"):
        find_song(catalogue, "nobody")
    with pytest.raises(CatalogueError, match=r"4 songs fit 'ben': 2 'Love Song' \(Ben\), .* an id"):
        find_song(catalogue, "ben")
    with pytest.raises(CatalogueError, match="name a song by"):
        find_song(catalogue, "  ")


def add(catalogue, path, title, artist=None, size=None):
    path.touch()
    row = {"path": path_bytes(path), "title": title, "artist": artist, "state": "ok", "size": size}
    with catalogue.writing() as connection:
        connection.execute(insert(songs).values(**row, mood=vector_blob(np.ones(7) / 7)))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("jóga", "Jóga"),
        ("JOGA", "Jóga"),
        ("joga bjork", "Jóga"),
        ("Björk  Jóga", "Jóga"),
        ("don't stop", "Don’t Stop"),
        ("в лесу родилась елочка", "В лесу родилась ёлочка"),
        ("がき", "がき"),
        ("かき", "かき"),
        ("resume", "Resume"),
        ("Résumé", "Résumé"),
        ("RE\u0301SUME\u0301", "Résumé"),
    ],
)
def test_songs_are_found_however_their_accents_are_written(catalogue, tmp_path, text, title, form):
    titles = [("Jóga", "Björk"), ("Don’t Stop", None), ("В лесу родилась ёлочка", None)]
    titles += [("がき", None), ("かき", None), ("Résumé", None), ("Resume", None)]
    for number, (name, artist) in enumerate(titles):
        add(catalogue, tmp_path / f"n{number}.mp3", unicodedata.normalize(form, name), artist)
    for typed in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        found = find_song(catalogue, typed)
        assert unicodedata.normalize("NFC", found.title) == title


def test_texts_that_are_no_path_and_no_id(catalogue, tmp_path):
    add(catalogue, tmp_path / "t.mp3", "~nobody-at-home")
    assert find_song(catalogue, "~nobody-at-home").title == "~nobody-at-home"
    for text in ("9" * 20, "9" * 5000, "a\0b", "x" * 5000, "²"):
        with pytest.raises(CatalogueError, match=r"no song fits|there is no song with id 9+,"):
            find_song(catalogue, text)


def test_the_same_artist_however_it_is_written(catalogue):
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET artist = 'BJÖRK' WHERE id = 1")
        connection.exec_driver_sql("UPDATE songs SET artist = 'Bjo\u0308rk' WHERE id = 2")
    found = similar(catalogue, catalogue.song(1), n=1)
    assert found[0].reason.endswith("by the same artist.")


def test_a_file_that_was_not_scanned_is_said(catalogue, tmp_path):
    (tmp_path / "new.mp3").touch()
    with pytest.raises(CatalogueError, match=r"new.mp3 is not in the catalogue; scan its folder"):
        find_song(catalogue, str(tmp_path / "new.mp3"))
