"""Take the pictures of the page in docs/images: the sample catalogue, and a drawn face.

python docs/screenshots.py
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path[:0] = [str(ROOT), str(ROOT / "web")]

import built_page  # noqa: E402
from tests.page import camera_files, chromium  # noqa: E402
from tests.page.serving import served  # noqa: E402
from tests.page.watched import watched  # noqa: E402

from vibelux.library.catalogue import Catalogue  # noqa: E402
from vibelux.library.scan import scan  # noqa: E402
from vibelux.samples.rendering import render_samples  # noqa: E402

SKIN = (1.0, 0.86, 0.76)
"""The light on the drawn face: red, green, blue."""


def main() -> None:
    """Make the sample catalogue, serve it, and go through the page."""
    if not built_page.is_current():
        built_page.build()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        render_samples(home / "samples")
        with Catalogue(home / "catalogue.sqlite") as catalogue:
            scan([home / "samples"], catalogue, workers=2, song_timeout=60.0)
        face = camera_files.drawn(home / "face.y4m", smile=2.4, tint=SKIN)
        nobody = home / "nobody"
        with (
            served(home, home) as service,
            served(nobody, home) as new_service,
            sync_playwright() as playwright,
        ):
            browser = chromium.launch(playwright, camera=face)
            take(browser, new_service.url, "first-run", first_run, dark=False, phone=False)
            for name, dark, phone, state in (
                ("listen", False, False, listening),
                ("listen-dark", True, False, listening),
                ("listen-phone", False, True, listening),
                ("listen-phone-dark", True, True, listening),
                ("library", False, False, library),
                ("map", False, False, the_map),
                ("map-dark", True, False, the_map),
                ("song", False, False, song),
            ):
                take(browser, service.url, name, state, dark=dark, phone=phone)
            browser.close()


def take(
    browser: Browser,
    url: str,
    name: str,
    state: Callable[[Page, str], None],
    *,
    dark: bool,
    phone: bool,
) -> None:
    """Bring the page into a state and take its picture."""
    with watched(
        browser, url, camera=True, dark=dark, phone=phone, device_scale_factor=2 if phone else 1
    ) as seen:
        state(seen.page, url)
        seen.page.wait_for_load_state("networkidle")
        seen.page.mouse.move(0, 0)
        seen.page.evaluate("window.scrollTo(0, 0)")
        path = IMAGES / f"page-{name}.webp"
        Image.open(io.BytesIO(seen.page.screenshot())).convert("RGB").save(
            path, quality=86, method=6
        )
        print(f"wrote {path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def first_run(page: Page, _url: str) -> None:
    """Show the three steps of a first visit."""
    page.locator(".step").first.wait_for()


def listening(page: Page, _url: str) -> None:
    """Let the camera see a face, and play what fits it."""
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("You look ").wait_for()
    page.get_by_role("button", name="Play what fits").click()
    page.wait_for_timeout(4_000)


def library(page: Page, url: str) -> None:
    """Show all songs."""
    page.goto(f"{url}#/library")
    page.locator("main a[href^='#/song/']").first.wait_for()


def the_map(page: Page, url: str) -> None:
    """Show all songs by how pleasant and how excited they sound."""
    page.goto(f"{url}#/map")
    page.locator("main canvas").first.wait_for()


def song(page: Page, url: str) -> None:
    """Show one song."""
    library(page, url)
    page.locator("main a[href^='#/song/']").first.click()
    page.locator("main[data-place=song] h1").wait_for()


if __name__ == "__main__":
    main()
