"""What tests do and see where one listens."""

from playwright.sync_api import Page


def mix(page: Page, **shares: int) -> None:
    """Set sliders of the mood."""
    page.get_by_role("tab", name="Sliders").click()
    for emotion, share in shares.items():
        slider = page.get_by_role("slider", name=emotion)
        slider.fill(str(share))


def titles(page: Page) -> list[str]:
    """Return what the queue shows, the next song first."""
    return page.locator(".queue .queue-title").all_text_contents()
