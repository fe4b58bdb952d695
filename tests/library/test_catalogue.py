import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event, insert

from vibelux.errors import (
    CatalogueCorrupt,
    CatalogueError,
    CatalogueLocked,
    CatalogueTooNew,
    InvalidInput,
)
from vibelux.library.catalogue import Catalogue
from vibelux.library.catalogue_overview import overview
from vibelux.library.corrections import correct
from vibelux.library.migrations import MIGRATIONS
from vibelux.library.schema import path_bytes, remote_path, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.library.song_columns import SongColumns


def test_a_new_catalogue_is_empty(catalogue):
    assert catalogue.counts() == {"ok": 0, "failed": 0, "missing": 0}
    assert list(catalogue.songs()) == []


def test_a_song_comes_back_as_it_was_written(catalogue, add_song, tmp_path):
    mood = np.array([0.1, 0, 0, 0.6, 0.3, 0, 0], np.float32)
    embedding = np.array([0.6, -0.8, 0, 0], np.float32)
    song_id = add_song(
        catalogue,
        tmp_path / "a.mp3",
        title="T",
        artist="A",
        album="B",
        albumartist="C",
        track=3,
        year=1999,
        genre="G",
        duration=61.5,
        valence=0.5,
        arousal=-0.5,
        mood=vector_blob(mood),
        embedding=vector_blob(embedding, EMBEDDING),
        quadrant=vector_blob([0.1, 0.2, 0.3, 0.4]),
    )
    song = catalogue.song(song_id)
    assert song.path == tmp_path / "a.mp3"
    assert (song.title, song.artist, song.album, song.albumartist) == ("T", "A", "B", "C")
    assert (song.track, song.year, song.genre, song.duration) == (3, 1999, "G", 61.5)
    assert (song.valence, song.arousal, song.model, song.state) == (0.5, -0.5, "music-1", "ok")
    np.testing.assert_array_equal(song.mood, mood)
    np.testing.assert_allclose(song.embedding, embedding, atol=1e-3)
    np.testing.assert_allclose(song.quadrant, [0.1, 0.2, 0.3, 0.4], rtol=1e-6)
    assert song.mood.dtype == song.embedding.dtype == np.float32
    assert len(catalogue.song(song_id).course) == 0


