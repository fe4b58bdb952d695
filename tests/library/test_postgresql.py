"""A catalogue in PostgreSQL: what is kept as it is there, what is said, and who sees what when."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, inspect

from vibelux.database_url import DatabaseUrl
from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueError, CatalogueLocked, CatalogueTooNew, MissingExtra
from vibelux.library.catalogue import Catalogue
from vibelux.library.corrections import correct
from vibelux.library.live_columns import LiveColumns
from vibelux.library.schema import metadata, songs
from vibelux.library.schema_blobs import vector_blob

psycopg = pytest.importorskip("psycopg")

SAD = parse_mood("sad")


@pytest.fixture
def url(postgresql):
    return DatabaseUrl.of(postgresql.new_schema())


@pytest.fixture
def catalogue(url, tmp_path):
    with Catalogue(url, folder=tmp_path, busy_timeout=0.2) as catalogue:
        yield catalogue


def opened(address, tmp_path):
    return Catalogue(DatabaseUrl.of(address), folder=tmp_path)


@pytest.mark.parametrize("name", metadata.tables)
def test_the_migrations_lead_to_the_schema_that_the_code_reads(catalogue, name):
    table = metadata.tables[name]
    dialect = catalogue.database.engine.dialect
    wanted = {one.name: (one.type.compile(dialect), not one.nullable) for one in table.c}
    with catalogue.reading() as connection:
        found = {
            one["name"]: (one["type"].compile(dialect), not one["nullable"])
            for one in inspect(connection).get_columns(name)
        }
    same = {"FLOAT": "DOUBLE PRECISION", "VARCHAR": 'TEXT COLLATE "C"'}
    assert {n: (same.get(kind, kind), full) for n, (kind, full) in wanted.items()} == found


def test_large_numbers_and_texts_with_zeros_are_kept(catalogue, add_song):
    largest = (1 << 63) - 1
    numbers = {"size": 5 << 30, "mtime_ns": largest, "year": 1 << 40, "played_at": -(1 << 63)}
    song_id = add_song(catalogue, "/m/a", title="a\0b", artist="\0", **numbers)
    song = catalogue.song(song_id)
    assert (song.title, song.artist, song.year) == ("ab", "", 1 << 40)
    with catalogue.reading() as connection:
        row = connection.execute(songs.select()).one()
    assert {name: row._mapping[name] for name in numbers} == numbers


def test_names_are_ordered_by_their_bytes_as_in_a_file(catalogue, add_song, tmp_path):
    names = ["b.example", "B.example", "ä.example", "a.example", "a-b.example", "ab.example"]
    with Catalogue(tmp_path / "catalogue.sqlite") as file:
        for one in (file, catalogue):
            for number, server in enumerate(names):
                add_song(one, f"/{number}", server=server, remote_id="1")
        assert list(catalogue.servers()) == list(file.servers()) == sorted(names)


@pytest.mark.parametrize("password", ["wrong", "wr/ong@", "%"])
def test_a_wrong_password_is_refused_and_never_shown(postgresql, tmp_path, password):
    with pytest.raises(CatalogueError, match="refuses the user or the password") as refused:
        opened(postgresql.tcp_url(password), tmp_path)
    assert password not in str(refused.value).replace("postgresql://listener@127", "")
    assert refused.value.__cause__ is None and refused.value.__suppress_context__


def test_the_right_password_of_any_letters_lets_in(postgresql, tmp_path):
    schema = postgresql.new_schema().rpartition("&")[2]
    with opened(f"{postgresql.tcp_url()}?{schema}", tmp_path) as catalogue:
        assert catalogue.counts()["ok"] == 0
        assert "s3cret" not in catalogue.database.name + repr(catalogue.place) + str(catalogue.path)


def test_a_database_that_is_not_there(postgresql, tmp_path):
    with pytest.raises(CatalogueError, match=r"there is no database 'music' .* createdb music"):
        opened(postgresql.url("music"), tmp_path)
    with pytest.raises(CatalogueError, match=r"has no schema .*; make one: CREATE SCHEMA"):
        opened(postgresql.url(schema="nowhere"), tmp_path)


def test_a_server_that_does_not_answer(tmp_path):
    with pytest.raises(CatalogueError, match=r"does not answer: .* that the server runs") as said:
        opened("postgresql://me:secret@127.0.0.1:1/music", tmp_path)
    assert "secret" not in str(said.value)


def test_a_server_that_is_too_old_or_keeps_no_utf_8(postgresql, url, tmp_path, monkeypatch):
    with psycopg.connect(postgresql.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(CatalogueError, match=r"keeps texts as LATIN1; make one .*--encoding=UTF8"):
        opened(postgresql.url("latin"), tmp_path)
    monkeypatch.setattr("vibelux.library.databases.postgresql._OLDEST", 99)
    with pytest.raises(CatalogueError, match=r"needs 99 or newer\. Update it"):
        Catalogue(url, folder=tmp_path)


def test_without_the_driver_the_extra_is_named(url, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("psycopg")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "vibelux.library.databases.postgresql")
    monkeypatch.delitem(sys.modules, "vibelux.library.databases.postgresql_errors", raising=False)
    with pytest.raises(MissingExtra, match=r'postgres extra .* pip install "vibelux\[postgres\]"'):
        Catalogue(url, folder=tmp_path)


def test_tables_of_another_program_are_left_alone(postgresql, url, tmp_path):
    with psycopg.connect(url.full) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(CatalogueError, match="a table songs that is not a catalogue's"):
        Catalogue(url, folder=tmp_path)


def test_a_newer_catalogue_is_refused_and_left_alone(catalogue, url, tmp_path):
    with psycopg.connect(url.full) as connection:
        connection.execute("UPDATE vibelux_catalogue SET version = 99")
    with pytest.raises(CatalogueTooNew, match="has version 99"):
        Catalogue(url, folder=tmp_path)


def test_a_user_who_may_only_read_is_told_so(postgresql, catalogue, url, add_song, tmp_path):
    song_id = add_song(catalogue, "/m/a")
    schema = url.full.rpartition("%3D")[2]
    with psycopg.connect(url.full) as connection:
        connection.execute(f"CREATE ROLE reader_of_{schema} LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO reader_of_{schema}")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader_of_{schema}")
    address = url.full.replace("//listener@", f"//reader_of_{schema}@")
    with opened(address, tmp_path) as reader:
        assert reader.song(song_id).path == Path("/m/a")
        with pytest.raises(CatalogueError, match=r"cannot write to the catalogue .*GRANT"):
            correct(reader, song_id, SAD)


def test_two_that_open_a_new_catalogue_at_once_make_one(url, tmp_path):
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from vibelux.database_url import DatabaseUrl
        from vibelux.library.catalogue import Catalogue
        print("ready", flush=True)
        sys.stdin.readline()
        with Catalogue(DatabaseUrl.of(sys.argv[1]), folder=Path(sys.argv[2])) as catalogue:
            print(catalogue.counts()["ok"])
        """
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, url.full, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    said = [process.communicate("\n", timeout=120)[0] for process in processes]
    assert said == ["0\n"] * 3


