"""Playlists that the person keeps, and radio from a song."""

import pytest

from .conftest import error

KEPT = "/api/v1/playlists/kept"


@pytest.fixture
def empty(service):
    yield service
    for playlist in service.client.get(KEPT).json():
        service.client.delete(f"{KEPT}/{playlist['id']}")


def test_a_playlist_is_kept_read_renamed_and_deleted(empty):
    client, ids = empty.client, empty.ids
    songs = [ids["sad"], ids["happy"], ids["calm"]]
    answer = client.post(KEPT, json={"name": "Calm, 30 November", "songs": songs})
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert (kept["name"], kept["songs"]) == ("Calm, 30 November", 3)
    assert client.get(KEPT).json() == [kept]
    detail = client.get(f"{KEPT}/{kept['id']}").json()
    assert detail["playlist"] == kept
    assert [song["id"] for song in detail["songs"]] == songs
    renamed = client.patch(f"{KEPT}/{kept['id']}", json={"name": "Sonntag"}).json()
    assert renamed == kept | {"name": "Sonntag"}
    assert client.delete(f"{KEPT}/{kept['id']}").status_code == 204
    assert client.get(KEPT).json() == []
    said = error(client.get(f"{KEPT}/{kept['id']}"), 404)
    assert said["code"] == "playlist_unknown"
    error(client.patch(f"{KEPT}/{kept['id']}", json={"name": "x"}), 404)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"name": "x", "songs": []}, 422),
        ({"name": "", "songs": [1]}, 422),
        ({"name": "x" * 201, "songs": [1]}, 422),
        ({"songs": [1]}, 422),
        ({"name": "  ", "songs": [1]}, 422),
        ({"name": "x", "songs": [999]}, 404),
    ],
)
def test_what_cannot_be_kept_is_said(empty, asked, status):
    error(empty.client.post(KEPT, json=asked), status)
    assert empty.client.get(KEPT).json() == []


def test_a_radio_comes_with_reasons(service):
    song = service.ids["glad"]
    answer = service.client.get(f"/api/v1/songs/{song}/radio", params={"n": 3, "seed": 4})
    assert answer.status_code == 200, answer.text
    picks = answer.json()
    ids = [pick["song"]["id"] for pick in picks]
    assert len(set(ids)) == 3
    assert song not in ids
    for pick in picks:
        assert pick["reasons"]
        assert 0 <= pick["score"] <= 1
        assert pick["target"]["happy"] == pytest.approx(0.7)
    again = service.client.get(f"/api/v1/songs/{song}/radio", params={"n": 3, "seed": 4}).json()
    assert [pick["song"]["id"] for pick in again] == ids
    error(service.client.get("/api/v1/songs/999/radio"), 404)


def test_several_songs_come_in_the_order_asked_for(service):
    wanted = [service.ids["sad"], 999, service.ids["happy"]]
    answer = service.client.get("/api/v1/songs/several", params={"ids": wanted}).json()
    assert [song["id"] for song in answer] == [wanted[0], wanted[2]]
    error(service.client.get("/api/v1/songs/several"), 422)
