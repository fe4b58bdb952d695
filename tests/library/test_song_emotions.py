"""What a song counts as is one and the same wherever it is named, filtered, sought or counted."""

import numpy as np

from vibelux.emotions import EMOTIONS
from vibelux.everyday_moods import EVERYDAY_MOODS
from vibelux.language import words_of
from vibelux.library.catalogue_overview import overview
from vibelux.library.mood_map import mood_map
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotion_counts, emotions_of
from vibelux.library.song_search import SEARCHED, find
from vibelux.recommend.reason_words import sound_in_words
from vibelux.recommend.song_sound import analysis_of, sounds_of


def test_names_filters_searches_counts_and_the_map_agree(catalogue, add_song):
    rng = np.random.default_rng(5)
    for number in range(300):
        valence = None if number % 10 == 0 else rng.uniform(-1, 1)
        add_song(
            catalogue,
            f"/m/{number}.mp3",
            mood=vector_blob(rng.dirichlet(np.full(7, 0.4))),
            valence=valence,
            arousal=rng.uniform(-1, 1),
        )
    statistics = catalogue.statistics.songs
    columns = SongColumns.of(catalogue, *SEARCHED)
    named = {
        song.id: sounds_of(analysis_of(song, statistics)).emotion for song in catalogue.songs()
    }
    moods = {song.id: song.mood for song in catalogue.songs()}
    strongest = {key: EMOTIONS[mood.argmax()] for key, mood in moods.items()}
    assert named != strongest  # the valence of some contradicts their strongest emotion
    found = mood_map(columns).points
    on_the_map = dict(zip(found.ids.tolist(), found.strongest.tolist(), strict=True))
    for index, emotion in enumerate(EMOTIONS):
        ids = {key for key, name in named.items() if name == emotion}
        assert set(find(columns, emotion=emotion).tolist()) == ids
        assert set(find(columns, emotion, moods=True).tolist()) == ids
        assert {key for key, place in on_the_map.items() if place == index} == ids & {*on_the_map}
        assert overview(catalogue).strongest[emotion] == emotion_counts(columns)[index] == len(ids)
    counted = overview(catalogue).words
    assert list(counted) == list(EVERYDAY_MOODS)
    for word, number in counted.items():
        called = find(columns, called=word).tolist()
        assert find(columns, word, moods=True).tolist() == called
        assert 0 < len(called) == number < 300
    calm = find(columns, called="calm").tolist()
    assert {named[key] for key in calm} == {"neutral", "happy"}


def test_songs_are_called_by_the_words_that_they_are_named_by(catalogue, add_song):
    """Of the words for how a song sounds, those that are moods to choose by find it."""
    rng = np.random.default_rng(6)
    for number in range(200):
        add_song(
            catalogue,
            f"/m/{number}.mp3",
            mood=vector_blob(rng.dirichlet(np.full(7, 0.3))),
            valence=rng.uniform(-1, 1),
            arousal=rng.uniform(-1, 1),
        )
    columns = SongColumns.of(catalogue, *SEARCHED)
    english, seen = words_of("en"), set()
    for song in catalogue.songs():
        name = sound_in_words(sounds_of(analysis_of(song, catalogue.statistics.songs)), english)
        for word in {*EVERYDAY_MOODS} & {*name.split()}:
            seen.add(word)
            assert song.id in find(columns, called=word), (word, name)
    assert {"calm", "cheerful", "melancholy", "energetic"} <= seen


def test_a_song_without_a_mood_counts_as_nothing(catalogue, add_song):
    add_song(catalogue, "/m/a.mp3", state="failed", mood=None, valence=None, arousal=None)
    columns = SongColumns.of(catalogue, "affect")
    assert emotions_of(columns).tolist() == [-1]
    assert emotion_counts(columns) == [0] * 7
