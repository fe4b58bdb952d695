"""What an order of a large library is drawn from, against drawing from all songs."""

from contextlib import closing

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.library import live_columns
from vibelux.library.catalogue import Catalogue
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.library.schema import songs as table
from vibelux.library.schema_blobs import vector_blob
from vibelux.recommend import candidates, fit
from vibelux.recommend.candidates import candidates_of
from vibelux.recommend.fit import SongFit
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.picks import Picker
from vibelux.recommend.row_set import RowSet
from vibelux.recommend.session import Session
from vibelux.recommend.shuffle import Traits, mood_shuffle

COUNT = 4000
CALM = parse_mood("neutral=0.6,happy=0.3,sad=0.1")


@pytest.fixture
def live(tmp_path, monkeypatch):
    """Songs of which the last ones have no mood, as a library is read that is large."""
    monkeypatch.setattr(live_columns, "_STORED_FROM", 0)
    monkeypatch.setattr(fit, "_CELLS_FROM", 1000)
    monkeypatch.setattr(candidates, "_BEST", 800)
    monkeypatch.setattr(candidates, "_OTHERS", 200)
    moods = np.random.default_rng(0).dirichlet(np.full(7, 0.5), COUNT)
    rows = [
        {
            "path": f"/m/{number}.mp3".encode(),
            "state": "ok" if number < COUNT - 20 else "missing",
            "mood": vector_blob(mood),
            "artist": f"Artist {number % 300}",
            "content_hash": number.to_bytes(20, "big"),
        }
        for number, mood in enumerate(moods)
    ]
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        with catalogue.writing() as connection:
            connection.execute(insert(table), rows)
        with closing(LiveColumns(catalogue)) as columns:
            columns.now()
            yield catalogue, columns


def drawn(catalogue, columns, *path, left_out=(), seed=0):
    songs = columns.now().playable
    of_all = SongFit.of(songs, catalogue.statistics.songs)
    out = RowSet(len(songs), map(int, left_out))
    rng = np.random.default_rng(seed)
    return of_all, candidates_of(of_all, path, left_out=out, rng=rng)


def test_those_that_fit_best_are_among_them(live):
    for mood in np.random.default_rng(1).dirichlet(np.full(7, 0.4), 10):
        of_all, found = drawn(*live, mood)
        best, _ = of_all.best(mood, 50)
        assert np.isin(best, found.rows).mean() >= 0.9
        assert np.unique(found.rows).size == found.rows.size < COUNT / 2
        np.testing.assert_allclose(found.fit.to(mood), of_all.to(mood, rows=found.rows), atol=1e-6)
        assert found.stand_for.sum() == pytest.approx(len(of_all), rel=1e-4)


def test_those_of_every_mood_of_a_way_are_among_them(live):
    path = [parse_mood(word) for word in ("sad", "neutral", "happy")]
    of_all, found = drawn(*live, *path)
    for mood in path:
        assert np.isin(of_all.best(mood, 20)[0], found.rows).mean() >= 0.9


def test_songs_that_must_not_come_do_not(live):
    of_all, _ = drawn(*live, CALM)
    best, _ = of_all.best(CALM, 100)
    _, found = drawn(*live, CALM, left_out=best)
    assert not np.isin(best, found.rows).any()
    assert found.stand_for.sum() == pytest.approx(len(of_all) - 100, rel=1e-4)
    most, _ = of_all.best(CALM, 1500)
    assert drawn(*live, CALM, left_out=most)[1] is None  # then all others are looked at


def test_a_corrected_song_is_among_them_as_it_is_now(live):
    catalogue, columns = live
    of_all, _ = drawn(*live, CALM)
    worst = int(of_all.to(CALM).argmin())
    correct(catalogue, worst + 1, CALM)
    columns.expire()
    of_all, found = drawn(*live, CALM)
    place = found.rows.tolist().index(worst)
    assert found.fit.to(CALM)[place] > 0.99 and found.stand_for[place] == 1
    assert np.unique(found.rows).size == found.rows.size


def test_small_libraries_are_drawn_from_as_a_whole(live, monkeypatch):
    monkeypatch.setattr(fit, "_CELLS_FROM", COUNT + 1)
    assert drawn(*live, CALM)[1] is None


def test_the_others_are_drawn_evenly_from_all_that_are_not_the_best(monkeypatch):
    spans = [slice(0, 10), slice(20, 30), slice(30, 35), slice(90, 100)]
    outside = {*range(10, 20), *range(35, 90)}
    rng = np.random.default_rng(0)
    assert set(candidates._others(100, spans, rng).tolist()) == outside
    monkeypatch.setattr(candidates, "_OTHERS", 13)
    counts = np.zeros(100)
    for _ in range(2000):
        some = candidates._others(100, spans, rng)
        assert np.unique(some).size == 13
        counts[some] += 1
    assert set(np.flatnonzero(counts).tolist()) == outside
    assert counts[counts > 0].min() > 0.75 * counts.max()


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_a_song_that_stands_for_others_comes_as_often_as_they_would(strength):
    """Ten songs, nine of which fit alike: the one that stands for these comes for them."""
    scores = np.array([0.9] + [0.6] * 9, np.float32)
    few, stand_for = scores[:2], np.array([1, 9], np.float32)
    rng = np.random.default_rng(0)
    options = {"strength": strength, "seed": rng}
    whole = [mood_shuffle(scores, 1, **options)[0] == 0 for _ in range(4000)]
    drawn = [mood_shuffle(few, 1, **options, stand_for=stand_for)[0] == 0 for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(np.mean(whole), abs=0.035)


def test_rows_say_whose_traits_count():
    rows = 2 * np.arange(12)
    artists = np.arange(24)
    artists[2] = artists[0]  # the artist of the first two rows
    scores = np.linspace(0.9, 0.1, 12, dtype=np.float32)
    options = {"strength": 1, "seed": 0, "traits": Traits(artists=artists), "rows": rows}
    found = mood_shuffle(scores, **options)
    assert found[:2].tolist() == [0, 2]  # places, with two songs of one artist kept apart
    assert sorted(found.tolist()) == list(range(12))
    assert mood_shuffle(scores, **options, before=[0])[0] == 2


@pytest.mark.parametrize("policy", ["match", "journey"])
def test_a_session_is_as_good_as_one_that_looks_at_all_songs(live, monkeypatch, policy):
    catalogue, columns = live
    goal = {"goal": tuple(parse_mood("happy").tolist())} if policy == "journey" else {}
    scores = {}
    for way, best in (("candidates", 800), ("all", 10**9)):
        monkeypatch.setattr(candidates, "_BEST", best)
        with Listener.at(None) as listener:
            picker = Picker(catalogue, listener, columns.now())
            found = []
            for seed in range(6):
                session = Session(
                    catalogue,
                    listener,
                    picker=picker,
                    seed=seed,
                    policy=policy,
                    available=lambda songs: [True] * len(songs),
                    **goal,
                )
                queue = session.queue(20, CALM, chosen=True)
                assert len({pick.song.id for pick in queue}) == len(queue) >= 3
                found += [pick.score for pick in queue]
        scores[way] = np.mean(found)
    assert scores["candidates"] == pytest.approx(scores["all"], abs=0.03)
