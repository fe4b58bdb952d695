"""What a song counts as is one and the same wherever it is named, filtered, sought or counted."""

import numpy as np

from vibelux.emotions import EMOTIONS
from vibelux.library.catalogue_overview import overview
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotion_counts, emotions_of
from vibelux.library.song_search import SEARCHED, find, points
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
    found = points(columns)
    on_the_map = dict(zip(found.ids.tolist(), found.strongest.tolist(), strict=True))
    for index, emotion in enumerate(EMOTIONS):
        ids = {key for key, name in named.items() if name == emotion}
        assert set(find(columns, emotion=emotion).tolist()) == ids
        assert set(find(columns, emotion, moods=True).tolist()) == ids
        assert {key for key, place in on_the_map.items() if place == index} == ids & {*on_the_map}
        assert overview(catalogue).strongest[emotion] == emotion_counts(columns)[index] == len(ids)
    calm = find(columns, "calm", moods=True).tolist()
    assert calm
    assert {named[key] for key in calm} <= {"neutral", "happy", "sad"}


def test_a_song_without_a_mood_counts_as_nothing(catalogue, add_song):
    add_song(catalogue, "/m/a.mp3", state="failed", mood=None, valence=None, arousal=None)
    columns = SongColumns.of(catalogue, "affect")
    assert emotions_of(columns).tolist() == [-1]
    assert emotion_counts(columns) == [0] * 7
