"""A browser that keeps nothing, and a device that has lost its network."""

import pytest

from . import songs
from .listening import mix
from .serving import served
from .sound import remember, wait_until_it_plays

NO_STORAGE = {
    "forbidden": """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {
    get() { throw new DOMException("denied", "SecurityError"); },
  });
""",
    "full": """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
""",
    "of another program": """
for (const name of ["theme", "language", "mood", "volume", "policy", "goal", "keepHistory"])
  Storage.prototype.setItem.call(localStorage, `vibelux.${name}`, '{"no": [');
for (const name of ["session", "playing"])
  Storage.prototype.setItem.call(sessionStorage, `vibelux.${name}`, '[{"turn": 1}]');
""",
}


@pytest.mark.parametrize("storage", NO_STORAGE)
def test_all_goes_on_where_the_browser_keeps_nothing(open_page, own_service, storage):
    page = remember(open_page(own_service.url, script=NO_STORAGE[storage]))
    for place in ("library", "map", "history", "settings"):
        page.goto(f"{own_service.url}#/{place}")
        page.locator("main h1").wait_for()
    page.get_by_role("radio", name="Dark").check()
    page.goto(f"{own_service.url}#/listen")
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)


def test_a_device_that_is_offline_is_told_apart_from_a_service_that_is_away(
    open_page, page_folder, samples, tmp_path
):
    home = tmp_path / "home"
    songs.catalogue_samples(home, samples)
    with served(home, home, "--allow-host", "music.example.org") as service:
        link = service.link.replace("127.0.0.1", "music.example.org")
        seen = open_page(link, camera=None)
        seen.expected += ["Cross-Origin-Opener-Policy", "ERR_", "Failed to load resource"]
        page = seen.page
        page.locator("main h1").wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        page.keyboard.press("2")
        page.get_by_role("alert").filter(has_text="This device is offline.").wait_for()
        page.context.set_offline(False)
        page.get_by_text("VibeluX answers again.").wait_for()
        page.get_by_text("Sample happy 1", exact=True).wait_for()
