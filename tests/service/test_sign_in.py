"""The page that asks for the token, where people would see JSON."""

import re

import httpx
import pytest

from vibelux.service.guard import COOKIE

from .conftest import error, running

TOKEN = "s3cret-T0ken"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A service that wants a token."""
    home = tmp_path_factory.mktemp("locked")
    with running(home, home, token=TOKEN) as (_, url), httpx.Client(base_url=url) as client:
        yield client


def ask(client, path="/", **headers):
    client.cookies.clear()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers={"Accept": BROWSER, **named})


@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/openapi.json", "/nothing"])
def test_a_person_without_the_token_gets_a_page(locked, path):
    answer = ask(locked, path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert '<input id="token" name="token"' in answer.text
    assert "vibelux serve" in answer.text
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "",
        "application/json",
        "application/json, text/html;q=0.9",
        "text/event-stream",
        "text/html;q=0",
        "audio/*;q=1, */*;q=0.5",
    ],
)
def test_programs_get_json(locked, accept):
    assert error(ask(locked, Accept=accept), 401)["code"] == "token_needed"


@pytest.mark.parametrize(
    "accept", ["text/html", "text/*", "TEXT/HTML, */*;q=0.1", "application/json;q=0.5, text/html"]
)
def test_who_would_rather_have_html_gets_it(locked, accept):
    assert "<!doctype html>" in ask(locked, Accept=accept).text


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.7,en;q=0.3", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("de;q=much", "en"),
        ("", "en"),
    ],
)
def test_it_speaks_the_language_of_the_browser(locked, wanted, language):
    answer = ask(locked, Accept_Language=wanted)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    assert ("Füge ihn hier ein" in answer.text) is (language == "de")


def test_it_loads_nothing_but_its_icon_and_its_policy_fits_its_style(locked):
    answer = ask(locked)
    assert re.findall(r'(?:src|href)="([^"]*)"', answer.text) == ["/icon.svg", "/icon.svg"]
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_icon_needs_no_token_and_the_page_behind_it_does(locked):
    locked.cookies.clear()
    assert locked.get("/icon.svg").status_code in (200, 404)  # as the page was built or not
    for path in ("/icon.svg/", "//icon.svg", "/icon.svg%2F", "/index.html"):
        assert locked.get(path).status_code == 401, path


def test_a_link_that_does_not_fit_is_said(locked):
    assert "This link does not fit." in ask(locked, "/?token=old").text
    assert "This link does not fit." not in ask(locked, Cookie=f"{COOKIE}=old").text


@pytest.mark.parametrize(
    "given",
    [
        TOKEN,
        f"  {TOKEN}\n",
        f"http://192.168.1.7:8765/?token={TOKEN}",
        f"https://music.example.org/vibelux/?token={TOKEN}#/library",
        f"?token={TOKEN}",
    ],
)
def test_the_field_takes_a_link_or_a_token(locked, given):
    locked.cookies.clear()
    answer = locked.get("/index.html", params={"token": given})
    assert (answer.status_code, answer.headers["location"]) == (303, "/index.html")
    assert f"{COOKIE}={TOKEN}" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "given", ["http://[?token=a", "https://a\u2100b/?token=a", "http://]?token=b"]
)
def test_what_only_looks_like_a_link_does_not_fit(locked, given):
    locked.cookies.clear()
    answer = locked.get("/", params={"token": given}, headers={"Accept": BROWSER})
    assert answer.status_code == 401
    assert "This link does not fit." in answer.text


def test_another_name_is_said_to_people_too(locked):
    answer = ask(locked, Host="evil.example")
    assert answer.status_code == 403
    assert "VibeluX does not answer to this address" in answer.text
    assert "evil" not in answer.text
    assert "<form" not in answer.text


def test_who_guesses_is_told_to_wait_and_can_still_give_the_right_one(tmp_path):
    with running(tmp_path, tmp_path, token=TOKEN) as (_, url), httpx.Client(base_url=url) as client:
        answers = [ask(client, f"/?token=guess{n}") for n in range(12)]
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert "Too many wrong links" in answers[-1].text
        assert '<input id="token" name="token"' in answers[-1].text
        assert client.get("/", params={"token": TOKEN}).status_code == 303


def test_what_sends_something_gets_json(locked):
    locked.cookies.clear()
    answer = locked.post("/api/v1/scan", json={}, headers={"Accept": BROWSER})
    assert error(answer, 401)["code"] == "token_needed"
