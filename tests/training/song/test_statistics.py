import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.circumplex import RUSSELL_MEHRABIAN
from vibelux.datasets.songs import LabelledSong
from vibelux.errors import DatasetError
from vibelux.evaluation.songs import SongPredictions
from vibelux.models import WEIGHTS, Card
from vibelux.recommend.confidence import clearness_of
from vibelux.training.song.model import Calibration
from vibelux.training.song.statistics import (
    read_statistics,
    song_statistics,
    statistics_of,
    stranger_cosines,
)
from vibelux.training.song.training import Heads

PLACES = np.array(
    [[-0.9, 0.8], [-0.5, 0.2], [-0.8, 0.6], [0.9, 0.7], [0.3, -0.8], [-0.7, -0.9], [0.2, 0.5]]
)

NOBODY = np.empty(0, np.float32)


def by(*groups: str) -> list[LabelledSong]:
    return [LabelledSong(path=Path(), given="", group=group) for group in groups]


def answers(count: int, *, without: tuple[int, ...] = ()) -> SongPredictions:
    """Moods, some of whose emotions never occur, and the valence and arousal of `PLACES`."""
    moods = np.random.default_rng(0).dirichlet(np.full(7, 0.3), count)
    moods[:, list(without)] = 0
    moods /= moods.sum(axis=1, keepdims=True)
    valence, arousal = (moods @ PLACES).T.astype(np.float32)
    return SongPredictions(moods.astype(np.float32), np.full((count, 4), 0.25), valence, arousal)


def test_places_are_found_where_there_are_many_songs():
    found = song_statistics(answers(20_000), np.empty((0, 7)), np.empty(0, np.int64), NOBODY)
    np.testing.assert_allclose(found.affect, PLACES, atol=0.02)


def test_places_of_emotions_that_do_not_occur_are_those_of_the_words():
    found = song_statistics(
        answers(5000, without=(1, 6)), np.empty((0, 7)), np.empty(0, np.int64), NOBODY
    )
    np.testing.assert_allclose(found.affect[[1, 6]], RUSSELL_MEHRABIAN[[1, 6]], atol=1e-6)
    np.testing.assert_allclose(found.affect[[0, 3, 4, 5]], PLACES[[0, 3, 4, 5]], atol=0.05)


def test_ten_songs_weigh_as_much_as_the_words():
    moods = np.tile(np.eye(7)[3], (10, 1)).astype(np.float32)
    ones = np.ones(10, np.float32)
    found = song_statistics(
        SongPredictions(moods, np.full((10, 4), 0.25), ones, -ones), moods, np.arange(10), NOBODY
    )
    np.testing.assert_allclose(found.affect[3], (RUSSELL_MEHRABIAN[3] + [1, -1]) / 2)


def test_places_lie_on_the_circumplex():
    far = replace(answers(2000), arousal=np.ones(2000, np.float32))
    found = song_statistics(far, far.mood, np.arange(2000), NOBODY)
    assert np.abs(found.affect).max() == 1


def test_what_is_typical():
    given = answers(1000)
    windows = given.mood.repeat(2, axis=0)
    windows[::2] = np.roll(windows[::2], 1, axis=1)
    found = song_statistics(given, windows, np.arange(1000).repeat(2), NOBODY)
    np.testing.assert_allclose(found.typical_mood, given.mood.mean(axis=0), atol=1e-6)
    assert found.mood_spread == pytest.approx(
        (given.mood - given.mood.mean(axis=0)).std(), rel=1e-5
    )
    clear = clearness_of(given.mood)
    assert (clear >= found.clear).mean() == 0.5
    apart = np.abs(windows[::2] - windows[1::2]).sum(axis=1) / 4
    assert found.steady == pytest.approx(1 - np.median(apart), abs=1e-6)


