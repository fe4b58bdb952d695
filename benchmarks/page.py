"""How smooth the page is in Chromium with 10,000 songs, served by `vibelux serve`.

- Interactive: from the start of navigation, with an empty cache, until the button that plays music
is there and the page is idle.
- Frames: how often per second the browser drew while the library was scrolled by `STEP` pixels per
frame, and while the map was zoomed in and out; it does at most 60.
- Analysed frames: answers per second of the worker that reads the camera, which shows a drawn face;
the page asks for 15.

Needs Chromium, and Playwright and Pillow of the dev extra; without them nothing is measured.
"""

import json
import statistics
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SONGS = 10_000
VISITS = 5
SECONDS = 4
STEP = 60

_INTERACTIVE = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".now-actions button")) return;
  observer.disconnect();
  requestIdleCallback(() => (window.interactive = performance.now()));
}).observe(document, { childList: true, subtree: true });
"""

_ANSWERS = """
window.answers = [];
const Made = window.Worker;
window.Worker = class extends Made {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => window.answers.push(performance.now()));
  }
};
"""

_FRAMES = """([seconds, what, step]) => new Promise((resolve) => {
  const canvas = document.querySelector("main canvas");
  const box = canvas?.getBoundingClientRect();
  const begun = performance.now();
  let frames = 0;
  const frame = (now) => {
    frames++;
    if (now - begun > 1000 * seconds) return resolve((1000 * frames) / (now - begun));
    if (what === "scroll") window.scrollBy(0, step);
    else canvas.dispatchEvent(new WheelEvent("wheel", {
      bubbles: true, cancelable: true, deltaY: Math.floor(frames / 30) % 2 ? 40 : -40,
      clientX: box.x + box.width / 3, clientY: box.y + box.height / 3,
    }));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""


def measure() -> dict[str, float]:
    """Return what `FIGURES` of run.py describe, or nothing without a browser."""
    sys.path[:0] = [str(ROOT), str(ROOT / "web")]
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        print(f"the page is not measured: {error.name} is missing (make test)", file=sys.stderr)
        return {}
    import built_page
    from tests.page import camera_files, chromium, songs
    from tests.page.serving import served
    from tests.page.watched import Watched, watched

    from vibelux.samples.rendering import render_samples
    from vibelux.samples.synthesis import PIECES

    if chromium.found() is None:
        print("the page is not measured: there is no Chromium", file=sys.stderr)
        return {}
    if not built_page.is_current():
        built_page.build()
    with tempfile.TemporaryDirectory(prefix="vibelux-page-") as name:
        home = Path(name)
        (playable,) = render_samples(home / "samples", pieces=PIECES[:1])
        songs.catalogue_many(home, SONGS, playable=playable)
        face = camera_files.drawn(home / "face.y4m")
        with served(home, home) as service, sync_playwright() as playwright:
            browser = chromium.launch(playwright, camera=face)

            def opened(place: str, *, script: str = "") -> AbstractContextManager[Watched]:
                address = f"{service.url}#/{place}"
                return watched(browser, address, camera=True, still=False, script=script)

            visits = []
            for _ in range(VISITS):
                with opened("listen", script=_INTERACTIVE) as seen:
                    seen.page.wait_for_function("() => window.interactive")
                    visits.append(seen.page.evaluate("window.interactive"))
            with opened("library") as seen:
                seen.page.get_by_text("Song 00000", exact=True).wait_for()
                scrolled = seen.page.evaluate(_FRAMES, [SECONDS, "scroll", STEP])
            with opened("map") as seen:
                seen.page.locator("main canvas").first.wait_for()
                seen.page.wait_for_load_state("networkidle")
                zoomed = seen.page.evaluate(_FRAMES, [SECONDS, "zoom", 0])
            with opened("listen", script=_ANSWERS) as seen:
                seen.page.get_by_role("button", name="Start the camera").click()
                seen.page.get_by_text("Reading your expression.").wait_for()
                before = seen.page.evaluate("answers.length")
                seen.page.wait_for_timeout(1000 * SECONDS)
                read = seen.page.evaluate("(n) => answers.slice(n)", before)
            browser.close()
    return {
        "page_interactive_s": statistics.median(visits) / 1000,
        "page_scroll_fps": scrolled,
        "page_map_fps": zoomed,
        "page_analysed_fps": 1000 * (len(read) - 1) / (read[-1] - read[0]),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
