"""Behind a proxy the page works under a path, whether the proxy takes that away or leaves it."""

import json
import re
import shutil

import pytest

from . import songs
from .listening import mix
from .proxy import proxied
from .serving import served
from .sound import remember, wait_until_it_plays

PREFIX = "/a/vibelux"
PLACES = ("listen", "library", "map", "history", "settings", "song/1")


@pytest.fixture(params=[True, False], ids=["taken away", "left"])
def shown(page_folder, samples, tmp_path, request):
    """A service that needs a token, and a proxy that shows it."""
    home = tmp_path / "home"
    songs.catalogue_samples(home, samples)
    (tmp_path / "Music").mkdir()
    shutil.copy(samples[0], tmp_path / "Music")
    options = ("--allow-host", "music.example.org", "--root-path", PREFIX)
    with (
        served(home, tmp_path, *options) as service,
        proxied(service.url, PREFIX, strips=request.param) as proxy,
    ):
        yield service, proxy


def token_of(service):
    return service.link.partition("?")[2]


def test_everything_is_found_below_the_path(open_page, camera_browser, shown):
    service, proxy = shown
    link = f"{proxy.url.rstrip('/')}?{token_of(service)}#/library"  # without the slash at its end
    seen = open_page(link, within=camera_browser, camera=True)
    page = seen.page
    page.get_by_text("Sample happy 1", exact=True).wait_for()
    assert page.url == f"{proxy.url}#/library"
    [cookie] = seen.context.cookies()
    assert (cookie["path"], cookie["sameSite"], cookie["httpOnly"]) == (PREFIX, "Lax", True)
    for place in PLACES:
        page.goto(f"{proxy.url}#/{place}")
        page.locator("main h1").wait_for(state="attached")
        page.wait_for_load_state("networkidle")

    page = remember(seen)
    page.keyboard.press("1")
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("Reading your expression.").wait_for()
    page.keyboard.press("c")
    mix(page, happy=100)
    page.locator(".queue-row").nth(3).wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)

    page.goto(f"{proxy.url}#/library")
    page.get_by_role("button", name="Add a folder").click()
    page.get_by_label("Folder on the machine").fill(str(service.root / "Music"))
    page.get_by_role("button", name="Scan it").click()
    page.locator(".scan-ended:visible").wait_for(timeout=240_000)
    assert any(ask.url == f"{proxy.url}api/v1/scan/events" for ask in seen.asked)

    ours = ("blob:", "data:", proxy.url, f"{link.partition('#')[0]}")
    assert [ask.url for ask in seen.asked if not ask.url.startswith(ours)] == []
    assert proxy.outside == []


def test_it_can_be_installed_from_there(open_page, shown):
    service, proxy = shown
    seen = open_page(f"{proxy.url}?{token_of(service)}")
    seen.page.locator("main h1").wait_for(state="attached")
    found = seen.context.new_cdp_session(seen.page).send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"] == f"{proxy.url}manifest.webmanifest"
    manifest = json.loads(found["data"])
    assert (manifest["start_url"], manifest["scope"]) == ("./", "./")
    icon = f"{proxy.url}{manifest['icons'][0]['src']}"
    assert seen.page.request.get(icon).ok
    described = seen.page.request.get(f"{proxy.url}openapi.json").json()
    assert described["servers"] == [{"url": PREFIX}]


def test_who_comes_without_the_token_signs_in_where_they_are(open_page, shown):
    service, proxy = shown
    seen = open_page(f"{proxy.url}#/map")
    seen.expected.append("401")
    page = seen.page
    page.get_by_role("heading", name="VibeluX needs its link").wait_for()
    assert page.locator("img").evaluate("(img) => img.naturalWidth") > 0
    page.get_by_label("Link or token").fill(service.link)
    page.get_by_role("button", name="Open").click()
    page.get_by_text(re.compile("^21 songs[;,] ")).wait_for()
    assert page.url == f"{proxy.url}#/map"


def test_a_proxy_whose_service_is_away(open_page, shown):
    service, proxy = shown
    seen = open_page(f"{proxy.url}?{token_of(service)}")
    seen.expected.append("Failed to load resource")
    page = seen.page
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()
    service.kill()
    mix(page, happy=100)
    page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    service.start_again()
    page.get_by_role("alert").filter(has_text="VibeluX needs its new link.").wait_for()
    page.get_by_label("Link or token").fill(service.link)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("VibeluX answers again.").wait_for()
    page.get_by_text(re.compile("^for .*happy")).wait_for()