def test_what_sounds_alike_is_what_few_pairs_of_strangers_reach():
    cosines = np.random.default_rng(0).permutation(1001).astype(np.float32) / 1000
    found = song_statistics(answers(10), np.empty((0, 7)), np.empty(0, np.int64), cosines)
    assert found.similar == pytest.approx(0.95, abs=1e-3)
    assert found.near_duplicate == pytest.approx(0.999, abs=1e-4)
    none = song_statistics(answers(10), np.empty((0, 7)), np.empty(0, np.int64), NOBODY)
    assert (none.similar, none.near_duplicate) == (1, 1)


def test_strangers_are_songs_of_one_fold_by_different_artists():
    songs = by("4q:The Beach Boys", "gtzan:beach boys", "4q:A", "4q:B", "4q:C", "4q:D")
    angles = np.deg2rad([0, 30, 60, 90, 0, 0])
    embeddings = 3 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    embeddings[5] = 0  # of which nothing is known
    found = stranger_cosines(embeddings, songs, np.array([0, 0, 0, 1, 1, 1]))
    # Of the first fold the Beach Boys and A; of the second B and C.
    np.testing.assert_allclose(np.sort(found), [0, 0.5, np.sqrt(3) / 2], atol=1e-6)
    assert stranger_cosines(embeddings[:1], songs[:1], np.zeros(1, np.int64)).shape == (0,)


def test_only_the_songs_that_count_are_usual():
    given = answers(60)
    song = np.arange(60).repeat(2)
    heads = Heads(
        song=song,
        mood=np.zeros((120, 7), np.float32),
        quadrant=np.zeros((120, 4), np.float32),
        embedding=np.random.default_rng(1).random((120, 8), np.float32),
        kernel={"mood": given.mood[song], "quadrant": np.zeros((120, 4), np.float32),
                "affect": np.zeros((120, 2), np.float32)},
    )  # fmt: skip
    counted = np.arange(60) % 3 == 0
    songs = by(*map(str, range(60)))
    found = statistics_of(heads, given, Calibration(), songs, counted=counted)
    assert found["songs"] == 20
    np.testing.assert_allclose(found["typical_mood"], given.mood[counted].mean(axis=0), atol=1e-4)
    nobody = statistics_of(heads, given, Calibration(), songs, counted=np.zeros(60, dtype=bool))
    assert nobody == statistics_of(heads, given, Calibration(), songs)
    assert nobody["songs"] == 60


def cross_validation(path, **changes):
    card = Card.read(WEIGHTS / "music.json")
    recipe = {**card.training["recipe"], "seed": 0, **changes}
    record = {"key": {"recipe": recipe}, "statistics": {"clear": 0.2}}
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_statistics_of_a_cross_validation_are_read_for_the_same_recipe(tmp_path):
    card = Card.read(WEIGHTS / "music.json")
    found = read_statistics(cross_validation(tmp_path / "a.json", seed=3), card)
    assert found == {"clear": 0.2}  # a seed speaks for the recipe
    with pytest.raises(DatasetError, match=r"another model than music-\S+: it differs in epochs"):
        read_statistics(cross_validation(tmp_path / "b.json", epochs=1), card)
    for text in ("", "[]", '{"key": {"recipe": {}}}'):
        (tmp_path / "c.json").write_text(text, encoding="utf-8")
        with pytest.raises(DatasetError, match="is not a cross-validation's result with stat"):
            read_statistics(tmp_path / "c.json", card)


def test_what_is_clear_comes_from_unheard_songs_of_the_same_recipe(tmp_path):
    card = Card.read(WEIGHTS / "music.json")
    recipe = {**card.training["recipe"], "seed": 0}
    known = cross_validation(tmp_path / "a.json")
    for name, of in (("same.json", recipe), ("other.json", {**recipe, "epochs": 1})):
        record = {"key": {"recipe": of}, "figures": {}, "statistics": {"clear": 0.3}}
        (tmp_path / name).write_text(json.dumps(record), encoding="utf-8")
    assert read_statistics(known, card, unheard=tmp_path / "same.json") == {"clear": 0.3}
    with pytest.raises(DatasetError, match="it differs in recipe"):
        read_statistics(known, card, unheard=tmp_path / "other.json")
