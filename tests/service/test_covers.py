"""Covers over HTTP: of real songs, from pictures inside and beside them."""

import io
import shutil
import threading

import httpx
import pytest
from PIL import Image
from tests.covers import BLUE, GREEN, RED, embed, is_of, picture

from vibelux.library.catalogue import Catalogue

from .conftest import Service, error, fill, running
from .hanging import HangingDisk

pytest.importorskip("mutagen")


@pytest.fixture
def own(tmp_path):
    """A service with a catalogue of its own."""
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, tmp_path / "music")
    with (
        running(tmp_path, tmp_path) as (context, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        yield Service(client, context, tmp_path / "music", ids, url)


def get(service, name, size=None, **headers):
    asked = {} if size is None else {"size": size}
    path = f"/api/v1/songs/{service.ids[name]}/cover"
    return service.client.get(path, params=asked, headers=headers)


def file_of(service, name):
    (file,) = service.music.glob(f"{name}.*")
    return file


def test_covers_come_small_from_inside_or_beside(own):
    embed(file_of(own, "happy"), picture(RED, size=(900, 600)))
    (own.music / "Folder.PNG").write_bytes(picture(BLUE, kind="PNG"))
    for size, wide in ((None, 256), (96, 96), (256, 256), (512, 512)):
        answer = get(own, "happy", size)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (wide, round(wide * 2 / 3))
        assert is_of(answer.content, RED)
    assert is_of(get(own, "sad").content, BLUE)


def test_songs_without_a_cover_answer_with_nothing(own):
    answer = get(own, "happy")
    assert (answer.status_code, answer.content) == (204, b"")
    file_of(own, "sad").unlink()
    assert get(own, "sad").status_code == 204


def test_a_state_that_is_known_is_not_sent_again(own):
    (own.music / "cover.jpg").write_bytes(picture(RED))
    tag = get(own, "happy").headers["etag"]
    assert tag.startswith('"')
    again = get(own, "happy", **{"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert get(own, "sad").headers["etag"] == tag  # the same picture
    assert get(own, "happy", 96).headers["etag"] != tag
    (own.music / "cover.jpg").write_bytes(picture(GREEN))
    changed = get(own, "happy", **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert is_of(changed.content, GREEN)
    (own.music / "cover.jpg").unlink()
    assert get(own, "happy", **{"If-None-Match": tag}).status_code == 204


def test_a_damaged_picture_inside_leaves_the_one_beside(own):
    embed(file_of(own, "glad"), b"\xff\xd8\xff no picture at all")
    assert get(own, "glad").status_code == 204
    (own.music / "front.jpg").write_bytes(picture(GREEN))
    assert is_of(get(own, "glad").content, GREEN)


def test_what_is_asked_is_checked(own):
    assert error(own.client.get("/api/v1/songs/999/cover"), 404)["code"] == "song_unknown"
    for size in (0, 97, 100_000, "large"):
        path = f"/api/v1/songs/{own.ids['happy']}/cover"
        refused = error(own.client.get(path, params={"size": size}), 422)
        assert refused["code"] == "invalid_request"
        assert refused["message"].startswith("size: ")


def test_the_cache_is_used_and_may_be_removed_at_any_time(own):
    (own.music / "cover.jpg").write_bytes(picture(RED))
    first = get(own, "happy").content
    (kept,) = (own.music.parent / "covers").iterdir()
    assert kept.read_bytes() == first
    kept.write_bytes(picture(BLUE))  # not what the service would make
    assert is_of(get(own, "happy").content, BLUE)
    shutil.rmtree(kept.parent)
    assert get(own, "happy").content == first
    assert kept.read_bytes() == first


def test_with_a_token_covers_need_it(tmp_path):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, tmp_path / "music")
    (tmp_path / "music" / "cover.jpg").write_bytes(picture(RED))
    with running(tmp_path, tmp_path, token="s3cret") as (_, url):
        path = f"{url}/api/v1/songs/{ids['happy']}/cover"
        assert error(httpx.get(path), 401)["code"] == "token_needed"
        assert httpx.get(path, cookies={"vibelux_token": "s3cret"}).status_code == 200


def test_a_disk_that_hangs_costs_pictures_and_nothing_else(tmp_path, monkeypatch):
    music = tmp_path / "music"
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, music)
    (music / "cover.jpg").write_bytes(picture(RED))
    disk = HangingDisk(music)
    disk.install(monkeypatch.setattr)
    monkeypatch.setattr("vibelux.service.covers._PATIENCE", 0.2)
    with (
        running(tmp_path, tmp_path) as (context, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        service = Service(client, context, music, ids, url)
        assert get(service, "happy").status_code == 200
        disk.hang()
        try:
            answers = []
            threads = [
                threading.Thread(
                    target=lambda name=name: answers.append(
                        httpx.get(f"{url}/api/v1/songs/{ids[name]}/cover", timeout=None)
                    )
                )
                for name in ids
                for _ in range(6)
            ]
            for thread in threads:
                thread.start()
            assert client.get("/api/v1/songs").json()["total"] == len(ids)
            for thread in threads:
                thread.join()
            assert {answer.status_code for answer in answers} == {204}
            assert get(service, "happy").status_code == 204  # and nobody waits any more
        finally:
            disk.wake()
        while get(service, "happy").status_code != 200:
            pass
