"""The built page's files: how long browsers may keep them, and as what they come."""

import httpx
import pytest

from vibelux.service import page

from .conftest import running


@pytest.fixture
def client(tmp_path, monkeypatch):
    built = tmp_path / "page"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>VibeluX</title>")
    for name in ("index-1a2b.js", "index-1a2b.css", "ort-3c4d.wasm"):
        (built / "assets" / name).write_bytes(b"0")
    monkeypatch.setattr(page, "BUILT", built)
    with (
        running(tmp_path, tmp_path) as (_, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        yield client


def test_files_with_a_hash_in_their_name_stay_and_the_page_is_asked_for_again(client):
    for path in ("/", "/index.html"):
        assert client.get(path).headers["cache-control"] == "no-cache"
    answer = client.get("/assets/index-1a2b.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get("/", headers={"If-None-Match": client.get("/").headers["etag"]})
    assert again.status_code == 304
    assert client.get("/assets/index-0000.js").status_code == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index-1a2b.js", "text/javascript; charset=utf-8"),
        ("index-1a2b.css", "text/css; charset=utf-8"),
        ("ort-3c4d.wasm", "application/wasm"),
    ],
)
def test_files_come_as_what_they_are_on_every_system(client, name, kind):
    assert client.get(f"/assets/{name}").headers["content-type"] == kind
