"""A camera that runs and shows nothing new: said, its mood taken back, and taken up again."""

import pytest

from .sound import remember, wait_until_it_plays
from .test_camera import hide, shares

# The camera's pictures by way of a canvas, which moves, shows the same again, or shows nothing.
BY_CANVAS = """
const ask = MediaDevices.prototype.getUserMedia;
window.shows = "what moves";
MediaDevices.prototype.getUserMedia = async function (...wanted) {
  const real = await ask.apply(this, wanted);
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = real;
  await video.play();
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 480;
  const brush = canvas.getContext("2d");
  setInterval(() => {
    if (window.shows === "what moves") brush.drawImage(video, 0, 0);
    if (window.shows === "the same again") brush.drawImage(canvas, 0, 0);
  }, 50);
  const stream = canvas.captureStream();
  window.track = stream.getVideoTracks()[0];
  return stream;
};
"""

LIVE = "Camera on. Stop it"


@pytest.fixture
def looking(open_page, camera_browser, own_service):
    """A page that plays what fits a face."""
    seen = open_page(own_service.url, within=camera_browser, camera=True, script=BY_CANVAS)
    page = remember(seen)
    page.get_by_role("button", name="Start the camera").click()
    reads(page)
    page.get_by_text("for ").first.wait_for()
    return seen


def shows(page, what):
    page.evaluate("(what) => (window.shows = what)", what)


def reads(page):
    page.get_by_text("Reading your expression.").wait_for()
    page.wait_for_function(
        "() => document.querySelector('[role=meter]').ariaValueText !== '–'", timeout=120_000
    )
    assert page.locator(".mirror-live").is_visible()
    assert sum(shares(page)) == pytest.approx(100, abs=4)


def stands_still(page, title):
    """Check that the page says why, and no longer shows a mood, nor claims to be live."""
    page.get_by_role("alert").filter(has_text=title).wait_for()
    assert shares(page) == []
    assert page.locator(".mirror-live").count() == 0
    assert page.locator(".mirror video").is_hidden()
    page.get_by_text("No expression yet").first.wait_for()
    page.locator(".queue-for").filter(has_text="for ").wait_for(state="hidden")
    assert page.get_by_role("button", name=LIVE).is_visible()  # the device is still open


def test_pictures_that_stop_take_the_mood_with_them_and_bring_it_back(looking):
    page = looking.page
    shows(page, "nothing")
    stands_still(page, "The camera sends no pictures")
    shows(page, "what moves")
    reads(page)
    page.locator(".queue-for").filter(has_text="for ").wait_for()
    assert page.get_by_role("alert").filter(visible=True).count() == 0


def test_a_picture_that_is_always_the_same_says_nothing_of_now(looking):
    page = looking.page
    shows(page, "the same again")
    stands_still(page, "The picture stands still")
    shows(page, "what moves")
    reads(page)


def test_a_track_that_is_muted_by_the_system(looking):
    page = looking.page
    page.evaluate("track.dispatchEvent(new Event('mute'))")
    stands_still(page, "The camera sends no pictures")
    page.evaluate("track.dispatchEvent(new Event('unmute'))")
    reads(page)


def test_a_camera_that_never_sends_a_picture(open_page, camera_browser):
    page = open_page(within=camera_browser, camera=True, script=BY_CANVAS).page
    shows(page, "nothing")
    page.get_by_role("button", name="Start the camera").click()
    stands_still(page, "The camera sends no pictures")
    shows(page, "what moves")
    reads(page)


def test_the_device_can_be_opened_anew(looking):
    page = looking.page
    shows(page, "nothing")
    stands_still(page, "The camera sends no pictures")
    page.evaluate("window.old = track")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_function("() => track !== old && old.readyState === 'ended'")
    shows(page, "what moves")
    reads(page)


def test_the_music_plays_on_and_is_no_longer_led_by_what_was_seen(looking):
    page = looking.page
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    shows(page, "nothing")
    stands_still(page, "The camera sends no pictures")
    begun = len(looking.asked)
    assert page.evaluate("decks.some((deck) => !deck.paused)")
    with page.expect_request(lambda ask: ask.method == "PATCH") as told:
        page.get_by_role("button", name="Next song").click()
    assert told.value.post_data_json["policy"] == "off"
    assert len(set(told.value.post_data_json["mood"])) == 1
    moods = [ask.body for ask in looking.asked[begun:] if b'"face"' in ask.body]
    assert moods == []
    wait_until_it_plays(page)


def test_a_tab_that_is_hidden_is_no_fault(looking):
    page = looking.page
    hide(page, True)
    shows(page, "nothing")
    page.get_by_text("The camera rests while this tab is hidden.").first.wait_for()
    page.locator(".queue-for").filter(has_text="for ").wait_for()  # the music goes on with it
    assert page.get_by_role("alert").filter(visible=True).count() == 0
    shows(page, "what moves")
    hide(page, False)
    reads(page)


@pytest.mark.parametrize("away", ["unplugged", "revoked"])
def test_a_camera_that_is_taken_away(looking, own_service, away):
    page = looking.page
    if away == "unplugged":
        page.evaluate("track.dispatchEvent(new Event('ended'))")
    else:
        page.context.clear_permissions()
        page.evaluate("track.stop(); track.dispatchEvent(new Event('ended'))")
    page.get_by_role("alert").filter(has_text="The camera has gone").wait_for()
    assert shares(page) == []
    page.locator(".queue-for").filter(has_text="for ").wait_for(state="hidden")
    assert page.get_by_role("button", name=LIVE).is_hidden()
    page.context.grant_permissions(["camera"], origin=own_service.url.rstrip("/"))
    page.get_by_role("button", name="Try again").click()
    reads(page)


def test_a_permission_that_is_given_later(open_page, camera_browser, own_service):
    seen = open_page(own_service.url, within=camera_browser, camera=False)
    page = seen.page
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("alert").filter(has_text="The camera is not allowed").wait_for()
    page.context.grant_permissions(["camera"], origin=own_service.url.rstrip("/"))
    page.get_by_role("button", name="Try again").click()
    reads(page)


def test_a_browser_without_webassembly_says_so(open_page, camera_browser):
    page = open_page(within=camera_browser, camera=True, script="delete window.WebAssembly").page
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("alert").filter(has_text="This browser cannot read faces").wait_for()
