import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.errors import InvalidInput, InvalidMood
from vibelux.folding import folded
from vibelux.library.mood_map import mood_map
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_search import SEARCHED, find
from vibelux.model_statistics import ModelStatistics


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Ça  Ira", "ca ira"), ("ÜBEL", "ubel"), ("Straße", "strasse"), ("ﬁn", "fin"), (None, "")],
)
def test_texts_are_compared_without_case_and_accents(text, plain):
    assert folded(text) == plain


def test_songs_without_a_value_come_last_whichever_way(catalogue, add_song):
    ids = [
        add_song(catalogue, f"/m/{n}.mp3", artist=artist, duration=duration)
        for n, (artist, duration) in enumerate([("b", 2.0), (None, None), ("a", 1.0), ("b", 3.0)])
    ]
    songs = SongColumns.of(catalogue, *SEARCHED)
    for sort in ("artist", "duration"):
        assert find(songs, sort=sort)[-1] == find(songs, sort=sort, descending=True)[-1] == ids[1]
    assert find(songs, sort="artist").tolist() == [ids[2], ids[0], ids[3], ids[1]]
    assert find(songs, sort="added", descending=True).tolist() == ids[::-1]


def test_songs_are_sorted_by_year_and_by_the_share_of_any_emotion(catalogue, add_song):
    ids = [
        add_song(catalogue, f"/m/{n}.mp3", year=year, mood=vector_blob(np.array(mood, np.float32)))
        for n, (year, mood) in enumerate(
            [
                (1999, [0, 0, 0, 0.2, 0, 0.8, 0]),
                (None, [0, 0, 0, 0.9, 0, 0.1, 0]),
                (1971, [0, 0, 0, 0.4, 0, 0.6, 0]),
            ]
        )
    ]
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert find(songs, sort="year").tolist() == [ids[2], ids[0], ids[1]]
    assert find(songs, sort="year", descending=True).tolist() == [ids[0], ids[2], ids[1]]
    assert find(songs, sort="happy", descending=True).tolist() == [ids[1], ids[2], ids[0]]
    sad_ones = find(songs, emotion="sad", sort="happy", descending=True)
    assert sad_ones.tolist() == [ids[2], ids[0]]


def test_failed_and_missing_songs_are_found_by_their_state(catalogue, add_song):
    failed = add_song(catalogue, "/m/bad.mp3", state="failed")
    add_song(catalogue, "/m/good.mp3")
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert find(songs, state="failed").tolist() == [failed]
    assert find(songs, state="missing").tolist() == []
    assert find(songs, "good", state="failed").tolist() == []


def test_the_strongest_emotion_is_not_one_of_no_share(catalogue, add_song):
    angry = add_song(catalogue, "/m/a.mp3", mood=vector_blob(np.eye(7)[0]))
    add_song(catalogue, "/m/b.mp3", state="failed")
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert find(songs, emotion="anger").tolist() == [angry]
    assert find(songs, emotion="angry", state="failed").tolist() == []
    with pytest.raises(InvalidMood, match="bored"):
        find(songs, emotion="bored")
    with pytest.raises(InvalidInput, match="name the emotion"):
        find(songs, least=0.5)


def test_an_empty_catalogue_has_an_empty_list(catalogue):
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert len(songs) == 0
    assert find(songs, "x", sort="title").tolist() == []
    assert mood_map(songs).points.affect.shape == (0, 2)


PLACES = ModelStatistics().songs.affect


@pytest.fixture
def moody(catalogue, add_song):
    """Songs by title; what is in brackets is how they sound."""
    heard = {
        "Piano (sad)": ("sad=0.6,neutral=0.4", -0.5, -0.5),
        "Guitar (sad)": ("sad=0.7,fear=0.3", -0.6, -0.2),
        "Sad but happy": ("happy=0.8,neutral=0.2", 0.8, 0.4),
        "Piano (calm)": ("neutral=0.9,happy=0.1", 0.3, -0.7),
        "Noise (calm mood, lively)": ("neutral=0.7,happy=0.3", 0.3, 0.3),
        "Drums (energetic)": ("happy=0.5,surprise=0.3,angry=0.2", 0.4, 0.8),
        "Strings (tense)": ("fear=0.6,angry=0.4", -0.7, 0.6),
    }
    for title, (mood, valence, arousal) in heard.items():
        add_song(
            catalogue,
            f"/m/{title}.mp3",
            title=title.split(" (")[0],
            mood=vector_blob(parse_mood(mood)),
            valence=valence,
            arousal=arousal,
        )
    songs = SongColumns.of(catalogue, *SEARCHED)
    names = list(heard)

    def sought(words, **more):
        ids = find(songs, words, moods=True, **more)
        titles = {song.id: name for song, name in zip(catalogue.songs(), names, strict=True)}
        return [titles[song_id] for song_id in ids.tolist()]

    return sought


@pytest.mark.parametrize("word", ["sad", "Sad", "traurig", "sadness", "melancholisch"])
def test_a_word_for_a_mood_finds_songs_that_sound_like_it(moody, word):
    found = moody(word)
    assert {"Piano (sad)", "Guitar (sad)"} <= set(found)
    assert set(found) <= {"Piano (sad)", "Guitar (sad)", "Sad but happy"}


def test_a_title_with_the_word_is_found_too_and_comes_first(moody):
    assert moody("sad", sort="title")[0] == "Sad but happy"
    assert moody("sad happy") == ["Sad but happy"]


def test_words_for_moods_go_with_words_of_names(moody):
    assert moody("calm piano") == ["Piano (calm)"]
    assert moody("piano sad") == ["Piano (sad)"]
    assert moody("piano") == ["Piano (sad)", "Piano (calm)"]
    assert moody("sad trombone") == []


def test_everyday_moods_mind_how_lively_a_song_is(moody):
    assert "Piano (calm)" in moody("ruhig")
    assert "Noise (calm mood, lively)" not in moody("ruhig")
    assert "Drums (energetic)" in moody("energetic")
    assert "Noise (calm mood, lively)" in moody("energetic")
    assert "Piano (calm)" not in moody("energetic")
    assert moody("tense") == ["Strings (tense)"]
    assert moody("angespannt") == ["Strings (tense)"]


def test_without_places_words_are_words(catalogue, moody):
    songs = SongColumns.of(catalogue, *SEARCHED)
    assert len(find(songs, "sad")) == 1
    assert len(find(songs, "traurig")) == 0
