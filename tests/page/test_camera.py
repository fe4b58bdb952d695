"""The camera and the photo: read in the browser, told in words, and nothing of them leaves it."""

import ipaddress
import re
from urllib.parse import urlsplit

import pytest
from PIL import Image

from . import camera_files, chromium, songs
from .axe import violations
from .listening import mix, unfold
from .sent import assert_only_moods_left
from .serving import served

# Remembers the streams that the page gets, to see whether it lets go of them.
REMEMBER = """
const ask = MediaDevices.prototype.getUserMedia;
window.streams = [];
MediaDevices.prototype.getUserMedia = async function (...wanted) {
  const stream = await ask.apply(this, wanted);
  window.streams.push(stream);
  return stream;
};
"""

RUNNING = (
    "window.streams.flatMap((s) => s.getTracks()).filter((t) => t.readyState === 'live').length"
)


def hide(page, hidden):
    """Do what a browser does when another tab is chosen."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def shares(page):
    """Return the numbers of the bars, as the screen reader has them."""
    unfold(page, "Numbers")
    texts = page.get_by_role("meter").evaluate_all(
        "(bars) => bars.filter((b) => b.checkVisibility()).map((b) => b.ariaValueText)"
    )
    return [int(text.split()[0]) for text in texts if text != "–"]


@pytest.fixture
def looking(open_page, camera_browser):
    """A page whose camera runs and has read a face."""
    seen = open_page(within=camera_browser, camera=True)
    seen.page.add_init_script(REMEMBER)
    seen.page.reload()
    seen.page.get_by_role("button", name="Start the camera").click()
    seen.page.get_by_text("Reading your expression.").wait_for()
    return seen


@pytest.mark.parametrize(("width", "height"), [(640, 400), (320, 256)])
def test_a_zoomed_page_scrolls_in_one_direction_only(looking, width, height):
    """1280×800 at 200 %, 1280×1024 at 400 % (WCAG 2.2, 1.4.10)."""
    page = looking.page
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_role("button", name="Camera on. Stop it").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= document.body.clientWidth")


def test_a_face_is_read_and_nothing_but_moods_leaves_the_browser(looking, service):
    """Every request is looked at: where it goes, and what it carries."""
    page = looking.page
    page.wait_for_function("() => document.querySelector('[role=meter]').ariaValueText !== '–'")
    page.get_by_text("What mood are you in?").wait_for(state="hidden")
    assert sum(shares(page)) == pytest.approx(100, abs=4)
    page.get_by_text("not of your feelings").wait_for()
    assert page.locator("video:visible").evaluate("(v) => v.videoWidth") == 640
    page.wait_for_timeout(3_000)  # the music follows meanwhile
    page.get_by_role("button", name="Stop", exact=True).click()

    assert_only_moods_left(looking, service.url)


def test_it_says_that_it_runs_and_stop_releases_the_device(looking):
    page = looking.page
    live = page.get_by_role("button", name="Camera on. Stop it")
    page.keyboard.press("2")
    page.locator("main[data-place=library]").wait_for()
    assert live.is_visible()  # in every place of the page
    assert page.evaluate(RUNNING) == 1
    live.click()
    live.wait_for(state="hidden")
    assert page.evaluate(RUNNING) == 0
    page.keyboard.press("1")
    page.get_by_role("button", name="Start the camera").wait_for()


def test_it_rests_while_the_tab_is_hidden(looking):
    page = looking.page
    hide(page, True)
    assert page.evaluate(RUNNING) == 0
    hide(page, False)
    page.get_by_text("Reading your expression.").wait_for()
    assert page.evaluate(RUNNING) == 1


def test_the_keyboard_starts_and_stops_it(open_page, camera_browser):
    page = open_page(within=camera_browser, camera=True).page
    page.keyboard.press("c")
    page.get_by_text("Reading your expression.").wait_for()
    page.keyboard.press("c")
    page.get_by_role("button", name="Start the camera").wait_for()


def test_a_camera_that_is_forbidden(open_page, camera_browser):
    page = open_page(within=camera_browser, camera=False).page
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("alert").filter(has_text="The camera is not allowed").wait_for()
    page.get_by_role("button", name="Try again").wait_for()


def test_no_camera(open_page):
    page = open_page(camera=True).page
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("alert").filter(has_text="No camera found").wait_for()


def test_a_camera_that_another_program_has(open_page, camera_browser):
    page = open_page(within=camera_browser, camera=True).page
    page.evaluate(
        """() => {
          MediaDevices.prototype.getUserMedia = () =>
            Promise.reject(new DOMException("in use", "NotReadableError"));
        }"""
    )
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("alert").filter(has_text="The camera is busy").wait_for()


@pytest.fixture
def two_cameras(playwright):
    browser = chromium.launch(playwright, cameras=2)
    yield browser
    browser.close()


def test_one_of_two_cameras_is_chosen_and_remembered(open_page, two_cameras):
    page = open_page(within=two_cameras, camera=True).page
    which = page.get_by_label("Which camera")
    running = "document.querySelector('video').srcObject?.getTracks()[0].label"
    assert not which.is_visible()
    page.get_by_role("button", name="Start the camera").click()
    which.wait_for()
    names = which.get_by_role("option").all_text_contents()
    assert len(set(names)) == 2 and all(names)
    assert violations(page) == []
    other = next(name for name in names if name != page.evaluate(running))
    which.select_option(other)
    page.wait_for_function(f"(name) => {running} === name", arg=other)
    page.reload()
    page.get_by_role("button", name="Start the camera").click()
    which.wait_for()
    assert page.evaluate(running) == other
    assert which.locator("option:checked").text_content() == other


def test_one_camera_asks_for_no_choice(looking):
    assert not looking.page.get_by_label("Which camera").is_visible()


@pytest.fixture
def photo(tmp_path):
    """A picture of a drawn face."""
    path = tmp_path / "face.png"
    Image.fromarray(camera_files.draw_frame((200, 110, 230))).save(path)
    return path


@pytest.fixture
def far_service(page_folder, samples, tmp_path):
    """A service beyond this machine, at an address without TLS."""
    home = tmp_path / "home"
    songs.catalogue_samples(home, samples)
    with served(home, home, "--host", "0.0.0.0") as service:
        if ipaddress.ip_address(urlsplit(service.url).hostname).is_loopback:
            pytest.skip("this machine has no address but its own 127.0.0.1")
        yield service


def test_an_insecure_address_has_no_camera_but_all_else(
    open_page, camera_browser, far_service, photo
):
    """Browsers offer no camera there; the page says so, and what to do instead."""
    seen = open_page(far_service.link, within=camera_browser, camera=None)
    seen.expected.append("Cross-Origin-Opener-Policy")  # which browsers heed with TLS only
    page = seen.page
    assert page.evaluate("navigator.mediaDevices") is None
    page.get_by_role("button", name="Start the camera").click()
    help_ = page.get_by_role("alert").filter(has_text="No camera at this address")
    help_.get_by_text("use a photo or a word").wait_for()
    page.get_by_label("Choose a photo").set_input_files(photo)
    page.get_by_text("This expression sets the mood.").wait_for()
    assert sum(shares(page)) == pytest.approx(100, abs=4)
    mix(page, sad=100)
    page.get_by_text(re.compile("^for .*sad")).wait_for()
    page.locator(".queue-row").nth(3).wait_for()


def test_a_photo_sets_the_mood_and_is_not_sent(open_page, service, photo):
    seen = open_page()
    page = seen.page
    page.get_by_label("Choose a photo").set_input_files(photo)
    page.get_by_text("This expression sets the mood.").wait_for()
    assert sum(shares(page)) == pytest.approx(100, abs=4)
    page.wait_for_load_state("networkidle")
    assert all(len(ask.body) < 1_000 for ask in seen.asked)
    read = shares(page)
    for place in ("Library", "Listen"):
        page.get_by_role("link", name=place).first.click()
    page.get_by_text("The music follows the last photo").wait_for()
    assert shares(page) == read
    assert page.get_by_alt_text("The photo you chose").is_hidden()


def test_a_file_that_is_no_picture(open_page, tmp_path):
    page = open_page().page
    text = tmp_path / "face.png"
    text.write_text("no picture")
    page.get_by_label("Choose a photo").set_input_files(text)
    page.get_by_text("This file cannot be opened as a picture.").wait_for()
