"""What the catalogue notes of changes, and what two ways of one catalogue have in common."""

import shutil

import pytest

from vibelux.library import song_changes
from vibelux.library.catalogue import Catalogue
from vibelux.library.song_changes import changes_since, last_changes


def asked(catalogue, question, *arguments):
    with catalogue.snapshot() as cursor:
        return question(cursor, *arguments)


def write(catalogue, *statements):
    with catalogue.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def ids(catalogue, add_song):
    return [add_song(catalogue, f"/m/{number}.mp3") for number in range(5)]


def test_each_song_is_noted_once_in_the_order_of_its_last_change(catalogue, ids):
    write(catalogue, f"UPDATE songs SET year = 1 WHERE id = {ids[1]}")
    write(catalogue, f"DELETE FROM songs WHERE id = {ids[0]}")
    noted = asked(catalogue, last_changes)
    assert [change.song for change in noted] == [0, *ids[2:], ids[1], ids[0]]
    assert len({change.token for change in noted}) == len(noted)


def test_a_number_never_comes_again(catalogue, ids):
    numbers = []
    for _ in range(3):
        write(catalogue, f"UPDATE songs SET year = 1 WHERE id = {ids[-1]}")
        numbers.append(asked(catalogue, last_changes)[-1].number)
    assert numbers == sorted(set(numbers))


@pytest.mark.sqlite
def test_a_statement_that_ignores_conflicts_is_noted_as_well(catalogue, ids):
    before = asked(catalogue, last_changes)
    write(catalogue, f"UPDATE OR IGNORE songs SET year = 1 WHERE id = {ids[0]}")
    write(catalogue, f"UPDATE OR REPLACE songs SET year = 2 WHERE id = {ids[1]}")
    assert asked(catalogue, changes_since, before)[0] == {ids[0], ids[1]}


@pytest.mark.sqlite
def test_the_id_of_a_new_song_and_the_number_of_changed_ones_are_the_songs(catalogue, ids):
    with catalogue.writing() as connection:
        added = connection.exec_driver_sql(
            "INSERT INTO songs (path, state, reason_code) VALUES (x'2f', 'failed', 'damaged')"
        )
        assert added.lastrowid == ids[-1] + 1
        assert connection.exec_driver_sql("UPDATE songs SET year = 3").rowcount == 6


@pytest.mark.sqlite
def test_only_what_two_ways_do_not_share_is_read(catalogue, ids, tmp_path):
    with catalogue.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(catalogue.path, tmp_path / "copy.sqlite")
    write(catalogue, f"UPDATE songs SET year = 1 WHERE id = {ids[0]}")
    known = asked(catalogue, last_changes)
    with Catalogue(tmp_path / "copy.sqlite") as copy:
        write(copy, f"UPDATE songs SET year = 2 WHERE id = {ids[3]}")  # of the same number
        songs, now = asked(copy, changes_since, known)
        assert songs == {ids[0], ids[3]}
        assert asked(copy, changes_since, now) == (set(), now)


def test_nothing_is_known_of_another_catalogue_or_of_what_was_too_long_ago(
    catalogue, ids, tmp_path, monkeypatch
):
    known = asked(catalogue, last_changes)
    with Catalogue(tmp_path / "other.sqlite") as other:
        assert asked(other, changes_since, known) is None
    monkeypatch.setattr(song_changes, "_KEPT", 2)
    known = asked(catalogue, last_changes)
    assert [change.song for change in known] == ids[-2:]
    write(catalogue, f"UPDATE songs SET year = 1 WHERE id >= {ids[-2]}")
    assert asked(catalogue, changes_since, known) is None
