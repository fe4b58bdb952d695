"""The first run: music, a mood and listening, one step after the other."""

import httpx
import pytest

from .axe import violations
from .listening import mix
from .sound import is_silent, remember, wait_until_it_plays

STILL = {
    "folders": ["/music"],
    "samples": False,
    "found": 0,
    "total": 0,
    "done": 0,
    "failed": 0,
    "songs_per_second": None,
    "seconds_left": None,
    "seconds": 3,
    "report": None,
    "error": None,
}
"""What the service says of a scan that found nothing."""


def main_buttons(page):
    """Return the names of what is offered as the thing to do now."""
    return page.locator("main .button-main").filter(visible=True).all_inner_texts()


def current(page):
    return page.locator(".step[aria-current=step] h3").all_text_contents()


@pytest.fixture
def first_visit(open_page, new_service):
    seen = open_page(new_service.url)
    remember(seen).get_by_role("heading", name="Three steps to music that fits").wait_for()
    return seen


def test_the_first_visit_ends_with_music(first_visit, new_service):
    """Samples, a mood, Play: while the samples are still analysed."""
    page = first_visit.page
    bar = page.get_by_role("region", name="Player").get_by_role("button", name="Play")
    assert current(page) == ["Music"]
    assert main_buttons(page) == ["Choose a folder"]
    assert bar.is_disabled()
    page.keyboard.press(" ")
    assert is_silent(page)
    assert violations(page) == []

    page.get_by_role("button", name="Try it with sample music").click()
    page.get_by_role("progressbar").wait_for()
    assert current(page) == ["Mood"]
    assert main_buttons(page) == ["Start the camera"]
    mix(page, happy=100)
    page.locator(".step[data-state=done]").filter(has_text="Mood").wait_for()
    assert current(page) == ["Listen"]
    assert main_buttons(page) == ["Play what fits"]
    assert violations(page) == []
    page.get_by_role("button", name="Play what fits").click(timeout=120_000)  # once it is live
    wait_until_it_plays(page)
    page.get_by_role("region", name="Now playing").get_by_text("Sample").first.wait_for()
    assert page.get_by_role("heading", name="Three steps").count() == 0
    page.wait_for_function("() => document.querySelectorAll('.queue-row').length >= 5")
    while httpx.get(f"{new_service.url}api/v1/scan", timeout=None).json()["state"] != "done":
        page.wait_for_timeout(200)
    assert httpx.get(f"{new_service.url}api/v1/library", timeout=None).json()["ok"] == 14


def test_nothing_can_be_played_before_five_songs_are_there(first_visit):
    first_visit.expected.append("ERR_FAILED")  # then the page asks, and gets these answers
    page = first_visit.page
    songs = {
        "ok": 4,
        "failed": 0,
        "missing": 0,
        "samples": 4,
        "hours": 0.1,
        "strongest": {},
        "moods": {},
    }
    scan = {**STILL, "state": "analysing", "found": 9, "total": 9, "done": 4}
    page.route("**/api/v1/library", lambda route: route.fulfill(json=songs))
    page.route("**/api/v1/scan", lambda route: route.fulfill(json=scan))
    page.route("**/api/v1/scan/events", lambda route: route.abort())
    page.get_by_role("button", name="Try it with sample music").click()
    play = page.locator(".step").get_by_role("button", name="Play anything")
    page.get_by_text("Analysing your songs: 4 of 9").wait_for()
    page.get_by_text("You can listen as soon as 5 songs are analysed.").wait_for()
    assert play.is_disabled()
    songs["ok"] = scan["done"] = 5
    page.get_by_text("Analysing your songs: 5 of 9").wait_for()
    page.wait_for_function("() => !document.querySelector('.step:last-child button').disabled")
    bar = page.get_by_role("region", name="Player").get_by_role("button", name="Play")
    assert bar.is_enabled()


def test_a_folder_without_music_is_said_to_be_one(open_page, new_service):
    page = open_page(new_service.url).page
    scan = {**STILL, "state": "done"}
    page.route("**/api/v1/scan", lambda route: route.fulfill(json=scan))
    page.reload()
    page.get_by_role("alert").filter(has_text="There is no music in this folder.").wait_for()
    assert current(page) == ["Music"]
    assert main_buttons(page) == ["Choose a folder"]
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_steps_fit_on_a_phone(open_page, new_service, language):
    page = open_page(new_service.url, phone=True, language=language).page
    page.locator(".step").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
