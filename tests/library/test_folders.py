"""Folders of the catalogue: listed as they were scanned, and forgotten without loss."""

from pathlib import Path

import numpy as np
import pytest
from scan_analysers import by_name, heard
from sqlalchemy import select

from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueLocked
from vibelux.library.corrections import correct
from vibelux.library.folders import count, folders_of, forget
from vibelux.library.schema import forgotten_songs, songs


def listed(catalogue):
    return {
        folder.path: (folder.songs, folder.failed, folder.missing)
        for folder in folders_of(catalogue)
    }


def write(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.mp3").write_text(name)
    return folder


def kept_rows(catalogue):
    with catalogue.reading() as connection:
        return connection.execute(select(forgotten_songs)).all()


def test_folders_are_listed_as_they_were_scanned(run, catalogue, tmp_path):
    one = write(tmp_path / "one", "a", "b", "bad")
    other = write(tmp_path / "other", "c", "gone")
    assert listed(catalogue) == {}
    run(one, other)
    (other / "gone.mp3").unlink()
    run(other)
    assert listed(catalogue) == {one: (2, 1, 0), other: (1, 0, 1)}
    assert all(folder.scanned_at for folder in folders_of(catalogue))


def test_of_folders_inside_of_one_another_the_outermost_counts(run, catalogue, tmp_path):
    inner = write(tmp_path / "music" / "jazz", "a")
    outer = write(tmp_path / "music", "b")
    run(inner)
    assert listed(catalogue) == {inner: (1, 0, 0)}
    run(outer)
    assert listed(catalogue) == {outer: (2, 0, 0)}
    run(inner)
    assert listed(catalogue) == {outer: (2, 0, 0)}


def test_a_folder_that_a_link_leads_to_is_one_of_its_own(run, catalogue, tmp_path):
    here = write(tmp_path / "here", "a")
    there = write(tmp_path / "there", "b", "c")
    (here / "link").symlink_to(there)
    run(here)
    assert listed(catalogue) == {here: (1, 0, 0), there: (2, 0, 0)}


def test_songs_of_no_scanned_folder_are_listed_by_what_they_share(
    run, catalogue, add_song, tmp_path
):
    add_song(catalogue, "/music/a/one.mp3")
    add_song(catalogue, "/music/b/c/two.mp3")
    add_song(catalogue, "/elsewhere/d/three.mp3", state="missing")
    song = write(tmp_path / "single", "x") / "x.mp3"
    run(song)
    found = listed(catalogue)
    assert found == {
        Path("/elsewhere/d"): (0, 0, 1),
        Path("/music"): (2, 0, 0),
        song.parent: (1, 0, 0),
    }
    assert {folder.scanned_at for folder in folders_of(catalogue)} == {None}
    assert len({folder.key for folder in folders_of(catalogue)}) == 3


def test_what_songs_share_is_found_by_whole_names(catalogue, add_song):
    names = ["/m/a/1", "/m/a b/2", "/m b/c/d/3", "/m b/c/4", "/m!/5", "/m0/6/7/8", "/n/p/q/9"]
    for name in (*names, "/m/a!/x", "/n/p/q-r/10"):
        add_song(catalogue, f"{name}.mp3")
    roots = {"/m": 3, "/m b/c": 2, "/m!": 1, "/m0/6/7": 1, "/n/p": 2}
    assert listed(catalogue) == {Path(root): (n, 0, 0) for root, n in roots.items()}


def test_an_empty_folder_is_not_listed(run, catalogue, tmp_path):
    (tmp_path / "empty").mkdir()
    run(tmp_path / "empty")
    assert listed(catalogue) == {}


def test_what_is_forgotten_is_gone_and_the_files_stay(run, catalogue, notes, tmp_path):
    one, other = write(tmp_path / "one", "a", "bad"), write(tmp_path / "one more", "b")
    run(one, other)
    assert count(catalogue, one) == (1, 1, 0)
    assert count(catalogue, one / "a.mp3") == (1, 0, 0)
    assert not any(count(catalogue, tmp_path / "on"))
    assert forget(catalogue, one) == 2
    assert listed(catalogue) == {other: (1, 0, 0)}
    assert [song.title for song in catalogue.songs()] == ["b"]
    assert (one / "a.mp3").read_text() == "a"
    assert forget(catalogue, one) == 0
    heard(notes)
    run(one)
    assert set(heard(notes)) == {"a.mp3", "bad.mp3"}
    assert listed(catalogue) == {one: (1, 1, 0), other: (1, 0, 0)}


def test_part_of_a_folder_can_be_forgotten_and_all_but_a_part(run, catalogue, tmp_path):
    outer = write(tmp_path / "music", "a")
    inner = write(outer / "jazz", "b")
    write(outer / "pop", "c")
    run(outer)
    assert forget(catalogue, inner) == 1
    assert listed(catalogue) == {outer: (2, 0, 0)}
    run(outer)
    assert forget(catalogue, outer, but=[inner]) == 2
    assert [song.title for song in catalogue.songs()] == ["b"]
    assert listed(catalogue) == {inner: (1, 0, 0)}


def test_corrections_and_the_profiles_key_come_back_with_the_song(run, catalogue, tmp_path):
    """Also where the key is an older one than a scan would give."""
    music = write(tmp_path / "music", "corrected", "older", "plain")
    run(music)
    before = by_name(catalogue)
    keys = {name: catalogue.key_of(song) for name, song in before.items()}
    own = parse_mood("sad")
    correct(catalogue, before["corrected.mp3"].id, own)
    with catalogue.writing() as connection:
        older = songs.update().where(songs.c.id == before["older.mp3"].id)
        connection.execute(older.values(known_by=b"the key of a former tag"[:20]))
    keys["older.mp3"] = catalogue.key_of(catalogue.song(before["older.mp3"].id))
    forget(catalogue, music)
    assert kept_rows(catalogue)
    assert not any(str(music).encode() in repr(row).encode() for row in kept_rows(catalogue))
    (music / "corrected.mp3").rename(music / "renamed.mp3")
    run(music)
    after = by_name(catalogue)
    assert after["renamed.mp3"].corrected
    np.testing.assert_array_equal(after["renamed.mp3"].mood, own)
    assert catalogue.key_of(after["renamed.mp3"]) == keys["corrected.mp3"]
    assert catalogue.key_of(after["older.mp3"]) == keys["older.mp3"]
    assert catalogue.key_of(after["plain.mp3"]) == keys["plain.mp3"]
    assert kept_rows(catalogue) == []
    run(music)
    assert by_name(catalogue)["renamed.mp3"].corrected


def test_of_two_copies_the_correction_of_one_is_kept(run, catalogue, tmp_path):
    one, other = write(tmp_path / "one", "a"), write(tmp_path / "other", "a")
    run(one, other)
    for song in catalogue.songs():
        if song.path.is_relative_to(one):
            correct(catalogue, song.id, parse_mood("sad"))
    forget(catalogue, one)
    forget(catalogue, other)
    assert len(kept_rows(catalogue)) == 1
    run(one)
    assert by_name(catalogue)["a.mp3"].corrected


def test_a_correction_does_not_go_to_another_song(run, catalogue, tmp_path):
    music = write(tmp_path / "music", "a")
    run(music)
    correct(catalogue, by_name(catalogue)["a.mp3"].id, parse_mood("sad"))
    forget(catalogue, music)
    (music / "a.mp3").write_text("another one")
    run(music)
    assert not by_name(catalogue)["a.mp3"].corrected


def test_nothing_is_forgotten_while_a_scan_runs(run, catalogue, tmp_path):
    music = write(tmp_path / "music", "a")
    run(music)
    with (
        catalogue.database.scan_lock(),
        pytest.raises(CatalogueLocked, match="wait until it is done"),
    ):
        forget(catalogue, music)
    assert catalogue.counts()["ok"] == 1


def test_songs_of_servers_stay(run, catalogue, add_song, tmp_path):
    music = write(tmp_path / "music", "a")
    run(music)
    add_song(catalogue, "subsonic:server/1", server="server", remote_id="1")
    assert listed(catalogue) == {music: (1, 0, 0)}
    forget(catalogue, music)
    assert catalogue.servers() == {"server": 1}
