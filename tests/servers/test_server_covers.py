"""Covers of songs on a real server, and on one that misbehaves."""

import asyncio

import pytest
from tests.covers import GREEN, RED, is_of, picture

from vibelux.errors import ServerError, ServerRefused
from vibelux.library.catalogue import Catalogue
from vibelux.servers.client import Client
from vibelux.servers.login import PASSWORD_VARIABLE, Login, write_login
from vibelux.service.server_covers import ServerCovers

from .conftest import QUICK, write_song

LARGEST = 1 << 20


def client_of(fake):
    return Client(Login(fake.url, fake.user), fake.password, patience=QUICK)


@pytest.fixture
def song(tmp_path, fake):
    """A song of the server, as the catalogue has it."""
    from vibelux.library.schema import remote_path, songs

    server = Login(fake.url, fake.user).server
    with Catalogue(tmp_path / "catalogue.sqlite", server=server) as catalogue:
        with catalogue.writing() as connection:
            row = {"path": remote_path(server, "1"), "server": server, "remote_id": "1"}
            connection.execute(songs.insert().values(state="failed", reason_code="x", **row))
        yield catalogue.song(1)


@pytest.fixture
def covers(tmp_path, fake, monkeypatch):
    monkeypatch.setenv(PASSWORD_VARIABLE, fake.password)
    write_login(tmp_path / "subsonic.json", Login(fake.url, fake.user))
    covers = ServerCovers(tmp_path / "subsonic.json")
    yield covers
    covers.close()


def test_a_real_server_gives_the_picture_beside_its_songs(own_supysonic):
    album = own_supysonic.music / "album"
    album.mkdir()
    write_song(album / "new.flac", 500)
    (album / "cover.jpg").write_bytes(picture(RED))
    own_supysonic.scan()
    with Client(Login(own_supysonic.url, "me", "password"), "sésame", patience=QUICK) as client:
        found = {song.title: client.cover(song.id, largest=LARGEST) for song in client.songs()}
    assert found == {"new": picture(RED), "low": None, "high": None}


def test_a_song_without_a_picture_has_none(fake):
    fake.add("1")
    with client_of(fake) as client:
        assert client.cover("1", largest=LARGEST) is None
        assert fake.times("getCoverArt") == 0


def test_answers_that_are_no_picture_are_errors(fake):
    fake.add("1", coverArt="c-1")
    with client_of(fake) as client:
        fake.hooks["getCoverArt"] = lambda request: request.refuse(70, "no cover")
        with pytest.raises(ServerRefused, match="no cover"):
            client.cover("1", largest=LARGEST)
        fake.hooks["getCoverArt"] = lambda request: request.send(b"<p>", kind="text/html")
        with pytest.raises(ServerError, match="text/html"):
            client.cover("1", largest=LARGEST)
        fake.hooks["getCoverArt"] = lambda request: request.send(bytes(3000), kind="image/png")
        with pytest.raises(ServerError, match="more than 2,000 bytes"):
            client.cover("1", largest=2000)


def test_the_service_asks_with_the_login_that_is_remembered(fake, song, covers):
    fake.add("1", coverArt="c-1")
    fake.hooks["getCoverArt"] = lambda r: r.send(picture(GREEN), kind="image/jpeg")
    assert is_of(asyncio.run(covers.of(song)), GREEN)
    asked = dict(fake.asked[-1][1])
    assert asked["id"] == "c-1"
    fake.hooks["getCoverArt"] = lambda request: request.refuse(70, "gone")
    assert asyncio.run(covers.of(song)) is None


def test_a_server_that_is_away_is_left_alone_for_a_while(fake, song, covers):
    fake.hooks["getSong"] = lambda request: request.send(b"", status=503)
    for _ in range(3):
        with pytest.raises(ServerError):
            asyncio.run(covers.of(song))
    assert fake.times("getSong") == 1


def test_without_a_login_there_is_nobody_to_ask(fake, song, tmp_path):
    assert asyncio.run(ServerCovers(tmp_path / "none.json").of(song)) is None
    write_login(tmp_path / "other.json", Login("https://elsewhere.example.org", "me"))
    assert asyncio.run(ServerCovers(tmp_path / "other.json").of(song)) is None
