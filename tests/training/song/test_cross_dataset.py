"""Judging a model by collections that it did not learn from."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vibelux.datasets.music_manifest import read_manifest
from vibelux.datasets.songs import LabelledSong
from vibelux.errors import DatasetError
from vibelux.training.song.cross_dataset import (
    LOOKS_FILE,
    Judged,
    Record,
    artists_of,
    count_look,
    cross_dataset_figures,
    learning_rows,
    read_answers,
    write_record,
)


def song(group: str, dataset: str = "4q", **labels) -> LabelledSong:
    return LabelledSong(path=None, given=f"{dataset}/{group}", group=group, dataset=dataset,
                        **labels)  # fmt: skip


def judged(dataset: str = "rated", *, noise: float = 0.2, seed: int = 0, count: int = 60) -> Judged:
    """Songs of twenty artists whose valence is predicted well and whose arousal perfectly."""
    rng = np.random.default_rng(seed)
    labels = rng.uniform(-1, 1, (count, 2))
    songs = tuple(
        replace(song(f"artist {i % 20}", dataset, valence=v, arousal=a), given=f"{dataset}/{i}")
        for i, (v, a) in enumerate(labels)
    )
    said = labels * 0.3 + 0.4
    said[:, 0] += rng.normal(0, noise, count)
    return Judged(songs, said, np.full((count, 7), 1 / 7))


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("gtzan:The Beach Boys", {"beach boys"}),
        ("4q:BEYONCÉ", {"beyonce"}),
        ("gtzan:Donna Summer & Barbra Streisand", {"donna summer & barbra streisand",
                                                   "donna summer", "barbra streisand"}),
        ("em:10", set()),
        ("vgmidi:Other", set()),
    ],
)  # fmt: skip
def test_artists_are_known_across_collections(group, names):
    assert artists_of(song(group)) == names


def test_songs_of_a_judged_artist_never_teach():
    songs = [
        song("4q:The Beach Boys"),
        song("4q:Bob Dylan"),
        song("gtzan:Beach Boys", "gtzan"),
        song("em:1", "emotify"),
        song("ravdess:1", "ravdess"),
    ]
    assert learning_rows(songs, "gtzan").tolist() == [1, 3, 4]
    assert learning_rows(songs, "4q").tolist() == [3, 4]
    assert learning_rows(songs, "emotify").tolist() == [0, 1, 2, 4]  # a number is no artist
    with pytest.raises(DatasetError, match="'other' must be one of several collections; there are"):
        learning_rows(songs, "other")
    with pytest.raises(DatasetError, match="there are: 4q"):
        learning_rows(songs[:2], "4q")


def test_the_research_data_share_artists(shared_data):
    songs = [
        row
        for name in ("manifest.csv", "more.csv")
        for row in read_manifest(shared_data / "music" / name).rows
    ]
    for collection in ("4q", "grekow_gtzan"):
        taken = {a for s in songs if s.dataset == collection for a in artists_of(s)}
        kept = [songs[i] for i in learning_rows(songs, collection)]
        assert not any(artists_of(s) & taken for s in kept)
    others = [s for s in songs if s.dataset not in ("grekow_gtzan",)]
    assert len(others) - len(learning_rows(songs, "grekow_gtzan")) >= 22


def test_scale_and_offset_of_a_collection_do_not_count():
    part = judged()
    shifted = Judged(part.songs, part.affect * 0.1 - 0.5, part.mood)
    assert shifted.figures() == pytest.approx(part.figures())
    assert part.figures()["arousal_r"] == pytest.approx(1)
    assert part.figures()["arousal_auc"] == 1


def test_halves_of_quadrants_are_parted_in_their_middle():
    quadrants = ["Q1"] * 6 + ["Q2"] * 3 + ["Q3"]  # most are aroused: the median would part none
    songs = tuple(song(f"artist {i}", quadrant=q) for i, q in enumerate(quadrants))
    affect = np.stack([np.linspace(1, 0, 10), np.linspace(1, 0, 10)], axis=1)
    figures = Judged(songs, affect, np.full((10, 7), 1 / 7)).figures()
    assert figures["valence_auc"] == figures["arousal_auc"] == 1


def test_emotions_are_judged_where_words_say_them():
    words = ("joyous", "sad", "angry", "sad")
    songs = tuple(song(str(i), tags=(word,), quadrant="Q1") for i, word in enumerate(words))
    mood = np.full((4, 7), 0.1)
    mood[[0, 1, 2, 3], [3, 5, 0, 5]] = 0.4
    figures = Judged(songs, np.zeros((4, 2)), mood).figures()
    assert figures["auc_happy"] == figures["auc_sad"] == figures["auc_angry"] == 1
    assert figures["mean_auc"] == 1


def test_means_have_intervals_and_gains_are_paired():
    parts = [judged("one", seed=1), judged("two", seed=2)]
    worse = [judged("one", seed=1, noise=0.4), judged("two", seed=2, noise=0.4)]
    figures = cross_dataset_figures(parts, worse)
    each = [figures["valence_r_one"], figures["valence_r_two"]]
    assert figures["valence_r"] == pytest.approx(np.mean(each))
    assert figures["valence_r_low"] < figures["valence_r"] < figures["valence_r_high"]
    assert 0 < figures["gain_valence_r_low"] < figures["gain_valence_r"]
    assert figures["gain_arousal_r"] == figures["gain_arousal_r_high"] == 0
    assert "mean_auc" not in figures
    assert figures["n_one"] == 60


def test_a_record_gives_answers_and_figures_back(tmp_path):
    path, parts, key = tmp_path / "record.json", [judged("one")], {"recipe": {"ridge": 1}}
    write_record(path, parts, key=key, figures={"valence_r": 0.5}, statistics={"clear": 0.3})
    (again,) = read_answers(path, parts)
    np.testing.assert_allclose(again.affect, parts[0].affect, atol=1e-5)
    record = Record.read(path, key)
    assert record.figures == {"valence_r": 0.5}
    assert record.statistics == {"clear": 0.3}
    write_record(path, parts, key=key, figures={})
    assert Record.read(path, key).statistics == {}
    with pytest.raises(DatasetError, match="belongs to another training: it differs in recipe"):
        Record.read(path, {"recipe": {"ridge": 2}})
    with pytest.raises(DatasetError, match="does not say what a model answers for these songs"):
        read_answers(path, [judged("two")])
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(DatasetError, match="does not hold figures of other collections"):
        Record.read(path, key)


def test_looks_are_counted_once_for_the_same_figures(tmp_path):
    first, second = (cross_dataset_figures([judged("one", seed=seed)]) for seed in (1, 2))
    assert count_look(tmp_path, first) == 1
    assert count_look(tmp_path, first) == 1
    assert count_look(tmp_path, second) == 2
    assert count_look(tmp_path, first) == 2
    looks = json.loads((tmp_path / LOOKS_FILE).read_text(encoding="utf-8"))
    assert looks[1]["valence_r_one"] == pytest.approx(second["valence_r_one"], abs=1e-4)
    for broken in ("{", "3", '["a"]'):
        (tmp_path / LOOKS_FILE).write_text(broken, encoding="utf-8")
        with pytest.raises(DatasetError, match="is not a list of looks"):
            count_look(tmp_path, first)
