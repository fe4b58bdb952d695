import json
import stat
import sys

import pytest

from vibelux.errors import InvalidInput, PlaylistError
from vibelux.library.catalogue import Catalogue
from vibelux.library.saved_playlists import SavedPlaylists, entries_of
from vibelux.library.song_columns import SongColumns


@pytest.fixture
def kept(tmp_path):
    times = iter(range(1000, 2000))
    return SavedPlaylists(tmp_path / "home" / "playlists", clock=lambda: next(times))


@pytest.fixture
def entries(catalogue, add_song, music):
    """The entries of three songs, in the order of their names."""
    for name in ("a", "b", "c"):
        add_song(catalogue, music / f"{name}.mp3", content_hash=name.encode() * 20, artist="X")
    return entries_of(list(catalogue.songs()), SongColumns.of(catalogue))


def titles(playlist, catalogue):
    columns = SongColumns.of(catalogue)
    ids = columns.ids[playlist.rows(columns)]
    return [song.title for song in catalogue.songs_by_id(ids)]


def test_a_playlist_is_kept_listed_renamed_and_deleted(kept, entries, catalogue):
    assert kept.all() == []
    first = kept.keep("  Calm,\n30 November ", entries)
    second = kept.keep("Länger als 🎵", entries[::-1][:2])
    assert [playlist.name for playlist in kept.all()] == ["Länger als 🎵", "Calm, 30 November"]
    assert kept.get(first.id) == first
    assert titles(first, catalogue) == ["a", "b", "c"]
    assert titles(second, catalogue) == ["c", "b"]
    renamed = kept.rename(first.id, "Other")
    assert (renamed.name, renamed.made, renamed.entries) == ("Other", 1000, first.entries)
    assert kept.get(first.id) == renamed
    kept.delete(first.id)
    kept.delete(first.id)
    assert kept.all() == [second]
    assert kept.get(first.id) is None
    assert kept.rename(first.id, "Again") is None


def test_songs_are_found_again_when_they_move_and_in_a_new_catalogue(
    kept, entries, catalogue, add_song, music, tmp_path
):
    playlist = kept.keep("Mine", entries)
    with Catalogue(tmp_path / "other.sqlite") as other:
        add_song(other, music / "elsewhere" / "b.mp3", content_hash=b"b" * 20)
        add_song(other, music / "a.mp3")  # known by its path alone
        assert titles(playlist, other) == ["a", "b"]
    assert len(kept.get(playlist.id).entries) == 3


def test_names_and_songs_are_checked(kept, entries):
    with pytest.raises(InvalidInput, match="1 to 200 characters"):
        kept.keep(" \n ", entries)
    with pytest.raises(InvalidInput, match="has 201"):
        kept.keep("x" * 201, entries)
    with pytest.raises(InvalidInput, match="at least one song"):
        kept.keep("Empty", [])
    playlist = kept.keep("Mine", entries)
    with pytest.raises(InvalidInput, match="1 to 200 characters"):
        kept.rename(playlist.id, "")
    assert kept.get(playlist.id) == playlist


def test_ids_lead_nowhere_else(kept, entries, tmp_path):
    kept.keep("Mine", entries)
    (tmp_path / "home" / "secret.json").write_text("{}")
    for wrong in ("../secret", "..", "", "a/b", "X" * 99):
        assert kept.get(wrong) is None
        kept.delete(wrong)
    assert (tmp_path / "home" / "secret.json").exists()


def test_files_that_are_no_playlists_are_passed_over_and_stay(kept, entries, tmp_path):
    playlist = kept.keep("Mine", entries)
    folder = tmp_path / "home" / "playlists"
    for name, text in {
        "half": '{"format": 1, "name"',
        "newer": '{"format": 2}',
        "list": "[]",
        "odd": json.dumps({"format": 1, "name": "x", "made": 1, "songs": [{"path": "zz"}]}),
    }.items():
        (folder / f"{name}.json").write_text(text)
    assert kept.all() == [playlist]
    assert len(list(folder.iterdir())) == 5


def test_a_disk_that_cannot_be_written_to_costs_nothing_that_is_kept(kept, entries, tmp_path):
    playlist = kept.keep("Mine", entries)
    blocked = SavedPlaylists(tmp_path / "home" / "playlists" / f"{playlist.id}.json" / "inside")
    with pytest.raises(PlaylistError, match="cannot keep the playlist 'Other'"):
        blocked.keep("Other", entries)
    assert kept.all() == [playlist]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_playlists_are_for_their_owner_alone(kept, entries, tmp_path):
    playlist = kept.keep("Mine", entries)
    folder = tmp_path / "home" / "playlists"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{playlist.id}.json").stat().st_mode) == 0o600
