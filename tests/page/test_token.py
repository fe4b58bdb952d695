"""Where a token is needed: people are asked for it, links lead in, and a new one goes on."""

import functools
import http.server
import re
import threading

import pytest

from . import songs
from .axe import violations
from .listening import mix
from .serving import served
from .sound import remember, wait_until_it_plays


@pytest.fixture
def locked(page_folder, samples, tmp_path):
    """A service that needs a token, on this machine."""
    home = tmp_path / "home"
    songs.catalogue_samples(home, samples)
    with served(home, samples[0].parent, "--allow-host", "music.example.org") as service:
        yield service


@pytest.mark.parametrize(
    ("language", "title"),
    [("en-GB", "VibeluX needs its link"), ("de-DE", "VibeluX braucht seinen Link")],
)
@pytest.mark.parametrize("look", [{}, {"dark": True}, {"phone": True}], ids=lambda x: "".join(x))
def test_a_person_without_the_token_is_asked_for_it(open_page, locked, language, title, look):
    seen = open_page(f"{locked.url}#/library", language=language, **look)
    seen.expected.append("401")
    page = seen.page
    page.get_by_role("heading", name=title).wait_for()
    assert page.get_by_role("textbox").evaluate("(e) => e === document.activeElement")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # axe's own scripts are not let in: its source is run by the debugger.
    assert violations(page) == []
    page.get_by_role("textbox").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("This link does not fit|Dieser Link passt nicht")).wait_for()
    page.get_by_role("textbox").fill(locked.link)
    page.keyboard.press("Enter")
    page.get_by_text("Sample happy 1", exact=True).wait_for()
    assert page.url == f"{locked.url}#/library"
    [cookie] = seen.context.cookies()
    assert (cookie["sameSite"], cookie["httpOnly"], cookie["path"]) == ("Lax", True, "/")
    assert page.evaluate("document.cookie") == ""


@pytest.fixture
def dashboard(locked, tmp_path):
    """A page of another site that links to the service."""
    folder = tmp_path / "dashboard"
    folder.mkdir()
    (folder / "index.html").write_text(f'<!doctype html><a href="{locked.url}#/map">Music</a>')
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_a_link_of_another_page_leads_in(open_page, locked, dashboard):
    seen = open_page(locked.link)
    seen.expected.append("favicon")
    page = seen.page
    page.locator("main h1").wait_for(state="attached")
    page.goto(dashboard)
    page.get_by_role("link", name="Music").click()
    page.get_by_text(re.compile("^21 songs[;,] ")).wait_for()


def test_the_manifest_comes_with_the_cookie(open_page, locked):
    seen = open_page(locked.link)
    seen.page.locator("main h1").wait_for(state="attached")
    found = seen.context.new_cdp_session(seen.page).send("Page.getAppManifest")
    assert found["errors"] == []
    assert '"VibeluX"' in found["data"]


def test_a_service_that_was_started_anew_asks_for_its_new_link(open_page, locked):
    seen = open_page(locked.link)
    seen.expected += ["Failed to load resource", "ERR_"]
    page = remember(seen)
    other = seen.context.new_page()
    other.goto(f"{locked.url}#/library")
    other.get_by_text("Sample happy 1", exact=True).wait_for()
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    page.evaluate("decks.forEach((deck) => (deck.playbackRate = 0.1))")
    page.evaluate("window.stays = true")
    old = locked.link
    locked.kill()
    locked.start_again()
    assert locked.link != old
    page.get_by_role("button", name="Next song").click()
    for tab in (page, other):
        tab.bring_to_front()
        tab.evaluate("(location.hash = '#/settings')")
        tab.get_by_role("alert").filter(has_text="VibeluX needs its new link.").wait_for()
    page.bring_to_front()
    assert violations(page) == []
    field = page.get_by_label("Link or token")
    field.fill(old)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("This link does not fit.").wait_for()
    field.fill(locked.link)
    field.press("Enter")
    page.get_by_text("VibeluX answers again.").wait_for()
    assert "token" not in page.url
    wait_until_it_plays(page)
    page.get_by_text(re.compile("You have .*skipped")).wait_for()
    assert page.evaluate("window.stays")
    other.bring_to_front()
    other.get_by_text("VibeluX answers again.").wait_for()  # the cookie is that of all tabs
    other.close()


def test_a_service_that_does_not_answer_to_this_address_any_more(open_page, service):
    seen = open_page()
    seen.expected.append("403")
    page = seen.page
    body = '{"error": {"code": "host_not_allowed", "message": "no", "hint": "no"}}'
    page.context.route("**/api/**", lambda route: route.fulfill(status=403, body=body))
    page.keyboard.press("2")
    page.get_by_role("alert").filter(has_text="does not answer to this address").wait_for()
    page.context.unroute("**/api/**")
    page.get_by_text("VibeluX answers again.").wait_for()
    page.get_by_text("Sample happy 1", exact=True).wait_for()
