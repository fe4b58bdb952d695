import re

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sqlalchemy import insert, update

from vibelux.emotions import EMOTIONS, as_mood, parse_mood
from vibelux.errors import CatalogueError, InvalidInput
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.recommend.fit import SongFit, kinship, standing_out
from vibelux.recommend.ranking import reason_for, recommend_songs


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
    exact = SongFit([entry.song.mood for entry in found]).to(parse_mood("happy=0.8,sad=0.2"))
    np.testing.assert_allclose([entry.score for entry in found], exact, atol=1e-6)
    assert [len(recommend_songs(catalogue, np.ones(7), n=n)) for n in (1, 2, 3)] == [1, 2, 3]


def test_a_face_is_read_for_what_stands_out(catalogue, tmp_path):
    add(catalogue, tmp_path / "calm.mp3", "neutral=0.7,happy=0.3")
    add(catalogue, tmp_path / "sad.mp3", "sad=0.8,neutral=0.2")
    add(catalogue, tmp_path / "tense.mp3", "angry")
    face = parse_mood("neutral=0.6,sad=0.3,fear=0.1")

    def titles(mood, **options):
        return [entry.song.title for entry in recommend_songs(catalogue, mood, n=3, **options)]

    assert titles(face)[0] == "calm"
    assert titles(face, of_face=True)[0] == "sad"
    assert titles(face, of_face=True) == titles(standing_out(face))


def test_kin_without_a_common_emotion_are_named():
    assert reason_for(parse_mood("angry"), parse_mood("fear"), whose="the face") == (
        "fear 100 %, akin to the face's angry 100 %"
    )


def test_songs_whose_file_is_gone_make_room_for_the_next_best(catalogue, tmp_path):
    for number in range(40):
        mood = f"happy={100 - number},sad={number}"
        add(catalogue, tmp_path / f"{number:02}.mp3", mood, there=number >= 37)
    found = recommend_songs(catalogue, parse_mood("happy"), n=2)
    assert [entry.song.title for entry in found] == ["37", "38"]


def test_a_folder_in_the_place_of_a_song_is_no_song(catalogue, tmp_path):
    (tmp_path / "a.mp3").mkdir()
    add(catalogue, tmp_path / "a.mp3", "happy", there=False)
    with pytest.raises(CatalogueError, match="none of the catalogue's 1 songs can be found"):
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


@pytest.mark.parametrize(
    ("wanted", "song", "reason"),
    [
        (
            "happy=0.58,neutral=0.34,sad=0.08",
            "happy=0.62,neutral=0.36,sad=0.02",
            "happy 62 % like the face (58 %), neutral 36 % (34 %), little sadness",
        ),
        ("happy=0.95,sad=0.05", "happy=0.9,sad=0.1", "happy 90 % like the face (95 %)"),
        ("happy=1", "happy=0.7,angry=0.3", "happy 70 % below the face (100 %), more anger 30 %"),
        ("sad=0.5,fear=0.5", "sad=1", "sad 100 % above the face (50 %), less fear 0 % (50 %)"),
        ("sad=1", "happy=1", "nothing in common: happy 100 %, the face is sad 100 %"),
        ("sad=0.996,fear=0.004", "fear=1", "fear 100 % above the face (<1 %), less sadness 0 %"),
    ],
)
def test_reasons_in_words_and_numbers(wanted, song, reason):
    assert reason_for(parse_mood(wanted), parse_mood(song), whose="the face").startswith(reason)


moods = arrays(np.float64, 7, elements=st.floats(0, 1).map(lambda x: round(x, 3)))


@given(wanted=moods, song=moods)
@example(wanted=np.eye(7)[0], song=np.ones(7))
@example(wanted=np.eye(7)[6], song=np.eye(7)[3])
def test_every_number_and_every_word_of_a_reason_is_true(wanted, song):
    assume(wanted.any() and song.any())
    want, have = as_mood(wanted).astype(float), as_mood(song).astype(float)
    reason = reason_for(wanted, song)
    names = ("anger", "disgust", "fear", "happiness", "neutrality", "sadness", "surprise")
    nouns = dict(zip(names, EMOTIONS, strict=True))

    def share(text):
        return 0.0 if text == "<1" else float(text) / 100

    def near(text, value):
        return value < 0.006 if text == "<1" else abs(share(text) - value) <= 0.00501

    if reason.startswith("nothing in common"):
        assert want @ have == 0
        return
    akin = re.match(r"(\w+) (<?\d+) %, akin to the mood's (\w+) (<?\d+) %$", reason)
    if akin is not None:
        assert want @ have == 0
        one, other = EMOTIONS.index(akin[1]), EMOTIONS.index(akin[3])
        assert near(akin[2], have[one]) and near(akin[4], want[other])
        assert kinship()[other, one] > 0
        return
    first = re.match(r"(\w+) (<?\d+) % (like|above|below) the mood \((<?\d+) %\)", reason)
    place = EMOTIONS.index(first[1])
    assert want[place] * have[place] == (want * have).max()
    assert near(first[2], have[place]) and near(first[4], want[place])
    difference = have[place] - want[place]
    assert {"like": abs(difference) <= 0.0801, "above": difference > 0, "below": difference < 0}[
        first[3]
    ]
    for relation, noun, theirs, ours in re.findall(
        r"(more|less) (\w+) (<?\d+) % \((<?\d+) %\)", reason
    ):
        other = EMOTIONS.index(nouns[noun])
        assert near(theirs, have[other]) and near(ours, want[other])
        assert (have[other] > want[other]) == (relation == "more")
    for noun in re.findall(r"little (\w+)", reason):
        other = EMOTIONS.index(nouns[noun])
        assert max(want[other], have[other]) <= 0.1
