"""The catalogue and the profile are deleted, replaced and put back under a running service."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from vibelux.errors import CatalogueError
from vibelux.library.catalogue import Catalogue
from vibelux.library.sqlite_file import log_of
from vibelux.recommend.listener.profile import Event, Profile

from .conftest import Service, error, fill, mood, running

WANTED = {"mood": mood(happy=1.0)}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with six songs, and a backup of it with one song less, called ``backup.sqlite``."""
    home = tmp_path_factory.mktemp("filled")
    with Catalogue(home / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, home / "music")
    shutil.copy(home / "catalogue.sqlite", home / "backup.sqlite")
    with Catalogue(home / "backup.sqlite") as backup, backup.writing() as connection:
        connection.exec_driver_sql("DELETE FROM songs WHERE id = ?", (ids["happy"],))
        connection.exec_driver_sql("UPDATE songs SET artist = 'Restored'")
    return home


@pytest.fixture
def serving(filled: Path, tmp_path: Path) -> Iterator[Service]:
    home = tmp_path / "home"
    shutil.copytree(filled, home)
    with running(home, home) as (context, url), httpx.Client(base_url=url) as client:
        yield Service(client, context, home / "music", {}, url)


def titles(service: Service) -> set[str]:
    """Return the titles that the list has, after checking that recommendations know the same."""
    listed = service.client.get("/api/v1/songs").raise_for_status().json()["songs"]
    picks = service.client.post("/api/v1/recommendations", json=WANTED).raise_for_status().json()
    assert {song["title"] for song in listed} == {pick["song"]["title"] for pick in picks["songs"]}
    return {song["title"] for song in listed}


def replaced_by_moving(path: Path) -> None:
    path.with_name("backup.sqlite").replace(path)


def replaced_by_deleting_and_copying(path: Path) -> None:
    path.unlink()
    shutil.copy(path.with_name("backup.sqlite"), path)


def test_a_catalogue_copied_over_it_counts_at_once(serving: Service) -> None:
    path = serving.context.catalogue.path
    assert len(titles(serving)) == 6
    shutil.copyfile(path.with_name("backup.sqlite"), path)
    assert titles(serving) == {"Glad", "Sad", "Angry", "Calm", "Tender"}


def made_older(path: Path) -> None:
    """Make a catalogue what the fourth version has left."""
    with closing(sqlite3.connect(path)) as database, database:
        for name in ("song_added", "song_changed", "song_deleted", "dismissed_song_deleted"):
            database.execute(f"DROP TRIGGER {name}")
        for name in ("song_changes", "folders", "forgotten_songs", "dismissed_failures"):
            database.execute(f"DROP TABLE {name}")
        for name in ("songs_sound", "songs_heard"):
            database.execute(f"DROP INDEX {name}")
        for name in ("sound_hash", "known_by"):
            database.execute(f"ALTER TABLE songs DROP COLUMN {name}")
        database.execute("PRAGMA user_version = 4")


@pytest.mark.parametrize("replace", [replaced_by_moving, replaced_by_deleting_and_copying])
def test_an_older_catalogue_put_in_its_place_is_brought_to_this_version(
    serving: Service, replace: Callable[[Path], None]
) -> None:
    path = serving.context.catalogue.path
    assert len(titles(serving)) == 6
    made_older(path.with_name("backup.sqlite"))
    replace(path)
    assert titles(serving) == {"Glad", "Sad", "Angry", "Calm", "Tender"}
    assert path.with_name("catalogue.sqlite.v4.backup").is_file()


def test_another_programs_file_in_its_place_is_told_and_left_as_it_is(serving: Service) -> None:
    path = serving.context.catalogue.path
    assert len(titles(serving)) == 6
    other = path.with_name("other.sqlite")
    with closing(sqlite3.connect(other)) as database, database:
        database.execute("CREATE TABLE notes (text)")
    content = other.read_bytes()
    kept = path.rename(path.with_name("kept.sqlite"))
    other.replace(path)
    message = error(serving.client.get("/api/v1/songs"), 503)["message"]
    assert "not a catalogue of VibeluX" in message
    assert path.read_bytes() == content
    kept.replace(path)
    assert len(titles(serving)) == 6


