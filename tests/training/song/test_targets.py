"""The tables from words to the seven, and what the network learns from labels."""

import csv
from importlib import resources

import numpy as np
import pytest

from vibelux.datasets.song_files import read_songs
from vibelux.datasets.songs import LabelledSong
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.training.song import targets as song_targets_module
from vibelux.training.song.targets import (
    GEMS,
    gems_composites,
    leading_emotion,
    mood_of_labels,
    mood_words,
    read_table,
    song_targets,
    standard_affect,
    tension_of_labels,
    word_tension,
)


def song(tmp_path, **labels):
    return LabelledSong(path=tmp_path / "a.mp3", given="a.mp3", group="a", **labels)


@pytest.mark.parametrize("name", ["mood_words", "gems_scales", "acted_emotions"])
def test_every_row_of_a_table_is_a_distribution_as_written(name):
    text = (resources.files("vibelux.training.song") / "tables" / f"{name}.csv").read_text("utf-8")
    header, *rows = csv.reader(text.splitlines())
    assert header[1:] == list(EMOTIONS)
    for row in rows:
        assert sum(float(cell or 0) for cell in row[1:]) == pytest.approx(1), row[0]
        assert row[0] == row[0].strip().lower()
    assert list(read_table(name)) == [row[0] for row in rows]


def test_the_tables_cover_the_scales_and_the_seven():
    assert set(read_table("gems_scales")) == set(GEMS)
    acted = read_table("acted_emotions")
    for place, name in enumerate(EMOTIONS):
        assert acted[name][place] == 1
    assert acted["calm"].argmax() == EMOTIONS.index("neutral")


def test_every_tag_of_the_data_is_in_the_table(shared_data):
    data = read_songs(shared_data / "music" / "manifest.csv")
    tags = {tag for row in data.rows for tag in row.tags}
    assert len(tags) > 200
    assert tags <= set(mood_words())
    assert all(mood_of_labels(row) is not None for row in data.rows)


def test_plain_words_lead_to_their_emotion(tmp_path):
    for word, emotion in (
        ("joyous", "happy"), ("sad", "sad"), ("hostile", "angry"), ("nervous", "fear"),
        ("calm", "neutral"), ("sleazy", "disgust"), ("eccentric", "surprise"),
    ):  # fmt: skip
        assert EMOTIONS[leading_emotion(song(tmp_path, tags=(word,)))] == emotion


def test_words_are_averaged_and_unknown_ones_say_nothing(tmp_path):
    mood = mood_of_labels(song(tmp_path, tags=("happy", "sad", "no such word")))
    assert mood[EMOTIONS.index("happy")] == pytest.approx(0.5)
    assert mood.sum() == pytest.approx(1)
    assert leading_emotion(song(tmp_path, tags=("happy", "sad"))) == -1  # a tie
    assert mood_of_labels(song(tmp_path, tags=("no such word",))) is None


def test_a_word_for_the_whole_song_counts_before_mood_words(tmp_path):
    both = song(tmp_path, emotion="Freude", tags=("sad",))
    assert EMOTIONS[leading_emotion(both)] == "happy"


def test_gems_scales_weigh_by_the_share_of_listeners(tmp_path):
    gems = dict.fromkeys(GEMS, 0.0) | {"joyful_activation": 0.6, "sadness": 0.2}
    mood = mood_of_labels(song(tmp_path, gems=gems))
    assert mood[EMOTIONS.index("happy")] == pytest.approx(0.75)
    assert mood[EMOTIONS.index("sad")] == pytest.approx(0.25)
    assert gems_composites(gems) == pytest.approx((0.4, 0.4))


def test_targets_are_masked_by_kind(tmp_path):
    rated = song(tmp_path, valence=0.25)
    gems = song(tmp_path, gems=dict.fromkeys(GEMS, 0.1))
    quadrant = song(tmp_path, quadrant="Q2", tags=("hostile",))
    t = song_targets([rated, gems, quadrant])
    assert t.affect[0].tolist() == [0.25, 0] and t.affect_weight[0].tolist() == [1, 0]
    assert t.quadrant_weight.tolist() == [0, 0, 1] and t.quadrant[2].tolist() == [0, 1, 0, 0]
    assert t.affect[2, 0] < 0 < t.affect[2, 1]
    assert t.gems_weight.tolist() == [0, 1, 0]
    assert t.words_weight.tolist() == [0, 0, 1] and t.words[2].sum() == 1
    assert t.mood_weight.tolist() == [0, 1, 1]
    np.testing.assert_allclose(t.mood.sum(axis=1), t.mood_weight, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("word,angry\nx,1\n", "columns after the first"),
        (f"word,{','.join(EMOTIONS)}\nx,1,a,,,,,\n", "x"),
        (f"word,{','.join(EMOTIONS)}\nx,-1,,,,,,\n", "not negative"),
        (f"word,{','.join(EMOTIONS)}\nx,1,,,,,,\nx,1,,,,,,\n", "twice"),
    ],
)
def test_a_damaged_table_is_named(tmp_path, monkeypatch, text, message):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "bad.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr(song_targets_module.resources, "files", lambda _: tmp_path)
    with pytest.raises(DatasetError, match=message):
        read_table.__wrapped__("bad")


