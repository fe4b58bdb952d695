"""The queue before a face: it rests while the face keeps still, and follows where it changes."""

import json

import pytest

from . import camera_files, chromium
from .listening import titles
from .sound import remember, wait_until_it_plays
from .test_camera import shares

# The left or the right half of what the camera shows; and the orders in which songs were to come.
HALVES = """
const ask = MediaDevices.prototype.getUserMedia;
window.half = 0;
MediaDevices.prototype.getUserMedia = async function () {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = await ask.call(this, { video: true });
  await video.play();
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const brush = canvas.getContext("2d");
  setInterval(() => brush.drawImage(video, 640 * half, 0, 640, 480, 0, 0, 640, 480), 66);
  return canvas.captureStream();
};
window.orders = [];
new MutationObserver(() => {
  const rows = [...document.querySelectorAll(".queue-title")];
  const order = rows.map((row) => row.textContent).join();
  if (order && order !== orders.at(-1)) orders.push(order);
}).observe(document, { childList: true, subtree: true });
"""

WATCHED_SECONDS = 20


@pytest.fixture(scope="module")
def two_expressions(playwright, tmp_path_factory):
    """A browser whose camera shows a still face, and another expression beside it."""
    path = tmp_path_factory.mktemp("camera") / "two.y4m"
    browser = chromium.launch(playwright, camera=camera_files.two_expressions(path))
    yield browser
    browser.close()


def told(seen) -> list[list[float]]:
    """Return the moods of the face that the service was told."""
    bodies = [json.loads(ask.body) for ask in seen.asked if "/sessions" in ask.url and ask.body]
    return [body["mood"] for body in bodies if body.get("source") == "face" and "mood" in body]


def test_it_rests_before_a_still_face_and_follows_one_that_changes(
    open_page, two_expressions, own_service
):
    seen = open_page(own_service.url, within=two_expressions, camera=True, script=HALVES)
    page = remember(seen)
    page.get_by_label("How closely the music fits").fill("100")
    page.get_by_role("button", name="Start the camera").click()
    page.locator(".queue-row").nth(5).wait_for()
    before = titles(page)
    page.evaluate("window.orders = []")
    page.wait_for_timeout(1000 * WATCHED_SECONDS)
    assert len(page.evaluate("orders")) <= 1  # at most one change of order a minute
    assert titles(page)[:3] == before[:3]

    moods = len(told(seen))
    page.evaluate("window.half = 1")
    page.wait_for_function(
        "(first) => document.querySelector('.queue-title').textContent !== first", arg=before[0]
    )
    assert len(told(seen)) - moods <= 2  # it did not take several moods to notice
    (*_, last) = told(seen)
    assert shares(page) == pytest.approx([100 * share for share in last], abs=0.51)
    first = titles(page)[0]
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    assert page.locator(".player-title").text_content() == first
