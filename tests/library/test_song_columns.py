import numpy as np
import pytest

from vibelux.circumplex import affect_of
from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.column_reading import STATES
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.model_statistics import ModelStatistics

MUSIC = ModelStatistics().songs


@pytest.fixture
def library(catalogue):
    return catalogue


@pytest.fixture
def add_song(library, add_song):
    """Write one song; its mood in words, its embedding as any vector."""

    def add(name, mood="happy", *, embedding=None, **columns):
        if embedding is not None:
            unit = np.asarray(embedding) / np.linalg.norm(embedding)
            columns["embedding"] = vector_blob(unit, EMBEDDING)
        row = {"title": name, "content_hash": name.encode().ljust(20, b".")} | columns
        return add_song(library, f"/m/{name}.mp3", mood=vector_blob(parse_mood(mood)), **row)

    return add


def test_columns_say_what_the_catalogue_holds(library, add_song):
    first = add_song("a", "sad", valence=-0.5, arousal=0.25, embedding=[3, 4])
    add_song("b", "happy=0.5,sad=0.5")
    columns = SongColumns.of(library)
    assert len(columns) == 2 and columns.row_of(first) == 0
    np.testing.assert_array_equal(columns.moods[0], parse_mood("sad"))
    np.testing.assert_allclose(columns.affect[0], [-0.5, 0.25])
    np.testing.assert_allclose(
        columns.affect[1], affect_of(parse_mood("happy=0.5,sad=0.5"), MUSIC.affect)
    )
    np.testing.assert_allclose(columns.embeddings, [[0.6, 0.8], [0, 0]], atol=1e-3)


def test_affect_is_known_only_where_the_catalogue_says_it(library, add_song):
    add_song("a", valence=-0.5, arousal=0.25)
    add_song("b", valence=-0.5, arousal=7)
    columns = SongColumns.of(library, "affect_known")
    assert columns.affect_known.tolist() == [[True, True], [True, False]]
    assert np.isfinite(columns.affect).all()


def test_an_empty_catalogue_has_empty_columns(library):
    columns = SongColumns.of(library)
    assert (
        len(columns) == 0 and columns.moods.shape == (0, 7) and columns.embeddings.shape == (0, 0)
    )


def test_embeddings_of_another_model_or_length_count_for_nothing(library, add_song):
    add_song("a", embedding=[1, 0], model="music-1")
    add_song("b", embedding=[0, 1], model="music-1")
    add_song("c", embedding=[1, 0, 0], model="music-1")
    add_song("d", embedding=[0, 1], model="music-2")
    columns = SongColumns.of(library, "embeddings")
    assert columns.model == "music-1"
    assert columns.embeddings.tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]


def test_the_model_of_most_songs_that_can_be_played_counts(library, add_song):
    add_song("a", embedding=[1, 0], model="music-1", state="missing")
    add_song("b", embedding=[1, 0], model="music-1")
    add_song("c", embedding=[0, 1], model="music-2")
    columns = SongColumns.of(library)
    assert columns.model == "music-2"  # of equally many, the last by name
    assert columns.playable.embeddings.tolist() == [[0, 0], [0, 1]]


def test_what_can_be_played_comes_first_and_shares_its_columns(library, add_song):
    states = {"a": "failed", "b": "ok", "c": "missing", "d": "ok"}
    ids = [add_song(name, state=state) for name, state in states.items()]
    columns = SongColumns.of(library)
    assert columns.ids.tolist() == [ids[1], ids[3], ids[0], ids[2]]
    assert [STATES[state] for state in columns.states] == ["ok", "ok", "failed", "missing"]
    assert columns.playable.ids.tolist() == [ids[1], ids[3]]
    assert np.shares_memory(columns.playable.moods, columns.moods)
    assert [columns.row_of(song_id) for song_id in ids] == [2, 0, 3, 1]
    assert columns.row_of(99) is None and columns.row_of(10**30) is None
    with pytest.raises(ValueError, match="read-only"):
        columns.moods[0] = 0


def test_only_the_columns_that_are_named_are_read(library, add_song):
    add_song("a", embedding=[1, 0])
    columns = SongColumns.of(library, "affect")
    assert columns.affect.shape == (1, 2) and columns.moods.shape == (1, 7)
    with pytest.raises(KeyError, match="embeddings"):
        _ = columns.embeddings


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
    works = SongColumns.of(library).works.tolist()
    assert (works[0] == works[1]) == same and works[2] not in works[:2]


def test_what_has_no_name_has_no_number(library, add_song):
    add_song("a", artist=None, album="Hits")
    add_song("b", artist=None, albumartist="Anna", album="Hits")
    add_song("c", artist="Anna", album="Hits")
    columns = SongColumns.of(library)
    assert columns.artists[0] == -1 and columns.artists[1] == columns.artists[2] >= 0
    assert columns.works[0] == -1
    assert columns.albums[1] == columns.albums[2] != columns.albums[0]


def test_a_song_is_found_by_its_content_or_else_by_its_path(library, add_song):
    add_song("a")
    add_song("b", content_hash=None)
    columns = SongColumns.of(library)
    assert columns.find(columns.key(0), b"/elsewhere") == 0
    assert columns.find("other content", columns.paths[0]) == 0
    assert columns.find(columns.key(1), b"") == 1 and columns.key(1).startswith("path:")
    assert columns.find("?", b"?") is None
    assert columns.find("path:" + columns.paths[0].hex(), b"?") is None  # it has a key


def test_copies_share_a_key_and_an_earlier_key_is_known(library, add_song):
    content, sound, earlier = (bytes([number]) * 19 + b"\0" for number in (1, 2, 3))
    add_song("a", content_hash=earlier, sound_hash=sound, known_by=content)
    add_song("b", content_hash=content)
    add_song("c", content_hash=None)
    columns = SongColumns.of(library)
    assert columns.copies(0).tolist() == columns.copies(1).tolist() == [0, 1]
    assert columns.copies(2).tolist() == [2]
    assert columns.key(0) == content.hex()
    assert columns.rows(content.hex(), b"").tolist() == [0, 1]
    assert columns.rows(earlier.hex(), b"").tolist() == [0]
    assert columns.rows(sound.hex(), b"").tolist() == [0]
    for row, song in enumerate(library.songs()):
        assert library.key_of(song) == columns.key(row)


def test_the_songs_of_a_server_are_apart_from_files(library, add_song):
    mine = add_song("a")
    there = add_song("b", server="a.example", remote_id="1", played_at=5)
    assert SongColumns.of(library).ids.tolist() == [mine]
    with Catalogue(library.place, server="a.example") as other:
        columns = SongColumns.of(other)
    assert (columns.ids.tolist(), columns.played_at.tolist()) == ([there], [5.0])


def test_what_follows_from_a_column_is_made_once(library, add_song):
    add_song("a")
    columns = SongColumns.of(library)
    made = []

    def number(songs):
        made.append(songs)
        return len(songs)

    assert columns.derived(number, "moods") == columns.derived(number, "moods") == 1
    assert made == [columns]
