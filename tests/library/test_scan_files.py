import os
import sys
from pathlib import Path

import pytest

from vibelux.errors import InvalidInput
from vibelux.library.scan_files import walk

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    (folder / "artist" / "album").mkdir(parents=True)
    for name in ("b.mp3", "artist/a.FLAC", "artist/album/c.ogg"):
        (folder / name).write_text(name)
    return folder


def names(folder, *roots):
    way = walk(roots or (folder,))
    return [found.path.relative_to(folder.resolve()).as_posix() for found in way], way


def test_finds_audio_files_with_size_and_time(music):
    found = {file.path.name: file for file in walk([music])}
    assert set(found) == {"b.mp3", "a.FLAC", "c.ogg"}
    assert found["b.mp3"].size == 5
    assert found["b.mp3"].mtime_ns == (music / "b.mp3").stat().st_mtime_ns
    assert all(file.path.is_absolute() for file in found.values())


def test_passes_over_hidden_and_other_files(music):
    for name in ("._b.mp3", ".hidden.mp3", "cover.jpg", "notes.txt", "mp3"):
        (music / name).write_text("")
    (music / ".trash").mkdir()
    (music / ".trash" / "old.mp3").write_text("")
    (music / "folder.mp3").mkdir()
    assert sorted(names(music)[0]) == ["artist/a.FLAC", "artist/album/c.ogg", "b.mp3"]


def test_a_hidden_folder_that_is_asked_for_is_walked(tmp_path):
    (tmp_path / ".music").mkdir()
    (tmp_path / ".music" / "a.mp3").write_text("")
    assert names(tmp_path / ".music")[0] == ["a.mp3"]


@pytest.mark.parametrize("order", [1, -1])
def test_folders_that_overlap_are_walked_once(music, order):
    roots = [music, music / "artist", music / "artist" / "album", music][::order]
    found, way = names(music, *roots)
    assert sorted(found) == ["artist/a.FLAC", "artist/album/c.ogg", "b.mp3"]
    assert way.unreachable == {}


@needs_links
def test_links_in_a_circle_end(music):
    (music / "artist" / "up").symlink_to(music, target_is_directory=True)
    (music / "artist" / "self").symlink_to(music / "artist" / "self")
    (music / "beyond").symlink_to(music.parent, target_is_directory=True)
    assert sorted(names(music)[0]) == ["artist/a.FLAC", "artist/album/c.ogg", "b.mp3"]


@needs_links
def test_links_to_other_places_are_followed_to_their_real_path(music, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "d.mp3").write_text("")
    (music / "link").symlink_to(elsewhere, target_is_directory=True)
    (music / "again").symlink_to(elsewhere, target_is_directory=True)
    (music / "e.mp3").symlink_to(elsewhere / "d.mp3")  # found by its own name already
    (music / "gone.mp3").symlink_to(tmp_path / "nothing")
    way = walk([music])
    paths = [file.path for file in way]
    assert paths.count(elsewhere.resolve() / "d.mp3") == 1
    assert elsewhere.resolve() in way.folders
    assert music / "gone.mp3" not in paths


@needs_links
def test_a_link_into_a_hidden_store_keeps_its_name(music):
    (music / ".store").mkdir()
    (music / ".store" / "SHA256-1.mp3").write_text("")
    (music / "song.mp3").symlink_to(music / ".store" / "SHA256-1.mp3")
    assert "song.mp3" in names(music)[0]


def test_a_single_file_is_taken(music):
    assert names(music, music / "b.mp3")[0] == ["b.mp3"]


@pytest.mark.parametrize("name", ["nowhere", "cover.jpg"])
def test_what_is_no_folder_is_refused(music, name):
    (music / "cover.jpg").write_text("")
    with pytest.raises(InvalidInput, match=name):
        walk([music, music / name])


def test_nothing_to_scan_is_refused():
    with pytest.raises(InvalidInput, match="at least one folder"):
        walk([])


def test_an_empty_folder_says_nothing_about_its_songs(tmp_path):
    way = walk([tmp_path])
    assert list(way) == []
    assert "is its disk mounted" in way.unreachable[tmp_path.resolve()]


def test_a_folder_that_goes_away_on_the_way(music):
    (music / "zzz").mkdir()
    (music / "zzz" / "z.mp3").write_text("")
    way = walk([music])
    found = []
    for file in way:
        found.append(file.path.name)
        if (music / "zzz").exists():
            (music / "zzz" / "z.mp3").unlink()
            (music / "zzz").rmdir()
    assert sorted(found) == ["a.FLAC", "b.mp3", "c.ogg"]
    assert way.unreachable == {}


def test_a_root_that_goes_away_on_the_way_is_unreachable(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.mp3").write_text("")
    way = walk([tmp_path / "one", tmp_path / "two"])
    files = iter(way)
    next(files)
    (tmp_path / "two" / "a.mp3").unlink()
    (tmp_path / "two").rmdir()
    assert list(files) == []
    assert list(way.unreachable) == [tmp_path.resolve() / "two"]


def test_a_folder_that_cannot_be_listed_is_unreachable(music, monkeypatch):
    closed = (music / "artist").resolve()
    scandir = os.scandir

    def refuse(path):
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found, way = names(music)
    assert found == ["b.mp3"]
    assert way.unreachable == {closed: "Permission denied"}