@pytest.mark.parametrize(
    "name", ['it\'s "so".mp3', "new\nline.mp3", "🎵 Überraschung.mp3", "%s;--.mp3", "a\\b?.mp3"]
)
def test_any_name_is_kept(catalogue, add_song, tmp_path, name):
    song_id = add_song(catalogue, tmp_path / name)
    assert catalogue.song(song_id).path == tmp_path / name
    assert catalogue.song_at(tmp_path / name).id == song_id
    assert catalogue.song_at(tmp_path / "other.mp3") is None


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are Unicode there")
def test_a_name_that_is_not_utf8_is_kept(catalogue, add_song, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp3"))
    song = catalogue.song(add_song(catalogue, path, title=None))
    assert os.fsencode(song.path).endswith(b"/caf\xe9.mp3")
    assert song.title == "café"


def test_songs_come_in_the_order_asked_for(catalogue, add_song):
    ids = [add_song(catalogue, f"/m/{n}.mp3") for n in range(5)]
    wanted = [ids[3], ids[0], ids[3], ids[4]]
    assert [song.id for song in catalogue.songs_by_id(np.array(wanted))] == wanted
    with pytest.raises(CatalogueError, match="no song with id 999"):
        catalogue.songs_by_id([ids[0], 999])


@pytest.mark.parametrize("number", [1 << 63, -(1 << 63) - 1, 10**20, 10**4000, -(10**30)])
def test_numbers_that_no_catalogue_can_hold_are_of_no_song(catalogue, add_song, number):
    first = add_song(catalogue, "/m/a.mp3")
    assert catalogue.song_if_there(number) is None
    for ask in (catalogue.song, lambda i: catalogue.songs_by_id([first, i])):
        with pytest.raises(CatalogueError, match=r"there is no song with id -?\d+"):
            ask(number)
    with pytest.raises(InvalidInput, match="there is no analysed song with id"):
        correct(catalogue, number, [1, 0, 0, 0, 0, 0, 0])


def test_more_songs_than_a_page_all_come(catalogue):
    rows = [
        {"path": b"/m/%d" % n, "state": "failed", "reason_code": "damaged"} for n in range(1203)
    ]
    with catalogue.writing() as connection:
        connection.execute(insert(songs), rows)
    found = list(catalogue.songs("failed"))
    assert [os.fsencode(song.path) for song in found] == [row["path"] for row in rows]
    assert list(catalogue.songs("missing")) == []
    assert len(catalogue.songs_by_id([song.id for song in found])) == 1203


def test_a_song_without_mood_cannot_be_ok(catalogue, add_song):
    with pytest.raises(CatalogueError, match=r"(?i)check"):
        add_song(catalogue, "/m/a", mood=None)
    assert catalogue.counts()["ok"] == 0


def test_a_write_that_fails_leaves_nothing(catalogue, add_song):
    add_song(catalogue, "/m/a")
    with pytest.raises(RuntimeError), catalogue.writing() as connection:
        connection.execute(songs.delete())
        raise RuntimeError
    assert catalogue.counts()["ok"] == 1


def test_readers_go_on_while_another_process_writes(catalogue, add_song):
    add_song(catalogue, "/m/a")
    with Catalogue(catalogue.place, busy_timeout=0.1) as other, other.writing():
        assert catalogue.counts()["ok"] == 1
        with Catalogue(catalogue.place) as third:
            assert third.counts()["ok"] == 1
        with pytest.raises(CatalogueLocked, match="another program is writing"):
            add_song(catalogue, "/m/b")
    add_song(catalogue, "/m/b")
    assert catalogue.counts()["ok"] == 2


@pytest.mark.sqlite
def test_a_newer_catalogue_is_refused_and_left_alone(catalogue, tmp_path):
    with catalogue.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    catalogue.close()
    before = catalogue.path.read_bytes()
    with pytest.raises(
        CatalogueTooNew, match=f"has version 99, .* reads up to {len(MIGRATIONS)}; "
    ):
        Catalogue(catalogue.path)
    assert catalogue.path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE places (id)")
        other.commit()
    before = path.read_bytes()
    with pytest.raises(CatalogueError, match="not a catalogue of VibeluX; it was left as it is"):
        Catalogue(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["places.sqlite"]


def test_a_file_that_is_not_a_database_is_copied_once_and_left_alone(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"not a database at all " * 100)
    for _ in range(2):
        with pytest.raises(CatalogueCorrupt, match=r"damaged.*left as it is.*copy at") as caught:
            Catalogue(path)
    copies = [entry for entry in tmp_path.iterdir() if entry != path]
    assert len(copies) == 1
    assert str(copies[0]) in str(caught.value)
    assert copies[0].read_bytes() == path.read_bytes() == b"not a database at all " * 100


@pytest.mark.sqlite
def test_damage_found_later_is_copied_too(catalogue):
    rows = [
        {"path": b"/m/%d" % n, "state": "failed", "reason_code": "x", "reason": "x" * 500}
        for n in range(300)
    ]
    with catalogue.writing() as connection:
        connection.execute(insert(songs), rows)
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    catalogue.close()
    with closing(sqlite3.connect(catalogue.path)) as plain:
        plain.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(catalogue.path.read_bytes())
    content[5 * size :] = b"\xff" * (len(content) - 5 * size)
    catalogue.path.write_bytes(content)
    with Catalogue(catalogue.path) as damaged, pytest.raises(CatalogueCorrupt, match="damaged"):
        list(damaged.songs())
    copies = list(catalogue.path.parent.glob("catalogue.sqlite.damaged-*"))
    assert len([copy for copy in copies if not copy.name.endswith("-wal")]) == 1


@pytest.mark.sqlite
def test_a_full_disk_is_said_and_loses_nothing(catalogue, add_song):
    add_song(catalogue, "/m/a")
    fill_disk(catalogue)
    with pytest.raises(CatalogueError, match=r"disk of .* is full; nothing that was saved is lost"):
        add_song(catalogue, "/m/b", reason="x" * 1_000_000)
    assert [str(song.path) for song in catalogue.songs()] == [str(Path("/m/a"))]


def fill_disk(catalogue):
    """Let the database grow no further."""
    catalogue.close()

    @event.listens_for(catalogue.database.engine, "connect")
    def limit(connection, _):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogueError, match=r"cannot make the folder .*set VIBELUX_HOME"):
        Catalogue(tmp_path / "file" / "home" / "catalogue.sqlite")


def test_a_folder_in_place_of_the_file(tmp_path):
    with pytest.raises(CatalogueError, match="cannot write to the catalogue"):
        Catalogue(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such permission there")
def test_a_read_only_folder(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("permissions do not bind the superuser")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(CatalogueError, match="cannot write to the catalogue"):
            Catalogue(tmp_path / "catalogue.sqlite")
    finally:
        tmp_path.chmod(0o755)


def test_paths_are_unique(catalogue, add_song):
    add_song(catalogue, "/m/a")
    with pytest.raises(CatalogueError, match=r"(?i)unique"):
        add_song(catalogue, "/m/a")
    assert path_bytes(Path("/m/a")) == os.fsencode(Path("/m/a"))


def test_the_songs_of_servers_are_apart_from_files(catalogue, add_song):
    mine = add_song(catalogue, "/m/a.mp3")
    for server, remote_id in (("b.example/music", "1"), ("a.example", "1"), ("a.example", "2")):
        add_song(
            catalogue,
            os.fsdecode(remote_path(server, remote_id)),
            server=server,
            remote_id=remote_id,
        )
    assert catalogue.servers() == {"a.example": 2, "b.example/music": 1}
    assert [song.id for song in catalogue.songs()] == [mine]
    assert catalogue.counts()["ok"] == 1
    assert SongColumns.of(catalogue).ids.tolist() == [mine]
    assert overview(catalogue).models == {"music-1": 1}
    with Catalogue(catalogue.place, server="a.example") as there:
        assert [song.remote_id for song in there.songs("ok")] == ["1", "2"]
        assert there.counts()["ok"] == 2
        assert len(SongColumns.of(there).playable) == 2
        assert overview(there).models == {"music-1": 2}
    with pytest.raises(CatalogueError, match=r"(?i)unique"):
        add_song(catalogue, "another path", server="a.example", remote_id="2")


@pytest.mark.sqlite
@pytest.mark.parametrize("server", [None, "a.example"])
def test_counting_and_loading_moods_read_an_index_alone(catalogue, server):
    questions = (
        ("SELECT id, mood FROM songs WHERE server IS ? AND state = 'ok' ORDER BY id"),
        ("SELECT state, count(*) FROM songs WHERE server IS ? GROUP BY state"),
    )
    with catalogue.reading() as connection:
        for question in questions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", (server,)).all()
            assert [row.detail.split(" (")[0] for row in plan] == [
                "SEARCH songs USING COVERING INDEX songs_moods"
            ]


@pytest.mark.sqlite
@pytest.mark.parametrize("state", [None, "ok"])
def test_each_page_of_songs_begins_where_the_last_one_ended(catalogue, add_song, state):
    add_song(catalogue, "/m/a.mp3")
    asked = []
    with catalogue.reading() as connection:
        connection.connection.dbapi_connection.set_trace_callback(asked.append)
    assert len(list(catalogue.songs(state))) == 1
    pages = [question for question in asked if "LIMIT" in question]
    assert len(pages) == 2
    with catalogue.reading() as connection:
        for page in pages:
            (step,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {page}").all()  # no sorting
            assert re.search(r"^SEARCH songs USING .*\b(rowid|id)>\?", step.detail)


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize(
    "way",
    [
        *("disk/Music/a.mp3", "user/Music/a.mp3", "user/Music/../Music/a.mp3", "user/a link.mp3"),
        *("user/Music/deep/../a.mp3", "disk/Music/./a.mp3", "disk/hard.mp3", "user/far/a.mp3"),
    ],
)
def test_any_way_to_a_file_leads_to_its_song(catalogue, add_song, tmp_path, monkeypatch, way):
    music = tmp_path / "disk" / "Music"
    (music / "real" / "deep").mkdir(parents=True)
    (music / "deep").symlink_to("real/deep")  # so that deep/.. is not Music
    (music / "real" / "a.mp3").write_bytes(b"another")
    (music / "a.mp3").write_bytes(b"a song")
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "Music").symlink_to(music)
    (tmp_path / "user" / "far").symlink_to("Music")
    (tmp_path / "user" / "a link.mp3").symlink_to("Music/a.mp3")
    (tmp_path / "disk" / "hard.mp3").hardlink_to(music / "a.mp3")
    song = add_song(catalogue, music / "a.mp3", size=6)
    other = add_song(catalogue, music / "real" / "a.mp3", size=7)
    add_song(catalogue, music / "copy.mp3", size=6)
    expected = other if "deep" in way else song
    assert catalogue.song_at(tmp_path / way).id == expected
    monkeypatch.chdir(tmp_path / "user")
    assert catalogue.song_at(Path("..") / way).id == expected


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_that_is_a_song_of_its_own(catalogue, add_song, tmp_path):
    (tmp_path / "elsewhere.mp3").write_bytes(b"a song")
    (tmp_path / "link.mp3").symlink_to("elsewhere.mp3")
    song = add_song(catalogue, tmp_path / "link.mp3", size=6)  # as a scan of its folder found it
    assert catalogue.song_at(tmp_path / "link.mp3").id == song
    assert catalogue.song_at(tmp_path / "elsewhere.mp3").id == song


def test_paths_that_lead_to_no_song(catalogue, add_song, tmp_path):
    (tmp_path / "circle.mp3").symlink_to("circle.mp3")
    (tmp_path / "other.mp3").write_bytes(b"another")
    add_song(catalogue, tmp_path / "gone.mp3", size=7)
    for name in ("circle.mp3", "other.mp3", "x" * 300, "a\0b", "", os.fsdecode(b"\xff")):
        assert catalogue.song_at(tmp_path / name) is None
