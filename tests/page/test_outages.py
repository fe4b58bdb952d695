"""What does not come for a moment is asked for again, and nobody has to load the page anew."""

import re
import signal

import pytest
from PIL import Image

from . import camera_files, songs
from .listening import mix
from .serving import served

WASM = "**/*.wasm"
WORKER = "**/assets/worker-*.js"


def fails(route):
    route.abort("connectionreset")


def is_unavailable(route):
    route.fulfill(status=503, body="no time")


def is_damaged(route):
    route.fulfill(status=200, body=b"\0asm, but no more of it")


@pytest.fixture
def camera_page(open_page, camera_browser, own_service):
    """A page whose camera may be used, with a mark that a reload would wipe away."""
    seen = open_page(own_service.url, within=camera_browser, camera=True)
    seen.expected += ["Failed to load resource", "wasm", "ERR_", "worker", "disallowed MIME type"]
    seen.page.evaluate("window.stays = true")
    return seen


def start(page):
    page.get_by_role("button", name="Start the camera").click()


def is_said(page):
    page.get_by_role("alert").filter(has_text="The face reader cannot be loaded").wait_for()


def try_again(page):
    page.get_by_role("button", name="Try again").click()


def reads(page):
    page.get_by_text("Reading your expression.").wait_for()
    assert page.evaluate("window.stays")


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        (WASM, fails),
        (WASM, is_unavailable),
        (WASM, is_damaged),
        (WORKER, fails),
        (WORKER, is_unavailable),
        ("**/models/detector.onnx", fails),
        ("**/models/face.json", is_damaged),
    ],
)
def test_a_part_that_did_not_come_once_is_fetched_by_trying_again(camera_page, part, answer):
    page = camera_page.page
    page.context.route(part, answer)
    start(page)
    is_said(page)
    try_again(page)
    page.get_by_text("Your browser is asking").wait_for(state="hidden")
    is_said(page)  # it is still away
    page.context.unroute(part)
    try_again(page)
    reads(page)


def test_a_part_that_never_comes_is_fetched_anew_when_the_camera_is_started_anew(camera_page):
    page = camera_page.page
    held = []
    page.context.route(WASM, lambda route: held.append(route))
    start(page)
    page.get_by_text("Getting ready …").wait_for()
    while not held:
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.context.unroute(WASM)
    start(page)
    reads(page)


def test_a_photo_that_could_not_be_read_is_read_when_it_is_chosen_again(camera_page, tmp_path):
    page = camera_page.page
    photo = tmp_path / "face.png"
    Image.fromarray(camera_files.draw_frame((200, 110, 230))).save(photo)
    page.context.route(WASM, fails)
    page.get_by_label("Choose a photo").set_input_files(photo)
    page.get_by_text("The face reader cannot be loaded.").wait_for()
    page.context.unroute(WASM)
    page.get_by_label("Choose a photo").set_input_files(photo)
    page.get_by_text("This expression sets the mood.").wait_for()
    assert page.evaluate("window.stays")


def test_a_service_that_was_away_when_the_camera_was_started(camera_page, own_service):
    page = camera_page.page
    own_service.kill()
    start(page)
    page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    own_service.start_again()
    page.get_by_text("VibeluX answers again.").wait_for()
    is_said(page)
    try_again(page)
    reads(page)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
def test_a_service_that_hangs_is_said_to_be_away(open_page, own_service):
    page = open_page(own_service.url).page
    page.wait_for_load_state("networkidle")
    own_service.process.send_signal(signal.SIGSTOP)
    try:
        mix(page, sad=100)
        page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    finally:
        own_service.process.send_signal(signal.SIGCONT)
    page.get_by_text("VibeluX answers again.").wait_for()
    page.locator(".queue-row").nth(3).wait_for()


def newer(route):
    """Answer as a service that was updated: its page names other files."""
    html = route.fetch().text()
    route.fulfill(body=re.sub(r"assets/index-[\w-]+\.js", "assets/index-newer.js", html))


def test_a_part_that_is_gone_because_the_page_is_newer(camera_page, own_service):
    page = camera_page.page
    page.context.route(WORKER, lambda route: route.fulfill(status=404))
    page.context.route(own_service.url, newer)
    start(page)
    page.get_by_role("alert").filter(has_text="VibeluX was updated.").first.wait_for()
    page.context.unroute(own_service.url)
    page.context.unroute(WORKER)
    page.get_by_role("button", name="Reload this page").first.click()
    page.wait_for_function("() => window.stays === undefined")
    start(page)
    page.get_by_text("Reading your expression.").wait_for()


def test_a_service_that_comes_back_newer_says_so(camera_page, own_service):
    page = camera_page.page
    own_service.kill()
    page.get_by_role("radio", name="Calm").check()
    mix(page, sad=100)
    page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    page.context.route(own_service.url, newer)
    own_service.start_again()
    page.get_by_role("alert").filter(has_text="VibeluX was updated.").wait_for()


def is_answered_by_a_proxy(route):
    route.fulfill(status=502, body="<h1>Bad Gateway</h1>")


def breaks_off(route):
    route.fulfill(status=200, body='{"songs": [{"id"')


@pytest.mark.parametrize(
    ("place", "answer", "text"),
    [
        ("library", fails, "Sample happy 1"),
        ("library", is_answered_by_a_proxy, "Sample happy 1"),
        ("map", fails, re.compile("^21 songs[;,] ")),
        ("map", breaks_off, re.compile("^21 songs[;,] ")),
        ("settings", fails, "Nothing yet. It learns"),
        ("song/1", fails, re.compile("^Ensemble 1")),
    ],
)
def test_every_place_is_filled_when_the_service_is_back(
    open_page, own_service, place, answer, text
):
    seen = open_page(own_service.url)
    seen.expected += ["Failed to load resource", "ERR_"]
    page = seen.page
    page.wait_for_load_state("networkidle")
    page.context.route("**/api/v1/**", answer)
    page.evaluate("(place) => (location.hash = `#/${place}`)", place)
    page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    page.context.unroute("**/api/v1/**")
    page.get_by_text("VibeluX answers again.").wait_for()
    page.get_by_text(text).first.wait_for()


def test_the_first_page_of_a_service_that_dies_is_filled_when_it_is_back(open_page, own_service):
    seen = open_page(own_service.url)
    seen.expected += ["Failed to load resource", "ERR_"]
    page = seen.page
    page.context.route("**/api/v1/**", fails)
    page.reload()
    page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    page.context.unroute("**/api/v1/**")
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()


def test_rows_that_did_not_come_are_there_when_the_service_is_back(
    open_page, page_folder, samples, tmp_path
):
    home = tmp_path / "home"
    home.mkdir()
    songs.catalogue_many(home, 1000, playable=samples[0])
    with served(home, home) as service:
        seen = open_page(f"{service.url}#/library")
        seen.expected += ["Failed to load resource", "ERR_"]
        page = seen.page
        page.get_by_text("Song 00000", exact=True).wait_for()
        page.context.route("**/api/v1/songs?*", fails)
        page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 2)")
        page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
        page.context.unroute("**/api/v1/songs?*")
        page.locator("main").get_by_text(re.compile(r"^Song 00[45]\d\d$")).first.wait_for()
