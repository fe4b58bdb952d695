"""What is kept of a person is for that person's eyes only."""

import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from vibelux.library.catalogue import Catalogue
from vibelux.library.locks import process_lock
from vibelux.library.song_embeddings import export_embeddings
from vibelux.players.saved_session import SavedSession
from vibelux.private_files import private_file, private_folder, tighten
from vibelux.recommend.listener.profile import Event, Profile
from vibelux.service.session_files import SessionFiles

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def use(home: Path) -> None:
    """Do all that leaves something in a home."""
    with (
        Catalogue(home / "catalogue.sqlite") as catalogue,
        Profile(home / "profile.sqlite") as profile,
        process_lock(home / "catalogue.sqlite.scan-lock", "1"),
    ):
        with catalogue.reading(), catalogue.writing():
            for suffix in ("", "-wal", "-shm"):
                assert mode(home / f"catalogue.sqlite{suffix}") == 0o600
        profile.add(Event("liked", "k", b"/m/a.mp3", mood=np.full(7, 1 / 7)))
        profile.export(home / "profile.json")
        export_embeddings(catalogue, home / "moods.json")
    SavedSession("{}", None, 0.0, 0, 0.0).write(home / "listening.json")
    SessionFiles(home / "sessions").write("a", "{}")


def test_a_new_home_and_all_in_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "above" / "home"
    use(home)
    assert mode(home) == 0o700
    assert mode(home.parent) == 0o755  # not ours alone
    for path in home.rglob("*"):
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path
    assert len(list(home.iterdir())) == 7


def test_a_home_of_an_earlier_version_is_tightened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use(home)
    for name in ("profile.json", "moods.json"):
        (home / name).unlink()
    home.chmod(0o755)
    for path in home.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    use(home)
    assert mode(home) == 0o700
    for path in home.rglob("*"):
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_a_home_that_was_made_read_only_stays_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use(home)
    for name in ("profile.json", "moods.json"):
        (home / name).unlink()
    home.chmod(0o555)
    with Catalogue(home / "catalogue.sqlite"):
        pass
    assert mode(home) == 0o500


def test_a_folder_that_holds_other_things_too_keeps_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "documents"
    home.mkdir()
    (home / "letter.txt").touch()
    use(home)
    assert mode(home) == 0o755
    assert mode(home / "letter.txt") == 0o644
    assert mode(home / "profile.sqlite") == mode(home / "catalogue.sqlite") == 0o600


def test_a_folder_that_is_shared_on_purpose_keeps_all_modes(tmp_path: Path) -> None:
    home = tmp_path / "shared"
    home.mkdir()
    home.chmod(0o2775)
    os.umask(0o002)
    with Catalogue(home / "catalogue.sqlite"):
        pass
    assert mode(home) == 0o2775
    assert mode(home / "catalogue.sqlite") == 0o664
    (home / "catalogue.sqlite").chmod(0o640)
    with Catalogue(home / "catalogue.sqlite"):
        pass
    assert mode(home / "catalogue.sqlite") == 0o640


def test_a_new_folder_is_private_wherever_it_is_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o2755)
    private_folder(tmp_path / "home")
    assert mode(tmp_path / "home") == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        private_folder(tmp_path / "file")


def test_what_a_link_leads_to_keeps_its_mode(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere.sqlite"
    private_folder(home)
    elsewhere.touch()
    (home / "link").symlink_to(elsewhere)
    tighten(home / "link")
    private_file(home / "link")
    assert mode(elsewhere) == 0o644


def test_a_file_that_its_owner_made_read_only_stays_so(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("kept")
    (tmp_path / "a").chmod(0o444)
    private_file(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o400
    assert (tmp_path / "a").read_text() == "kept"


def test_playlists_are_made_as_the_umask_says(tmp_path: Path) -> None:
    from vibelux.library.playlists import write_playlist

    write_playlist(tmp_path / "a.m3u8", [])
    assert mode(tmp_path / "a.m3u8") == 0o644
