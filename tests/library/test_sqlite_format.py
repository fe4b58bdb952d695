import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from vibelux.errors import ProfileError, ProfileTooNew
from vibelux.library.sqlite_file import connect
from vibelux.library.sqlite_format import SqliteFormat

FIRST = SqliteFormat(
    "profile", 0x1234, (("CREATE TABLE songs (id INTEGER)",),), ProfileError, ProfileTooNew
)
SECOND = replace(FIRST, migrations=(*FIRST.migrations, ("ALTER TABLE songs ADD COLUMN colour",)))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "songs.sqlite"
    path.touch()
    return path


def migrate(kind, path):
    with closing(connect(path, timeout=1)) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            kind.migrate(db, path)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def columns(path):
    with closing(sqlite3.connect(path)) as db:
        return [row[1] for row in db.execute("PRAGMA table_info(songs)")]


def test_a_new_file_gets_all_steps_and_no_backup(path):
    migrate(SECOND, path)
    assert columns(path) == ["id", "colour"]
    assert list(path.parent.iterdir()) == [path]
    with closing(connect(path, timeout=1)) as db:
        assert not SECOND.is_outdated(db, path)


def test_a_file_in_memory_is_made_without_a_path():
    with closing(sqlite3.connect(":memory:")) as db:
        assert FIRST.is_outdated(db, None)
        SECOND.migrate(db, None)
        assert not SECOND.is_outdated(db, None)


def test_an_older_file_is_copied_and_gets_the_steps_it_lacks(path):
    migrate(FIRST, path)
    migrate(SECOND, path)
    assert columns(path) == ["id", "colour"]
    assert columns(path.with_name("songs.sqlite.v1.backup")) == ["id"]


def test_a_step_that_fails_undoes_all(path):
    migrate(FIRST, path)
    broken = replace(SECOND, migrations=(*SECOND.migrations, ("NO SUCH STATEMENT",)))
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        migrate(broken, path)
    assert columns(path) == ["id"]


def test_no_backup_no_migration(path):
    migrate(FIRST, path)
    path.with_name("songs.sqlite.v1.backup").mkdir()
    with pytest.raises(ProfileError, match=r"before bringing it .*; the profile is unchanged"):
        migrate(SECOND, path)
    assert columns(path) == ["id"]


def test_a_newer_file_is_left_as_it_is(path):
    migrate(SECOND, path)
    with pytest.raises(ProfileTooNew, match=r"the profile .* version 2, .* reads up to 1; it was"):
        migrate(FIRST, path)
    assert columns(path) == ["id", "colour"]


@pytest.mark.parametrize(
    "statement",
    ["PRAGMA application_id = 7", "PRAGMA user_version = 1", "CREATE TABLE theirs (id INTEGER)"],
)
def test_a_file_of_another_program_is_left_as_it_is(path, statement):
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute(statement)
    before = path.read_bytes()
    with pytest.raises(ProfileError, match="is an SQLite file, but not a profile of VibeluX"):
        migrate(FIRST, path)
    assert path.read_bytes() == before
