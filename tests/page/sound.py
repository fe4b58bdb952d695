"""What the page plays: the audio elements that it makes are remembered."""

from playwright.sync_api import Page

from .watched import Watched

_REMEMBER = """
const Made = window.Audio;
window.decks = [];
window.Audio = class extends Made {
  constructor(...given) {
    super(...given);
    window.decks.push(this);
  }
};
"""


def remember(seen: Watched) -> Page:
    """Load a page anew so that its sound can be looked at, and return it."""
    seen.page.add_init_script(_REMEMBER)
    seen.page.reload()
    seen.page.locator("main h1").wait_for(state="attached")
    return seen.page


def wait_until_it_plays(page: Page, *, timeout: float | None = None) -> None:
    """Wait until a song's time has moved on by half a second.

    Args:
        page: from `remember`.
        timeout: milliseconds; None: as usual.

    """
    page.wait_for_function(
        "() => decks.some((deck) => !deck.paused && deck.currentTime > 0.5)", timeout=timeout
    )


def is_silent(page: Page) -> bool:
    return page.evaluate("decks.every((deck) => deck.paused)")