def test_a_scan_is_kept_apart_by_the_server(catalogue, url, tmp_path):
    with Catalogue(url, folder=tmp_path / "another machine") as other:
        refused = pytest.raises(CatalogueLocked, match=r"another scan .* \(process \d+ on .*\)")
        with catalogue.database.scan_lock(), refused, other.database.scan_lock():
            pass
        with other.database.scan_lock():
            pass


def test_what_one_process_corrects_another_sees_within_a_second(catalogue, url, add_song, tmp_path):
    ids = [add_song(catalogue, f"/m/{number}") for number in range(3)]
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from vibelux.database_url import DatabaseUrl
        from vibelux.library.catalogue import Catalogue
        from vibelux.library.live_columns import LiveColumns
        with Catalogue(DatabaseUrl.of(sys.argv[1]), folder=Path(sys.argv[2])) as catalogue:
            live = LiveColumns(catalogue)
            seen = live.now().moods.argmax(axis=1).tolist()
            print(seen, flush=True)
            while True:
                now = live.now().moods.argmax(axis=1).tolist()
                if now != seen:
                    print(now, flush=True)
                    seen = now
                time.sleep(0.01)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, url.full, str(tmp_path / "other")],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "[0, 0, 0]\n"
        correct(catalogue, ids[1], SAD)
        # Waiting for the next look without being told would end the test by its time limit.
        assert process.stdout.readline() == "[0, 5, 0]\n"
        correct(catalogue, ids[0], SAD)
        assert process.stdout.readline() == "[5, 5, 0]\n"
    finally:
        process.kill()
        process.communicate()


