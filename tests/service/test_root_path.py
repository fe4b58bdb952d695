"""A proxy shows the service under a path, and takes that path away or leaves it."""

import httpx
import pytest

from vibelux.service import page

from .conftest import error, running

TOKEN = "s3cret"


@pytest.fixture
def client(tmp_path, monkeypatch):
    built = tmp_path / "page"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>VibeluX</title>")
    (built / "icon.svg").write_text("<svg/>")
    (built / "assets" / "index-1a2b.js").write_text("0")
    monkeypatch.setattr(page, "BUILT", built)
    with (
        running(tmp_path, tmp_path, token=TOKEN, root_path="/a/vibelux") as (_, url),
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}) as client,
    ):
        yield client


@pytest.mark.parametrize("left", ["", "/a/vibelux"], ids=["taken away", "left"])
def test_everything_is_where_it_was(client, left):
    for path in ("/", "/index.html", "/icon.svg", "/assets/index-1a2b.js", "/api/v1/health"):
        assert client.get(left + path).status_code == 200, path
    assert error(client.get(f"{left}/api/v1/nothing"), 404)
    assert error(client.post(f"{left}/api/v1/moods", json={}), 422)


def test_the_description_says_where_the_api_is(client):
    for path in ("/openapi.json", "/a/vibelux/openapi.json"):
        assert client.get(path).json()["servers"] == [{"url": "/a/vibelux"}]


@pytest.mark.parametrize("path", ["/", "/a/vibelux/", "/a/vibelux"])
def test_the_token_is_kept_for_this_path_alone(client, path):
    link = client.get(path, params={"token": TOKEN}, headers={"Authorization": ""})
    assert (link.status_code, link.headers["location"]) == (303, "/a/vibelux/")
    assert "; Path=/a/vibelux;" in link.headers["set-cookie"]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/a/vibelux//evil.example/", "/a/vibelux/evil.example/"),
        ("//evil.example/", "/a/vibelux/evil.example/"),
        ("/a/vibelux/%5Cevil.example", "/a/vibelux/evil.example"),
        ("/a/vibelux/openapi.json", "/a/vibelux/openapi.json"),
        ("/a/vibeluxury", "/a/vibelux/a/vibeluxury"),
    ],
)
def test_the_way_on_stays_below_the_path(client, path, location):
    url = f"{client.base_url}".rstrip("/") + f"{path}?token={TOKEN}"
    assert client.get(url).headers["location"] == location


def test_the_path_without_its_slash_leads_to_the_page(client):
    answer = client.get("/a/vibelux?a=1")
    assert (answer.status_code, answer.headers["location"]) == (307, "/a/vibelux/?a=1")
    assert client.get("/a/vibeluxury").status_code == 404


def test_without_the_token_the_icon_alone_is_answered(client):
    nobody = {"Authorization": "", "Accept": "text/html"}
    assert client.get("/a/vibelux/icon.svg", headers=nobody).status_code == 200
    assert client.get("/icon.svg", headers=nobody).status_code == 200
    asks = client.get("/a/vibelux/", headers=nobody)
    assert asks.status_code == 401
    assert 'src="/a/vibelux/icon.svg"' in asks.text
    assert client.get("/a/vibelux", headers=nobody).status_code == 401
