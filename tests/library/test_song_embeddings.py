import json
import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from vibelux.errors import PlaylistError
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.song_embeddings import IMPORTED, export_embeddings, import_embeddings

HAPPY = [0, 0, 0, 1, 0, 0, 0]


def write(path, content):
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_export_is_the_originals_format(catalogue, add_song, tmp_path):
    mood = np.array([0.5, 0, 0, 0.25, 0.25, 0, 0], np.float32)
    add_song(catalogue, tmp_path / "a.mp3", mood=vector_blob(mood))
    add_song(catalogue, tmp_path / '🎵 "b"\n.mp3', mood=vector_blob(mood))
    add_song(catalogue, tmp_path / "failed.mp3", state="failed")
    add_song(catalogue, tmp_path / "gone.mp3", state="missing", mood=vector_blob(mood))
    assert export_embeddings(catalogue, tmp_path / "song_embeddings.json") == 2
    content = json.loads((tmp_path / "song_embeddings.json").read_text(encoding="utf-8"))
    assert content == {
        str(tmp_path / "a.mp3"): mood.tolist(),
        str(tmp_path / '🎵 "b"\n.mp3'): mood.tolist(),
    }


def test_an_empty_catalogue_exports_an_empty_object(catalogue, tmp_path):
    assert export_embeddings(catalogue, tmp_path / "e.json") == 0
    assert json.loads((tmp_path / "e.json").read_text()) == {}


def test_there_and_back(catalogue, add_song, tmp_path):
    names = ["a.mp3", "Artist - Title.mp3"]
    if sys.platform == "linux":
        names.append(os.fsdecode(b"caf\xe9.mp3"))
    moods = {}
    for name in names:
        path = (tmp_path / name).resolve()
        path.touch()
        moods[path] = np.random.default_rng(len(name)).dirichlet(np.ones(7)).astype(np.float32)
        add_song(catalogue, path, mood=vector_blob(moods[path]))
    export_embeddings(catalogue, tmp_path / "one.json")
    with Catalogue(tmp_path / "other.sqlite") as other:
        report = import_embeddings(other, tmp_path / "one.json")
        assert (report.imported, report.missing, report.rejected) == (len(names), 0, [])
        for path, mood in moods.items():
            song = other.song_at(path)
            np.testing.assert_allclose(song.mood, mood, atol=2e-7)
            assert (song.state, song.model, song.valence) == ("ok", IMPORTED, None)
        export_embeddings(other, tmp_path / "two.json")
    one, two = (json.loads((tmp_path / name).read_text()) for name in ("one.json", "two.json"))
    assert list(one) == list(two)
    np.testing.assert_allclose(list(one.values()), list(two.values()), atol=2e-7)


