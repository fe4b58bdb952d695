"""Folders and failed files over HTTP, with real scans."""

import time

import httpx
import pytest

from vibelux.library.catalogue import Catalogue
from vibelux.library.folders import forget
from vibelux.library.locks import scan_lock

from .conftest import error, mood, running

ANALYSER = """
from types import SimpleNamespace
import numpy as np
from vibelux.errors import AudioError

def made(_):
    def analyse(path):
        content = path.read_bytes()
        if content.startswith(b"bad"):
            raise AudioError(f"cannot analyse {path}: it is a picture", code="not_audio")
        return SimpleNamespace(
            mood=np.random.default_rng(list(content)).dirichlet(np.ones(7)),
            valence=0.1, arousal=0.2, tension=None,
            quadrant=np.full(4, 0.25), embedding=np.array([0.6, 0.8]), duration=10.0, course=(),
            model="unused", loudness=-14.0, peak=-1.0)
    return analyse
"""


@pytest.fixture
def client(tmp_path, analyser):
    """A client of a service whose catalogue has two folders with two songs each, and a failure."""
    music = tmp_path / "music"
    for folder in ("one", "other"):
        (music / folder).mkdir(parents=True)
        for number in range(2):
            (music / folder / f"{folder} {number}.mp3").write_text(f"{folder} {number}")
    (music / "one" / "bad.mp3").write_text("bad")
    with (
        running(tmp_path / "home", music, analyser=analyser) as (context, url),
        httpx.Client(base_url=f"{url}/api/v1", timeout=None) as client,
    ):
        client.context, client.music = context, music
        for folder in ("one", "other"):
            scan(client, folder=str(music / folder))
        yield client


def scan(client, **asked):
    assert client.post("scan", json=asked).status_code == 202
    while (status := client.get("scan").json())["state"] in ("looking", "analysing"):
        time.sleep(0.02)
    return status


def folders(client):
    return {one["path"]: one for one in client.get("library/folders").json()["folders"]}


def ids(client):
    return {one["title"]: one["id"] for one in client.get("songs").json()["songs"]}


def test_a_folder_is_removed_and_comes_back_with_likes_and_corrections(client):
    one, other = str(client.music / "one"), str(client.music / "other")
    listed = folders(client)
    assert {path: row["songs"] for path, row in listed.items()} == {one: 2, other: 2}
    assert (listed[one]["failed"], listed[one]["missing"], listed[one]["samples"]) == (1, 0, False)
    songs = ids(client)
    session = client.post("sessions", json={"mood": mood(happy=1)}).json()["id"]
    liked = {"song": songs["one 0"], "what": "liked"}
    assert client.post(f"sessions/{session}/feedback", json=liked).status_code == 200
    own = {"mood": mood(sad=1)}
    assert client.put(f"songs/{songs['one 1']}/mood", json=own).status_code == 200

    gone = client.delete(f"library/folders/{listed[one]['key']}")
    assert gone.json() == {"removed": 3}
    assert set(ids(client)) == {"other 0", "other 1"}
    assert client.get("profile/likes").json() == {"songs": []}
    assert set(folders(client)) == {other}
    assert client.get(f"songs/{songs['one 0']}").status_code == 404
    assert (client.music / "one" / "one 0.mp3").exists()
    # The session goes on with what is left.
    queue = client.get(f"sessions/{session}").json()["queue"]
    assert {pick["song"]["title"] for pick in queue} <= {"other 0", "other 1"}
    again = client.delete(f"library/folders/{listed[one]['key']}")
    assert error(again, 404)["code"] == "folder_unknown"

    scan(client, folder=one)
    songs = ids(client)
    assert set(songs) == {"one 0", "one 1", "other 0", "other 1"}
    assert client.get("profile/likes").json() == {"songs": [songs["one 0"]]}
    back = client.get(f"songs/{songs['one 1']}").json()["song"]
    assert (back["corrected"], back["mood"]["sad"]) == (True, 1)


def test_what_another_program_removes_is_gone_in_the_service_too(client):
    with Catalogue(client.context.catalogue.path) as other:
        assert forget(other, client.music / "one") == 3
    while set(ids(client)) != {"other 0", "other 1"}:
        time.sleep(0.02)
    assert set(folders(client)) == {str(client.music / "other")}


def test_while_a_scan_runs_nothing_is_removed(client):
    key = folders(client)[str(client.music / "one")]["key"]
    with scan_lock(client.context.catalogue.path):
        refused = error(client.delete(f"library/folders/{key}"), 409)
    assert refused["code"] == "catalogue_locked"
    assert "wait until it is done" in refused["hint"]
    assert len(folders(client)) == 2


def test_failed_files_are_dismissed_and_tried_again(client):
    failed = client.get("library/failed").json()
    (file,) = failed["files"]
    assert failed["total"] == 1
    assert (file["folder"], file["file"]) == (str(client.music / "one"), "bad.mp3")
    assert (file["code"], "it is a picture" in file["reason"]) == ("not_audio", True)
    answer = client.post("library/failed/dismissed", json={"songs": [file["song"]]})
    assert answer.json() == {"total": 0, "files": []}
    (client.music / "one" / "bad.mp3").write_text("bad again")
    scan(client, folder=str(client.music / "one"))
    assert client.get("library/failed").json()["total"] == 1

    (client.music / "one" / "bad.mp3").write_text("good now")
    (client.music / "one" / "new.mp3").write_text("new")
    status = scan(client, only_failed=True)
    assert (status["state"], status["only_failed"], status["samples"]) == ("done", True, False)
    assert status["report"]["analysed"] == 1
    assert client.get("library/failed").json()["total"] == 0
    assert "new" not in ids(client)
    both = client.post("scan", json={"only_failed": True, "folder": str(client.music)})
    assert "only_failed comes without a folder" in error(both, 422)["message"]
    client.post("library/failed/dismissed", json={})