def test_every_mood_word_has_a_tension():
    assert set(word_tension()) == set(mood_words())
    assert word_tension()["tense"] == 1
    assert word_tension()["calm"] == -1


def test_tension_comes_from_words_or_else_from_listeners(tmp_path):
    assert tension_of_labels(song(tmp_path, tags=("tense", "calm", "unheard of"))) == 0
    rated = dict.fromkeys(GEMS, 0.1) | {"tension": 0.7}
    assert tension_of_labels(song(tmp_path, gems=rated)) == pytest.approx(0.6)
    assert tension_of_labels(song(tmp_path, quadrant="Q1")) is None


def test_valence_and_arousal_come_from_listeners_where_there_is_no_quadrant(tmp_path):
    rated = dict.fromkeys(GEMS, 0.0) | {"joyful_activation": 0.5, "sadness": 0.1}
    targets = song_targets([
        song(tmp_path, gems=rated), song(tmp_path, gems=rated, quadrant="Q3"),
        song(tmp_path, gems=rated, valence=-0.2),
    ])  # fmt: skip
    np.testing.assert_allclose(targets.affect[0], [0.4, 0.4], atol=1e-6)
    assert (targets.affect[1] < 0).all()
    np.testing.assert_allclose(targets.affect[2], [-0.2, 0.4], atol=1e-6)
    assert targets.tension.tolist() == [0.0, 0.0, 0.0] and targets.tension_weight.all()


def test_a_table_of_tension_with_a_wrong_number_is_refused(monkeypatch, tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "word_tension.csv").write_text("word,tension\ntense,2\n", "utf-8")
    monkeypatch.setattr(song_targets_module.resources, "files", lambda _: tmp_path)
    word_tension.cache_clear()
    try:
        with pytest.raises(DatasetError, match="tense: -1 to 1"):
            word_tension()
    finally:
        word_tension.cache_clear()


def test_valence_and_arousal_of_collections_are_put_on_one_scale(tmp_path):
    rng = np.random.default_rng(0)
    wide = [song(tmp_path, dataset="wide", valence=v) for v in rng.uniform(-1, 1, 40)]
    narrow = [song(tmp_path, dataset="narrow", valence=v) for v in rng.uniform(0.2, 0.4, 40)]
    few = [song(tmp_path, dataset="few", valence=v) for v in (0.1, 0.2)]
    alike = [song(tmp_path, dataset="alike", valence=0.3, arousal=0.1) for _ in range(40)]
    found = standard_affect([*wide, *narrow, *few, *alike])
    for rows in (slice(0, 40), slice(40, 80)):
        assert found[rows, 0].mean() == pytest.approx(0, abs=1e-6)
        assert found[rows, 0].std() == pytest.approx(0.8, rel=1e-5)
    np.testing.assert_allclose(found[80:82, 0], [0.1, 0.2], rtol=1e-6)
    np.testing.assert_allclose(found[82:], [[0.3, 0.1]] * 40, rtol=1e-6)
    assert (found[:80, 1] == 0).all()  # not labelled
    assert standard_affect([]).shape == (0, 2)


def test_signs_of_quadrants_stay_what_they_are(tmp_path):
    songs = [song(tmp_path, quadrant=f"Q{i % 4 + 1}") for i in range(40)]
    np.testing.assert_allclose(standard_affect(songs), song_targets(songs).affect, atol=1e-6)


def test_some_collections_teach_no_quadrants(tmp_path):
    songs = [song(tmp_path, dataset=name, quadrant="Q2") for name in ("4q", "grekow_gtzan")]
    found = song_targets(songs)
    assert found.quadrant_weight.tolist() == [1, 0]
    assert found.affect_weight.tolist() == [[1, 1], [1, 1]]
