"""What is prepared for picking songs, kept up with a catalogue, and how songs of a list differ."""

import numpy as np
import pytest
from tests.plain_columns import plain_columns

from vibelux.emotions import parse_mood
from vibelux.library import live_columns
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.listener.profile import Event
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.picks import Picker, variety_of
from vibelux.recommend.row_set import RowSet


@pytest.fixture(params=["in memory", "in files"])
def live(large, request, monkeypatch):
    with large.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET state = 'missing' WHERE id = 190")
    if request.param == "in files":
        monkeypatch.setattr(live_columns, "_STORED_FROM", 0)
    live = LiveColumns(large)
    assert live.now().in_files == (request.param == "in files")
    yield live
    live.close()


def ordered(picker, mood):
    """Return the ids of the songs that come first."""
    out = RowSet(len(picker.columns))
    rows = picker.rows(
        np.tile(parse_mood(mood), (8, 1)),
        mood=parse_mood(mood),
        chosen=True,
        ordering=Ordering(),
        left_out=out,
        before=[],
        now=0.0,
        rng=np.random.default_rng(1),
    )
    return picker.columns.ids[rows].tolist()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE songs SET artist = 'Somebody' WHERE id < 30",
        "UPDATE songs SET state = 'missing' WHERE id BETWEEN 10 AND 40",
        "DELETE FROM songs WHERE id = 7",
        "UPDATE songs SET embedding = x'003c0000' WHERE id IN (1, 5)",
    ],
)
def test_a_picker_that_follows_picks_as_a_new_one(large, live, statement):
    with Listener.at(None) as listener:
        first = Picker(large, listener, live.now())
        for row in (0, 3, 9):
            event = Event("liked", first.columns.key(row), b"", mood=parse_mood("sad"))
            listener.tell(event)
        ordered(first, "sad")
        picker = first
        for step in (lambda: correct(large, 4, parse_mood("sad")), statement):
            if callable(step):
                step()
            else:
                with large.writing() as connection:
                    connection.exec_driver_sql(step)
            live.expire()
            picker = picker.following(live.now())
            anew = Picker(large, listener, plain_columns(large))
            started = Picker(large, listener, live.now())
            np.testing.assert_allclose(picker._features.columns, anew._features.columns, atol=1e-6)
            for mood in ("sad", "happy", "angry"):
                expected = ordered(anew, mood)
                assert ordered(picker, mood) == ordered(started, mood) == expected
        assert len(first.columns) == 199  # who uses it goes on with what it knew


def test_a_correction_leaves_what_follows_from_the_sound_as_it_is(large, live, monkeypatch):
    with Listener.at(None) as listener:
        picker = Picker(large, listener, live.now())
        monkeypatch.setattr("vibelux.recommend.listener.taste._sounds", None)  # it would take long
        correct(large, 4, parse_mood("angry"))
        live.expire()
        following = picker.following(live.now())
        row = following.columns.row_of(4)
        assert (
            following._fit.to(parse_mood("angry"))[row] > picker._fit.to(parse_mood("angry"))[row]
        )


def test_only_sounds_of_one_model_count_as_variety(library, add_song):
    for number, (model, sound) in enumerate([("m1", [1, 0]), ("m1", [1, 0]), ("m2", [0, 1])]):
        add_song(f"{number}", embedding=sound, model=model)
    assert variety_of(list(library.songs())).sounds == pytest.approx(0, abs=1e-6)
