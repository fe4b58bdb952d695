import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from vibelux.errors import CatalogueError, CatalogueTooNew
from vibelux.library.catalogue import Catalogue
from vibelux.library.databases.sqlite_engine import file_of
from vibelux.library.live_columns import LiveColumns
from vibelux.library.migrations import CATALOGUE, MIGRATIONS
from vibelux.library.schema import APPLICATION_ID, metadata

NEXT = (
    *MIGRATIONS,
    ("ALTER TABLE songs ADD COLUMN colour TEXT", "UPDATE songs SET colour = 'red'"),
)


def migrate(catalogue, migrations):
    with catalogue.writing() as connection:
        replace(CATALOGUE, migrations=migrations).migrate(file_of(connection), catalogue.path)


def columns(path, table="songs"):
    with closing(sqlite3.connect(path)) as plain:
        rows = plain.execute(f"PRAGMA table_info({table})")
        return {row[1]: (row[2], bool(row[3])) for row in rows}


def pragma(path, name):
    with closing(sqlite3.connect(path)) as plain:
        return plain.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize("name", metadata.tables)
def test_the_migrations_lead_to_the_schema_that_the_code_reads(catalogue, name):
    table = metadata.tables[name]
    expected = {
        column.name: (
            str(column.type.compile(catalogue.database.engine.dialect)),
            not column.nullable,
        )
        for column in table.c
    }
    assert columns(catalogue.path, name) == expected
    assert list(columns(catalogue.path, name)) == [column.name for column in table.c]


def test_a_catalogue_says_what_it_is(catalogue):
    assert pragma(catalogue.path, "application_id") == APPLICATION_ID
    assert pragma(catalogue.path, "user_version") == len(MIGRATIONS)
    assert pragma(catalogue.path, "journal_mode") == "wal"


def test_an_older_catalogue_is_backed_up_and_brought_forward(catalogue, add_song):
    add_song(catalogue, "/m/a")
    migrate(catalogue, NEXT)
    assert "colour" in columns(catalogue.path)
    assert pragma(catalogue.path, "user_version") == len(NEXT)
    backup = catalogue.path.with_name(f"catalogue.sqlite.v{len(MIGRATIONS)}.backup")
    assert "colour" not in columns(backup)
    with Catalogue(backup) as before:
        assert before.counts()["ok"] == 1


def test_a_migration_that_fails_changes_nothing(catalogue, add_song):
    add_song(catalogue, "/m/a")
    broken = (*NEXT, ("ALTER TABLE songs ADD COLUMN size_2", "NO SUCH STATEMENT"))
    with pytest.raises(CatalogueError, match="syntax error"):
        migrate(catalogue, broken)
    assert "colour" not in columns(catalogue.path)
    assert pragma(catalogue.path, "user_version") == len(MIGRATIONS)
    assert catalogue.counts()["ok"] == 1


def test_no_backup_no_migration(catalogue):
    (catalogue.path.parent / f"catalogue.sqlite.v{len(MIGRATIONS)}.backup").mkdir()
    with pytest.raises(CatalogueError, match="before bringing it to a newer version"):
        migrate(catalogue, NEXT)
    assert pragma(catalogue.path, "user_version") == len(MIGRATIONS)
    assert "colour" not in columns(catalogue.path)


def test_a_migrated_catalogue_is_too_new_for_this_version(catalogue):
    migrate(catalogue, NEXT)
    with pytest.raises(CatalogueTooNew, match=f"has version {len(NEXT)}"):
        Catalogue(catalogue.path)


def test_a_catalogue_of_the_fifth_version_notes_changes_from_now_on(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    row = "INSERT INTO songs (path, mood, model, state, title) VALUES (?, ?, 'music-1', 'ok', ?)"
    with closing(sqlite3.connect(path)) as plain, plain:
        for statements in MIGRATIONS[:5]:
            for statement in statements:
                plain.execute(statement)
        plain.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        plain.execute("PRAGMA user_version = 5")
        mood = np.full(7, 1 / 7, "<f4").tobytes()
        plain.executemany(row, [(f"/m/{n}.mp3".encode(), mood, f"Song {n}") for n in range(40)])
    with Catalogue(path) as catalogue:
        live = LiveColumns(catalogue)
        assert live.now().titles.tolist() == [f"song {n}" for n in range(40)]
        with closing(sqlite3.connect(path)) as other, other:  # whoever writes
            other.execute("UPDATE songs SET title = 'Another' WHERE id = 3")
            other.execute("DELETE FROM songs WHERE id = 4")
            other.execute(row, (b"/m/new.mp3", mood, "New"))
            changes = other.execute("SELECT song FROM song_changes ORDER BY change").fetchall()
        assert changes == [(0,), (3,), (4,), (41,)]
        live.expire()
        columns = live.now()
        live.close()
    assert columns.ids.tolist() == [1, 2, 3, *range(5, 42)]
    assert (columns.titles[2], columns.titles[-1]) == ("another", "new")
    with Catalogue(path.with_name("catalogue.sqlite.v5.backup")) as before:
        assert before.counts()["ok"] == 40


def test_songs_of_the_first_version_can_be_played_and_lack_only_what_is_new(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    with closing(sqlite3.connect(path)) as plain:
        for statement in MIGRATIONS[0]:
            plain.execute(statement)
        plain.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        plain.execute("PRAGMA user_version = 1")
        plain.execute(
            "INSERT INTO songs (path, mood, valence, course, model, state) "
            "VALUES (?, ?, ?, ?, ?, 'ok')",
            (b"/m/a.mp3", np.full(7, 1 / 7, "<f4").tobytes(), 0.5, bytes(44), "music-1"),
        )
        plain.commit()
    with Catalogue(path) as catalogue:
        (song,) = catalogue.songs("ok")
        assert (song.valence, song.model) == (0.5, "music-1")
        assert (song.tension, song.loudness, song.peak) == (None, None, None)
        assert len(song.course) == 0  # the old records are no longer readable
