from pathlib import Path

import pytest

from vibelux.datasets.song_files import read_songs
from vibelux.errors import DatasetError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_folders_name_the_emotion_and_subfolders_the_group(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.mp3", "happy/Nina/b.FLAC", "happy/Nina/c.ogg", "Trauer/d.m4a")
    data = read_songs(tmp_path)
    assert [(s.given, s.emotion, s.emotion_index, s.group) for s in data.rows] == [
        ("Trauer/d.m4a", "trauer", 5, "Trauer/d.m4a"),
        ("happy/Nina/b.FLAC", "happy", 3, "Nina"),
        ("happy/Nina/c.ogg", "happy", 3, "Nina"),
        ("happy/a.mp3", "happy", 3, "happy/a.mp3"),
    ]
    assert all(song.path.is_file() and not song.preprocessed for song in data.rows)


def test_preprocessed_folders_are_read_alike(tmp_path: Path) -> None:
    touch(tmp_path, "angry/a.npy", "preprocess.json")
    data = read_songs(tmp_path)
    assert data.rows[0].preprocessed
    assert data.skipped == ()


def test_what_is_not_a_song_is_listed_and_hidden_files_are_not(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.mp3", "happy/cover.jpg", "loose.mp3", ".git/x.mp3", "happy/.b.mp3")
    data = read_songs(tmp_path)
    assert len(data) == 1
    assert dict(data.skipped) == {
        "happy/cover.jpg": "not an audio file, judging by its ending '.jpg'",
        "loose.mp3": "is not in an emotion's folder",
    }


def test_a_folder_of_another_word_keeps_the_word(tmp_path: Path) -> None:
    touch(tmp_path, "Calm/a.mp3", "Calm/b.mp3", "sad/c.mp3")
    data = read_songs(tmp_path)
    assert data.emotion_counts() == {"calm": 2, "sad": 1}
    assert data.unknown_emotions() == {"calm": 2}


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no song below"):
        read_songs(tmp_path)
    with pytest.raises(DatasetError, match="there is no file or folder"):
        read_songs(tmp_path / "nowhere")
    touch(tmp_path, "songs.txt")
    with pytest.raises(DatasetError, match=r"neither a manifest \(\.csv\) nor a folder"):
        read_songs(tmp_path / "songs.txt")
