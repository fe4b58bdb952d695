"""Precision of matching on faces and songs whose best pairs are known."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.circumplex import affect_of
from vibelux.datasets.faces import FaceData
from vibelux.datasets.songs import QUADRANTS, LabelledSong, SongData
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError, InvalidInput
from vibelux.evaluation.matching import (
    DEFAULT,
    METHODS,
    QUADRANT_OF_EMOTION,
    RANDOM,
    MatchingData,
    evaluate_matching,
    half_of,
    matching_data,
    of_collection,
)
from vibelux.evaluation.predictions import read_song_predictions
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.ranking import recommend_songs

STATISTICS = ModelStatistics()
MUSIC = STATISTICS.songs

RNG = np.random.default_rng(4)


def songs_of_quadrants(each: int) -> tuple[np.ndarray, np.ndarray]:
    """Songs whose mood is mostly an emotion of their quadrant."""
    quadrant = np.repeat(np.arange(4), each)
    moods = RNG.dirichlet(np.full(7, 0.5), 4 * each)
    for row, place in zip(moods, quadrant, strict=True):
        kin = [e for e in EMOTIONS if QUADRANT_OF_EMOTION[e] == QUADRANTS[place]]
        row[EMOTIONS.index(RNG.choice(kin))] += 2
    return (moods / moods.sum(axis=1, keepdims=True)).astype(np.float32), quadrant


@pytest.fixture
def data() -> MatchingData:
    moods, quadrant = songs_of_quadrants(30)
    label = np.tile(np.arange(7), 8)
    faces = (0.2 / 7 + 0.8 * np.eye(7))[label].astype(np.float32)
    affect = np.clip(affect_of(moods, MUSIC.affect), -1, 1)
    return MatchingData(
        faces, label, moods, affect, quadrant, np.arange(120).astype(str), STATISTICS
    )


def test_clear_faces_and_songs_are_matched_by_every_method_and_beat_chance(data):
    found = evaluate_matching(data, spread=False)
    assert list(found) == [RANDOM, *METHODS]
    assert found[RANDOM].mean == pytest.approx(0.25)
    assert found[DEFAULT].mean > 0.95
    assert all(found[name].mean > 0.5 for name in METHODS)
    assert found[DEFAULT].figures()["angry"] == found[DEFAULT].by_emotion[0]


def test_precision_is_counted_by_hand(data):
    face = data.with_faces(data.faces)
    order = np.argsort(-face.songs[:, 3], kind="stable")[:10]
    expected = (face.quadrant[order] == 0).mean()
    found = evaluate_matching(data, methods=["strongest only"], spread=False)
    assert found["strongest only"].by_emotion[3] == pytest.approx(expected)


def test_the_default_is_what_recommend_does(data, tmp_path):
    """The songs of the mood first, then the others, each by their fit."""
    rows = []
    for number, (mood, affect) in enumerate(zip(data.songs, data.affect, strict=True)):
        path = tmp_path / f"{number}.mp3"
        path.touch()
        numbers = {"valence": float(affect[0]), "arousal": float(affect[1])}
        known = {"path": path_bytes(path), "state": "ok", "model": "m", **numbers}
        rows.append({**known, "mood": vector_blob(mood)})
    faces = RNG.dirichlet(np.ones(7), 5).astype(np.float32)
    scores = METHODS[DEFAULT](faces, data)
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        with catalogue.writing() as connection:
            connection.execute(insert(songs), rows)
        for face, row in zip(faces, scores, strict=True):
            ranked = recommend_songs(catalogue, face, n=len(rows), of_face=True)
            order = [int(entry.song.path.stem) for entry in ranked]
            assert [data.songs[place].tobytes() for place in order] == [
                data.songs[place].tobytes() for place in np.argsort(-row, kind="stable")
            ]


def test_a_standard_error_is_small_where_artists_agree(data):
    spread = evaluate_matching(data, methods=["kinship"])["kinship"].spread
    assert spread is not None
    assert 0 <= spread < 0.1


def test_one_collection_can_be_matched_alone():
    rows = [LabelledSong(path=Path(), given=n, group=n, dataset=n[0]) for n in ("a1", "b1", "a2")]
    labelled = SongData(tuple(rows))
    assert [song.given for song in of_collection(labelled, "a").rows] == ["a1", "a2"]
    assert of_collection(labelled, None) is labelled
    with pytest.raises(DatasetError, match="no collection 'c' among the songs; there are: a, b"):
        of_collection(labelled, "c")


def test_halves_part_the_artists():
    group = np.array([f"artist {n % 37}" for n in range(200)])
    first, second = half_of(group, "first"), half_of(group, "second")
    assert not (first & second).any()
    assert (first | second).all()
    assert not set(group[first]) & set(group[second])
    assert half_of(group, "all").all()
    with pytest.raises(InvalidInput, match="artists='third' must be one of all, first, second"):
        half_of(group, "third")


def test_songs_without_a_prediction_or_a_quadrant_are_left_out(tmp_path):
    rows = [
        LabelledSong(tmp_path / name, name, group="g", quadrant=quadrant)
        for name, quadrant in (("a", "Q1"), ("b", None), ("c", "Q3"), ("ü", "Q2"))
    ]
    csv = tmp_path / "predictions.csv"
    head = ",".join(["path", *EMOTIONS, "quadrant", "valence", "arousal"])
    cells = (
        *("a,1,0,0,3,0,0,0,Q1,0.5,-0.25", "b,1,0,0,0,0,0,0,Q1,0,0", "c,,,,,,,,,,"),
        "ü,0,0,0,0,0,2,0,Q2,-1,1",
    )
    csv.write_text("\n".join([head, *cells]), "utf-8")
    predicted = read_song_predictions(csv)
    assert sorted(predicted) == ["a", "b", "ü"]
    faces = FaceData(np.zeros((2, 48, 48), np.uint8), np.array([0, 3]))
    data = matching_data(faces, SongData(tuple(rows)), predicted, STATISTICS)
    np.testing.assert_array_equal(data.quadrant, [0, 1])
    np.testing.assert_allclose(data.songs[0], [0.25, 0, 0, 0.75, 0, 0, 0])
    np.testing.assert_allclose(data.affect, [[0.5, -0.25], [-1, 1]])
    with pytest.raises(DatasetError, match="do the paths of the predictions belong"):
        matching_data(faces, SongData(tuple(rows)), {}, STATISTICS)
    with pytest.raises(InvalidInput, match="2 songs are too few"):
        evaluate_matching(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,angry\na,1\n", "lacks the columns arousal, disgust"),
        (f"path,{','.join(EMOTIONS)},valence,arousal\na,1,0,0,0,0,0,0,2,0\n", "within -1 and 1"),
        (None, "cannot read the predictions"),
    ],
)
def test_predictions_that_cannot_be_read(tmp_path, text, message):
    path = tmp_path / "p.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_song_predictions(path)
