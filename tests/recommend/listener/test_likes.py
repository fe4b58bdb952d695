"""What can be counted of a listener's likes."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.listener.likes import Likes
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.reasons import Liked, LikedArtist, LikedSimilar
from vibelux.recommend.session import Session

SOUNDS = {"a1": (1, 0), "a2": (0.95, 0.31), "a3": (0, 1), "b1": (0.99, 0.14), "c1": (-1, 0)}
STATISTICS = replace(ModelStatistics().songs, similar=0.9)


@pytest.fixture
def catalogue(tmp_path):
    """Songs whose first letter is their artist."""
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        with catalogue.writing() as connection:
            for name, sound in SOUNDS.items():
                path = tmp_path / f"{name}.mp3"
                path.touch()
                connection.execute(
                    insert(songs).values(
                        path=path_bytes(path),
                        content_hash=name.encode(),
                        title=name,
                        artist=name[0],
                        state="ok",
                        mood=vector_blob(parse_mood("happy")),
                        embedding=vector_blob(np.array(sound) / np.hypot(*sound), EMBEDDING),
                        model="m",
                    )
                )
        yield catalogue


def test_likes_are_counted_from_eight_signals_on(catalogue):
    with Listener.at(None) as listener:
        session = Session(catalogue, listener, seed=1)
        columns = session._columns
        row = {song.title: columns.row_of(song.id) for song in catalogue.songs()}
        by_title = {song.title: song for song in catalogue.songs()}
        for _ in range(6):
            session.played(by_title["c1"])
        session.liked(by_title["a1"])
        assert Likes.of_listener(listener, columns, STATISTICS).of(row["a1"], "a") is None
        session.liked(by_title["a3"])
        likes = Likes.of_listener(listener, columns, STATISTICS)
        assert likes.of(row["a1"], "a") == Liked()
        assert likes.of(row["b1"], "b") == LikedSimilar(1)
        assert likes.of(row["a2"], "a") == LikedSimilar(1)
        assert likes.of(row["c1"], "c") is None
        session.unliked(by_title["a1"])
        session.played(by_title["c1"])
        likes = Likes.of_listener(listener, columns, STATISTICS)
        assert likes.of(row["a1"], "a") == LikedArtist(1, "a")


def test_what_another_model_said_of_a_song_is_not_compared(catalogue):
    with catalogue.writing() as connection:  # the number of songs of a model decides
        connection.exec_driver_sql("UPDATE songs SET model = 'm0' WHERE title = 'b1'")
    with Listener.at(None) as listener:
        session = Session(catalogue, listener, seed=1)
        by_title = {song.title: song for song in catalogue.songs()}
        for _ in range(7):
            session.played(by_title["c1"])
        session.liked(by_title["a1"])
        likes = Likes.of_listener(listener, session._columns, STATISTICS)
        of = {
            title: likes.of(session._columns.row_of(by_title[title].id), None) for title in SOUNDS
        }
    assert (of["a2"], of["b1"]) == (LikedSimilar(1), None)


def test_a_session_says_what_was_liked_and_nothing_against_a_song(catalogue):
    with Listener.at(None) as listener:
        session = Session(catalogue, listener, seed=1)
        by_title = {song.title: song for song in catalogue.songs()}
        for _ in range(8):
            session.skipped(by_title["c1"], after_seconds=1)
        session.liked(by_title["a1"])
        again = Session(catalogue, listener, seed=1)
        said = {p.song.title: p.reason for p in again.queue(5, parse_mood("happy"), chosen=True)}
        assert said["b1"].endswith("You liked a song like this.")
        assert said["a1"].endswith("You like it.")
        assert "skip" not in " ".join(said.values())
        plain = Session(catalogue, listener, seed=1, personal=0.0)
        assert "like" not in " ".join(p.reason for p in plain.queue(5, parse_mood("happy")))
