import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import parse_mood
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.shelf import Shelf

MUSIC = ModelStatistics().songs


def test_columns_say_what_the_catalogue_holds(library, add_song):
    first = add_song("a", "sad", valence=-0.5, arousal=0.25, embedding=[3, 4])
    add_song("b", "happy=0.5,sad=0.5")
    shelf = Shelf.of(library)
    assert len(shelf) == 2 and shelf.row_of[first] == 0
    np.testing.assert_array_equal(shelf.moods[0], parse_mood("sad"))
    np.testing.assert_allclose(shelf.affect[0], [-0.5, 0.25])
    np.testing.assert_allclose(
        shelf.affect[1], affect_of(parse_mood("happy=0.5,sad=0.5"), MUSIC.affect)
    )
    np.testing.assert_allclose(shelf.embeddings, [[0.6, 0.8], [0, 0]], atol=1e-3)


def test_an_empty_catalogue_is_an_empty_shelf(library):
    shelf = Shelf.of(library)
    assert len(shelf) == 0 and shelf.moods.shape == (0, 7) and shelf.embeddings.shape == (0, 0)


def test_embeddings_of_another_model_count_for_nothing(library, add_song):
    add_song("a", embedding=[1, 0])
    add_song("b", embedding=[0, 1])
    add_song("c", embedding=[1, 0, 0])
    assert Shelf.of(library).embeddings.tolist() == [[1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hurt", "HURT ", True),
        ("Hurt", "Hurt (2003 Remaster)", True),
        ("Hurt", "Hurt - Live at the Garden", True),
        ("Hurt", "Hurt [Explicit]", True),
        ("Hurt", "Hurtful", False),
        ("Hurt", "Hurt (Part 2)", False),
        ("Café", "Cafe\u0301", True),
        ("Мой", "Мои", False),
        ("Ёлка", "Елка", False),
        ("かき", "がき", False),
        ("がき", "か\u3099き", True),
        ("Café", "Cafe", False),
    ],
)
def test_versions_of_a_title_are_one_work(library, add_song, one, other, same):
    add_song("a", title=one, artist="Anna")
    add_song("b", title=other, artist="anna")
    add_song("c", title=one, artist="Bob")
    works = Shelf.of(library).works.tolist()
    assert (works[0] == works[1]) == same and works[2] not in works[:2]


def test_what_has_no_name_has_no_number(library, add_song):
    add_song("a", artist=None, album="Hits")
    add_song("b", artist=None, albumartist="Anna", album="Hits")
    add_song("c", artist="Anna", album="Hits")
    shelf = Shelf.of(library)
    assert shelf.artists.tolist() == [-1, 0, 0]
    assert shelf.works[0] == -1
    assert shelf.albums[1] == shelf.albums[2] != shelf.albums[0]


def test_a_song_is_found_by_its_content_or_else_by_its_path(library, add_song):
    add_song("a")
    add_song("b", content_hash=None)
    shelf = Shelf.of(library)
    assert shelf.find(shelf.keys[0], b"/elsewhere") == 0
    assert shelf.find("other content", shelf.paths[0]) == 0
    assert shelf.find(shelf.keys[1], b"") == 1 and shelf.keys[1].startswith("path:")
    assert shelf.find("?", b"?") is None