def test_relative_paths_start_at_the_files_folder(catalogue, tmp_path):
    folder = tmp_path / "music"
    (folder / "album").mkdir(parents=True)
    (folder / "album" / "Artist - Title.mp3").touch()
    content = {"album/Artist - Title.mp3": HAPPY, "album/../gone.mp3": [1, 1, 0, 0, 0, 0, 2]}
    report = import_embeddings(catalogue, write(folder / "e.json", content))
    assert (report.imported, report.missing) == (2, 1)
    song = catalogue.song_at((folder / "album" / "Artist - Title.mp3").resolve())
    assert (song.title, song.artist, song.state) == ("Title", "Artist", "ok")
    np.testing.assert_array_equal(song.mood, HAPPY)
    gone = catalogue.song_at(folder.resolve() / "gone.mp3")
    assert gone.state == "missing"
    np.testing.assert_allclose(gone.mood, [0.25, 0.25, 0, 0, 0, 0, 0.5])


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ([1, 0, 0], r"seven numbers, got shape \(3,\)"),
        ([0] * 7, "all seven numbers are zero"),
        ([1, 0, 0, -0.5, 0, 0, 0], r"happy=-0\.5"),
        ([math.nan, 0, 0, 0, 0, 0, 1], "angry=nan"),
        ([math.inf, 0, 0, 0, 0, 0, 1], "angry=inf"),
        ([10**400, 0, 0, 0, 0, 0, 1], "too large"),
        (["1", 0, 0, 0, 0, 0, 1], "list of seven numbers"),
        ([True, 0, 0, 0, 0, 0, 1], "list of seven numbers"),
        ([[1], 0, 0, 0, 0, 0, 1], "list of seven numbers"),
        ({"happy": 1}, "list of seven numbers"),
        ("happy", 'not "happy"'),
        (None, "not null"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason_and_the_rest_imported(
    catalogue, tmp_path, numbers, reason
):
    path = write(tmp_path / "e.json", {"bad.mp3": numbers, "good.mp3": HAPPY})
    report = import_embeddings(catalogue, path)
    assert report.imported == 1
    [(name, said)] = report.rejected
    assert name == "bad.mp3"
    with pytest.raises(ValueError, match=reason):
        raise ValueError(said)
    assert [song.path.name for song in catalogue.songs()] == ["good.mp3"]


def test_a_path_given_twice_counts_once(catalogue, tmp_path):
    path = tmp_path / "e.json"
    path.write_text('{"a.mp3": [1,0,0,0,0,0,0], "a.mp3": [0,1,0,0,0,0,0], "": [1,0,0,0,0,0,0]}')
    report = import_embeddings(catalogue, path)
    assert report.imported == 1
    assert [name for name, _ in report.rejected] == ["a.mp3", ""]
    assert "given twice" in report.rejected[0][1]
    np.testing.assert_array_equal(next(catalogue.songs()).mood, [1, 0, 0, 0, 0, 0, 0])


def test_an_analysed_song_is_kept_an_imported_one_replaced(catalogue, add_song, tmp_path):
    mine = tmp_path.resolve() / "mine.mp3"
    add_song(catalogue, mine)
    for mood in (HAPPY, [1, 0, 0, 0, 0, 0, 0]):
        content = {"mine.mp3": mood, "theirs.mp3": mood}
        report = import_embeddings(catalogue, write(tmp_path / "e.json", content))
        assert (report.imported, report.kept) == (1, 1)
    np.testing.assert_allclose(catalogue.song_at(mine).mood, np.full(7, 1 / 7), rtol=1e-6)
    theirs = catalogue.song_at(mine.with_name("theirs.mp3"))
    np.testing.assert_array_equal(theirs.mood, [1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not valid JSON"),
        ('{"a.mp3": [1,0', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[1, 2]", "but a list"),
        ("7", "but a int"),
    ],
)
def test_a_file_that_is_something_else_changes_nothing(catalogue, tmp_path, content, message):
    (tmp_path / "e.json").write_text(content)
    with pytest.raises(PlaylistError, match=message):
        import_embeddings(catalogue, tmp_path / "e.json")
    with pytest.raises(PlaylistError, match="cannot read"):
        import_embeddings(catalogue, tmp_path / "nothing.json")
    assert list(catalogue.songs()) == []


def test_bytes_that_are_no_text(catalogue, tmp_path):
    (tmp_path / "e.json").write_bytes(b'{"caf\xe9.mp3": [1,0,0,0,0,0,0]}')
    with pytest.raises(PlaylistError, match="not valid JSON"):
        import_embeddings(catalogue, tmp_path / "e.json")


def test_an_export_that_fails_leaves_the_old_file(catalogue, add_song, tmp_path, monkeypatch):
    target = tmp_path / "e.json"
    target.write_text("precious")
    add_song(catalogue, tmp_path / "a.mp3")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlaylistError, match="No space left on device"):
        export_embeddings(catalogue, target)
    assert target.read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} <= {"e.json", "home"}


def test_an_export_into_no_folder(catalogue, tmp_path):
    with pytest.raises(PlaylistError, match="cannot write"):
        export_embeddings(catalogue, tmp_path / "nowhere" / "e.json")
    assert not Path(tmp_path / "nowhere").exists()


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_paths_through_links_are_those_of_a_scan(catalogue, add_song, tmp_path):
    music = tmp_path / "disk" / "Music"
    music.mkdir(parents=True)
    for name in ("a.mp3", "b.mp3"):
        (music / name).touch()
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "Music").symlink_to(music)
    (tmp_path / "user" / "link.mp3").symlink_to("Music/b.mp3")
    known = add_song(catalogue, music / "b.mp3", mood=None, state="failed")
    names = ["Music/a.mp3", "Music/../Music/a.mp3", "link.mp3"]
    report = import_embeddings(
        catalogue, write(tmp_path / "user" / "e.json", dict.fromkeys(names, HAPPY))
    )
    assert (report.imported, report.missing) == (2, 0)
    assert [row for row, _ in report.rejected] == ["Music/../Music/a.mp3"]
    assert {song.path for song in catalogue.songs("ok")} == {music / "a.mp3", music / "b.mp3"}
    assert catalogue.song(known).state == "ok"
