import json
import time

import httpx
import pytest

from .conftest import error, mood, running


@pytest.fixture
def scanning(tmp_path, analyser):
    """A service whose scans take a tenth of a second a file, with a folder of forty files."""
    music = tmp_path / "music"
    music.mkdir()
    for number in range(40):
        (music / f"{number:02}.mp3").write_bytes(b"song %d" % number)
    (music / "bad.mp3").write_bytes(b"bad")
    (tmp_path / "private").mkdir()
    with (
        running(tmp_path / "home", music, analyser=analyser) as (context, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        client.context, client.music, client.url = context, music, url
        yield client


ANALYSER = """
import time
from types import SimpleNamespace
import numpy as np
from vibelux.errors import AudioError

def made(_):
    def analyse(path):
        content = path.read_bytes()
        if content == b"hang":
            time.sleep(600)
        if (path.parent.parent / "disk-fails").exists():
            raise OSError(5, "Input/output error", str(path))
        if content == b"bad":
            raise AudioError(f"cannot analyse {path}: it is a picture", code="not_audio")
        time.sleep(0.05)
        return SimpleNamespace(
            mood=np.eye(7)[len(content) % 7], valence=0.1, arousal=0.2, tension=None,
            quadrant=np.full(4, 0.25), embedding=np.array([0.6, 0.8]), duration=10.0, course=(),
            model="unused", loudness=-14.0, peak=-1.0)
    return analyse
"""


def finished(client):
    while (status := client.get("/api/v1/scan").json())["state"] in ("looking", "analysing"):
        time.sleep(0.05)
    return status


def test_a_scan_is_watched_stopped_and_goes_on(scanning):
    begun = scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})
    assert (begun.status_code, begun.json()["state"]) == (202, "looking")
    again = scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})
    assert error(again, 409)["code"] == "catalogue_locked"
    seen = []
    with scanning.stream("GET", "/api/v1/scan/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: ")))
                if seen[-1]["done"] >= 5:
                    break
    assert seen[-1]["total"] == 41
    assert seen[-1]["songs_per_second"] > 0
    assert seen[-1]["seconds_left"] > 0
    asked = {"mood": mood(happy=1), "n": 5}  # usable while it runs
    answer = scanning.post("/api/v1/recommendations", json=asked)
    assert 1 <= len(answer.json()["songs"]) <= 5
    stopped = scanning.delete("/api/v1/scan").json()
    assert stopped["state"] == "stopped"
    kept = scanning.get("/api/v1/songs").json()["total"]
    assert 5 <= kept < 41
    scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})
    report = finished(scanning)["report"]
    assert report["analysed"] + kept >= 40
    assert report["failed"] <= 1
    assert scanning.get("/api/v1/songs").json()["total"] == 40
    failed = scanning.get("/api/v1/songs", params={"state": "failed"}).json()["songs"]
    assert [(song["file"], song["reason_code"]) for song in failed] == [("bad.mp3", "not_audio")]
    assert "it is a picture" in failed[0]["reason"]
    with scanning.stream("GET", "/api/v1/scan/events") as stream:  # over: it ends by itself
        assert '"state":"done"' in stream.read().decode()


def test_a_file_that_hangs_does_not_keep_the_scan_from_stopping(scanning):
    for file in scanning.music.iterdir():
        file.unlink()
    (scanning.music / "a.mp3").write_bytes(b"hang")
    scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})
    while scanning.get("/api/v1/scan").json()["state"] == "looking":
        time.sleep(0.05)
    assert scanning.delete("/api/v1/scan").json()["state"] == "stopped"


def test_the_service_ends_in_the_middle_of_a_scan(scanning):
    scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})


def test_folders_outside_are_neither_scanned_nor_listed(scanning):
    outside = scanning.music.parent
    (scanning.music / "inside").mkdir()
    (scanning.music / ".hidden").mkdir()
    link = scanning.music / "link"
    link.symlink_to(outside / "private")
    for folder in (outside, f"{scanning.music}/../private", link, "/", "/etc"):
        answer = scanning.post("/api/v1/scan", json={"folder": str(folder)})
        assert error(answer, 403)["code"] == "folder_not_allowed"
    for folder, code in (
        ("relative", "path_not_whole"),
        ("a\0b", "path_impossible"),
        ("~nobody-here/x", "path_impossible"),
        (str(scanning.music / "nowhere"), "folder_missing"),
    ):
        answer = scanning.post("/api/v1/scan", json={"folder": folder})
        assert error(answer, 422)["code"] == code

    def completed(path):
        answer = scanning.get("/api/v1/folders", params={"path": str(path)})
        assert answer.status_code == 200, answer.text
        return answer.json()["folders"]

    root = str(scanning.music)
    assert completed("") == [root]
    assert completed(root[:-2]) == [root]
    assert completed(f"{root}/") == [f"{root}/inside"]
    assert completed(f"{root}/IN") == [f"{root}/inside"]
    (scanning.music / "Bjo\u0308rk").mkdir()  # as from a Mac
    for typed in ("Björk", "björ", "bjork", "Bjo\u0308"):
        assert completed(f"{root}/{typed}") == [f"{root}/Bjo\u0308rk"]
    assert completed(f"{root}/.h") == [f"{root}/.hidden"]
    assert completed(f"{root}/../") == []
    assert completed("/etc/") == []
    error(scanning.get("/api/v1/folders", params={"path": "relative"}), 422)


def test_a_disk_that_fails_is_said_and_the_scan_goes_on_later(scanning):
    fails = scanning.music.parent / "disk-fails"

    def scan():
        scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})
        return finished(scanning)

    scanning.post("/api/v1/scan", json={"folder": str(scanning.music)})
    while scanning.get("/api/v1/scan").json()["done"] < 5:
        time.sleep(0.02)
    fails.touch()
    status = finished(scanning)
    assert (status["state"], status["report"]) == ("failed", None)
    assert status["error"]["code"] == "files_unreachable"
    assert status["error"]["message"].startswith("10 files in a row could not be read, the last")
    assert "(Input/output error)" in status["error"]["message"]
    assert status["error"]["hint"].startswith("check the disk or the network share")
    kept = scanning.get("/api/v1/songs").json()["total"]
    assert 5 <= kept < 40
    unread = scanning.get("/api/v1/songs", params={"state": "failed"}).json()["songs"]
    assert {song["reason_code"] for song in unread} <= {"unreachable", "not_audio"}

    fails.unlink()
    status = scan()
    assert (status["state"], status["report"]["unread"]) == ("done", 0)
    assert status["report"]["analysed"] == 40 - kept
    assert scanning.get("/api/v1/songs").json()["total"] == 40
    for file in scanning.music.glob("0[0-3].mp3"):
        file.touch()
        file.write_bytes(file.read_bytes() + b" with a new tag")
    fails.touch()
    status = scan()
    assert (status["state"], status["report"]["unread"]) == ("done", 4)
    assert "could not be read: 4; what is known of them stays" in status["report"]["warnings"][0]
    assert scanning.get("/api/v1/songs").json()["total"] == 40
