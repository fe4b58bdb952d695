import numpy as np
import pytest
from sqlalchemy import insert, update

from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueError, InvalidInput
from vibelux.everyday_moods import EVERYDAY_MOODS
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SongFit, standing_out
from vibelux.recommend.ranking import recommend_songs

MUSIC = ModelStatistics().songs
FACES = ModelStatistics().faces


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        yield catalogue


def add(catalogue, path, mood, *, there=True):
    if there:
        path.touch()
    row = {"path": path_bytes(path), "title": path.stem, "state": "ok", "model": "m"}
    with catalogue.writing() as connection:
        connection.execute(insert(songs).values(**row, mood=vector_blob(parse_mood(mood))))


def test_ranks_by_fit(catalogue, tmp_path):
    add(catalogue, tmp_path / "sad.mp3", "sad=1")
    add(catalogue, tmp_path / "mixed.mp3", "happy=0.5,sad=0.5")
    add(catalogue, tmp_path / "happy.mp3", "happy=0.9,neutral=0.1")
    found = recommend_songs(catalogue, parse_mood("happy=0.8,sad=0.2"), n=5)
    assert [entry.song.title for entry in found] == ["happy", "mixed", "sad"]
    exact = SongFit([entry.song.mood for entry in found], statistics=MUSIC).to(
        parse_mood("happy=0.8,sad=0.2")
    )
    np.testing.assert_allclose([entry.score for entry in found], exact, atol=1e-6)
    assert [entry.reasons[0].emotion for entry in found] == ["happy", "happy", "sad"]
    assert [len(recommend_songs(catalogue, np.ones(7), n=n)) for n in (1, 2, 3)] == [1, 2, 3]


def test_songs_of_the_mood_come_before_others_that_fit_it_better(catalogue, tmp_path):
    """So the dots beside a list never rise, and it begins with what the sentence below counts."""
    add(catalogue, tmp_path / "gloomy.mp3", "neutral=0.49,sad=0.51")
    add(catalogue, tmp_path / "rather calm.mp3", "neutral=0.3,happy=0.2,fear=0.2,disgust=0.2")
    add(catalogue, tmp_path / "calm.mp3", "neutral=0.9,happy=0.1")
    found = recommend_songs(catalogue, EVERYDAY_MOODS["calm"], n=3)
    assert [entry.song.title for entry in found] == ["calm", "rather calm", "gloomy"]
    assert found[1].score < found[2].score
    assert [(entry.suits, entry.score) for entry in found] == sorted(
        ((entry.suits, entry.score) for entry in found), reverse=True
    )
    assert all(0 <= entry.score <= 1 for entry in found)


def test_a_face_is_read_for_what_stands_out(catalogue, tmp_path):
    add(catalogue, tmp_path / "calm.mp3", "neutral=0.7,happy=0.3")
    add(catalogue, tmp_path / "sad.mp3", "sad=0.8,neutral=0.2")
    add(catalogue, tmp_path / "tense.mp3", "angry")
    face = parse_mood("neutral=0.6,sad=0.3,fear=0.1")

    def titles(mood, **options):
        return [entry.song.title for entry in recommend_songs(catalogue, mood, n=3, **options)]

    assert titles(face)[0] == "calm"
    assert titles(face, of_face=True)[0] == "sad"
    assert titles(face, of_face=True) == titles(standing_out(face, FACES))


def test_songs_whose_file_is_gone_make_room_for_the_next_best(catalogue, tmp_path):
    for number in range(40):
        mood = f"happy={100 - number},sad={number}"
        add(catalogue, tmp_path / f"{number:02}.mp3", mood, there=number >= 37)
    found = recommend_songs(catalogue, parse_mood("happy"), n=2)
    assert [entry.song.title for entry in found] == ["37", "38"]


def test_a_folder_in_the_place_of_a_song_is_no_song(catalogue, tmp_path):
    (tmp_path / "a.mp3").mkdir()
    add(catalogue, tmp_path / "a.mp3", "happy", there=False)
    with pytest.raises(CatalogueError, match="none of the catalogue's songs can be found"):
        recommend_songs(catalogue, parse_mood("happy"), n=1)


def test_an_empty_catalogue_says_what_to_do(catalogue, tmp_path):
    with pytest.raises(CatalogueError, match="scan a folder with music first: vibelux scan"):
        recommend_songs(catalogue, np.ones(7), n=1)
    add(catalogue, tmp_path / "a.mp3", "happy")
    with catalogue.writing() as connection:
        connection.execute(update(songs).values(state="missing"))
    with pytest.raises(CatalogueError, match=r"no songs that can be played \(1 missing\)"):
        recommend_songs(catalogue, np.ones(7), n=1)


def test_refuses_what_makes_no_sense(catalogue):
    with pytest.raises(InvalidInput, match="n=0 must be at least 1"):
        recommend_songs(catalogue, np.ones(7), n=0)
