"""The service is killed and comes back: a page that stayed open goes on."""

import httpx
import pytest

from vibelux.library.catalogue import Catalogue

from .conftest import error, fill, mood, running


@pytest.fixture
def home(tmp_path):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        fill(catalogue, tmp_path / "music")
    return tmp_path


def begun(client):
    """A session that has handed out two songs and was told about a third."""
    asked = {"mood": mood(happy=1), "seed": 1, "policy": "lift", "strength": 0.9}
    path = f"/api/v1/sessions/{client.post('/api/v1/sessions', json=asked).json()['id']}"
    for _ in range(2):
        client.post(f"{path}/next")
    return path, client.patch(path, json={"mood": mood(sad=1)}).json()


def test_a_session_goes_on_after_a_restart(home):
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        path, before = begun(client)
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        after = client.get(path).json()
        assert after == before
        assert after["played"] == 2
        next_song = client.post(f"{path}/next").json()["pick"]["song"]
        assert next_song == before["queue"][0]["song"]
        client.delete(path)
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        assert error(client.get(path), 404)["code"] == "session_unknown"


def test_what_is_not_a_session_of_ours_is_unknown(home):
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        path, _ = begun(client)
        (kept,) = (home / "sessions").glob("*.json")
    kept.write_text("{")
    (home / "secret.json").write_text(kept.read_text())
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        for other in (path, "/api/v1/sessions/..%2Fsecret", "/api/v1/sessions/.."):
            error(client.get(other), 404)


def test_forgetting_the_listener_forgets_the_sessions_on_disk(home):
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        begun(client)
        assert list((home / "sessions").glob("*.json"))
        client.delete("/api/v1/profile")
        assert not list((home / "sessions").glob("*.json"))


def test_only_the_sessions_that_changed_last_are_kept(home):
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        asked = {"mood": mood(happy=1)}
        ids = [client.post("/api/v1/sessions", json=asked).json()["id"] for _ in range(34)]
        paths = [f"/api/v1/sessions/{session_id}" for session_id in ids]
    with running(home, home) as (_, url), httpx.Client(base_url=url, timeout=None) as client:
        assert client.get(paths[-1]).status_code == 200
        error(client.get(paths[0]), 404)
    assert len(list((home / "sessions").iterdir())) == 32
