"""Words and orders of names, held to what Python's own texts say; in files too."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from vibelux.library import live_columns, name_texts
from vibelux.library.live_columns import LiveColumns
from vibelux.library.name_orders import name_order
from vibelux.library.name_texts import different_names, rarest_first, songs_with
from vibelux.library.song_columns import SongColumns

NAMES = ["", "Night", "the night of nights", "Ünlike", "ночь", "夜の歌", "a?", "ab", "b", "aa"]
WORDS = ["night", "nights", "t", "unlike", "ноч", "夜", "の歌", "歌夜", "?", "a", "aa", "aab"]


@pytest.fixture
def songs(catalogue, add_song, monkeypatch, request):
    """Songs in memory, in files, and in files from which some differ."""
    rng = np.random.default_rng(0)

    def name():
        return NAMES[rng.integers(len(NAMES))] or None

    for number in range(60):
        names = {"title": name(), "artist": name(), "album": name()}
        state = "failed" if number % 7 == 0 else "ok"
        add_song(catalogue, f"/m/{number}.mp3", state=state, **names)
    if request.param == "in memory":
        return SongColumns.of(catalogue)
    monkeypatch.setattr(live_columns, "_STORED_FROM", 0)
    with closing(LiveColumns(catalogue)) as live:
        live.now()
    if request.param == "changed":
        with closing(sqlite3.connect(catalogue.path)) as other, other:
            other.execute("UPDATE songs SET title = 'another night' WHERE id = 9")
            other.execute("UPDATE songs SET artist = 'aa b' WHERE id = 10")
    columns = SongColumns.of(catalogue)
    assert columns.in_files
    assert columns.unsaved == (2 if request.param == "changed" else 0)
    return columns


PLACES = pytest.mark.parametrize("songs", ["in memory", "in files", "changed"], indirect=True)


@PLACES
@pytest.mark.parametrize("together", [3, 7, 1 << 22])
def test_words_are_found_where_a_name_has_them(songs, monkeypatch, together):
    monkeypatch.setattr(name_texts, "_BYTES", together)
    monkeypatch.setattr(name_texts, "_ROWS", together)
    for words in (songs, songs.playable):
        named = list(zip(words.titles, words.artist_names, words.album_names, strict=True))
        for word in WORDS:
            expected = [any(word in name for name in names) for names in named]
            assert songs_with(words, word).tolist() == expected


@PLACES
@pytest.mark.parametrize("part", [0, 4, 1000])
def test_a_word_is_looked_for_among_some_songs(songs, monkeypatch, part):
    monkeypatch.setattr(name_texts, "_PART", part)
    for number, word in enumerate(WORDS):
        among = np.random.default_rng(number).random(len(songs)) < 0.5
        found = songs_with(songs, word, among=among)
        assert found[among].tolist() == songs_with(songs, word)[among].tolist()


@PLACES
def test_artists_are_listed_once(songs):
    for words in (songs.base, songs.base.playable):
        different = different_names(words, "artist_names")
        assert different.names.tolist() == list(dict.fromkeys(words.artist_names))
        assert different.names[different.places].tolist() == words.artist_names.tolist()


@PLACES
def test_rare_words_are_looked_for_first(songs):
    all_texts = "".join([*songs.titles, *songs.artist_names, *songs.album_names])
    common = max(all_texts.replace(" ", ""), key=all_texts.count)
    assert rarest_first(songs, [common, f"{common}~"]) == [f"{common}~", common]


@PLACES
@pytest.mark.parametrize("descending", [False, True])
def test_names_are_ordered_and_songs_without_one_come_last(songs, descending):
    keys = {
        "title": [(title,) for title in songs.titles],
        "artist": list(zip(songs.artist_names, songs.album_names, strict=True)),
        "album": list(zip(songs.album_names, songs.artist_names, strict=True)),
        "name": list(zip(songs.artist_names, songs.album_names, songs.titles, strict=True)),
    }
    for by, key in keys.items():
        as_found = np.argsort(songs.ids).tolist()
        named = [row for row in as_found if key[row][0]]
        # `sorted` keeps the order of equal ones, either way.
        expected = sorted(named, key=key.__getitem__, reverse=descending)
        nameless = [row for row in as_found if not key[row][0]]
        nameless.sort(key=key.__getitem__, reverse=descending)
        order = name_order(songs, by, descending=descending)
        assert order.tolist() == expected + nameless


def test_no_songs_have_no_words(catalogue):
    songs = SongColumns.of(catalogue)
    assert songs_with(songs, "night").tolist() == []
    assert name_order(songs, "artist", descending=True).tolist() == []