def test_news_come_by_being_told_and_otherwise_by_looking(catalogue, add_song, monkeypatch):
    module = "vibelux.library.databases.postgresql_watch"
    monkeypatch.setattr(f"{module}._POLL", 1e9)
    song_id = add_song(catalogue, "/m/a")
    watch = catalogue.database.watch()
    version = watch.version()
    correct(catalogue, song_id, SAD)
    until = time.monotonic() + 60
    while watch.version() == version:
        assert time.monotonic() < until
    watch._db.execute("UNLISTEN *")  # as a proxy that keeps notices back
    version = watch.version()
    correct(catalogue, song_id, None)
    assert watch.version() == version
    watch._looks_at = 0.0
    assert watch.version() != version
    watch.close()


def test_a_commit_that_is_overtaken_is_not_missed(catalogue, url, add_song, reads):
    ids = [add_song(catalogue, f"/m/{number}") for number in range(8)]
    live = LiveColumns(catalogue)
    live.now()
    title = "UPDATE songs SET title = %s WHERE id = %s"
    with psycopg.connect(url.full) as slow, psycopg.connect(url.full) as quick:
        # Other programs that know nothing of the lock of those that write.
        slow.execute(title, ("slow", ids[1]))
        quick.execute(title, ("quick", ids[0]))
        quick.commit()
        live.expire()
        assert live.now().titles.tolist()[:2] == ["quick", "1"]
        live.expire()
        assert live.now().titles.tolist()[:2] == ["quick", "1"]
        slow.commit()
        live.expire()
        assert live.now().titles.tolist()[:2] == ["quick", "slow"]
        reads.clear()
        for _ in range(2):
            live.expire()
            live.now()
    live.close()
    assert reads == []  # all is settled


def test_numbers_of_another_server_are_given_anew(catalogue, url, add_song, tmp_path):
    song_id = add_song(catalogue, "/m/a")
    with catalogue.snapshot() as cursor:
        known = catalogue.database.last_changes(cursor)
    with psycopg.connect(url.full) as connection:  # as a dump that was put back elsewhere
        connection.execute("UPDATE song_changes SET change = change + 1000000000")
    with Catalogue(url, folder=tmp_path) as restored:
        correct(restored, song_id, SAD)
        with restored.snapshot() as cursor:
            assert restored.database.changes_since(cursor, known) is None
            now = restored.database.last_changes(cursor)
        correct(restored, song_id, None)
        with restored.snapshot() as cursor:
            changed = restored.database.changes_since(cursor, now)
    assert changed is not None and changed[0] == {song_id}


def test_a_catalogue_goes_on_after_the_server_was_started_again(postgresql, tmp_path, add_song):
    with opened(postgresql.new_schema(), tmp_path) as catalogue:
        song_id = add_song(catalogue, "/m/a")
        live = LiveColumns(catalogue)
        live.now()
        postgresql.stop()
        with pytest.raises(CatalogueError, match="does not answer"):
            catalogue.song(song_id)
        postgresql.start()
        correct(catalogue, song_id, SAD)
        live.expire()
        np.testing.assert_array_equal(live.now().moods[0], SAD)
        live.close()


def test_many_changes_of_transactions_that_are_not_settled_are_all_kept(catalogue, url, tmp_path):
    rows = [
        {"path": b"/m/%d" % n, "state": "ok", "mood": vector_blob(SAD), "title": str(n)}
        for n in range(600)
    ]
    with psycopg.connect(url.full) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        with catalogue.writing() as connection:
            connection.execute(insert(songs), rows)
        with catalogue.snapshot() as cursor:
            known = catalogue.database.last_changes(cursor)
        assert sum(not change.settled for change in known) == 600
        assert any(change.settled for change in known)
    with catalogue.snapshot() as cursor:
        changed, now = catalogue.database.changes_since(cursor, known)
    assert len(changed) == 600
    assert all(change.settled for change in now) and len(now) == 256
