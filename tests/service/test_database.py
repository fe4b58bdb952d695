"""Two services, each with a home of its own, whose songs lie in one database."""

import time

import httpx
import pytest

from vibelux.database_url import DatabaseUrl
from vibelux.library.catalogue import Catalogue

from .conftest import fill, mood, running

pytest.importorskip("psycopg")


@pytest.fixture
def services(postgresql, tmp_path):
    url = DatabaseUrl.of(postgresql.new_schema())
    with Catalogue(url, folder=tmp_path) as catalogue:
        ids = fill(catalogue, tmp_path / "music")
    one, other = (
        running(tmp_path / name, tmp_path, database=url) for name in ("one machine", "another")
    )
    with one as (_, at_one), other as (_, at_other):
        yield ids, *(f"{address}/api/v1" for address in (at_one, at_other))


def asked(method, url, **options):
    answer = httpx.request(method, url, timeout=60, **options)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def test_what_one_corrects_the_other_plays(services):
    ids, one, other = services
    ask = {"mood": mood(sad=1), "n": 1, "strength": 1.0, "diversity": 0, "personal": 0}
    first = asked("POST", f"{other}/recommendations", json=ask)
    assert first["songs"][0]["song"]["id"] == ids["sad"]
    asked("PUT", f"{one}/songs/{ids['happy']}/mood", json={"mood": mood(sad=1)})
    asked("PUT", f"{one}/songs/{ids['sad']}/mood", json={"mood": mood(happy=1)})
    until = time.monotonic() + 60
    while True:
        found = asked("GET", f"{other}/songs", params={"sort": "sad", "descending": True})
        if [song["id"] for song in found["songs"]].index(ids["happy"]) == 0:
            break
        assert time.monotonic() < until
        time.sleep(0.02)
    song = next(song for song in found["songs"] if song["id"] == ids["happy"])
    assert song["corrected"] and song["mood"]["sad"] == 1


def test_songs_are_searched_played_and_counted(services):
    ids, one, other = services
    found = asked("GET", f"{one}/songs", params={"search": "elodie"})
    assert {song["id"] for song in found["songs"]} == {ids[n] for n in ("glad", "angry", "tender")}
    session = asked("POST", f"{other}/sessions", json={"mood": mood(happy=1), "n": 3})
    assert len(session["queue"]) == 3
    assert asked("GET", f"{one}/library")["ok"] == 6