@pytest.mark.parametrize("replace", [replaced_by_moving, replaced_by_deleting_and_copying])
@pytest.mark.parametrize("with_log", [False, True])
def test_a_catalogue_put_in_its_place_counts_at_once(
    serving: Service, replace: Callable[[Path], None], with_log: bool
) -> None:
    path = serving.context.catalogue.path
    assert len(titles(serving)) == 6
    song = serving.client.get("/api/v1/songs?search=sad").json()["songs"][0]["id"]
    if with_log:  # what is only in the log of the old file must not get into the new one
        given = serving.client.put(f"/api/v1/songs/{song}/mood", json={"mood": mood(angry=1.0)})
        assert given.json()["corrected"]
        assert log_of(path).stat().st_size
    replace(path)
    assert titles(serving) == {"Glad", "Sad", "Angry", "Calm", "Tender"}
    found = serving.client.get(f"/api/v1/songs/{song}").json()["song"]
    assert (found["artist"], found["corrected"]) == ("Restored", False)
    given = serving.client.put(f"/api/v1/songs/{song}/mood", json={"mood": mood(fear=1.0)})
    assert given.json()["corrected"]
    with Catalogue(path) as catalogue:
        assert catalogue.song(song).corrected
        with catalogue.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_a_catalogue_that_was_deleted_is_missed_and_a_new_one_counts(serving: Service) -> None:
    path = serving.context.catalogue.path
    assert len(titles(serving)) == 6
    path.unlink()
    for answer in (
        serving.client.get("/api/v1/songs"),
        serving.client.post("/api/v1/recommendations", json=WANTED),
        serving.client.get("/api/v1/songs/1"),
        serving.client.put("/api/v1/songs/1/mood", json={"mood": mood(sad=1.0)}),
    ):
        assert "is gone" in error(answer, 503)["message"]
    assert not path.exists()
    assert not log_of(path).exists()
    with Catalogue(path):
        pass
    assert serving.client.get("/api/v1/songs").json()["total"] == 0
    assert error(serving.client.post("/api/v1/recommendations", json=WANTED), 409)


def test_a_home_that_was_moved_away_and_comes_back_is_missed_meanwhile(serving: Service) -> None:
    home = serving.context.catalogue.path.parent
    assert len(titles(serving)) == 6
    home.rename(home.with_name("away"))
    assert "is gone" in error(serving.client.get("/api/v1/songs"), 503)["message"]
    assert not home.exists()
    home.with_name("away").rename(home)
    assert len(titles(serving)) == 6


def test_a_log_that_was_deleted_loses_nothing(serving: Service) -> None:
    path = serving.context.catalogue.path
    assert len(titles(serving)) == 6
    serving.client.put("/api/v1/songs/3/mood", json={"mood": mood(angry=1.0)}).raise_for_status()
    log_of(path).unlink()
    assert len(titles(serving)) == 6
    assert serving.client.get("/api/v1/songs/3").json()["song"]["corrected"]
    serving.client.put("/api/v1/songs/4/mood", json={"mood": mood(angry=1.0)}).raise_for_status()
    with Catalogue(path) as catalogue:
        assert catalogue.song(3).corrected
        assert catalogue.song(4).corrected


def test_a_profile_put_in_its_place_counts_at_once(serving: Service, tmp_path: Path) -> None:
    def counts() -> dict[str, int]:
        return serving.client.get("/api/v1/profile").raise_for_status().json()

    other = tmp_path / "other.sqlite"
    with Profile(other) as profile:
        for number in range(3):
            profile.add(Event("liked", f"{number}", b"/m/%d" % number))
    session = serving.client.post("/api/v1/sessions", json=WANTED).json()["id"]
    told = {"song": 1, "what": "liked", "after_seconds": 1.0}

    def like() -> None:
        feedback = f"/api/v1/sessions/{session}/feedback"
        serving.client.post(feedback, json=told).raise_for_status()

    like()
    assert counts()["liked"] == 1
    other.replace(serving.context.settings.profile)
    assert counts()["liked"] == 3
    like()
    serving.context.settings.profile.unlink()
    assert counts()["liked"] == 0
    like()
    with Profile(serving.context.settings.profile) as profile:
        assert profile.counts()["liked"] == 1


def test_a_scan_does_not_go_on_into_a_catalogue_that_is_not_there_any_more(tmp_path: Path) -> None:
    with (
        Catalogue(tmp_path / "catalogue.sqlite") as catalogue,
        pytest.raises(CatalogueError, match="deleted or replaced while it was in use"),
        catalogue.session() as connection,
    ):
        with connection.begin():
            connection.exec_driver_sql("PRAGMA user_version")
        catalogue.path.unlink()
        with connection.begin():
            connection.exec_driver_sql("PRAGMA user_version")
